"""Which cells of an operand a cell of a result can depend on, as something small that answers for any set of cells at once.
Knows numpy only: the window asks it at every move of the mouse. Made by `reaches`."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
NOWHERE = -1


class Reach(Protocol):
    """Both ways between a result and one operand; masks have their shapes."""

    def sources(self, cells: Mask) -> Mask:
        """Return the operand's cells that the marked cells of the result can depend on."""

    def touched(self, cells: Mask) -> Mask:
        """Return the result's cells that can depend on the marked cells of the operand."""


@dataclass(frozen=True)
class Along:
    """How an axis of an operand goes with axis `of` of the result (`NOWHERE`: with none, all of it is read).

    `links` [result's length, operand's length] says which places read which; None where each reads its own.
    """

    of: int = NOWHERE
    links: Mask | None = None
    reads_all: bool = False


@dataclass(frozen=True)
class ByAxes:
    """Cells that are found axis by axis, as in products, reductions, norms and convolutions. Each axis of the result is
    used by one axis of the operand at most."""

    shape: tuple[int, ...]
    result: tuple[int, ...]
    axes: tuple[Along, ...]

    def sources(self, cells: Mask) -> Mask:
        """Return the operand's cells that the marked cells of the result can depend on."""
        for along in self.axes:
            if along.of != NOWHERE and along.reads_all:
                cells = any_along(cells, (along.of,), keeps=True)
            elif along.links is not None:
                cells = _through(cells, along.of, along.links)
        followed = [along.of for along in self.axes if along.of != NOWHERE]
        unused = tuple(axis for axis in range(len(self.result)) if axis not in followed)
        cells = any_along(cells, unused, keeps=True).transpose(*followed, *unused)
        places = [slice(None) if along.of != NOWHERE else None for along in self.axes]
        return _spread(cells[(*places, *[0] * len(unused))], self.shape)

    def touched(self, cells: Mask) -> Mask:
        """Return the result's cells that can depend on the marked cells of the operand."""
        alone = tuple(axis for axis, along in enumerate(self.axes) if along.of == NOWHERE)
        cells = any_along(cells, alone)
        followed = [along for along in self.axes if along.of != NOWHERE]
        for axis, along in enumerate(followed):
            if along.reads_all:
                cells = any_along(cells, (axis,), keeps=True)
            elif along.links is not None:
                cells = _through(cells, axis, along.links.T)
        order = sorted(range(len(followed)), key=lambda axis: followed[axis].of)
        cells = cells.transpose(order)
        used = {along.of for along in followed}
        return _spread(
            cells[tuple(slice(None) if axis in used else None for axis in range(len(self.result)))], self.result
        )


@dataclass(frozen=True)
class ByPlace:
    """Cells that were moved: for each cell of the result its place in the operand, row by row, or −1."""

    shape: tuple[int, ...]
    places: NDArray[np.int32]

    def sources(self, cells: Mask) -> Mask:
        """Return the operand's cells that the marked cells of the result can depend on."""
        found = np.zeros(self.shape, dtype=bool)
        places = self.places[cells]
        found.reshape(-1)[places[places >= 0]] = True
        return found

    def touched(self, cells: Mask) -> Mask:
        """Return the result's cells that can depend on the marked cells of the operand."""
        if not cells.size:
            return np.zeros(self.places.shape, dtype=bool)
        moved: Mask = cells.reshape(-1)[self.places] & (self.places >= 0)
        return moved


@dataclass(frozen=True)
class Nothing:
    """No cell of the operand matters, as in `rand_like`."""

    shape: tuple[int, ...]
    result: tuple[int, ...]

    def sources(self, _cells: Mask) -> Mask:
        """Return an empty mask."""
        return np.zeros(self.shape, dtype=bool)

    def touched(self, _cells: Mask) -> Mask:
        """Return an empty mask."""
        return np.zeros(self.result, dtype=bool)


@dataclass(frozen=True)
class Sifted:
    """A reach of which only some cells count: `of_result` and `of_operand` are masks, None where all do."""

    inner: "Reach"
    of_result: Mask | None = None
    of_operand: Mask | None = None

    def sources(self, cells: Mask) -> Mask:
        """Return the operand's cells that the marked cells of the result can depend on."""
        found = self.inner.sources(_both(cells, self.of_result))
        return _both(found, self.of_operand)

    def touched(self, cells: Mask) -> Mask:
        """Return the result's cells that can depend on the marked cells of the operand."""
        found = self.inner.touched(_both(cells, self.of_operand))
        return _both(found, self.of_result)


@dataclass(frozen=True)
class Through:
    """A reach through what is worked out between, from the result to the operand."""

    reaches: tuple["Reach", ...]

    def sources(self, cells: Mask) -> Mask:
        """Return the operand's cells that the marked cells of the result can depend on."""
        for reach in self.reaches:
            cells = reach.sources(cells)
        return cells

    def touched(self, cells: Mask) -> Mask:
        """Return the result's cells that can depend on the marked cells of the operand."""
        for reach in reversed(self.reaches):
            cells = reach.touched(cells)
        return cells


def to_wire(reach: Reach | None) -> dict[str, Any] | None:
    """Return a reach as plain values and arrays, for a pipe."""
    if isinstance(reach, ByAxes):
        axes = [[along.of, along.reads_all, along.links] for along in reach.axes]
        return {"shape": reach.shape, "result": reach.result, "axes": axes}
    if isinstance(reach, ByPlace):
        return {"shape": reach.shape, "places": reach.places}
    if isinstance(reach, Sifted):
        return {"inner": to_wire(reach.inner), "of_result": reach.of_result, "of_operand": reach.of_operand}
    if isinstance(reach, Through):
        return {"through": [to_wire(one) for one in reach.reaches]}
    return {"shape": reach.shape, "result": reach.result} if isinstance(reach, Nothing) else None


def from_wire(value: dict[str, Any] | None) -> Reach | None:
    """Read what `to_wire` made."""
    if value is None:
        return None
    if "through" in value:
        return Through(tuple(one for one in map(from_wire, value["through"]) if one is not None))
    if "inner" in value:
        inner = from_wire(value["inner"])
        return None if inner is None else Sifted(inner, value["of_result"], value["of_operand"])
    shape = tuple(value["shape"])
    if "places" in value:
        return ByPlace(shape, value["places"])
    if "axes" not in value:
        return Nothing(shape, tuple(value["result"]))
    axes = tuple(Along(of, links, bool(reads_all)) for of, reads_all, links in value["axes"])
    return ByAxes(shape, tuple(value["result"]), axes)


def _both(cells: Mask, others: Mask | None) -> Mask:
    return cells if others is None else cells & others


def any_along(cells: Mask, axes: tuple[int, ...], keeps: bool = False) -> Mask:
    """Return where any cell along these axes is marked; without axes the cells themselves."""
    return np.asarray(np.any(cells, axis=axes, keepdims=keeps), dtype=bool)


def _through(cells: Mask, axis: int, links: Mask) -> Mask:
    """Follow links along one axis."""
    moved = np.moveaxis(cells, axis, -1).astype(np.float32) @ links.astype(np.float32)
    found: Mask = np.moveaxis(moved > 0, -1, axis)
    return found


def _spread(cells: Mask, shape: tuple[int, ...]) -> Mask:
    return np.array(np.broadcast_to(cells, shape))
