"""Writing a plot's picture and numbers to files. Long tables are written by a thread of their own."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QRunnable, QSize, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.theme import theme

Numbers = tuple[list[str], Iterable[Sequence[object]]]
SCALE = 2.0  # pixels a point of a picture, where nothing else is chosen


@dataclass(frozen=True)
class Picture:
    """Something that can be painted on anything: from (0, 0), over so many points."""

    title: str
    size: QSize
    paint: Callable[[QPainter], None]


def save_picture(picture: Picture, path: Path, scale: float = SCALE) -> None:
    """Write a picture as .svg or, for every other ending, with `scale` pixels a point.

    Raises:
        OSError: the file cannot be written.
    """
    path.open("ab").close()  # Qt only says that it did not work; this says why
    if path.suffix.lower() == ".svg":
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setResolution(
            round(QGuiApplication.primaryScreen().logicalDotsPerInch())
        )  # else text is 72 / 96 as large
        generator.setSize(picture.size * scale)
        generator.setViewBox(QRect(QPoint(0, 0), picture.size))
        generator.setTitle(picture.title)
        with QPainter(generator) as painter:
            _paint(painter, picture)
    elif not pixmap_of(picture, scale).save(str(path)):
        raise OSError(f"{path.name}: no picture of this kind can be written; use .png or .svg")


def pixmap_of(picture: Picture, scale: float = SCALE) -> QPixmap:
    """Return a picture with `scale` pixels a point."""
    pixmap = QPixmap(picture.size * scale)
    pixmap.setDevicePixelRatio(scale)
    with QPainter(pixmap) as painter:
        _paint(painter, picture)
    return pixmap


def picture_of(widget: QWidget) -> Picture:
    """Return a widget as a picture."""

    def paint(painter: QPainter) -> None:
        widget.render(painter, QPoint())

    return Picture(widget.accessibleName(), widget.size(), paint)


def _paint(painter: QPainter, picture: Picture) -> None:
    painter.fillRect(QRect(QPoint(0, 0), picture.size), QColor(theme().base))
    picture.paint(painter)


def save_numbers(numbers: Numbers, path: Path) -> None:
    """Write a header and rows as CSV.

    Raises:
        OSError: the file cannot be written.
    """
    header, rows = numbers
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


class _Relay(QObject):
    done = Signal(str)
    failed = Signal(str)


class NumbersJob(QRunnable):
    """Writes a table beside the window's thread. Connect to `relay.done` (the path) and `relay.failed` (a sentence)."""

    def __init__(self, numbers: Numbers, path: Path) -> None:
        super().__init__()
        self.relay = _Relay()
        self._numbers = numbers
        self._path = path

    def run(self) -> None:
        """Write."""
        try:
            save_numbers(self._numbers, self._path)
        except OSError as error:
            self.relay.failed.emit(str(error))
        else:
            self.relay.done.emit(str(self._path))
