"""Plain text as rows: by line, by paragraph or whole, of one file or of all text files in a folder. Reads only; what
cannot be read is given back as a Reject, never dropped in silence."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.records import Cell, DatasetError, ReadOptions, Reject

LONGEST = 16 * 2**20  # bytes of one line, as in tables
SUFFIXES = (".txt", ".text", ".md", ".rst", ".log")
REJECTED_TEXT = 200
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Line:
    """A decoded line without its end, and its number from 1."""

    number: int
    text: str


def read_lines(path: Path, encoding: str) -> Iterator[Line | Reject]:
    """Give every line; one that is not text in this encoding, or is too long, is rejected."""
    codec = codecs.lookup(encoding)
    if codec.name.startswith("utf-16"):
        yield from _wide_lines(path, encoding)
        return
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            line = raw.rstrip(b"\r\n")
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if len(line) > LONGEST:
                yield Reject(line=number, text=_shown(line, encoding), reason="The line is longer than 16 MB.")
                continue
            try:
                yield Line(number, codec.decode(line)[0])
            except UnicodeDecodeError as error:
                reason = f"Byte {error.start + 1} is not {encoding.upper()} text; another encoding may fit."
                yield Reject(line=number, text=_shown(line, encoding), reason=reason)


def line_rows(path: Path, options: ReadOptions) -> Iterator[Row | Reject]:
    """Give (text) for every line that is not blank."""
    for line in read_lines(path, options.encoding):
        if isinstance(line, Reject):
            yield line
        elif line.text.strip():
            yield (line.text.replace("\0", ""),)


def paragraph_rows(path: Path, options: ReadOptions) -> Iterator[Row | Reject]:
    """Give (text) for every run of lines between blank ones; lines within stay lines."""
    held: list[str] = []
    for line in read_lines(path, options.encoding):
        if isinstance(line, Reject):
            yield line
        elif line.text.strip():
            held.append(line.text.replace("\0", ""))
        elif held:
            yield ("\n".join(held),)
            held = []
    if held:
        yield ("\n".join(held),)


def document_rows(path: Path, options: ReadOptions) -> Iterator[Row | Reject]:
    """Give (text) once: the whole file, without its bad lines."""
    held: list[str] = []
    for line in read_lines(path, options.encoding):
        if isinstance(line, Reject):
            yield line
        else:
            held.append(line.text.replace("\0", ""))
    text = "\n".join(held).strip("\n")
    if text.strip():
        yield (text,)


def text_files(folder: Path) -> list[Path]:
    """Return the text files below a folder in the order of their names, hidden ones left out. Raises DatasetError."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not found:
        endings = ", ".join(SUFFIXES)
        raise DatasetError(f"{folder} holds no text file ({endings}). Choose another folder, or a single file.")
    return found


def _wide_lines(path: Path, encoding: str) -> Iterator[Line | Reject]:
    with path.open(encoding=encoding, errors="replace", newline=None) as file:
        for number, text in enumerate(file, 1):
            line = text.rstrip("\n").removeprefix("\ufeff")
            if "�" in line:
                reason = f"It holds bytes that are not {encoding.upper()} text; another encoding may fit."
                yield Reject(line=number, text=line[:REJECTED_TEXT], reason=reason)
            else:
                yield Line(number, line)


def _shown(line: bytes, encoding: str) -> str:
    return line[:REJECTED_TEXT].decode(encoding, errors="replace").replace("\0", "")
