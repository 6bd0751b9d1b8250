"""Where the files are that ship with the program: drawings, lessons."""

from pathlib import Path


def resources(kind: str) -> Path:
    """Return a folder of resources: beside the packages in a checkout, inside `engine` in an installed wheel."""
    root = Path(__file__).resolve().parents[1]
    checkout = root / "resources" / kind
    return checkout if checkout.is_dir() else root / "engine" / "_resources" / kind
