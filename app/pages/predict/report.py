"""What the model lab says about a prediction, and how each column of the file fared. Plain data, no widgets."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

EXAMPLES = 3


class Fate(Enum):
    """What became of a column."""

    MISSING = "missing"
    UNSEEN = "unseen"
    MATCHED = "matched"
    EXTRA = "extra"


@dataclass(frozen=True)
class ColumnFate:
    """A column of the model or the file: what became of it, and the values that the model has never seen."""

    name: str
    fate: Fate
    unseen: tuple[str, ...] = ()
    unseen_rows: int | None = None


class Report(BaseModel):
    """A prediction's report: rows, columns by how they matched, the first rows, and metrics where there is a target."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rows: int = 0
    matched: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    unseen: Mapping[str, Any] = Field(default_factory=dict)
    columns: tuple[str, ...] = ()
    preview: tuple[tuple[Any, ...], ...] = ()
    path: str | None = None
    metrics: Mapping[str, float] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def predicted_columns(self) -> list[int]:
        """The places of the columns that the model wrote: those that the file did not have."""
        own = {*self.matched, *self.extra_columns}
        return [place for place, name in enumerate(self.columns) if name not in own]

    def fates(self) -> list[ColumnFate]:
        """Return every column, those with trouble first."""
        found = [ColumnFate(name, Fate.MISSING) for name in self.missing_columns]
        for name in self.matched:
            if name in self.unseen:
                found.append(_with_unseen(name, self.unseen[name]))
        found += [ColumnFate(name, Fate.MATCHED) for name in self.matched if name not in self.unseen]
        return found + [ColumnFate(name, Fate.EXTRA) for name in self.extra_columns]


def _with_unseen(name: str, values: Any) -> ColumnFate:
    """Take unseen values as value → rows, or as a bare list."""
    if isinstance(values, Mapping):
        ordered = sorted(values.items(), key=lambda pair: -int(pair[1]))
        return ColumnFate(name, Fate.UNSEEN, tuple(str(value) for value, _ in ordered), sum(map(int, values.values())))
    return ColumnFate(name, Fate.UNSEEN, tuple(str(value) for value in values))
