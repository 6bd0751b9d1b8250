"""How a tensor is drawn in a step when that is more than its own cells: the repeats of what is stretched, the padding
around it, a dim of 1 that is added. Knows numpy only, as the window reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tensors.reach import Mask, Reach, from_wire

PADDING = -1  # a place that is no cell
MAX_DRAWN = 1 << 14
"""Larger pictures are drawn without their ghosts."""


@dataclass(frozen=True)
class Ghosts:
    """`places` has the shape that is drawn: for each cell of it the place in the tensor, row by row, or `PADDING`; `axes`
    says which axis of the tensor each drawn axis is (−1: one that is added); `reach` tells which drawn cells a
    cell of the result reads, None where all of them are the tensor's own.
    """

    places: NDArray[np.int32]
    axes: tuple[int, ...]
    reach: Reach | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that is drawn."""
        return self.places.shape

    @cached_property
    def padding(self) -> Mask:
        """The drawn cells that are no cell of the tensor."""
        found: Mask = self.places == PADDING
        return found

    @cached_property
    def repeats(self) -> Mask:
        """The drawn cells that show a cell of the tensor once more."""
        _, first = np.unique(self.places, return_index=True)
        found: Mask = np.ones(self.places.size, dtype=bool)
        found[first] = False
        return found.reshape(self.shape) & ~self.padding

    def drawn(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the cells as they are drawn, 0 on the padding."""
        if not values.size:
            return np.zeros(self.shape, dtype=values.dtype)
        found: NDArray[Any] = values.reshape(-1)[self.places]
        found[self.padding] = 0
        return found

    def lit(self, own: Mask, result: Mask | None, is_source: bool) -> Mask:
        """Return what is lit of the drawn cells where `own` is lit of the tensor and `result` of the step's result; with
        `is_source` because the result is made of it, so that the padding that was read is lit too."""
        found = self.drawn(own)
        if self.reach is None or result is None:
            return found
        read = self.reach.sources(result)
        return (found & (~self.repeats | read)) | (self.padding & read & is_source)

    def cell(self, drawn: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return the tensor's cell that is drawn there, None on the padding."""
        place = int(self.places[drawn])
        return None if place == PADDING else tuple(int(one) for one in np.unravel_index(place, shape))

    def where(self, cell: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return where a cell of the tensor is drawn first."""
        place = int(np.ravel_multi_index(cell, shape)) if shape else 0
        found = int((self.places.reshape(-1) == place).argmax())
        return tuple(int(one) for one in np.unravel_index(found, self.shape))


def ghosts_from_wire(value: Mapping[str, Any] | None) -> Ghosts | None:
    """Read what came through a pipe."""
    return None if value is None else Ghosts(value["places"], tuple(value["axes"]), from_wire(value["reach"]))
