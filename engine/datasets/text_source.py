"""A text table as DuckDB reads it: transcoded where needed, with the SQL that reads it. Leaves the source untouched."""

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.datasets.columns import SQL_TYPES, column_names, guess_types
from engine.datasets.database import literal
from engine.datasets.records import DatasetError, ReadOptions
from engine.datasets.sniffing import decode_head, head_rows, read_head

BLOCK = 4 * 2**20
LINE_LIMIT = 16 * 2**20
BUFFER = 2 * LINE_LIMIT  # what DuckDB reads at once; by default it takes sixteen times the longest line


@dataclass(frozen=True)
class TextSource:
    """A UTF-8 file with the names and guessed types of its columns."""

    path: Path
    names: tuple[str, ...]
    types: tuple[str, ...]
    options: ReadOptions
    notes: tuple[str, ...]

    def sql(self, types: tuple[str, ...] | None = None) -> str:
        """Return the table function that reads the file; lines that do not fit go to `reject_errors`."""
        pairs = zip(self.names, types or self.types, strict=True)
        columns = ", ".join(f"{literal(name)}: {literal(SQL_TYPES[kind])}" for name, kind in pairs)
        missing = ", ".join(literal(mark) for mark in self.options.missing) or "''"
        quote = literal(self.options.quote)
        return (
            f"read_csv({literal(str(self.path))}, columns = {{{columns}}}, auto_detect = false, "
            f"delim = {literal(self.options.delimiter)}, quote = {quote}, escape = {quote}, "
            f"header = {str(self.options.header).lower()}, nullstr = [{missing}], "
            f"decimal_separator = {literal(self.options.decimal)}, max_line_size = {LINE_LIMIT}, buffer_size = {BUFFER}, "
            "strict_mode = true, null_padding = false, allow_quoted_nulls = true, "
            "store_rejects = true, rejects_limit = 0)"
        )


@contextmanager
def open_text(
    path: Path, options: ReadOptions, folder: Path, head_only: bool, cancelled: Callable[[], bool]
) -> Iterator[TextSource]:
    """Give a file as UTF-8, with its columns; a copy is made in `folder` where its encoding is another.

    With `head_only`, only the first lines are given. Raises DatasetError.
    """
    head = read_head(path)
    text = decode_head(path, head, options.encoding)
    rows = head_rows(text, options.delimiter, options.quote)
    if not rows:
        raise DatasetError(f"{path.name} has no rows that can be read with these settings. Check delimiter and quote.")
    names, notes = column_names(rows[0], options)
    below = rows[1:] if options.header else rows
    if not below and path.stat().st_size > len(head):
        raise DatasetError(f"{path.name} has lines of more than 8 MB. Check that it is a table with line ends.")
    if not below:
        raise DatasetError(f"{path.name} has a header and no rows. Choose a file with data.")
    types = tuple(guess_types(below, len(names), options))
    with TemporaryDirectory(prefix="reading-", dir=folder) as scratch:
        usable, mixed = path, _mixes_line_ends(text, options.quote)
        if head_only:
            usable = Path(scratch) / "head.csv"
            usable.write_text(_one_line_end(text) if mixed else text, encoding="utf-8", newline="")
        elif mixed or not _is_utf8(options.encoding):
            usable = Path(scratch) / "utf-8.csv"
            transcode(path, usable, options.encoding, cancelled, one_line_end=mixed)
        yield TextSource(usable, tuple(names), types, options, tuple(notes))


def transcode(
    source: Path, target: Path, encoding: str, cancelled: Callable[[], bool], one_line_end: bool = False
) -> None:
    """Write a file anew as UTF-8, block by block; bytes that are no text become U+FFFD.

    With `one_line_end`, CR LF and CR become LF, since DuckDB takes no file that mixes them.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with source.open("rb") as reader, target.open("w", encoding="utf-8", newline="") as writer:
        first, held = True, ""
        while block := reader.read(BLOCK):
            text = held + decoder.decode(block)
            text = text.removeprefix("\ufeff") if first else text
            first, held = False, ""
            if one_line_end:
                if text.endswith("\r"):  # its LF may be in the next block
                    text, held = text[:-1], "\r"
                text = _one_line_end(text)
            writer.write(text)
            if cancelled():
                raise DatasetError("The import was cancelled.")
        last = held + decoder.decode(b"", final=True)
        writer.write(_one_line_end(last) if one_line_end else last)


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _mixes_line_ends(text: str, quote: str) -> bool:
    """Whether lines end now in CR and now in LF; what stands between quotes is no line's end."""
    mark = re.escape(quote)
    bare = re.sub(f"{mark}[^{mark}]*{mark}", "", text) if quote else text
    return "\n" in bare and bare.replace("\r\n", "").count("\r") > 0


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}
