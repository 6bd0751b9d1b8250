"""The columns that a table of runs has: those that all runs have, then the chosen ones with their values. No Qt model."""

from collections.abc import Mapping
from typing import Any

from app.pages.runs.chosen import column as chosen_column
from app.pages.runs.columns import Column, ColumnId, columns

BUILT_IN = {column.id: column for column in ColumnId}


class ColumnSet:
    """Columns by place and by id, and what is known of the chosen ones' values, by run."""

    def __init__(self) -> None:
        self.every: list[Column] = list(columns().values())
        self.chosen: list[str] = []
        self._values: dict[str, dict[str, Any]] = {}

    def has(self, column_id: str) -> bool:
        """Whether there is a column of this id."""
        return column_id in BUILT_IN or column_id in self.chosen

    def place(self, column_id: str) -> int:
        """Return a column's place. Raises ValueError where there is none."""
        built_in = BUILT_IN.get(column_id)
        return int(built_in) if built_in is not None else len(ColumnId) + self.chosen.index(column_id)

    def id(self, place: int) -> str:
        """Return the id of the column at a place."""
        return ColumnId(place).id if place < len(ColumnId) else self.chosen[place - len(ColumnId)]

    def get(self, column_id: str) -> Column:
        """Return a column by its id."""
        return self.every[self.place(column_id)]

    def add(self, column_id: str) -> None:
        """Have a chosen column, behind the others."""
        self.chosen.append(column_id)
        self.every.append(chosen_column(column_id, self.values(column_id)))

    def take_out(self, column_id: str) -> None:
        """Have a chosen column no longer; its values stay known."""
        del self.every[self.place(column_id)]
        self.chosen.remove(column_id)

    def values(self, column_id: str) -> dict[str, Any]:
        """Return what is known of a chosen column's values, by run."""
        return self._values.setdefault(column_id, {})

    def learn(self, told: Mapping[str, Mapping[str, Any]]) -> list[int]:
        """Take values; returns the places of columns that are aligned otherwise now."""
        changed = []
        for column_id, values in told.items():
            self.values(column_id).update(values)
            if column_id in self.chosen:
                place, column = self.place(column_id), chosen_column(column_id, self.values(column_id))
                if column.numeric != self.every[place].numeric:
                    self.every[place] = column
                    changed.append(place)
        return changed
