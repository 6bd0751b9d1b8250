"""Before a file becomes a dataset: how it is read, its first rows, its trouble, and the import's progress."""

from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.amounts import counted
from app.engine_thread import EngineThread, Requests
from app.icons import icon, primary_icon
from app.pages.data.answers import DatasetAnswer, PreviewAnswer, ReadOptionsAnswer, SheetAnswer
from app.pages.data.import_preview import ImportPreview
from app.pages.data.import_side import ImportSide
from app.pages.data.wording import shape

PREVIEW_ROWS = 100
ASK_DELAY_MS = 250


class ImportPanel(QWidget):
    """Shows one file; `imported` carries the dataset that it became, `closed` says that the user gave it up."""

    imported = Signal(object)
    closed = Signal()
    otherRequested = Signal()

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = Path()
        self._ready = False
        self._importing = False
        self._knows_sheets = False
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._requests.progressed.connect(self._on_progressed)
        self._ask_soon = QTimer(self, singleShot=True, interval=ASK_DELAY_MS)
        self._ask_soon.timeout.connect(self.askPreview)
        self._build()
        self._arrange()
        self.form.valueChanged.connect(self._on_options)
        self.start.clicked.connect(self.startImport)
        self.cancel.clicked.connect(self.giveUp)

    def setFile(self, path: Path, more: int = 0) -> None:
        """Begin with a file: guess how it is read and show its first rows. So many `more` files come after it."""
        self._path = path
        self._importing = False
        self._ask_soon.stop()
        self._requests.cancel("import")
        self._requests.cancel("sniff")
        self._requests.cancel("sheets")
        self._knows_sheets = False
        self.form.setSheets([])
        self.form.setFolder(path.is_dir())
        self._title.setText(self.tr("Import {0}").format(path.name))
        then = counted(more, self.tr("{0} more file after this one"), self.tr("{0} more files after this one"))
        self._where.setText(f"{path.parent}  ·  {then}" if more else str(path.parent))
        self.name.setText(path.name.split(".")[0] or path.name)
        self._tabs.setPreview(None)
        self._error.hide()
        self._notes.hide()
        self._side.hide()
        self._ready = False
        self._say(self.tr("Reading the first rows …"))
        self._show_state()
        self._requests.ask("preview", "data", "preview", path=str(path), rows=PREVIEW_ROWS)

    @Slot()
    def askPreview(self) -> None:
        """Ask for the preview with the options as they stand, now."""
        self._ask_soon.stop()
        options = self.form.value()
        self._requests.ask("preview", "data", "preview", path=str(self._path), options=options, rows=PREVIEW_ROWS)

    @Slot()
    def startImport(self) -> None:
        """Make the file a dataset."""
        if not self._ready or self._importing:
            return
        self._importing = True
        self._error.hide()
        self._progress.setRange(0, 0)
        self._say(self.tr("Starting …"))
        self._show_state()
        name = self.name.text().strip()
        self._requests.ask("import", "data", "import", path=str(self._path), options=self.form.value(), name=name)

    @Slot()
    def giveUp(self) -> None:
        """Cancel the import, or leave the panel when none is at work."""
        if self._importing:
            self._requests.cancel("import")
            self._importing = False
            self._say(self.tr("The import was cancelled; nothing was added."))
            self._show_state()
            return
        self._ask_soon.stop()
        self._requests.cancel("preview")
        self.closed.emit()

    # Answers

    @Slot(str, object)
    def _on_answered(self, name: str, value: object) -> None:
        if name == "import":
            self._importing = False
            self._show_state()
            self.imported.emit(cast(DatasetAnswer, value))
            return
        if name == "sniff":
            self._show_options(cast(ReadOptionsAnswer, value))
            return
        if name == "sheets":
            self.form.setSheets(cast(list[SheetAnswer], value))
            return
        preview = cast(PreviewAnswer, value)
        self._ready = not self._ask_soon.isActive()
        self._error.hide()
        if not self._ask_soon.isActive():
            self._show_options(preview["options"])
        self._tabs.setPreview(preview)
        self._notes.setText("\n".join(preview["notes"]))
        self._notes.setVisible(bool(preview["notes"]))
        self._say(self._found(preview))
        self._show_state()

    def _show_options(self, options: ReadOptionsAnswer) -> None:
        self._side.setOptions(options)
        if options["format"] == "excel" and not self._knows_sheets:
            self._knows_sheets = True
            self._requests.ask("sheets", "data", "sheets", path=str(self._path))

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:
        if name in {"sniff", "sheets"}:
            return  # The sentence about the preview stands already.
        self._error_text.setText(sentence)
        self._error.show()
        self._say("")
        if name == "import":
            self._importing = False
        else:
            self._ready = False
            self._tabs.setPreview(None)
            if self._side.isHidden():
                self._requests.ask("sniff", "data", "sniff", path=str(self._path))
        self._show_state()

    @Slot(str, object)
    def _on_progressed(self, name: str, value: object) -> None:
        if name != "import" or not isinstance(value, dict):
            return
        fraction = value.get("fraction")
        if isinstance(fraction, int | float) and fraction > 0:
            self._progress.setRange(0, 100)
            self._progress.setValue(round(100 * min(1.0, float(fraction))))
        self._say(str(value.get("stage", "")))

    @Slot()
    def _on_options(self) -> None:
        self._ready = False
        self._show_state()
        self._ask_soon.start()

    # What is shown

    def _found(self, preview: PreviewAnswer) -> str:
        rows, columns = len(preview["rows"]), len(preview["columns"])
        if rows < PREVIEW_ROWS:
            return shape(rows, columns)
        return self.tr("The first {0}").format(shape(rows, columns))

    def _show_state(self) -> None:
        self._progress.setVisible(self._importing)
        self._tabs.setVisible(self._ready or self._error.isHidden())
        self._other.setVisible(not self._error.isHidden() and not self._importing)
        self.start.setEnabled(self._ready and not self._importing)
        self._side.setEnabled(not self._importing)
        self.cancel.setText(self.tr("Cancel import") if self._importing else self.tr("Cancel"))

    def _say(self, sentence: str) -> None:
        self._said.setText(sentence)

    def _build(self) -> None:
        self._title = _label("title", self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._where = _label("muted", self)
        self._where.setTextFormat(Qt.TextFormat.PlainText)
        self._error = QFrame(self)
        self._error.setObjectName("data.import.error")
        self._error.setProperty("role", "error")
        self._error_text = QLabel(self._error)
        self._error_text.setObjectName("data.import.error.text")
        self._error_text.setWordWrap(True)
        self._error_text.setTextFormat(Qt.TextFormat.PlainText)
        self._error_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside = QHBoxLayout(self._error)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(self._error_text)
        self._notes = _label("warning", self)
        self._notes.setWordWrap(True)
        self._side = ImportSide(self)
        self.form, self.name = self._side.form, self._side.name
        self._tabs = ImportPreview(self)
        self._build_foot()

    def _build_foot(self) -> None:
        self._progress = QProgressBar(self)
        self._progress.setObjectName("data.import.progress")
        self._progress.setAccessibleName(self.tr("Progress of the import"))
        self._progress.setFixedWidth(240)
        self._said = _label("muted", self)
        self._said.setObjectName("data.import.said")
        self._other = QPushButton(icon("open"), self.tr("Open another file…"), self)
        self._other.setObjectName("data.import.other")
        self._other.setToolTip(self.tr("Choose another file to import"))
        self._other.clicked.connect(self.otherRequested)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.setObjectName("data.import.cancel")
        self.cancel.setShortcut("Esc")
        self.cancel.setToolTip(self.tr("Leave the file alone (Esc)"))
        self.start = QPushButton(primary_icon("import"), self.tr("Import"), self)
        self.start.setObjectName("data.import.start")
        self.start.setProperty("primary", True)
        self.start.setShortcut("Ctrl+Return")
        self.start.setToolTip(self.tr("Add the file to the workspace as a dataset (Ctrl+Return)"))
        for button in (self._other, self.cancel, self.start):
            button.setAccessibleName(button.text())

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._where, 1)
        body = QHBoxLayout()
        body.setSpacing(24)
        body.addWidget(self._side)
        body.addWidget(self._tabs, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._progress)
        foot.addWidget(self._said, 1)
        foot.addWidget(self._other)
        foot.addWidget(self.cancel)
        foot.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(self._error)
        layout.addWidget(self._notes)
        layout.addLayout(body, 1)
        layout.addStretch(0)
        layout.addLayout(foot)


def _label(role: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", role)
    return label
