"""SlopeGrid: how a loss changes with each cell of a tensor, as cells of their own. It knows no loss and asks for nothing."""

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray
from PySide6.QtWidgets import QLabel, QWidget

from app.pages.tensors.grid import TensorGrid
from app.pages.tensors.sliced import Sliced, real_of
from app.plots.cell_layout import Cell
from engine.inspecting.asked import Part
from engine.tensors.picture import TensorPicture


class SlopeGrid(TensorGrid):
    """The gradient of one tensor, hidden where there is none. `head` says what it is, or why nothing arrives; whoever lays
    this out finds it a place."""

    def __init__(self, path: str, parent: QWidget) -> None:
        super().__init__(path, parent)
        self._gradient: NDArray[Any] | None = None
        self.head = QLabel(parent)
        self.head.setProperty("role", "muted")
        self.head.setWordWrap(True)
        self.hide()
        self.head.hide()

    def setGradient(self, tensor: TensorPicture, values: NDArray[Any] | None, blocked: str) -> None:
        """Take the gradient of a tensor, or why there is none; nothing at all without both."""
        fits = values is not None and tensor.is_whole and values.shape == tensor.values.shape
        self._gradient = values if fits else None
        self.setVisible(fits)
        self.head.setVisible(fits or bool(blocked))
        self.head.setText(self.tr("∂loss / ∂{0}").format(tensor.name) if fits else blocked)

    def forget(self) -> None:
        """Keep what is seen, which is of another tensor than the next one, until its gradient is told."""
        self._gradient = None

    def showSlice(self, sliced: Sliced, part: Part, at: Cell, size: tuple[float, float]) -> None:
        """Show of the gradient what is shown of its tensor, with cells of this size in pixels."""
        if self._gradient is None:
            return
        slope = real_of(replace(sliced.tensor, values=self._gradient, kind="gradient"), part)
        same = sliced.turn.shown(sliced.tensor.shape)[:-2] == sliced.shape[:-2]
        facet = sliced.chosen(at) if same else 0 if sliced.is_alone else None
        self.setTensor(sliced.number, sliced.turn.picture(slope), *size, facet)
