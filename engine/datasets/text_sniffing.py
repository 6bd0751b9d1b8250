"""Which files are text rather than tables, guessed from their head and ending. Must not read whole files, but for JSON."""

from pathlib import Path
from typing import get_args

from engine.datasets.conll import looks_like_conll
from engine.datasets.corpus import SUFFIXES, text_files
from engine.datasets.records import DatasetError, FileFormat, ReadOptions, TextFormat
from engine.datasets.sniffing import decode_head, guess_encoding, head_rows, read_head
from engine.datasets.squad import is_squad, parse

TEXT_FORMATS: tuple[TextFormat, ...] = get_args(TextFormat)
TABLE_MARKS = ("\t", ";", "|")
LOOKED_AT = 200
FEW_FILES = 20  # of fewer, each a row, too little is left to validate on; where folders sort them they are classes
SHORT_FIELD = 40  # letters, on average: sentences with as many commas in each are rare, and longer
CONLL_SUFFIXES = {".conll", ".conllu", ".conll03", ".iob", ".iob2", ".bio"}


def text_options(path: Path, wanted: FileFormat | None = None) -> ReadOptions | None:
    """Return how a file or folder of text is read, or None where it is a table. Raises DatasetError.

    With `wanted`, that way of cutting it into rows.
    """
    path = Path(path)
    if wanted is not None and wanted not in TEXT_FORMATS:
        return None
    if path.is_dir():
        return _folder_options(path, wanted)
    suffix = path.suffix.lower()
    if wanted is None and suffix not in {*SUFFIXES, *CONLL_SUFFIXES, ".json"}:
        return None
    head = read_head(path)
    if suffix == ".json" and wanted is None:
        return _squad_options(path, head)
    encoding = guess_encoding(path, head)
    if wanted is None:
        guessed = _guess(decode_head(path, head, encoding), suffix)
        return None if guessed is None else ReadOptions(format=guessed, encoding=encoding)
    return ReadOptions(format=wanted, encoding=encoding)


def _folder_options(path: Path, wanted: FileFormat | None) -> ReadOptions:
    if wanted in {"conll", "squad"}:
        raise DatasetError(f"{path} is a folder; only plain text is read from folders. Name a file.")
    files = [file for file in text_files(path) if file.stat().st_size]
    if not files:
        raise DatasetError(f"Every text file in {path} is empty.")
    is_flat = all(file.parent == path for file in files)
    usual: TextFormat = "paragraphs" if is_flat and len(files) < FEW_FILES else "document"
    return ReadOptions(format=wanted or usual, encoding=guess_encoding(files[0], read_head(files[0])))


def _squad_options(path: Path, head: bytes) -> ReadOptions | None:
    """A JSON document is read whole, for its shape is not known before its end; most tables are JSON Lines."""
    if b'"paragraphs"' not in path.read_bytes():
        return None
    encoding = guess_encoding(path, head)
    try:
        text = path.read_text(encoding=encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path.name} is not {encoding.upper()} text (byte {error.start + 1}).") from error
    return ReadOptions(format="squad", encoding=encoding) if is_squad(parse(path, text)) else None


def _guess(text: str, suffix: str) -> TextFormat | None:
    if suffix in CONLL_SUFFIXES:
        return "conll"
    lines = text.splitlines()[:LOOKED_AT]
    if looks_like_conll(lines):
        return "conll"
    if suffix not in {".md", ".rst"} and _is_table(text):
        return None
    return "lines"


def _is_table(text: str) -> bool:
    """Whether every line has as many fields as the others."""
    for delimiter in (*TABLE_MARKS, ","):
        rows = head_rows(text, delimiter, '"', LOOKED_AT)
        widths = {len(row) for row in rows}
        if len(widths) != 1 or len(rows) < 2 or len(rows[0]) < 2:
            continue
        letters = sum(len(field) for row in rows for field in row)
        if delimiter != "," or letters < SHORT_FIELD * len(rows) * len(rows[0]):
            return True
    return False
