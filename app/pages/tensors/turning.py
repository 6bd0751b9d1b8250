"""A tensor with its axes in another order, so that any of them is rows, columns or a slider. No widget."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.pages.tensors.drawn import Drawn
from app.plots.cell_layout import Cell
from engine.inspecting.asked import PlaneSpec
from engine.tensors.picture import TensorPicture


@dataclass(frozen=True)
class Turn:
    """`order` has the tensor's axes as they are shown: those with sliders, then rows, then columns."""

    order: tuple[int, ...]

    @property
    def is_plain(self) -> bool:
        """Whether nothing is turned."""
        return self.order == tuple(range(len(self.order)))

    def shown(self, cell: Cell) -> Cell:
        """Return where a cell of the tensor is shown."""
        return tuple(cell[axis] for axis in self.order)

    def cell(self, shown: Cell) -> Cell:
        """Return the cell of the tensor that is shown there."""
        found = [0] * len(self.order)
        for axis, place in zip(self.order, shown, strict=True):
            found[axis] = place
        return tuple(found)

    def turned(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return an array of the tensor's shape as it is shown."""
        return values if self.is_plain else values.transpose(self.order)

    def picture(self, tensor: TensorPicture) -> TensorPicture:
        """Return the tensor as it is shown."""
        if self.is_plain:
            return tensor
        shape, strides, axes = (
            tuple(part[axis] for axis in self.order) for part in (tensor.shape, tensor.strides, tensor.axes)
        )
        values = np.ascontiguousarray(self.turned(tensor.values))
        return replace(tensor, shape=shape, strides=strides, axes=axes, values=values)

    def drawn(self, drawn: Drawn) -> Drawn:
        """Return how a tensor is drawn; of one that is turned nothing is marked but its cells."""
        return drawn if self.is_plain else Drawn(self.picture(drawn.tensor))


def turn_of(count: int, plane: PlaneSpec | None) -> Turn:
    """Return the turn of a tensor with so many axes; plain without a plane, or with one of another tensor."""
    if plane is None or len(plane.at) != count or count < 2 or plane.rows is None or plane.columns is None:
        return Turn(tuple(range(count)))
    leading = [axis for axis in range(count) if axis not in (plane.rows, plane.columns)]
    return Turn((*leading, plane.rows, plane.columns))
