"""Loading and saving a specification as TOML: the dialogs and their errors. Reading itself is the engine's."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.dialogs import file_dialog
from engine.spec import RunSpec, SpecError, read, to_toml

# A specification is a few kilobytes; a larger file is something else, and would hold the window.
LARGEST = 1_000_000


class SpecFiles(QObject):
    """Asks for files; `loaded` carries the RunSpec that was read."""

    loaded = Signal(object)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._saving: RunSpec | None = None

    def chooseToLoad(self) -> None:
        """Let the user choose a file to read."""
        dialog = self._dialog(self.tr("Load a specification"), "train.load.dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._load_text)
        dialog.open()

    def chooseToSave(self, spec: RunSpec) -> None:
        """Let the user choose where a specification is written."""
        self._saving = spec
        dialog = self._dialog(self.tr("Save the specification"), "train.save.dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(f"{spec.name or spec.data.name or 'run'}.toml".replace("/", "-"))
        dialog.fileSelected.connect(self._save_text)
        dialog.open()

    def load(self, path: Path) -> None:
        """Read a file, or show each of its faults as a sentence."""
        try:
            if path.is_file() and path.stat().st_size > LARGEST:
                raise SpecError([self.tr("{0} is too large to be a specification").format(path.name)])
            spec = read(path)
        except SpecError as error:
            self._complain(self.tr("This file cannot be used"), error.problems)
        except OSError as error:
            self._complain(self.tr("This file cannot be read"), [str(error)])
        else:
            self.loaded.emit(spec)

    def save(self, spec: RunSpec, path: Path) -> None:
        """Write a specification, or say why it could not be written."""
        try:
            path.write_text(to_toml(spec), encoding="utf-8")
        except OSError as error:
            self._complain(self.tr("The file could not be written"), [f"{path}: {error.strerror}"])

    @Slot(str)
    def _load_text(self, path: str) -> None:
        self.load(Path(path))

    @Slot(str)
    def _save_text(self, path: str) -> None:
        if self._saving is not None:
            self.save(self._saving, Path(path))

    def _dialog(self, title: str, name: str) -> QFileDialog:
        dialog = file_dialog(self._page, title, name)
        dialog.setNameFilters([self.tr("Specifications (*.toml *.json)"), self.tr("All files (*)")])
        return dialog

    def _complain(self, title: str, sentences: list[str]) -> None:
        box = QMessageBox(self._page)
        box.setObjectName("train.complaint")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Specification"))
        box.setText(title)
        box.setInformativeText("\n".join(f"• {sentence}" for sentence in sentences))
        box.open()
