"""The base of every plot: a pyqtgraph view in the theme's colours that exports its picture and its numbers."""

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QScrollArea,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)

from app.plots.axis import Axis
from app.plots.export import SCALE, Numbers, NumbersJob, picture_of, pixmap_of, save_numbers, save_picture
from app.plots.picture_menu import PictureMenu
from app.theme import theme, themeNotifier

pg.setConfigOptions(antialias=False, useOpenGL=False)
TEXT_FILLS = [(0, 0.6), (2, 0.4), (4, 0.25), (6, 0.15)]  # from so many ticks on, how much of an axis text may fill
ZOOM_KEYS = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}
PAN_KEYS = {
    Qt.Key.Key_Left: (-0.1, 0.0),
    Qt.Key.Key_Right: (0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1),
    Qt.Key.Key_Down: (0.0, -0.1),
}


class Plot(QWidget):
    """A plot. Subclasses draw into `view` and give their numbers; `redraw` is called when the theme changes.

    Drag pans, the wheel and + and − zoom, arrows pan, a double click or Home shows everything again. On a page that
    scrolls, the wheel is the page's until the plot is clicked.
    """

    exported = Signal(str)
    GRID = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        axes = {"left": Axis("left"), "bottom": Axis("bottom")}
        self.view = pg.PlotWidget(self, background=theme().base, axisItems=axes)
        self.view.setMenuEnabled(False)
        self.view.hideButtons()
        self.view.setFrameShape(self.view.Shape.NoFrame)
        self.view.setCacheMode(self.view.CacheModeFlag.CacheNone)  # a cached background is a bitmap in an SVG
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.item = self.view.getPlotItem()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.addWidget(self.view)
        self._empty = QLabel(self.tr("Nothing to show yet"), self)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._labels: tuple[str, str] = ("", "")
        self._is_empty = False
        self._picture = PictureMenu(None, "", self)
        self._picture.exported.connect(self.exported)
        self.setMinimumSize(QSize(200, 120))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        themeNotifier().changed.connect(self._follow_theme)
        self._colour_axes()
        self.showEmpty(True)
        for part in (self.view, self.view.viewport()):
            part.installEventFilter(self)

    def setAxisLabels(self, x: str, y: str) -> None:
        """Name the axes."""
        self._labels = (x, y)
        for side, text in zip(("bottom", "left"), self._labels, strict=True):
            if text:
                self.item.setLabel(side, text, **{"color": theme().muted, "font-size": "9pt"})

    def setEmptyText(self, text: str) -> None:
        """Say what stands there while there is nothing to draw."""
        self._empty.setText(text)

    def showEmpty(self, is_empty: bool) -> None:
        """Show the empty text in place of axes, or the axes again."""
        if is_empty != self._is_empty:
            self._is_empty = is_empty
            self._empty.setVisible(is_empty)
            for side in ("left", "bottom"):
                self.item.showAxis(side, not is_empty)
            self.item.layout.activate()  # what is drawn next must know the room that axes leave

    def numbers(self) -> Numbers:
        """Return the column names and rows of what is drawn, exactly."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw everything again, in the colours of now."""

    def resetView(self) -> None:
        """Show everything."""
        self.item.autoRange(padding=0.03)
        self.redraw()

    def exportImage(self, path: Path, scale: float = SCALE) -> None:
        """Write the plot as .svg or, for every other ending, with `scale` pixels a point. Raises OSError."""
        clouds = [item for item in self.view.scene().items() if isinstance(item, pg.ScatterPlotItem)]
        for cloud in clouds:
            cloud.setExportMode(True, {})  # its dots are drawn as shapes instead of small bitmaps
        try:
            save_picture(picture_of(self), Path(path), scale)
        finally:
            for cloud in clouds:
                cloud.setExportMode(False)

    def exportPixmap(self, scale: float = SCALE) -> QPixmap:
        """Return the plot as a picture with `scale` pixels a point."""
        return pixmap_of(picture_of(self), scale)

    def exportNumbers(self, path: Path) -> None:
        """Write what is drawn as CSV, with every point."""
        save_numbers(self.numbers(), Path(path))

    def exportMenu(self) -> QMenu:
        """Return the menu of exports."""
        menu = QMenu(self)
        self._picture.setTitle(self.accessibleName())
        self._picture.addTo(menu)
        menu.addAction(self.tr("Save numbers as CSV…"), self.askForNumbers)
        return menu

    @Slot()
    def askForNumbers(self) -> None:
        """Ask where to, and write the numbers: beside the window's thread, since there may be millions."""
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save numbers"), "plot.csv", "CSV (*.csv)")
        if name:
            self.writeNumbers(Path(name))

    def writeNumbers(self, path: Path) -> None:
        """Write the numbers of this moment by another thread; `exported` tells when it is done."""
        job = NumbersJob(self.numbers(), path)
        job.relay.done.connect(self.exported)
        job.relay.failed.connect(self._tell_failure)
        QThreadPool.globalInstance().start(job)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the exports, and the whole view."""
        menu = self.exportMenu()
        menu.addSeparator()
        menu.addAction(self.tr("Show everything"), self.resetView)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, pan and reset by keys."""
        key = Qt.Key(event.key())
        box = self.item.getViewBox()
        mouse = box.mouseEnabled()
        if key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.resetView()
        elif key in ZOOM_KEYS and any(mouse):
            box.scaleBy((ZOOM_KEYS[key] if mouse[0] else 1.0, ZOOM_KEYS[key] if mouse[1] else 1.0))
            box.sigRangeChangedManually.emit(mouse)
        elif key in PAN_KEYS and any(mouse):
            (left, right), (low, high) = box.viewRange()
            across, up = PAN_KEYS[key]
            box.translateBy(x=across * (right - left) * mouse[0], y=up * (high - low) * mouse[1])
            box.sigRangeChangedManually.emit(mouse)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.resetView()
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the double click and the wheel, which the view would otherwise keep, and the readout with the pointer."""
        if event.type() == QEvent.Type.Wheel and not self.hasFocus() and (bar := self._bar_of_page()) is not None:
            return QApplication.sendEvent(bar, event)
        if watched is self.view.viewport():
            if event.type() == QEvent.Type.MouseButtonDblClick:
                self.resetView()
            elif event.type() == QEvent.Type.Leave:
                self.forgetPointer()
        return False

    def forgetPointer(self) -> None:
        """Take away what was shown for the pointer, which has left."""

    def _bar_of_page(self) -> QScrollBar | None:
        """Return what scrolls the page that the plot is on, where there is anything to scroll."""
        parent = self.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea) and parent.verticalScrollBar().maximum() > 0:
                return parent.verticalScrollBar()
            parent = parent.parentWidget()
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the ring around the plot that keys go to."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring of focus; the rest is the view's."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme().accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the empty text in the middle."""
        super().resizeEvent(event)
        self._empty.setGeometry(self.rect().adjusted(16, 0, -16, 0))

    @Slot()
    def _follow_theme(self) -> None:
        self.view.setBackground(theme().base)
        self._colour_axes()
        self.setAxisLabels(*self._labels)
        self.redraw()

    @Slot(str)
    def _tell_failure(self, sentence: str) -> None:
        QMessageBox.warning(self, self.tr("The file could not be written"), sentence)

    def _colour_axes(self) -> None:
        for side in ("left", "bottom"):
            axis = self.item.getAxis(side)
            axis.setPen(pg.mkPen(theme().axis))
            axis.setTextPen(pg.mkPen(theme().muted))
            axis.setTickFont(theme().font(0.85))
            axis.setStyle(tickLength=-4, tickTextOffset=6, textFillLimits=TEXT_FILLS)
            axis.setGrid((40 if theme().dark else 60) if self.GRID else False)
            axis.setZValue(-1)  # the grid lies under what is drawn, not over it


def pen(colour: QColor | str, style: Qt.PenStyle = Qt.PenStyle.SolidLine, fine: bool = False) -> "pg.QtGui.QPen":
    """Return a pen of one pixel, or of 1.6 for curves of few points; give those to `drawFinely` too."""
    return pg.mkPen(colour, width=1.6 if fine else 1, style=style)


def drawFinely(item: pg.PlotCurveItem, fine: bool) -> None:
    """Let a curve be drawn as single lines where its pen is wide: a path of wide lines that cross takes seconds."""
    item.setSegmentedLineMode("on" if fine else "auto")


def finite_range(*arrays: "np.ndarray") -> tuple[float, float] | None:
    """Return the lowest and highest finite value of some arrays, or None without any."""
    found = [array[np.isfinite(array)] for array in arrays]
    found = [array for array in found if len(array)]
    if not found:
        return None
    return float(min(array.min() for array in found)), float(max(array.max() for array in found))
