"""In which order the runs stand, and in which sections. Pure data: rows in, entries out; no Qt and no words.

Little is made while ordering, since what is made sets the garbage collector off: 10,000 runs take some 20 ms.
"""

import bisect
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.pages.runs.columns import Column, Row

SECTION = "\0"  # begins the entry of a section; no id of a run does
Key = tuple[Any, ...]
FIRST: Key = ()


@dataclass
class Section:
    """Runs that stand together: their title, where they stand among the others, and how many pass the filter."""

    title: str
    key: Key
    count: int = 0


def rank(value: Any) -> Key:
    """Return what orders values of any kind: numbers first, then texts without regard to case."""
    if isinstance(value, bool | int | float):
        return (0, value)
    if isinstance(value, list | tuple):
        value = ", ".join(str(part) for part in value)
    return (1, str(value).casefold())


def is_missing(value: Any) -> bool:
    """Whether there is nothing to order by: no value, an empty text, or NaN."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


@dataclass
class Arrangement:
    """The runs that pass, section by section, in the order of one column; those without a value stand last."""

    column: Column
    descending: bool = True
    group: Column | None = None
    passes: Callable[[Row], bool] = lambda _row: True
    collapsed: Collection[str] = frozenset()
    entries: list[str] = field(default_factory=list)
    sections: dict[str, Section] = field(default_factory=dict)
    count: int = 0
    """How many runs pass, whether their section is open or not."""
    _rows: Mapping[str, Row] = field(default_factory=dict)
    _keys: list[Key] | None = None

    @property
    def keys(self) -> list[Key]:
        """What places the entries, one each and in order; made when one run is to be placed among them."""
        if self._keys is None:
            self._keys = [self._key_at(entry) for entry in self.entries]
        return self._keys

    @keys.setter
    def keys(self, keys: list[Key]) -> None:
        self._keys = keys

    def remember(self) -> None:
        """Keep by what the runs were ordered, before that changes for some of them."""
        self.keys = self.keys

    def order(self, rows: Mapping[str, Row]) -> None:
        """Order all runs afresh; `rows` stays theirs and may change afterwards, one run at a time."""
        self.sections, self.entries = {}, []
        self._rows, self._keys = rows, None
        passing = [row for row in rows.values() if self.passes(row)]
        self.count = len(passing)
        if self.group is None:
            self._add(passing)
            return
        members: dict[str, list[Row]] = {}
        for row in passing:
            members.setdefault(self.group.text(row), []).append(row)
        for title, its in members.items():
            self.sections[title] = Section(title, self._section_key(title, its[0]), len(its))
        for section in sorted(self.sections.values(), key=_key_of):
            self.entries.append(SECTION + section.title)
            if section.title not in self.collapsed:
                self._add(members[section.title])

    def key(self, row: Row) -> Key:
        """Return what places a run among the entries."""
        head: Key = FIRST
        if self.group is not None:
            title = self.group.text(row)
            section = self.sections.get(title)
            head = section.key if section else self._section_key(title, row)
        value = self.column.key(row)
        created = row.record.created
        if is_missing(value):
            return (head, 1, 1, 0, -created, row.record.id)
        ranked = rank(value)
        return (head, 1, 0, _Down(ranked) if self.descending else ranked, -created, row.record.id)

    def section(self, row: Row) -> str | None:
        """Return the title of the section that a run belongs to; None without sections."""
        return self.group.text(row) if self.group is not None else None

    def find(self, row: Row) -> int:
        """Return the place of a run's entry, or -1."""
        place = bisect.bisect_left(self.keys, self.key(row))
        if place < len(self.entries) and self.entries[place] == row.record.id:
            return place
        # A running run's duration grows, so its key may not be the one it was placed by.
        return self.entries.index(row.record.id) if row.record.id in self.entries else -1

    def _section_key(self, title: str, row: Row) -> Key:
        value = self.group.key(row) if self.group is not None else None
        return (1, (0, 0), title) if is_missing(value) else (0, rank(value), title)

    def _add(self, rows: list[Row]) -> None:
        """Append runs in order. Sorting is stable, so that runs of one value stand newest first."""
        rows.sort(key=_id_of)
        rows.sort(key=_created_of, reverse=True)
        values = [self.column.key(row) for row in rows]
        there = [place for place, value in enumerate(values) if not is_missing(value)]
        if all(isinstance(values[place], int | float) for place in there):
            there.sort(key=values.__getitem__, reverse=self.descending)
        else:
            ranks = {place: rank(values[place]) for place in there}
            there.sort(key=ranks.__getitem__, reverse=self.descending)
        self.entries += [rows[place].record.id for place in there]
        self.entries += [row.record.id for row, value in zip(rows, values, strict=True) if is_missing(value)]

    def _key_at(self, entry: str) -> Key:
        if entry.startswith(SECTION):
            return (self.sections[entry[len(SECTION) :]].key, 0)
        return self.key(self._rows[entry])


class _Down:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Down") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Down) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value)


def _created_of(row: Row) -> float:
    return row.record.created


def _id_of(row: Row) -> str:
    return row.record.id


def _key_of(section: Section) -> Key:
    return section.key
