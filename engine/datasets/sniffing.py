"""How a file is probably to be read: format, encoding, delimiter, quote, header, decimal mark. Reads only its head."""

import codecs
import csv
import json
from pathlib import Path

from engine.datasets.records import MISSING_MARKS, DatasetError, FileFormat, ReadOptions

HEAD_BYTES = 256 * 1024
LONGEST_HEAD = 8 * 2**20
HEAD_LINES = 3  # fewer in the first bytes, and more of the file is looked at
DELIMITERS = (",", ";", "\t", "|")
SUFFIXES: dict[str, FileFormat] = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    (b"PK\x03\x04", "a ZIP archive or an Office file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
)


def sniff(path: Path) -> ReadOptions:
    """Guess how a file is to be read. Raises DatasetError where it is missing, empty or no table."""
    path = Path(path)
    head = read_head(path)
    file_format = SUFFIXES.get(path.suffix.lower(), "csv")
    if path.suffix.lower() == ".json" and head.lstrip(codecs.BOM_UTF8).lstrip()[:1] in {b"{", b"["}:
        file_format = _json_format(path, head)
    if file_format != "csv":
        return ReadOptions(format=file_format)
    encoding = guess_encoding(path, head)
    text = decode_head(path, head, encoding)
    delimiter = _delimiter(text, path.suffix.lower())
    quote = "'" if text.count("'" + delimiter + "'") > text.count('"') else '"'
    rows = head_rows(text, delimiter, quote)
    return ReadOptions(
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header=_has_header(rows),
        decimal="," if delimiter != "," and _has_decimal_commas(rows) else ".",
        missing=MISSING_MARKS,
    )


def _json_format(path: Path, head: bytes) -> FileFormat:
    """Return the format of JSON Lines in a file that is not called so. Raises DatasetError for a single document."""
    first = head.lstrip(codecs.BOM_UTF8).lstrip().split(b"\n", 1)[0]
    try:
        if isinstance(json.loads(first), dict):
            return "jsonl"
    except ValueError:
        pass
    raise DatasetError(
        f"{path.name} is one JSON document, not a table. Save it as JSON Lines, with one object in each line, or as CSV."
    )


def read_head(path: Path) -> bytes:
    """Return the file's first bytes. Raises DatasetError where there are none, or it cannot be opened."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            while len(head) >= HEAD_BYTES and head.count(b"\n") < HEAD_LINES and len(head) < LONGEST_HEAD:
                more = file.read(len(head))
                if not more:
                    break
                head += more
    except IsADirectoryError as error:
        raise DatasetError(f"{path.name} is a folder. Open one of the files inside.") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be opened ({error.strerror}).") from error
    if not head.strip():
        raise DatasetError(f"{path.name} is empty. Choose a file with rows or text in it.")
    return head


def guess_encoding(path: Path, head: bytes) -> str:
    """Return utf-8, utf-16, gbk or latin-1. Raises DatasetError where the bytes are no text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    for magic, what in _BINARY:
        if head.startswith(magic):
            raise DatasetError(f"{path.name} is {what}, not a text table. Export it as CSV first.")
    if _looks_like_utf16(head):
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    controls = sum(head.count(bytes([code])) for code in (*range(1, 9), *range(14, 27)))
    if controls > len(head) * 0.02 or head.count(0) > len(head) * 0.1:
        raise DatasetError(f"{path.name} is a binary file, not a text table. Export it as CSV first.")
    if _decodes(head, "utf-8"):
        return "utf-8"
    return _legacy_encoding(head)


def _legacy_encoding(head: bytes) -> str:
    """Choose for bytes that are not wholly UTF-8: mostly UTF-8 with a few bad bytes, GBK, or latin-1."""
    bad = head.decode("utf-8", errors="replace").count("�")
    high = sum(byte >= 0x80 for byte in head)
    if bad * 3 < high:
        return "utf-8"
    if _decodes(head, "gbk"):
        text = head.decode("gbk", errors="ignore")
        common = sum("一" <= letter <= "鿿" for letter in text)
        # Chinese text has two high bytes a letter; a lone accent beside an ASCII letter is latin-1.
        if high * 0.9 <= common * 2 <= high * 1.3:
            return "gbk"
    return "latin-1"


def decode_head(path: Path, head: bytes, encoding: str) -> str:
    """Decode the head, leaving out a last line that was cut. Raises DatasetError for an unknown encoding."""
    try:
        text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    except LookupError as error:
        raise DatasetError(
            f"“{encoding}” is not an encoding that this program knows. Try utf-8, gbk or latin-1."
        ) from error
    if len(head) >= HEAD_BYTES and len(head) < path.stat().st_size and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    if not text.strip():
        raise DatasetError(f"{path.name} is empty. Choose a file with rows or text in it.")
    return text


def head_rows(text: str, delimiter: str, quote: str, limit: int = 500) -> list[list[str]]:
    """Split the head's first lines into fields; lines without any are left out."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")[: limit + 1]
    rows = csv.reader([line + "\n" for line in lines], delimiter=delimiter, quotechar=quote or None)
    found: list[list[str]] = []
    try:
        for row in rows:
            if row:
                found.append(row)
    except csv.Error:
        return found
    return found[:limit]


def _delimiter(text: str, suffix: str) -> str:
    if suffix in {".tsv", ".tab"}:
        return "\t"
    best, score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in head_rows(text, delimiter, '"', 100)]
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        agreement = widths.count(common) / len(widths)
        if common > 1 and agreement * min(common, 20) ** 0.3 > score:
            best, score = delimiter, agreement * min(common, 20) ** 0.3
    return best


def _has_header(rows: list[list[str]]) -> bool:
    """The first row is a header unless it holds a number, or is as long in every column as what stands below."""
    if not rows:
        return True
    first = rows[0]
    if any(_is_number(field) for field in first):
        return False
    below = rows[1:100]
    if not below or len(set(first)) < len(first):
        return len(below) > 0 or len(rows) == 1
    numeric = any(
        _is_number(row[place]) for row in below for place in range(min(len(first), len(row))) if row[place].strip()
    )
    seen_again = sum(
        any(len(row) > place and row[place] == field for row in below) for place, field in enumerate(first) if field
    )
    return numeric or seen_again == 0


def _has_decimal_commas(rows: list[list[str]]) -> bool:
    commas = points = 0
    for row in rows[1:]:
        for field in row:
            commas += "," in field and _is_number(field.replace(",", ".", 1)) and field.count(",") == 1
            points += "." in field and _is_number(field)
    return commas > points


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _decodes(head: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(head, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_utf16(head: bytes) -> bool:
    sample = head[:4096]
    if len(sample) < 4:
        return False
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    return (odd > half * 0.4 and even < half * 0.05) or (even > half * 0.4 and odd < half * 0.05)
