"""TensorMap: a plane of a tensor of any size as coloured cells, drawn from tiles that it asks for as it needs them."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.plots import map_painting as paint
from app.plots.plot import PAN_KEYS, ZOOM_KEYS
from app.plots.tensor_window import TILE, TensorWindow, TilePlace
from app.plots.tile_book import MapScale, MapTile, TileBook
from app.theme import theme, themeNotifier

WHEEL = 1.0015  # a cell grows by this for each eighth of a degree
READABLE = 16.0  # pixels a cell that was gone to
BEARABLE_MS = 200  # that what was shown before may stay in place of what is asked for
Cell = tuple[int, int]
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class TensorMap(QWidget):
    """Cells of a plane. Drag pans, the wheel and + and − zoom, a double click or Home shows everything. A click pins a
    cell, arrows walk it, Escape lets it go; without a pinned cell arrows pan.
    """

    tilesWanted = Signal(object)  # list[TilePlace], the most wanted first
    cellPointed = Signal(object)  # (row, column) under the pointer, or None
    cellPinned = Signal(object)  # (row, column) or None
    completed = Signal()  # everything that is seen is drawn exactly

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book, self._before = TileBook(), TileBook()
        self._window = TensorWindow(0, 0, 1, 1)
        self._scale = MapScale()
        self._first = TileBook()
        self._write: Callable[[float], str] = str
        self._empty_text = ""
        self._down = self._across = 1
        self._pointed: Cell | None = None
        self._pinned: Cell | None = None
        self._outlines: list[tuple[int, int, int, int]] = []
        self._dragged: QPointF | None = None
        self._pressed: QPoint | None = None
        self._waited = QElapsedTimer()
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        self._was_complete = False
        self.isPlain = False  # painted for a picture, without a ring of focus
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(240, 160))
        themeNotifier().changed.connect(self._follow_theme)

    # What is shown

    def setPlane(self, rows: int, columns: int, keep_view: bool = False) -> None:
        """Show another plane. With `keep_view` the same part is looked at, and the plane before stays while its tiles
        are missing, for a fifth of a second at most.
        """
        same = (rows, columns) == (self._window.rows, self._window.columns) and keep_view
        self._before, self._book = (self._book, self._before) if same else (TileBook(), TileBook())
        self._book.clear()
        self._book.setScale(self._scale, theme().dark)
        self._first.clear()
        self._was_complete = False
        self._waited.start()
        if not same:
            self._point(None)
            self._pin(None)
            room = self._room()
            self._window = TensorWindow(rows, columns, room.width(), room.height()).fitted()
            self._settle_room()
        QTimer.singleShot(BEARABLE_MS + 10, self, self.update)
        self._changed()

    def setFirstLook(self, tile: MapTile) -> None:
        """Show single numbers, evenly spaced, under the tiles that are still to come."""
        down, across = (-(-cells // TILE) for cells in (self._window.rows, self._window.columns))
        self._first.add(TilePlace(down, across, 0, 0), tile)
        self._changed()

    def addTile(self, place: TilePlace, tile: MapTile) -> None:
        """Take a tile of the plane."""
        self._book.add(place, tile)
        if place == self._window.root():
            self._first.clear()
        self._changed()

    def forgetTiles(self) -> None:
        """Ask for all tiles again; those that are there stay until they come."""
        self._before, self._book = self._book, TileBook()
        self._book.setScale(self._scale, theme().dark)
        self._waited.start()
        self._was_complete = False
        self._changed()

    def setScale(self, scale: MapScale) -> None:
        """Colour numbers by another scale."""
        self._scale = scale
        for book in (self._book, self._first):
            book.setScale(scale, theme().dark)
        self.update()

    def scale(self) -> MapScale:
        """Return what numbers are coloured by."""
        return self._scale

    def setFormat(self, write: Callable[[float], str]) -> None:
        """Write numbers in cells in this way."""
        self._write = write
        self.update()

    def setOutlines(self, rectangles: list[tuple[int, int, int, int]]) -> None:
        """Outline (top, left, bottom, right) of cells that belong together, the last row and column left out."""
        if rectangles != self._outlines:
            self._outlines = rectangles
            self.update()

    def setTileSize(self, down: int, across: int) -> None:
        """Say how many numbers of the tensor a cell stands for, down and across, so that indices are the tensor's."""
        self._down, self._across = down, across
        self._settle_room()
        self.update()

    def setEmptyText(self, text: str) -> None:
        """Say what stands there while there is nothing to draw."""
        self._empty_text = text
        self.update()

    # Where it is looked at

    def window_(self) -> TensorWindow:
        """Return what part is seen."""
        return self._window

    def look(self, window: TensorWindow) -> None:
        """Look at another part."""
        self._window = window
        self._settle_room()
        self._changed()

    @Slot()
    def showAll(self) -> None:
        """Show everything."""
        self.look(self._window.fitted())

    def pinned(self) -> Cell | None:
        """Return the cell that is pinned."""
        return self._pinned

    def showCell(self, row: int, column: int) -> None:
        """Pin a cell and bring it to the middle, large enough to be seen."""
        is_small = min(self._window.wide, self._window.high) < READABLE / 2
        self._window = self._window.centred(row, column, READABLE if is_small else 0.0)
        self._settle_room()
        self._pin((row, column))
        self._changed()

    @Slot()
    def askAgain(self) -> None:
        """Ask for what is still missing."""
        self._asking.start()

    def isComplete(self) -> bool:
        """Whether all that is seen is drawn exactly."""
        return not self.missing()

    def missing(self) -> list[TilePlace]:
        """Return the tiles that are still needed, the most wanted first."""
        if not self._window.rows or not self._window.columns:
            return []
        root = self._window.root()
        places = [root, *(place for place in self._window.tiles(self.devicePixelRatioF()) if place != root)]
        return [place for place in places if place not in self._book]

    # Inside

    def _room(self) -> QRectF:
        """Return where cells are drawn: right of the rows' indices and below the columns'."""
        metrics = QFontMetricsF(theme().font(0.8))
        left = metrics.horizontalAdvance(f"{max(1, self._window.rows * self._down):,}") + 14
        top = metrics.height() + 8
        return QRectF(
            round(left), round(top), max(1.0, self.width() - round(left) - 8), max(1.0, self.height() - round(top) - 8)
        )

    def _settle_room(self) -> None:
        room = self._room()
        if (room.width(), room.height()) != (self._window.width, self._window.height):
            self._window = self._window.resized(room.width(), room.height())

    def _changed(self) -> None:
        self._asking.start()
        self.update()

    @Slot()
    def _ask(self) -> None:
        missing = self.missing()
        if missing:
            self._was_complete = False
            self.tilesWanted.emit(missing)
        elif not self._was_complete:
            self._was_complete = True
            self._before.clear()
            self.completed.emit()

    def _point(self, cell: Cell | None) -> None:
        if cell != self._pointed:
            self._pointed = cell
            self.cellPointed.emit(cell)
            self.update()

    def _pin(self, cell: Cell | None) -> None:
        if cell != self._pinned:
            self._pinned = cell
            self.cellPinned.emit(cell)
            self.update()

    @Slot()
    def _follow_theme(self) -> None:
        for book in (self._book, self._before, self._first):
            book.setScale(self._scale, theme().dark)
        self._settle_room()
        self.update()

    # Qt's own events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what is there of what is seen."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(theme().base))
            if not self._window.rows or not self._window.columns:
                painter.setPen(QColor(theme().muted))
                area = self.rect().adjusted(24, 24, -24, -24)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
            else:
                self._paint_cells(painter)
            if self.hasFocus() and not self.isPlain:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme().accent), 1))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_cells(self, painter: QPainter) -> None:
        room = self._room()
        paint.paint_indices(painter, self._window, room, self._down, self._across)
        painter.save()
        painter.setClipRect(room)
        painter.translate(room.topLeft())
        places = self._window.tiles(self.devicePixelRatioF())
        if not all(place in self._book for place in places):
            self._paint_meanwhile(painter, places)
        paint.paint_tiles(painter, self._window, self._book, places)
        paint.paint_gaps(painter, self._window)
        paint.paint_numbers(painter, self._window, self._book, self._scale, self._write)
        paint.paint_rings(painter, self._window, self._book, places)
        paint.paint_outlines(painter, self._window, self._outlines)
        for cell, strong in ((self._pointed, False), (self._pinned, True)):
            if cell is not None:
                paint.paint_pin(painter, self._window, cell, strong)
        painter.restore()

    def _paint_meanwhile(self, painter: QPainter, places: list[TilePlace]) -> None:
        """Paint what is known for the time until the tiles come: the plane before, or a first look."""
        if self._waited.isValid() and self._waited.elapsed() < BEARABLE_MS:
            paint.paint_tiles(painter, self._window, self._before, places)
        paint.paint_tiles(painter, self._window, self._first, list(self._first))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is looked at in the new room."""
        super().resizeEvent(event)
        self._settle_room()
        self._changed()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        at = event.position() - self._room().topLeft()
        self.look(self._window.zoomed(WHEEL ** event.angleDelta().y(), at.x(), at.y()))
        self._point(self._window.cell(at.x(), at.y()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged, self._pressed = event.position(), event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or tell which cell is pointed at."""
        if self._dragged is not None:
            way = event.position() - self._dragged
            self._dragged = event.position()
            self.look(self._window.panned(way.x(), way.y()))
        at = event.position() - self._room().topLeft()
        inside = at.x() >= 0 and at.y() >= 0
        self._point(self._window.cell(at.x(), at.y()) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pin the cell that was clicked; the pinned one is let go."""
        if self._pressed is None:
            return
        way = (event.position().toPoint() - self._pressed).manhattanLength()
        self._dragged = self._pressed = None
        if way < QApplication.startDragDistance() and self._pointed is not None:
            self._pin(None if self._pointed == self._pinned else self._pointed)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show everything."""
        self._pin(None)
        self.showAll()

    def leaveEvent(self, _event: QEvent) -> None:
        """Point at nothing."""
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, pan, walk the pinned cell."""
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Home, Qt.Key.Key_0}:
            self.showAll()
        elif key in ZOOM_KEYS:
            self.look(self._window.zoomed(1 / ZOOM_KEYS[key], self._window.width / 2, self._window.height / 2))
        elif key == Qt.Key.Key_Escape and self._pinned is not None:
            self._pin(None)
        elif key in _STEPS and self._pinned is not None:
            self._walk(*_STEPS[key])
        elif key in PAN_KEYS:
            across, up = PAN_KEYS[key]
            self.look(self._window.panned(-across * self._window.width, up * self._window.height))
        else:
            super().keyPressEvent(event)

    def _walk(self, down: int, across: int) -> None:
        assert self._pinned is not None
        row = min(max(0, self._pinned[0] + down), self._window.rows - 1)
        column = min(max(0, self._pinned[1] + across), self._window.columns - 1)
        self._pin((row, column))
        top, left, bottom, right = self._window.seen()
        if not (top <= row < bottom and left <= column < right):
            self.look(self._window.centred(row, column))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring of focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()
