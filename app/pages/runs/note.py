"""The editor of a run's note. It says what was written; who keeps it is the page's business."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

KEEP_AFTER_MS = 600


class NoteEditor(QWidget):
    """One run's note; what was typed is handed on after a short pause and before another run is shown."""

    noteChanged = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run_id = ""
        self._known = ""
        self._title = QLabel(self)
        self._title.setProperty("role", "muted")
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("runs.note")
        self._text.setAccessibleName(self.tr("Note of the selected run"))
        self._text.setToolTip(self.tr("Your own words about the run; kept as you type"))
        self._text.setPlaceholderText(self.tr("What did you try, what did you learn?"))
        self._text.setTabChangesFocus(True)
        self._text.setMaximumHeight(72)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(KEEP_AFTER_MS)
        self._pause.timeout.connect(self.keep)
        self._text.textChanged.connect(self._pause.start)
        row = QHBoxLayout()
        row.addWidget(self._title)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._text)
        self.setRun("", "", "")

    def setRun(self, run_id: str, name: str, note: str) -> None:
        """Show a run's note; news of the run on show does not disturb what is being typed."""
        if run_id != self._run_id:
            self.keep()
        typing = run_id == self._run_id and self._text.toPlainText() != self._known
        self._run_id = run_id
        self._title.setText(self.tr("Note · {0}").format(name) if run_id else self.tr("Note"))
        self.setEnabled(bool(run_id))
        if typing:
            return
        self._known = note
        if note != self._text.toPlainText():
            self._text.setPlainText(note)
        self._pause.stop()

    def keep(self) -> None:
        """Hand on what was typed, if anything was."""
        self._pause.stop()
        text = self._text.toPlainText()
        if self._run_id and text != self._known:
            self._known = text
            self.noteChanged.emit(self._run_id, text)
