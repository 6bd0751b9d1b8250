"""Turn columns into series: a wide dataset becomes a long one, seen before it is made. The data lab does the work."""

from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.engine_thread import EngineThread, Requests
from app.pages.data.answers import DatasetAnswer, PreviewAnswer
from app.pages.data.cell_delegate import CellDelegate
from app.pages.data.melt_form import MeltForm
from app.pages.data.preview_model import PreviewModel
from app.pages.data.table_header import TableHeader, fit_columns
from app.pages.data.wording import one_line

ASK_AFTER_MS = 150


class MeltDialog(QDialog):
    """Asks what becomes a series; `made` carries the new dataset."""

    made = Signal(object)

    def __init__(self, engine: EngineThread, dataset: DatasetAnswer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data.melt.dialog")
        self.setWindowTitle(self.tr("Turn columns into series"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dataset = dataset
        self._requests = Requests(engine, self)
        self._ask_soon = QTimer(self, singleShot=True, interval=ASK_AFTER_MS)
        self.form = MeltForm(dataset, self)
        self.name = QLineEdit(self.tr("{0} as series").format(one_line(dataset["name"])), self)
        self.rows = PreviewModel(self)
        self._table = QTableView(self)
        self._said = QLabel(self)
        self._progress = QProgressBar(self)
        self.start = QPushButton(self.tr("Make the series"), self)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self._name_everything()
        self._arrange()
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._requests.progressed.connect(self._on_progressed)
        self.form.valueChanged.connect(self._on_change)
        self._ask_soon.timeout.connect(self._ask)
        self.start.clicked.connect(self._make)
        self.cancel.clicked.connect(self.reject)
        self._on_change()

    def done(self, result: int) -> None:
        """Give up what is still at work."""
        self._requests.cancel("preview")
        self._requests.cancel("melt")
        super().done(result)

    @Slot()
    def reject(self) -> None:
        """Cancel the work, or leave where none is done."""
        if not self._requests.isWaiting("melt"):
            super().reject()
            return
        self._requests.cancel("melt")
        self._show_work(False)
        self._say(self.tr("Cancelled; nothing was made."))

    @Slot()
    def _on_change(self) -> None:
        self.start.setEnabled(False)
        self._requests.cancel("preview")
        self._say(self.form.problem(), trouble=True)
        if self.form.problem():
            self._ask_soon.stop()
            self.rows.setPreview(None)
        else:
            self._ask_soon.start()

    @Slot()
    def _ask(self) -> None:
        self._requests.ask("preview", "data", "melt_preview", id=self._dataset["id"], melt=self.form.value())

    @Slot()
    def _make(self) -> None:
        self._show_work(True)
        self._say("")
        name = self.name.text().strip()
        self._requests.ask("melt", "data", "melt", id=self._dataset["id"], melt=self.form.value(), name=name)

    @Slot(str, object)
    def _on_answered(self, name: str, value: object) -> None:
        if name == "melt":
            self.made.emit(value)
            self.accept()
            return
        self.rows.setPreview(cast(PreviewAnswer, value))
        fit_columns(self._table, narrowest=72, widest=200)
        self._say("")
        self.start.setEnabled(True)

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:
        self._say(sentence, trouble=True)
        if name == "melt":
            self._show_work(False)
        else:
            self.rows.setPreview(None)

    @Slot(str, object)
    def _on_progressed(self, _name: str, value: dict[str, object]) -> None:
        fraction = value.get("fraction")
        if isinstance(fraction, int | float) and fraction > 0:
            self._progress.setRange(0, 100)
            self._progress.setValue(round(100 * min(1.0, float(fraction))))

    def _say(self, sentence: str, trouble: bool = False) -> None:
        self._said.setText(sentence)
        self._said.setProperty("role", "error" if trouble else "muted")
        self._said.style().unpolish(self._said)
        self._said.style().polish(self._said)

    def _show_work(self, is_working: bool) -> None:
        self._progress.setRange(0, 0)
        self._progress.setVisible(is_working)
        self.form.setEnabled(not is_working)
        self.name.setEnabled(not is_working)
        self.start.setEnabled(not is_working)

    def _name_everything(self) -> None:
        for widget, name, text in (
            (self.name, "name", self.tr("Name of the new dataset")),
            (self._table, "preview", self.tr("The first rows of the new dataset")),
            (self._said, "said", self.tr("What is wrong")),
            (self._progress, "progress", self.tr("Progress")),
            (self.start, "start", self.start.text()),
            (self.cancel, "cancel", self.cancel.text()),
        ):
            widget.setObjectName(f"data.melt.{name}")
            widget.setAccessibleName(text)
        self.start.setProperty("primary", True)
        self.start.setToolTip(self.tr("Add the long dataset to the workspace; the wide one stays"))
        self.cancel.setToolTip(self.tr("Make nothing (Esc)"))
        self.name.setToolTip(self.tr("What the new dataset is called"))
        self._said.setWordWrap(True)
        self._progress.hide()
        self._progress.setFixedWidth(160)
        self._table.setModel(self.rows)
        self._table.setHorizontalHeader(TableHeader(self._table))
        self._table.setItemDelegate(CellDelegate(self._table))
        self._table.setShowGrid(False)
        self._table.setAlternatingRowColors(True)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().setDefaultSectionSize(28)

    def _arrange(self) -> None:
        about = QLabel(
            self.tr("Each chosen column becomes a series of its own: a row a time, with its name and its value. ")
            + self.tr("Other columns stay beside it, and “{0}” stays as it is.").format(
                one_line(self._dataset["name"])
            ),
            self,
        )
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        called = QLabel(self.tr("New dataset"), self)
        called.setBuddy(self.name)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(called)
        top.addWidget(self.name, 1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(top)
        right.addWidget(self._table, 1)
        body = QHBoxLayout()
        body.setSpacing(24)
        body.addWidget(self.form)
        body.addLayout(right, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._progress)
        foot.addWidget(self._said, 1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(about)
        layout.addLayout(body, 1)
        layout.addLayout(foot)
        self.resize(880, 512)
