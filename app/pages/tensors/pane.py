"""TensorPane: a tensor with its name and shape above, its cells, and what is known of it below."""

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QWidget

from app.pages.tensors.drawn import Drawn, Marks
from app.pages.tensors.grid import TensorGrid
from app.pages.tensors.wording import facts, head_html
from app.plots.cell_layout import Cell, CellLayout
from app.theme import themeNotifier
from engine.tensors.picture import TensorPicture
from engine.tensors.reach import Mask

NARROWEST = 190
OF_PART = 88  # a part has less to say
BESIDE = 168  # of what stands beside the cells


class TensorPane(QWidget):
    """One tensor of a card. Where it has many facets a slider chooses one; what is known stands below or `beside`."""

    hovered = Signal(int, object)
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)

    def __init__(self, path: str, beside: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._beside = beside
        self.setObjectName(path)
        self._tensor: TensorPicture | None = None
        self._number = -1
        self._size = (1.0, 1.0)
        self._marks, self._is_brief = Marks(), False
        self._lit: tuple[Mask | None, Cell | None, Mask | None, bool] = (None, None, None, False)
        self._head, self._facts, self._index = QLabel(self), QLabel(self), QLabel(self)
        self.grid = TensorGrid(f"{path}.cells", self)
        self.slope = TensorGrid(f"{path}.gradient", self)
        self._slope_head = QLabel(self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._chooser = QWidget(self)
        self._arrange(path)
        self.slope.hovered.connect(self.hovered)
        self.grid.hovered.connect(self.hovered)
        self.grid.pinned.connect(self.pinned)
        self.grid.edited.connect(self.edited)
        self.grid.resized.connect(self.resized)
        self._slider.valueChanged.connect(self._choose)
        themeNotifier().changed.connect(self._word)

    def setTensor(
        self, number: int, tensor: TensorPicture, wide: float, high: float, marks: Marks | None = None
    ) -> None:
        """Show a tensor with cells of this size, in pixels, and the marks of its step."""
        self._number, self._tensor, self._size, self._lit = number, tensor, (wide, high), (None, None, None, False)
        self._marks = marks or Marks()
        layout = CellLayout(Drawn(tensor, self._marks).shape, wide, high)
        count = max(1, prod(layout.leading))
        self._chooser.setVisible(len(layout.facets) < count)
        self._slider.blockSignals(True)
        self._slider.setMaximum(count - 1)
        self._slider.blockSignals(False)
        self._show()
        self._word()

    def setBrief(self, is_brief: bool) -> None:
        """Leave out what is known of the tensor, but as a tooltip of its name; a part keeps its words."""
        self._is_brief = is_brief
        self._word()

    def setGradient(self, values: NDArray[Any] | None, blocked: str) -> None:
        """Show how the loss changes with each cell, or say why nothing arrives; nothing at all without both."""
        tensor = self._tensor
        shown = values is not None and tensor is not None and values.shape == tensor.values.shape
        self.slope.setVisible(shown)
        self._slope_head.setVisible(shown or bool(blocked))
        self._slope_head.setText(blocked)
        if values is not None and tensor is not None and shown:
            self._slope_head.setText(self.tr("∂loss / ∂{0}").format(tensor.name))
            facet = 0 if self._chooser.isHidden() else self._slider.value()
            self.slope.setTensor(self._number, replace(tensor, values=values, kind="gradient"), *self._size, facet)
        self._slope_head.setFixedWidth(BESIDE if self._beside else self._width())

    def setLit(self, lit: Mask | None, cell: Cell | None, result: Mask | None = None, is_source: bool = False) -> None:
        """Light these cells; where none of them is in the facet on show, the first facet that has some is chosen. The rest
        as in `TensorGrid.setLit`."""
        self._lit = (lit, cell, result, is_source)
        if lit is not None and lit.any() and not self._chooser.isHidden() and self._tensor is not None:
            shown = Drawn(self._tensor, self._marks).lit(lit, result, is_source)
            facets = np.flatnonzero(shown.reshape(self._slider.maximum() + 1, -1).any(axis=1))
            if len(facets) and self._slider.value() not in facets:
                self._slider.setValue(int(facets[0]))
        self.grid.setLit(*self._lit)

    @Slot(int)
    def _choose(self, facet: int) -> None:
        self._show()
        self.grid.setLit(*self._lit)
        if not self.slope.isHidden():
            self.slope.chooseFacet(facet)

    def _show(self) -> None:
        if self._tensor is None:
            return
        facet = 0 if self._chooser.isHidden() else self._slider.value()
        self.grid.setTensor(self._number, self._tensor, *self._size, facet, self._marks)
        index = self.grid.cells.index(facet)
        self._index.setText(f"[{', '.join(map(str, index))}]")
        self._size_facts()

    def _size_facts(self) -> None:
        """A label whose lines break has no height of its own until its width is known."""
        if not self._facts.text():
            return
        if self._beside:
            self._facts.setContentsMargins(0, int(self.grid.cells.top), 0, 0)
        measure = self._facts.fontMetrics()
        longest = max(measure.horizontalAdvance(fact) for fact in self._facts.text().split(" ")) + 4
        width = max(BESIDE if self._beside else self._width(), longest)
        self._facts.setFixedSize(width, self._facts.heightForWidth(width))

    def _width(self) -> int:
        is_part = self._tensor is not None and self._tensor.kind == "part"
        return max(self.grid.width(), OF_PART if is_part or self._is_brief else NARROWEST)

    @Slot()
    def _word(self) -> None:
        if self._tensor is None:
            return
        self._head.setText(head_html(self._tensor))
        below = facts(self._tensor)
        if not self._tensor.is_whole:
            corner = " × ".join(map(str, self._tensor.values.shape))
            below = f"{self.tr('The first {0} cells of it.').format(corner)} {below}"
        self._facts.setText(below)
        self._facts.setVisible(not self._is_brief or self._tensor.kind == "part")
        self._head.setToolTip(below if self._is_brief else "")
        self._size_facts()

    def _arrange(self, path: str) -> None:
        self._head.setTextFormat(Qt.TextFormat.RichText)
        self._facts.setProperty("role", "small")
        self._facts.setWordWrap(True)
        self._slope_head.setProperty("role", "muted")
        self._slope_head.setWordWrap(True)
        self.setGradient(None, "")
        self._slider.setObjectName(f"{path}.facet")
        self._slider.setAccessibleName(self.tr("Index of the leading dimensions"))
        self._slider.setToolTip(self.tr("Leading dimensions: which slice is shown"))
        self._slider.setFixedWidth(120)
        row = QHBoxLayout(self._chooser)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._slider)
        row.addWidget(self._index)
        row.addStretch()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(4)
        layout.setHorizontalSpacing(16)
        corner = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        for place, widget in enumerate((self._head, self._chooser, self.grid)):
            layout.addWidget(widget, place, 0, 1, 2 if place < 2 and self._beside else 1, corner)
        row_of_facts, column = (2, 1) if self._beside else (3, 0)
        layout.addWidget(self._facts, row_of_facts, column, corner)
        layout.addWidget(self._slope_head, *((0, 2) if self._beside else (4, 0)), corner)
        layout.addWidget(self.slope, *((2, 2) if self._beside else (5, 0)), corner)
        layout.setRowStretch(6, 1)
