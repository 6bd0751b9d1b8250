"""In which order the runs stand, and in which sections. Pure data: rows in, entries out; no Qt and no words.

Keys are made once a run instead of asking for every comparison: 10,000 runs are ordered in a few milliseconds.
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
    """Whether a value is none to order by; NaN is not."""
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
    keys: list[Key] = field(default_factory=list)
    sections: dict[str, Section] = field(default_factory=dict)
    count: int = 0
    """How many runs pass, whether their section is open or not."""

    def order(self, rows: Mapping[str, Row]) -> None:
        """Order all runs afresh."""
        self.sections, self.entries, self.keys = {}, [], []
        passing = [row for row in rows.values() if self.passes(row)]
        self.count = len(passing)
        if self.group is None:
            self._add(passing, FIRST)
            return
        members: dict[str, list[Row]] = {}
        for row in passing:
            members.setdefault(self.group.text(row), []).append(row)
        for title, its in members.items():
            self.sections[title] = Section(title, self._section_key(title, its[0]), len(its))
        for section in sorted(self.sections.values(), key=_key_of):
            self.entries.append(SECTION + section.title)
            self.keys.append((section.key, 0))
            if section.title not in self.collapsed:
                self._add(members[section.title], section.key)

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

    def _add(self, rows: list[Row], head: Key) -> None:
        """Append runs in order. Sorting is stable, so that runs of one value stand newest first."""
        newest = sorted(rows, key=_newest_first)
        present: list[tuple[Key, Row]] = []
        missing: list[Row] = []
        for row in newest:
            value = self.column.key(row)
            if is_missing(value):
                missing.append(row)
            else:
                present.append((rank(value), row))
        present.sort(key=_rank_of, reverse=self.descending)
        self.entries += [row.record.id for _, row in present]
        self.entries += [row.record.id for row in missing]
        down = self.descending
        self.keys += [
            (head, 1, 0, _Down(ranked) if down else ranked, -row.record.created, row.record.id)
            for ranked, row in present
        ]
        self.keys += [(head, 1, 1, 0, -row.record.created, row.record.id) for row in missing]


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


def _newest_first(row: Row) -> tuple[float, str]:
    return -row.record.created, row.record.id


def _rank_of(pair: tuple[Key, Row]) -> Key:
    return pair[0]


def _key_of(section: Section) -> Key:
    return section.key
