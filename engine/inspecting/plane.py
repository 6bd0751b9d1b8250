"""A plane: two axes of an array as rows and columns, the others held at one place each."""

import math
from dataclasses import dataclass

from engine.inspecting.arrays import Index, Readable, Where
from engine.inspecting.kinds import Kind, Numbers
from engine.inspecting.unreadable import Unreadable


@dataclass(frozen=True)
class Plane:
    """Rows and columns of real numbers. `rows` or `columns` is None where the array has no axis for it; then that side
    has length 1. `at` has a place for every axis; those of rows and columns are not looked at.
    """

    of: Readable
    rows: int | None
    columns: int | None
    at: Index

    def __post_init__(self) -> None:
        """Refuse axes and places that are not there."""
        axes = [axis for axis in (self.rows, self.columns) if axis is not None]
        count = len(self.of.shape)
        if len(set(axes)) < len(axes) or any(not 0 <= axis < count for axis in axes) or len(self.at) != count:
            raise Unreadable("These axes do not fit the tensor.")
        for axis, (place, length) in enumerate(zip(self.at, self.of.shape, strict=True)):
            if axis not in axes and not 0 <= place < max(1, length):
                raise Unreadable(f"Axis {axis} has no place {place}: it is {length} long.")

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns there are; none where any axis of the array is empty."""
        shape = self.of.shape
        if 0 in shape:
            return 0, 0
        return self._length(self.rows), self._length(self.columns)

    @property
    def is_turned(self) -> bool:
        """Whether reading columns is quicker than reading rows."""
        return self.rows is not None and self.columns is not None and self.rows == self.of.fastest

    def turned(self) -> "Plane":
        """Return the plane with rows and columns exchanged."""
        return Plane(self.of, self.columns, self.rows, self.at)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        rows, columns = self.shape
        return rows * columns

    @property
    def is_whole(self) -> bool:
        """Whether the plane shows every number of its array."""
        return self.size == math.prod(self.of.shape)

    def read(self, rows: slice, columns: slice) -> Numbers:
        """Return numbers of some rows and columns; both slices have their ends, and may have a step."""
        where: list[int | slice] = list(self.at)
        for axis, part in ((self.rows, rows), (self.columns, columns)):
            if axis is not None:
                where[axis] = part
        found = self.of.part(tuple(where))
        if self.rows is not None and self.columns is not None:
            return found.T if self.rows > self.columns else found
        return found.reshape(-1, 1) if self.columns is None and self.rows is not None else found.reshape(1, -1)

    def array(self) -> Readable:
        """Return the plane as an array of two axes."""
        return _Flat(self)

    def index(self, row: int, column: int) -> Index:
        """Return where in the array a cell lies."""
        where = list(self.at)
        for axis, place in ((self.rows, row), (self.columns, column)):
            if axis is not None:
                where[axis] = place
        return tuple(where)

    def _length(self, axis: int | None) -> int:
        return 1 if axis is None else self.of.shape[axis]


@dataclass(frozen=True)
class _Flat:
    """A plane read as an array."""

    plane: Plane

    @property
    def shape(self) -> tuple[int, ...]:
        return self.plane.shape

    @property
    def kind(self) -> Kind:
        return self.plane.of.kind

    @property
    def fastest(self) -> int:
        return 0 if self.plane.is_turned else 1

    def part(self, where: Where) -> Numbers:
        rows, columns = where
        assert isinstance(rows, slice) and isinstance(columns, slice)
        return self.plane.read(rows, columns)

    def exact(self, index: Index) -> str:
        return self.plane.of.exact(self.plane.index(*index))
