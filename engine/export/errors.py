"""What can go wrong with an export. No more than that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ExportError(Exception):
    """A file cannot be written; the message can be shown as it is."""


@contextmanager
def in_words(place: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an ExportError."""
    try:
        yield
    except OSError as error:
        raise ExportError(f"{place} cannot be written ({error.strerror or error}). Choose another place.") from error
