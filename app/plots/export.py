"""Writing a plot's picture and numbers to files. Long tables are written by a thread of their own."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QRunnable, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.theme import theme

Numbers = tuple[list[str], Iterable[Sequence[object]]]


def save_image(widget: QWidget, path: Path) -> None:
    """Write a widget as .svg or, for every other ending, as a picture of twice the screen's size.

    Raises:
        OSError: the file cannot be written.
    """
    path.open("ab").close()  # Qt only says that it did not work; this says why
    if path.suffix.lower() == ".svg":
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setSize(widget.size())
        generator.setViewBox(QRect(QPoint(0, 0), widget.size()))
        generator.setTitle(widget.accessibleName())
        painter = QPainter(generator)
        painter.fillRect(widget.rect(), QColor(theme().base))
        widget.render(painter, QPoint())
        painter.end()
        return
    picture = QPixmap(widget.size() * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(QColor(theme().base))
    widget.render(picture)
    if not picture.save(str(path)):
        raise OSError(f"{path.name}: no picture of this kind can be written; use .png or .svg")


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
