"""Sliced: which slices of a tensor a pane shows, all side by side or one at a time, and where on them something is lit.
Plain values; no widget."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np

from app.pages.tensors.drawn import Drawn
from app.pages.tensors.turning import Turn
from app.plots.cell_layout import Cell, CellLayout
from engine.inspecting.asked import Part
from engine.inspecting.kinds import PARTS
from engine.tensors.picture import TensorPicture
from engine.tensors.reach import Mask


@dataclass(frozen=True)
class Sliced:
    """A tensor with its number and the marks of its step, and how it is turned; with `is_alone` one slice of it is shown at
    a time, though several would have room if their cells were smaller. Places (`at`) are told axis by axis of the bar.
    """

    number: int
    marked: Drawn
    turn: Turn
    is_alone: bool = False

    @property
    def tensor(self) -> TensorPicture:
        """The tensor as it is, not turned."""
        return self.marked.tensor

    @property
    def is_map(self) -> bool:
        """Whether there are too many cells for a grid."""
        return not self.tensor.is_whole and self.tensor.has_values and self.number >= 0

    @cached_property
    def shape(self) -> Cell:
        """The shape that is drawn, ghosts included: axes with sliders, rows, columns."""
        return self.turn.shown(self.tensor.shape) if self.is_map else self._drawn.shape

    @cached_property
    def is_sliced(self) -> bool:
        """Whether one slice is shown at a time."""
        first = 0 if self.is_alone else None
        return len(self.shape) > 2 and (
            self.is_map or len(CellLayout(self.shape, 1, 1, chosen=first).facets) < prod(self.shape[:-2])
        )

    def facet(self, at: Cell) -> int:
        """Return the number of the slice on show among all."""
        if not self.is_sliced or 0 in self.shape:
            return 0
        places = [at[axis] for axis in self._order()[:-2]]
        return int(np.ravel_multi_index(places, self.shape[:-2]))

    def chosen(self, at: Cell) -> int | None:
        """Return the number of the slice on show, None where all are."""
        return self.facet(at) if self.is_sliced else None

    def at(self, facet: int, before: Cell) -> Cell:
        """Return the places where a slice is seen; rows and columns stay where they were before."""
        found = list(before)
        for axis, place in zip(self._order(), np.unravel_index(facet, self.shape[:-2]), strict=False):
            found[axis] = int(place)
        return tuple(found)

    def lit(self, lit: Mask | None, result: Mask | None, is_source: bool) -> Mask | None:
        """Return whether each slice has cells that are lit (see `Ghosts.lit`), in the order of their numbers; None where all
        are on show."""
        if lit is None or not self.is_sliced or 0 in self.shape:
            return None
        shown = self.turn.turned(lit)
        shown = shown if self.is_map else self._drawn.lit(shown, result, is_source)
        found: Mask = np.asarray(shown.reshape(prod(self.shape[:-2]), -1).any(axis=1))
        return found

    @cached_property
    def _drawn(self) -> Drawn:
        return self.turn.drawn(self.marked)

    def _order(self) -> tuple[int, ...]:
        """The axes of the bar as they are drawn."""
        return tuple(range(len(self.shape))) if self.turn.is_plain else self.turn.order


def real_of(tensor: TensorPicture, part: Part) -> TensorPicture:
    """Return a tensor with one part of complex numbers in their place, which is not changed by hand: a cell is more."""
    if not tensor.is_complex:
        return tensor
    return replace(tensor, values=PARTS[part](tensor.values), kind="part")
