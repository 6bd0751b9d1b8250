"""How one tensor of a step is drawn: its cells with their ghosts, the labels of its axes, and what is marked on it for
good: blocks of operands, what a slice leaves out, what is filled in. Plain values; no widget."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from app.plots.cell_layout import Cell
from engine.tensors.ghosts import Ghosts
from engine.tensors.picture import TensorPicture
from engine.tensors.reach import NOWHERE, Mask, any_along

Block = tuple[Mask, int]  # cells that come from one operand, and the number of its colour


@dataclass(frozen=True)
class Marks:
    """What a step says about one of its tensors; masks have the shape of its values. `glows` are axes that are folded or
    normalised, `faint` cells repeat others or are filled in, `left_out` are not read, `own` numbers the outline of all."""

    ghosts: Ghosts | None = None
    letters: str = ""
    glows: frozenset[int] = frozenset()
    blocks: tuple[Block, ...] = ()
    faint: Mask | None = None
    left_out: Mask | None = None
    own: int | None = None


@dataclass(frozen=True)
class Drawn:
    """A tensor with its marks. Cells are told as its own, or as drawn cells where that is said."""

    tensor: TensorPicture
    marks: Marks = Marks()

    @property
    def shape(self) -> Cell:
        """The shape that is drawn."""
        return self.tensor.values.shape if self.marks.ghosts is None else self.marks.ghosts.shape

    def values(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return cells as they are drawn."""
        return values if self.marks.ghosts is None else self.marks.ghosts.drawn(values)

    def lit(self, lit: Mask, result: Mask | None, is_source: bool) -> Mask:
        """Return which drawn cells are lit; see `Ghosts.lit`."""
        cut = lit[tuple(map(slice, self.tensor.values.shape))]
        return cut if self.marks.ghosts is None else self.marks.ghosts.lit(cut, result, is_source)

    def cell(self, drawn: Cell | None) -> Cell | None:
        """Return the cell that is drawn there, None on padding."""
        if drawn is None or self.marks.ghosts is None:
            return drawn
        return self.marks.ghosts.cell(drawn, self.tensor.values.shape)

    def where(self, cell: Cell) -> Cell:
        """Return where a cell is drawn."""
        return cell if self.marks.ghosts is None else self.marks.ghosts.where(cell, self.tensor.values.shape)

    def repeats(self) -> Mask | None:
        """Return the drawn cells that show others once more, or are filled in."""
        return self.marks.faint if self.marks.ghosts is None else self.marks.ghosts.repeats

    def padding(self) -> Mask | None:
        """Return the drawn cells that are none of the tensor."""
        return None if self.marks.ghosts is None else self.marks.ghosts.padding

    def axis(self, drawn: int) -> int:
        """Return which axis of the tensor a drawn axis is; −1 for one that is added."""
        place = drawn % len(self.shape)
        return place if self.marks.ghosts is None else self.marks.ghosts.axes[place]

    def colour(self, drawn: int) -> int | None:
        """Return the number of an axis's colour, None for lengths of 1."""
        axis = self.axis(drawn)
        return None if axis == NOWHERE or self.tensor.shape[axis] == 1 else self.tensor.axes[axis]

    def glows(self, drawn: int) -> bool:
        """Whether an axis is one that is folded or normalised."""
        return self.axis(drawn) in self.marks.glows

    def label(self, drawn: int) -> str:
        """Return the length of an axis; `1→4` where it is stretched, `1+8+1` where it is padded, `(1)` where it is added."""
        axis, length = self.axis(drawn), self.shape[drawn]
        if axis == NOWHERE:
            return "(1)" if length == 1 else f"→{length}"
        own = self.tensor.shape[axis]
        letter = f"{self.marks.letters[axis]} = " if axis < len(self.marks.letters) else ""
        if self.marks.ghosts is None or length == own:
            return f"{letter}{own}"
        if own == 1 and not self.marks.ghosts.padding.any():
            return f"1→{length}"
        before = self._before(axis)
        return f"{before}+{own}+{length - own - before}"

    def taken(self, drawn: int) -> Mask | None:
        """Return the places along an axis that are read, None where all are."""
        if self.marks.left_out is None or not self.shape:
            return None
        others = tuple(axis for axis in range(len(self.shape)) if axis != drawn % len(self.shape))
        found: Mask = any_along(~self.marks.left_out, others)
        return None if found.all() else found

    def _before(self, axis: int) -> int:
        assert self.marks.ghosts is not None
        places = self.marks.ghosts.places
        others = tuple(other for other in range(places.ndim) if other != axis)
        return int((places >= 0).any(axis=others).argmax())
