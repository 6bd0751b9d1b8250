"""The actions that save or copy the picture of what is drawn, the same for every plot and heat map."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QPixmap
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from app.dialogs import file_dialog
from app.plots.export import SCALE, Picture, pixmap_of, save_picture

SCALES = (1.0, SCALE, 4.0)


class Pictured(Protocol):
    """What can be saved as a picture."""

    def exportImage(self, path: Path, scale: float = SCALE) -> None:
        """Write it as .svg or, for every other ending, with `scale` pixels a point. Raises OSError."""

    def exportPixmap(self, scale: float = SCALE) -> QPixmap:
        """Return it with `scale` pixels a point."""


class PictureMenu(QObject):
    """Adds its actions to menus. All of them share one choice of how many pixels a point has. Where nothing is given that
    makes the picture, the parent does: to hold that here too would keep a plot alive.
    """

    exported = Signal(str)
    _scale = SCALE

    def __init__(self, pictured: Pictured | None, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._own, self._title = pictured, title

    def setTitle(self, title: str) -> None:
        """Say what the picture shows, which its file is named after."""
        self._title = title

    def addTo(self, menu: QMenu) -> None:
        """Add the actions to a menu."""
        save = menu.addAction(self.tr("Save picture…"), self.askForImage)
        copy = menu.addAction(self.tr("Copy picture"), self.copyImage)
        for action, name in ((save, "save"), (copy, "copy")):
            action.setObjectName(f"picture.{name}")
        sizes = menu.addMenu(self.tr("Size of pictures"))
        group = QActionGroup(sizes)
        for scale in SCALES:
            action = sizes.addAction(self.tr("{0} × as on the screen").format(f"{scale:g}"))
            action.setObjectName(f"picture.scale{scale:g}")
            action.setData(scale)
            action.setCheckable(True)
            action.setChecked(scale == PictureMenu._scale)
            group.addAction(action)
        group.triggered.connect(self._choose)

    def _pictured(self) -> Pictured:
        found: Any = self._own or self.parent()
        return cast(Pictured, found)

    def _window(self) -> QWidget:
        return cast(QWidget, self.parent())

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        PictureMenu._scale = float(action.data())

    @Slot()
    def askForImage(self) -> None:
        """Ask where to, and write the picture."""
        dialog = file_dialog(self._window(), self.tr("Save picture"), "picture.dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["PNG (*.png)", "SVG (*.svg)"])
        dialog.setDefaultSuffix("png")
        dialog.filterSelected.connect(_Suffix(dialog).take)
        dialog.selectFile(f"{file_stem(self._title)}.png")
        dialog.fileSelected.connect(self.save)
        dialog.open()

    @Slot(str)
    def save(self, name: str) -> None:
        """Write the picture, and tell where that failed."""
        try:
            self._pictured().exportImage(Path(name), PictureMenu._scale)
        except OSError as error:
            QMessageBox.warning(self._window(), self.tr("The file could not be written"), str(error))
        else:
            self.exported.emit(name)

    @Slot()
    def copyImage(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._pictured().exportPixmap(PictureMenu._scale))


class Painted:
    """Something of which a picture is made when one is wanted."""

    def __init__(self, make: Callable[[], Picture]) -> None:
        self._make = make

    def exportImage(self, path: Path, scale: float = SCALE) -> None:
        """Write the picture."""
        save_picture(self._make(), path, scale)

    def exportPixmap(self, scale: float = SCALE) -> QPixmap:
        """Return the picture."""
        return pixmap_of(self._make(), scale)


class _Suffix(QObject):
    """Gives a file without an ending that of the chosen kind."""

    def __init__(self, dialog: QFileDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog

    @Slot(str)
    def take(self, kind: str) -> None:
        """Take the chosen kind, such as `SVG (*.svg)`."""
        ending = kind.rpartition(".")[2].rstrip(")")
        self._dialog.setDefaultSuffix(ending)
        chosen = self._dialog.selectedFiles()
        if chosen:
            self._dialog.selectFile(Path(chosen[0]).with_suffix(f".{ending}").name)


def file_stem(title: str) -> str:
    """Return a title as the name of a file: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "-", title).strip("-.")[:60] or "picture"
