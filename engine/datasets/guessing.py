"""How a file or folder is probably to be read, whatever it is: text first, then tables."""

from pathlib import Path

from engine.datasets.records import FileFormat, ReadOptions
from engine.datasets.sniffing import sniff
from engine.datasets.text_sniffing import text_options


def guess_options(path: Path, wanted: FileFormat | None = None) -> ReadOptions:
    """Guess how it is to be read, or with `wanted` how it is read as that. Raises DatasetError where it cannot be."""
    path = Path(path)
    text = text_options(path, wanted)
    if text is not None:
        return text
    if wanted is None or wanted == "csv":
        return sniff(path)
    return ReadOptions(format=wanted)
