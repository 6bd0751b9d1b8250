"""What a form shows of series before training: pure data, which the family fills and the window draws."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from engine.spec import CalendarFeature

Pair = tuple[float, float]


class FoldView(BaseModel):
    """Where a training's parts begin and where the step after them does, as times on the plot; `until` has the last step
    of each."""

    model_config = ConfigDict(frozen=True)

    name: str
    train: Pair
    valid: Pair
    test: Pair | None
    until: tuple[float, ...]


IrregularKind = Literal["missing_steps", "duplicates", "off_grid", "missing_target"]


class Irregular(BaseModel):
    """One way in which the file's series are uneven: in a sentence over all of them, how often in the one that is shown
    and at which times; `field` is the setting that says what becomes of it."""

    model_config = ConfigDict(frozen=True)

    kind: IrregularKind
    field: str
    text: str
    here: int = 0
    marks: tuple[float, ...] = ()


class SeriesView(BaseModel):
    """All that is shown of one series. Times (`x`) are seconds since 1970 where `is_date`, else whole numbers.

    `whole` is the whole series as pairs of lists, thinned to its extremes; `page` the steps around the window, exactly.
    `encoder` and `horizon` are the window's two stretches; origins are steps, and `part` says where its horizon lies.
    `groups` and `times` are columns that may tell series apart, or hold the time, where none is named.
    `target` is the place of the target that is drawn, where there are several.
    """

    model_config = ConfigDict(frozen=True)

    problem: str = ""
    groups: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_date: bool = True
    frequency: str = ""
    season: int = 1
    calendar: tuple[CalendarFeature, ...] = ()
    count: int = 0
    rows: int = 0
    shortest: int = 0
    longest: int = 0
    short: int = 0
    index: int = 0
    target: int = 0
    name: str = ""
    begins: str = ""
    ends: str = ""
    steps: int = 0
    whole: tuple[list[float], list[float | None]] = ([], [])
    page: tuple[list[float], list[float | None]] = ([], [])
    gaps: tuple[Pair, ...] = ()
    irregular: tuple[Irregular, ...] = ()
    folds: tuple[FoldView, ...] = ()
    encoder: Pair | None = None
    horizon: Pair | None = None
    origin: int = 0
    first_origin: int = 0
    last_origin: int = 0
    part: str = ""
