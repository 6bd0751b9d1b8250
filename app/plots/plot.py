"""The base of every plot: a pyqtgraph view in the theme's colours that exports its picture and its numbers."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QVBoxLayout, QWidget

from app.theme import theme, themeNotifier

pg.setConfigOptions(antialias=False, useOpenGL=False)
Numbers = tuple[list[str], Sequence[Sequence[object]]]


class Plot(QWidget):
    """A plot. Subclasses draw into `view` and give their numbers; `redraw` is called when the theme changes."""

    exported = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = pg.PlotWidget(self, background=theme().base)
        self.view.setMenuEnabled(False)
        self.view.hideButtons()
        self.view.setFrameShape(self.view.Shape.NoFrame)
        self.item = self.view.getPlotItem()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.setMinimumSize(QSize(200, 120))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        themeNotifier().changed.connect(self._follow_theme)
        self._colour_axes()

    def setAxisLabels(self, x: str, y: str) -> None:
        """Name the axes."""
        self._labels = (x, y)
        self.item.setLabel("bottom", x, **{"color": theme().muted, "font-size": "9pt"})
        self.item.setLabel("left", y, **{"color": theme().muted, "font-size": "9pt"})

    def numbers(self) -> Numbers:
        """Return the column names and rows of what is drawn, exactly."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw everything again, in the colours of now."""

    def exportImage(self, path: Path) -> None:
        """Write the plot as .svg or, for every other ending, as a picture of twice the screen's size."""
        if Path(path).suffix.lower() == ".svg":
            generator = QSvgGenerator()
            generator.setFileName(str(path))
            generator.setSize(self.size())
            generator.setViewBox(QRect(0, 0, self.width(), self.height()))
            generator.setTitle(self.accessibleName())
            painter = QPainter(generator)
            self.render(painter, QPoint())
            painter.end()
            return
        picture = QPixmap(self.size() * 2)
        picture.setDevicePixelRatio(2)
        picture.fill(QColor(theme().base))
        self.render(picture)
        picture.save(str(path))

    def exportNumbers(self, path: Path) -> None:
        """Write what is drawn as CSV, with every point."""
        header, rows = self.numbers()
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)

    def exportMenu(self) -> QMenu:
        """Return the menu of exports."""
        menu = QMenu(self)
        menu.addAction(self.tr("Save picture…"), self.askForImage)
        menu.addAction(self.tr("Save numbers as CSV…"), self.askForNumbers)
        menu.addAction(self.tr("Copy picture"), self.copyImage)
        return menu

    @Slot()
    def askForImage(self) -> None:
        """Ask where to, and write the picture."""
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save picture"), "plot.png", "PNG (*.png);;SVG (*.svg)")
        if name:
            self.exportImage(Path(name))
            self.exported.emit(name)

    @Slot()
    def askForNumbers(self) -> None:
        """Ask where to, and write the numbers."""
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save numbers"), "plot.csv", "CSV (*.csv)")
        if name:
            self.exportNumbers(Path(name))
            self.exported.emit(name)

    @Slot()
    def copyImage(self) -> None:
        """Put the picture on the clipboard."""
        QApplication.clipboard().setPixmap(self.grab())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the exports."""
        menu = self.exportMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    @Slot()
    def _follow_theme(self) -> None:
        self.view.setBackground(theme().base)
        self._colour_axes()
        self.redraw()

    def _colour_axes(self) -> None:
        for side in ("left", "bottom"):
            axis = self.item.getAxis(side)
            axis.setPen(pg.mkPen(theme().axis))
            axis.setTextPen(pg.mkPen(theme().muted))
            axis.setTickFont(theme().font(0.85))
            axis.setStyle(tickLength=-4, tickTextOffset=6)
            axis.setGrid(40 if theme().dark else 60)


def pen(colour: QColor | str, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> "pg.QtGui.QPen":
    """Return a pen of one pixel: wider ones are drawn ten times slower."""
    return pg.mkPen(colour, width=1, style=style)


def finite_range(*arrays: "np.ndarray") -> tuple[float, float] | None:
    """Return the lowest and highest finite value of some arrays, or None without any."""
    found = [array[np.isfinite(array)] for array in arrays]
    found = [array for array in found if len(array)]
    if not found:
        return None
    return float(min(array.min() for array in found)), float(max(array.max() for array in found))
