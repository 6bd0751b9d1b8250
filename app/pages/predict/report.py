"""What the model lab says about a prediction, and how each column of the file fared. Plain data, no widgets."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from engine.runs.forecasts import KnownAhead, Outlook

EXAMPLES = 3


class Fate(Enum):
    """What became of a column."""

    MISSING = "missing"
    UNSEEN = "unseen"
    MATCHED = "matched"
    EXTRA = "extra"


@dataclass(frozen=True)
class ColumnFate:
    """A column of the model or the file: what became of it, and the most frequent values that the model has never
    seen, with their rows."""

    name: str
    fate: Fate
    unseen: tuple[tuple[str, int], ...] = ()


class Report(BaseModel):
    """A prediction's report: rows, columns by how they matched, the first rows, and metrics where there is a target; of
    series also the forecasts as they are drawn, and what was assumed to be known ahead."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rows: int = 0
    matched: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    unseen: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)
    columns: tuple[str, ...] = ()
    predicted_columns: tuple[str, ...] = ()
    preview: tuple[tuple[Any, ...], ...] = ()
    path: str | None = None
    metrics: Mapping[str, float] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    outlook: Outlook | None = None
    ahead: KnownAhead | None = None

    @property
    def own_places(self) -> list[int]:
        """The places of the columns that the model wrote."""
        return [place for place, name in enumerate(self.columns) if name in self.predicted_columns]

    def without_predictions(self) -> "Report":
        """Return the report of the columns alone."""
        return self.model_copy(update={"columns": (), "preview": (), "metrics": {}, "notes": ()})

    def fates(self) -> list[ColumnFate]:
        """Return every column, those with trouble first."""
        found = [ColumnFate(name, Fate.MISSING) for name in self.missing_columns]
        for name in self.matched:
            if name in self.unseen:
                found.append(ColumnFate(name, Fate.UNSEEN, tuple(sorted(self.unseen[name].items(), key=_rows))))
        found += [ColumnFate(name, Fate.MATCHED) for name in self.matched if name not in self.unseen]
        return found + [ColumnFate(name, Fate.EXTRA) for name in self.extra_columns]


def _rows(pair: tuple[str, int]) -> int:
    return -pair[1]
