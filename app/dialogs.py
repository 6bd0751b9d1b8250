"""The dialogs that ask for a file. They open where the user was last, at first where the last opened table lies."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.settings import Settings


class _State:
    folder: Path | None = None


def file_dialog(parent: QWidget, title: str, name: str) -> QFileDialog:
    """Return a dialog that asks for one file, in the folder where the last one was found; it deletes itself."""
    dialog = QFileDialog(parent, title, str(starting_folder()))
    dialog.setObjectName(name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(_remember)
    return dialog


def folder_dialog(parent: QWidget, title: str, name: str) -> QFileDialog:
    """Return a dialog that asks for one folder; it deletes itself."""
    dialog = file_dialog(parent, title, name)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return dialog


def starting_folder() -> Path:
    """Return the folder of the file chosen last, else of the table opened last, else the user's own."""
    known = [_State.folder, *(Path(file).parent for file in Settings().recentFiles)]
    return next((folder for folder in known if folder is not None and folder.is_dir()), Path.home())


def _remember(file: str) -> None:
    _State.folder = Path(file).parent
