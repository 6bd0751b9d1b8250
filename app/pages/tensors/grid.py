"""TensorGrid: one tensor as cells that can be pointed at, pinned, walked and changed. It tells what is done."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.pages.tensors.axis_drag import AxisDrag
from app.pages.tensors.cell_editor import CellEditor
from app.pages.tensors.drawn import Drawn, Marks
from app.pages.tensors.grid_paint import TOP, least_width, margin, paint_hollow, paint_marks, paint_ruler
from app.plots.cell_layout import Cell, CellLayout
from app.plots.cell_paint import facet_area, has_numbers, paint_cells, paint_lit
from app.plots.tensor_colors import ValueScale, no_number, number_format, scale_of
from app.theme import theme, themeNotifier
from engine.tensors.picture import TensorPicture
from engine.tensors.reach import Mask

STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class TensorGrid(QWidget):
    """Shows one tensor; cells are told with the tensor's number."""

    hovered = Signal(int, object)  # number, cell or None
    pinned = Signal(int, object)
    edited = Signal(int, object, float)
    resized = Signal(int, int, int, bool)  # number, axis, length, whether it is still the same drag

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.number = -1
        self.showsRuler = True
        self.isPlain = False  # painted in shapes and text each time, for a picture of another size than the screen's
        self._tensor: TensorPicture | None = None
        self._marked: Drawn | None = None
        self._layout = CellLayout((), 1, 1)
        self._values: NDArray[Any] | None = None
        self._lit: Mask | None = None
        self._shown: Mask | None = None
        self._cell: Cell | None = None
        self._chosen: Cell | None = None
        self._hovered: Cell | None = None
        self._drawn: QPixmap | None = None
        self._dimmed: QPixmap | None = None
        self._editor: CellEditor | None = None
        self._drag: AxisDrag | None = None
        themeNotifier().changed.connect(self._redraw)

    def setTensor(
        self,
        number: int,
        tensor: TensorPicture,
        wide: float,
        high: float,
        chosen: int | None = None,
        marks: Marks | None = None,
    ) -> None:
        """Show another tensor with cells of this size; `chosen` is the facet where only one is shown."""
        self.number, self._tensor, self._marked = number, tensor, Drawn(tensor, marks or Marks())
        margins = (margin(self._marked), TOP) if self.showsRuler else (1.0, 1.0)
        self._layout = CellLayout(self._marked.shape, wide, high, *margins, chosen)
        self._lit = self._shown = self._cell = self._values = None
        wide = max(self._layout.width, self._layout.left + least_width(self._marked) if self.showsRuler else 0)
        self.setFixedSize(QSize(int(wide) + 3, int(self._layout.height) + 3))
        self.setAccessibleName(f"{tensor.name} {list(tensor.shape)}")
        self._redraw()

    def chooseFacet(self, facet: int) -> None:
        """Show another facet of the same tensor."""
        self._layout = replace(self._layout, chosen=facet)
        self._redraw()

    def setLit(
        self, lit: Mask | None, cell: Cell | None = None, result: Mask | None = None, is_source: bool = False
    ) -> None:
        """Light these cells, all alike where None; `cell` is the one that is pointed at, if it is one of this tensor. Of
        ghosts those are lit that the lit cells of the step's `result` read, of padding where these are the cause."""
        self._lit = self._shown = None
        if lit is not None and self._tensor is not None and self._marked is not None:
            self._lit = lit[tuple(map(slice, self._tensor.values.shape))]
            self._shown = self._marked.lit(lit, result, is_source)
        self._cell, self._chosen = cell, None
        self.update()

    def setChosen(self, cell: Cell) -> None:
        """Mark a cell as the one that was taken, until others are lit."""
        self._chosen = cell
        self.update()

    def setValues(self, values: NDArray[Any] | None) -> None:
        """Show other values for now, such as a sum that is not whole yet; None shows the tensor's own."""
        if values is not None or self._values is not None:
            self._values = values
            self._redraw()

    @property
    def cells(self) -> CellLayout:
        """Where the cells stand."""
        return self._layout

    @property
    def lit(self) -> Mask | None:
        """What is lit; None where nothing is pointed at."""
        return self._lit

    @property
    def shown(self) -> Mask | None:
        """What is lit of the cells as they are drawn, with ghosts."""
        return self._shown

    def pointAt(self, cell: Cell) -> QPointF:
        """Return the middle of a cell, in this widget."""
        left, top, wide, high = self._rectangle(cell)
        return QPointF(left + wide / 2, top + high / 2)

    # What the user does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the cell under the mouse, when it is another, or the length that an axis is dragged to."""
        if self._drag is not None:
            self._drag_to(self._drag, event.position())
            return
        axis = self._axis_at(event.position())
        shapes = {-1: Qt.CursorShape.SplitHCursor, -2: Qt.CursorShape.SplitVCursor}
        self.setCursor(shapes.get(axis, Qt.CursorShape.ArrowCursor))
        self.setToolTip(self.tr("Drag to change this length") if axis else "")
        self._hover(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that no cell is pointed at."""
        super().leaveEvent(event)
        self._hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pin the cell, or take hold of an axis."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        axis = self._axis_at(event.position())
        if axis and self._tensor is not None and self._marked is not None:
            own = self._marked.axis(axis)
            self._drag = AxisDrag(axis, own, event.position(), self._tensor.shape[own])
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.pinned.emit(self.number, self._at(event.position()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let an axis go."""
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change the cell."""
        cell = self._at(event.position())
        if cell is not None:
            self._edit(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the pinned cell with the arrows; a number changes it."""
        key = Qt.Key(event.key())
        if key in STEPS and self._tensor is not None and 0 not in self._layout.shape:
            there = self._beside(*STEPS[key])
            if there is not None and there != self._cell:
                self.pinned.emit(self.number, there)
        elif key == Qt.Key.Key_Escape:
            self.pinned.emit(self.number, None)
        elif self._cell is not None and (event.text() in "0123456789-−." or key in (Qt.Key.Key_Return, Qt.Key.Key_F2)):
            self._edit(self._cell, event.text().strip())
        else:
            super().keyPressEvent(event)

    def _at(self, at: QPointF) -> Cell | None:
        """Return the tensor's cell at a point, that of a repeat too."""
        return None if self._marked is None else self._marked.cell(self._layout.at(at.x(), at.y()))

    def _rectangle(self, cell: Cell) -> tuple[float, float, float, float]:
        return self._layout.rectangle(cell if self._marked is None else self._marked.where(cell))

    def _beside(self, rows: int, columns: int) -> Cell | None:
        """Return the cell so many steps from the one that is walked; the first where none is."""
        if self._cell is None or self._marked is None:
            return (0,) * len(self._tensor.values.shape) if self._tensor is not None else None
        return self._marked.cell(self._layout.moved(self._marked.where(self._cell), rows, columns))

    def _axis_at(self, at: QPointF) -> int:
        """Return which axis the ruler has here: −1 columns, −2 rows; 0 for none that can be changed."""
        if self._tensor is None or self._marked is None or not self._tensor.is_made or not self.showsRuler:
            return 0
        rank, axis = len(self._marked.shape), 0
        if at.y() < self._layout.top and at.x() >= self._layout.left and rank:
            axis = -1
        elif at.x() < self._layout.left and at.y() >= self._layout.top and rank > 1:
            axis = -2
        return axis if axis and self._marked.axis(axis) >= 0 else 0

    def _drag_to(self, drag: AxisDrag, at: QPointF) -> None:
        length = drag.length_at(at)
        if self._tensor is not None and length != drag.told:
            goes_on = drag.told != drag.length
            self._drag = replace(drag, told=length)
            self.resized.emit(self.number, drag.own, length, goes_on)

    def _hover(self, cell: Cell | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.hovered.emit(self.number, cell)

    def _edit(self, cell: Cell, typed: str = "") -> None:
        if self._tensor is None or not self._tensor.is_made:
            return
        left, top, wide, high = self._rectangle(cell)
        text = typed or f"{self._tensor.values[cell].item():g}"
        box = QRectF(left, top, max(wide, 64), max(high, 28)).toRect()
        self._editor = CellEditor(self, cell, text, bool(typed))
        self._editor.setGeometry(box)
        self._editor.chosen.connect(self._take)
        self._editor.show()
        self._editor.setFocus()

    def _take(self, cell: object, value: float) -> None:
        self.edited.emit(self.number, cell, value)

    # How it looks

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the cells as they were drawn once, and over them what is lit."""
        if self._tensor is None:
            return
        with QPainter(self) as painter:
            if self.isPlain:
                self._paint_all(painter, self._tensor, dimmed=False)
            else:
                if self._drawn is None or self._drawn.devicePixelRatio() != self.devicePixelRatioF():
                    self._drawn, self._dimmed = self._draw(self._tensor), None
                painter.drawPixmap(0, 0, self._drawn)
            self._paint_over(painter)

    def scale(self) -> ValueScale:
        """Return what cells are coloured by."""
        values = self._tensor.values if self._tensor is not None else np.zeros(1)
        return scale_of(values, theme().dark)

    def _paint_over(self, painter: QPainter) -> None:
        if self._shown is not None:
            self._paint_lit(painter, self._shown)
        for cell, colour in ((self._cell, theme().text), (self._chosen, theme().warn)):
            if cell is not None:
                painter.setPen(QPen(QColor(colour), 3 if cell is self._chosen else 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(*self._rectangle(cell)))

    def _paint_lit(self, painter: QPainter, lit: Mask) -> None:
        ink = QColor(theme().text)
        if self._dimmed is None and self._tensor is not None and has_numbers(self._layout):
            self._dimmed = self._draw(self._tensor, dimmed=True)
        for facet in self._layout.facets:
            area, cells = facet_area(self._layout, facet), self._facet(lit, facet)
            paint_lit(painter, area, cells, ink, self._dimmed, self.isPlain)

    def _facet(self, cells: NDArray[Any], facet: int) -> NDArray[Any]:
        found: NDArray[Any] = cells[self._layout.index(facet)].reshape(self._layout.rows, self._layout.columns)
        return found

    def _draw(self, tensor: TensorPicture, dimmed: bool = False) -> QPixmap:
        ratio = self.devicePixelRatioF()
        drawn = QPixmap(self.size() * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(QColor(theme().base))
        with QPainter(drawn) as painter:
            self._paint_all(painter, tensor, dimmed)
        return drawn

    def _paint_all(self, painter: QPainter, tensor: TensorPicture, dimmed: bool) -> None:
        values = tensor.values if self._values is None else self._values
        scale, written = scale_of(tensor.values, theme().dark), number_format(values)
        if not tensor.has_values:
            written = no_number
        if self._values is not None:
            scale = replace(scale, bound=max(scale.bound, scale_of(values).bound))
        marked = self._marked or Drawn(tensor)
        cells = marked.values(values)
        for facet in self._layout.facets:
            paint_cells(painter, self._layout, facet, self._facet(cells, facet), scale, written, dimmed)
            if not tensor.has_values:
                paint_hollow(painter, facet_area(self._layout, facet), self.tr("no values"))
            paint_marks(painter, self._layout, facet, marked)
            if self.showsRuler:
                paint_ruler(painter, self._layout, facet, marked)

    def _redraw(self) -> None:
        self._drawn = self._dimmed = None
        self.update()
