"""HubField: the name of a model on the hub, and the leave to fetch it. It says what is wanted and shows what comes of it;
it opens no connection."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.forms.row import EDITOR_WIDTH, LABEL_WIDTH
from app.pages.train.preflight_panel import size_text
from app.widgets import push_button


class HubField(QWidget):
    """A line with a tick beside it, which counts for one fetch; `fetched` carries the folder of the model that came."""

    wanted = Signal(str)
    cancelled = Signal()
    fetched = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.text.hub")
        self._is_busy = False
        self._problem = ""
        self.name = QLineEdit(self)
        self.allowed = QCheckBox(self.tr("Allow the network for this"), self)
        tip = self.tr("Fetch this model into the workspace, then begin with it")
        self.fetch = push_button(self, "train.text.hub.fetch", self.tr("Fetch"), "import", tip)
        self.cancel = push_button(self, "train.text.hub.cancel", self.tr("Cancel"), "stop", self.tr("Fetch no further"))
        self.note = QLabel(self)
        self._bar = QProgressBar(self)
        self._arrange()
        self.name.textChanged.connect(self._forget_problem)
        self.name.returnPressed.connect(self._ask)
        self.allowed.toggled.connect(self._forget_problem)
        self.fetch.clicked.connect(self._ask)
        self.cancel.clicked.connect(self._give_up)
        self._show()

    @Slot(object)
    def setProgress(self, value: Mapping[str, Any]) -> None:
        """Show how much of a file is there: {"file", "done", "of"}, in bytes."""
        done, of = int(value["done"]), int(value["of"])
        self._bar.setRange(0, 1_000 if of else 0)
        self._bar.setValue(round(1_000 * done / of) if of else 0)
        amount = self.tr("{0} of {1}").format(size_text(done), size_text(of)) if of else ""
        self.note.setText(self.tr("Fetching {0}").format(value["file"]) + (f": {amount}" if amount else " …"))

    @Slot(str)
    def setFetched(self, folder: str) -> None:
        """Show that the model is in a folder, and tell it."""
        self._end("")
        self.name.clear()
        self.fetched.emit(folder)

    @Slot(str)
    def setFailure(self, sentence: str) -> None:
        """Say why there is no model."""
        self._end(sentence)

    @Slot()
    def _ask(self) -> None:
        if self.fetch.isEnabled() and not self._is_busy:
            self._is_busy, self._problem = True, ""
            self._bar.setRange(0, 0)
            self._show()
            self.note.setText(self.tr("Asking for {0} …").format(self.name.text().strip()))
            self.wanted.emit(self.name.text().strip())

    @Slot()
    def _give_up(self) -> None:
        self.cancelled.emit()
        self._end("")

    def _end(self, problem: str) -> None:
        """Be at rest again; the leave was for this one."""
        self._is_busy = False
        self.allowed.setChecked(False)
        self._problem = problem
        self._show()

    @Slot()
    def _forget_problem(self) -> None:
        self._problem = ""
        self._show()

    def _show(self) -> None:
        self.name.setEnabled(not self._is_busy)
        self.fetch.setEnabled(self.allowed.isChecked() and bool(self.name.text().strip()))
        self.allowed.setVisible(not self._is_busy)
        self.fetch.setVisible(not self._is_busy)
        self._bar.setVisible(self._is_busy)
        self.cancel.setVisible(self._is_busy)
        self.note.setProperty("role", "error" if self._problem else "muted")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        if self._problem:
            self.note.setText(self._problem)
        elif self.allowed.isChecked():
            self.note.setText(self.tr("Config, tokenizer and safetensors are fetched into the workspace; never code."))
        else:
            self.note.setText(self.tr("Offline: nothing is fetched from a network."))

    def _arrange(self) -> None:
        label = QLabel(self.tr("Name on the hub"), self)
        label.setFixedWidth(LABEL_WIDTH)
        label.setBuddy(self.name)
        self.name.setObjectName("train.text.hub.name")
        self.name.setAccessibleName(label.text())
        self.name.setPlaceholderText(self.tr("owner/model"))
        self.name.setToolTip(self.tr("A model of huggingface.co; it is fetched only where you allow it"))
        self.name.setFixedWidth(EDITOR_WIDTH)
        self.allowed.setObjectName("train.text.hub.allowed")
        self.allowed.setAccessibleName(self.allowed.text())
        self.allowed.setToolTip(self.tr("For one fetch; it is never remembered"))
        self._bar.setObjectName("train.text.hub.progress")
        self._bar.setAccessibleName(self.tr("Progress of the fetch"))
        self._bar.setToolTip(self.tr("How much of the file is there"))
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(EDITOR_WIDTH)
        self.note.setObjectName("train.text.hub.note")
        self.note.setWordWrap(True)
        line, leave, under = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(label)
        line.addWidget(self.name)
        line.addStretch()
        for row, widgets in ((leave, (self.allowed, self._bar, self.fetch, self.cancel)), (under, (self.note,))):
            row.setSpacing(8)
            row.addSpacing(LABEL_WIDTH + 8)
            for widget in widgets:
                row.addWidget(widget, 1 if widget is self.note else 0)
        leave.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (line, leave, under):
            layout.addLayout(part)
