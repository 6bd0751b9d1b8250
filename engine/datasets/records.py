"""What a dataset is, as plain frozen data that travels as JSON. Reads and writes nothing."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

ColumnType = Literal["integer", "number", "boolean", "date", "datetime", "text"]
TextFormat = Literal["lines", "paragraphs", "document", "conll", "squad"]
FileFormat = Literal["csv", "parquet", "jsonl", "excel"] | TextFormat
Cell = str | int | float | bool | None

MISSING_MARKS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?", "-")


class DatasetError(Exception):
    """A file or dataset that cannot be used; the message says why and what to do, and can be shown as it is."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReadOptions(_Record):
    """How a file is read; everything but `format` and `encoding` concerns CSV, and `sheet` Excel.

    A file of text is cut into rows by its lines, its paragraphs (blank lines stand between them) or not at all.
    """

    format: FileFormat = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    decimal: Literal[".", ","] = "."
    missing: tuple[str, ...] = MISSING_MARKS
    sheet: str = ""


class Sheet(_Record):
    """A sheet of a workbook; a hidden one can be read all the same."""

    name: str
    hidden: bool = False


class Column(_Record):
    """A column's name and type."""

    name: str
    type: ColumnType


class Reject(_Record):
    """A line of the source that could not be read: its number (from 1), its text and why."""

    line: int
    text: str
    reason: str


class Melt(_Record):
    """Which columns of a wide table become series: each of `columns` a row a time, its name in one column, its value in
    another. All others stay as they are. No columns mean every column of numbers but the time."""

    time: str
    columns: tuple[str, ...] = ()
    series_name: str = "series"
    value_name: str = "value"
    keep_empty: bool = False  # cells without a value become rows too, rather than none


class Origin(_Record):
    """The dataset that another was made of, and how."""

    dataset: str
    name: str
    melt: Melt


class Dataset(_Record):
    """A snapshot in the workspace; `id` is the hash of the source's bytes and the way they were read and changed."""

    id: str
    name: str
    source: str
    rows: int
    columns: tuple[Column, ...]
    rejected: int
    created: float
    options: ReadOptions
    bytes: int
    origin: Origin | None = None


class MeltPreview(_Record):
    """The first rows of what a wide table would become, of how many series."""

    melt: Melt
    columns: tuple[Column, ...]
    rows: list[list[Cell]]


class Preview(_Record):
    """The first rows of a file as they would be imported; `notes` tells what was changed or guessed."""

    options: ReadOptions
    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    rejects: tuple[Reject, ...] = ()
    notes: tuple[str, ...] = ()


class Histogram(_Record):
    """Bin edges (one more than counts) and the rows between them."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class ColumnProfile(_Record):
    """What is known about one column. Numbers are None where they mean nothing."""

    name: str
    type: ColumnType
    count: int
    missing: int
    distinct: int
    distinct_is_approximate: bool = False
    min: float | None = None
    mean: float | None = None
    max: float | None = None
    std: float | None = None
    earliest: str | None = None
    latest: str | None = None
    histogram: Histogram | None = None
    top: tuple[tuple[str, int], ...] = ()
    constant: bool = False
    identifier_like: bool = False


class Page(_Record):
    """Some rows of a dataset after sorting and filtering: `matched` of `total` rows pass the filter."""

    columns: tuple[str, ...]
    rows: list[list[Cell]]
    offset: int
    total: int
    matched: int


class SampleInfo(_Record):
    """A bundled sample."""

    name: str
    title: str
    description: str
    task: Literal["classification", "regression", "forecasting", "text"]
