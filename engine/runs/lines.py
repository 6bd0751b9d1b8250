"""Files of a run's folder with a line of JSON for each time that something was shown. Reads them; nothing here writes."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def read_whole(path: Path, kind: type[M]) -> M | None:
    """Return what a file holds, or None where there is nothing that can be read."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def read_lines(path: Path, kind: type[M], offset: int = 0) -> tuple[list[M], int]:
    """Return what stands in the lines that begin at a place in a file, and the place where those begin that are still to
    come. A line that a power cut tore is left out.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            whole = file.read()
    except OSError:
        return [], offset
    end = whole.rfind(b"\n") + 1
    found = []
    for line in whole[:end].split(b"\n"):
        try:
            found.append(kind.model_validate_json(line))
        except ValueError:
            continue
    return found, offset + end
