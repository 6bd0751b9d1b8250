"""The shapes of what the data lab answers, as JSON brings them. No behaviour here; wording is in `wording`."""

from typing import Literal, NotRequired, TypedDict

ColumnType = Literal["integer", "number", "boolean", "date", "datetime", "text"]
Cell = str | float | bool | None


class ColumnAnswer(TypedDict):
    """One column of a dataset."""

    name: str
    type: ColumnType


class RejectAnswer(TypedDict):
    """A line of the source that could not be read."""

    line: int
    text: str
    reason: str


class ReadOptionsAnswer(TypedDict):
    """How a file is read; the fields of `engine.datasets.ReadOptions`."""

    format: str
    encoding: str
    delimiter: str
    quote: str
    header: bool
    decimal: str
    missing: list[str]
    sheet: str


class SheetAnswer(TypedDict):
    """A sheet of a workbook."""

    name: str
    hidden: bool


class MeltAnswer(TypedDict):
    """Which columns of a wide table became series."""

    time: str
    columns: list[str]
    series_name: str
    value_name: str
    keep_empty: bool


class OriginAnswer(TypedDict):
    """The dataset that another was made of, and how."""

    dataset: str
    name: str
    melt: MeltAnswer


class DatasetAnswer(TypedDict):
    """A dataset of the workspace."""

    id: str
    name: str
    source: str
    rows: int
    columns: list[ColumnAnswer]
    rejected: int
    created: float
    options: ReadOptionsAnswer
    bytes: int
    origin: NotRequired[OriginAnswer | None]


class PreviewAnswer(TypedDict):
    """The first rows of a file, read with some options."""

    options: ReadOptionsAnswer
    columns: list[ColumnAnswer]
    rows: list[list[Cell]]
    rejects: list[RejectAnswer]
    notes: list[str]


class PageAnswer(TypedDict):
    """Some rows of a dataset, after sorting and filtering."""

    columns: list[str]
    rows: list[list[Cell]]
    offset: int
    total: int
    matched: int


class HistogramAnswer(TypedDict):
    """Bin edges and the rows between them."""

    edges: list[float]
    counts: list[int]


class ProfileAnswer(TypedDict):
    """What is known about one column."""

    name: str
    type: ColumnType
    count: int  # all rows, the missing ones too
    missing: int
    distinct: int
    distinct_is_approximate: bool
    min: float | None
    mean: float | None
    max: float | None
    std: float | None
    earliest: str | None
    latest: str | None
    histogram: HistogramAnswer | None
    top: list[tuple[str, int]]
    constant: bool
    identifier_like: bool


class SampleAnswer(TypedDict):
    """A bundled sample."""

    name: str
    title: str
    description: str
    task: str
