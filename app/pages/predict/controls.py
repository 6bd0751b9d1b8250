"""The head of the Predict page: which run's model, which file, and saving. It asks for things and computes nothing."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.dialogs import file_dialog
from app.icons import primary_icon
from app.pages.predict.run_choice import RunChoice
from app.widgets import push_button


class PredictControls(QWidget):
    """Run, file, save and cancel."""

    fileChosen = Signal(str)
    saveRequested = Signal(str)
    cancelRequested = Signal()
    ownDataWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self.run = RunChoice(self)
        self.run.setMinimumWidth(280)
        self._file = QLineEdit(self)
        self._file.setObjectName("predict.file")
        self._file.setReadOnly(True)
        self._file.setAccessibleName(tr("File to predict"))
        self._file.setToolTip(tr("The file whose rows are predicted; drop one anywhere on this page"))
        self._choose = push_button(
            self, "predict.choose", tr("Choose file …"), "open", tr("Choose the file to predict")
        )
        self._own = push_button(
            self,
            "predict.own",
            tr("Go on from its own data"),
            "",
            tr("Forecast what comes after the end of the data that the model learned from"),
        )
        self._save = push_button(
            self, "predict.save", tr("Save as …"), "", tr("Save all predictions as CSV or Parquet")
        )
        self._save.setIcon(primary_icon("save"))
        self._save.setProperty("primary", True)
        self._stop = push_button(self, "predict.cancel", tr("Cancel"), "", tr("Stop predicting"))
        self._busy = QProgressBar(self)
        self._busy.setObjectName("predict.busy")
        self._busy.setAccessibleName(tr("Predicting"))
        self._busy.setRange(0, 0)
        self._saved = QLabel(self)
        self._saved.setObjectName("predict.saved")
        self._saved.setProperty("role", "good")
        self._saved.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._arrange()
        self._own.hide()
        self.setFile(None)
        self._choose.clicked.connect(self.chooseFile)
        self._own.clicked.connect(self.ownDataWanted)
        self._save.clicked.connect(self._choose_target)
        self._stop.clicked.connect(self.cancelRequested)

    def setFile(self, path: Path | None) -> None:
        """Show which file is predicted, or that none is chosen yet."""
        self._file.setText("" if path is None else str(path))
        self._file.setPlaceholderText(self.tr("Drop a file on this page, or choose one"))

    def setOwnData(self) -> None:
        """Show that no file is predicted, but what comes after the model's own data."""
        self._file.setText("")
        self._file.setPlaceholderText(self.tr("Beyond the end of the data that the model learned from"))

    def setForecaster(self, is_one: bool) -> None:
        """Offer what only models of series can do."""
        self._own.setVisible(is_one)
        self._file.setToolTip(
            self.tr("The file whose series are forecast beyond their end; drop one anywhere on this page")
            if is_one
            else self.tr("The file whose rows are predicted; drop one anywhere on this page")
        )

    def setBusy(self, waiting: bool, can_save: bool) -> None:
        """Show whether something is being computed, and whether there is something to save."""
        self._busy.setVisible(waiting)
        self._stop.setVisible(waiting)
        self._save.setEnabled(can_save and not waiting)

    def saySaved(self, text: str) -> None:
        """Say what was saved, or nothing."""
        self._saved.setText(text)

    @Slot()
    def chooseFile(self) -> None:
        """Let the user choose the file to predict."""
        dialog = file_dialog(self, self.tr("Choose a file to predict"), "predict.open.dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        tables = self.tr("Tables (*.csv *.tsv *.txt *.parquet *.jsonl *.ndjson *.json *.xlsx *.xls)")
        dialog.setNameFilters([tables, self.tr("All files (*)")])
        dialog.fileSelected.connect(self.fileChosen)
        dialog.open()

    @Slot()
    def _choose_target(self) -> None:
        dialog = file_dialog(self, self.tr("Save the predictions"), "predict.save.dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("CSV (*.csv)"), self.tr("Parquet (*.parquet)")])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(self._suggested())
        dialog.fileSelected.connect(self.saveRequested)
        dialog.open()

    def _suggested(self) -> str:
        name = Path(self._file.text()).stem
        return f"{name}-predictions.csv" if name else self.tr("forecast.csv")

    def _arrange(self) -> None:
        title = QLabel(self.tr("Predict"), self)
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addSpacing(8)
        head.addWidget(self._saved, 1)
        head.addWidget(self._stop)
        head.addWidget(self._save)
        inputs = QHBoxLayout()
        inputs.setSpacing(8)
        for text, widget, stretch in ((self.tr("Model of"), self.run, 0), (self.tr("on"), self._file, 1)):
            label = QLabel(text, self)
            label.setProperty("role", "muted")
            label.setBuddy(widget)
            inputs.addWidget(label)
            inputs.addWidget(widget, stretch)
        inputs.addWidget(self._choose)
        inputs.addWidget(self._own)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addLayout(inputs)
        layout.addWidget(self._busy)
