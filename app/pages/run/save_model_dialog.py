"""SaveModelDialog: a run's model as files of other programs. The model lab writes; the dialog says what came of it."""

from pathlib import Path

from pydantic import ValidationError
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs import file_dialog
from app.engine_thread import EngineThread, Requests
from app.pages.run.wording import figure, size
from engine.catalog.exports import FORMATS, Format, why_not
from engine.runs.exports import ExportReport
from engine.runs.records import RunRecord
from engine.spec import RunSpec

ENDINGS: dict[Format, str] = {"folder": "", "torchscript": ".pt", "torch_export": ".pt2", "onnx": ".onnx"}

WIDTH, HEIGHT = 520, 440


class SaveModelDialog(QDialog):
    """Asks for a format and a place, and shows size, difference and speed when the file is there.

    Closed while it writes, it says so by `unseen` when the file is there; it deletes itself.
    """

    unseen = Signal(str)

    def __init__(self, record: RunRecord, spec: RunSpec, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.save.dialog")
        self.setWindowTitle(self.tr("Save the model"))
        self._record, self._spec = record, spec
        self._requests = Requests(engine, self)
        self._formats = QButtonGroup(self)
        self._buttons: dict[Format, QRadioButton] = {}
        self._half = QCheckBox(self.tr("Half precision: numbers of 16 bits"), self)
        self._half.setObjectName("run.save.half")
        self._busy = QProgressBar(self)
        self._busy.setRange(0, 0)
        self._busy.setAccessibleName(self.tr("The model is being written"))
        self._told = QLabel(self)
        self._told.setObjectName("run.save.told")
        self._told.setWordWrap(True)
        self._told.setTextInteractionFlags(self._told.textInteractionFlags().TextSelectableByMouse)
        self._save = QPushButton(self.tr("Save as …"), self)
        self._save.setObjectName("run.save.go")
        self._save.setProperty("primary", True)
        self._save.setDefault(True)
        self._close = QPushButton(self.tr("Close"), self)
        self._close.setObjectName("run.save.close")
        self._arrange()
        self._formats.buttonToggled.connect(self._refresh)
        self._half.toggled.connect(self._refresh)
        self._save.clicked.connect(self._ask_where)
        self._close.clicked.connect(self.reject)
        self._requests.answered.connect(self._take)
        self._requests.failed.connect(self._fail)
        self._refresh()

    def format(self) -> Format:
        """Return the chosen format."""
        return next(kind for kind, button in self._buttons.items() if button.isChecked())

    def saveTo(self, path: Path) -> None:
        """Write the model; an ending that the format needs is added."""
        kind = self.format()
        path = path if path.suffix == ENDINGS[kind] or not ENDINGS[kind] else Path(f"{path}{ENDINGS[kind]}")
        self._requests.ask(
            "save", "model", "export_model", run=self._record.id, path=str(path), kind=kind, half=self._half.isChecked()
        )
        self._say(self.tr("Writing {0} …").format(path.name), "muted")
        self._refresh()

    def told(self) -> str:
        """Return what is said below the formats."""
        return self._told.text()

    def done(self, result: int) -> None:
        """Close; what is being written is written all the same."""
        super().done(result)
        if not self._requests.isWaiting("save"):
            self.deleteLater()

    @Slot()
    def _ask_where(self) -> None:
        kind = self.format()
        titles = {"folder": self.tr("Save as a new folder")}
        dialog = file_dialog(self, titles.get(kind, self.tr("Save the model")), "run.save.where")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(f"{self._record.name or self._record.id}{ENDINGS[kind]}".replace("/", "-"))
        dialog.fileSelected.connect(self._take_place)
        dialog.open()

    @Slot(str)
    def _take_place(self, path: str) -> None:
        self.saveTo(Path(path))

    @Slot(str, object)
    def _take(self, _name: str, value: object) -> None:
        try:
            report = ExportReport.model_validate(value)
        except ValidationError:
            self._fail("", self.tr("What was written could not be measured."))
            return
        lines = [self.tr("Saved {0}, {1}.").format(report.path, size(report.bytes))]
        if report.beside:
            names = self.tr(" and ").join(Path(one).name for one in report.beside)
            lines.append(self.tr("Beside it, for its users: {0}.").format(names))
        words = self.tr("The largest difference of an output from the model’s is {0}.")
        lines.append(words.format(figure(report.difference)))
        if report.speed_up is not None and report.half_difference is not None:
            half = (
                self.tr("In {0} it is {1} times as fast on this machine; its outputs differ by {2} at most.")
                if report.speed_up >= 1
                else self.tr(
                    "In {0} it is slower on this machine, {1} times as fast; its outputs differ by {2} at most."
                )
            )
            lines.append(
                half.format(report.number_format, figure(report.speed_up, 2), figure(report.half_difference, 2))
            )
        self._say("\n".join([*lines, *report.notes]), "")
        self._refresh()

    @Slot(str, str)
    def _fail(self, _name: str, sentence: str) -> None:
        self._say(sentence, "error")
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        waiting = self._requests.isWaiting("save")
        self._busy.setVisible(waiting)
        for kind, button in self._buttons.items():
            button.setEnabled(not waiting and not why_not(self._spec, kind))
        problem = why_not(self._spec, self.format(), half=True)
        if problem:
            self._half.setChecked(False)
        self._half.setEnabled(not waiting and not problem)
        self._half.setToolTip(problem or self.tr("Half the size; speed and difference are measured here and told"))
        self._save.setEnabled(not waiting)
        self._close.setText(self.tr("Close and go on writing") if waiting else self.tr("Close"))

    def _say(self, text: str, role: str) -> None:
        self._told.setText(text)
        self._told.setProperty("role", role)
        self._told.style().unpolish(self._told)
        self._told.style().polish(self._told)
        self._told.setVisible(bool(text))
        self.setMinimumHeight(max(HEIGHT, self._height_wanted()))
        if not self.isVisible() and not self._requests.isWaiting("save"):
            self.unseen.emit(text)
            self.deleteLater()

    def _height_wanted(self) -> int:
        """Return the height that holds all that is said, at the width that the dialog has."""
        layout = self.layout()
        if layout is None:
            return HEIGHT
        layout.activate()
        return layout.totalHeightForWidth(self.width())

    def _arrange(self) -> None:
        tr = self.tr
        titles: dict[Format, tuple[str, str]] = {
            "folder": (
                tr("Folder for transformers"),
                tr("Config, safetensors and tokenizer: from_pretrained opens it"),
            ),
            "torchscript": (tr("TorchScript"), tr("One file that torch.jit.load opens, in Python and C++")),
            "torch_export": (tr("torch.export"), tr("One .pt2 file that torch.export.load opens")),
            "onnx": (tr("ONNX"), tr("One file for onnxruntime and many other programs")),
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(8)
        for kind in FORMATS:
            title, explanation = titles[kind]
            problem = why_not(self._spec, kind)
            button = QRadioButton(title, self)
            button.setObjectName(f"run.save.{kind}")
            button.setAccessibleDescription(problem or explanation)
            about = QLabel(problem or explanation, self)
            about.setProperty("role", "muted")
            about.setWordWrap(True)
            about.setIndent(24)
            button.setEnabled(not problem)
            self._formats.addButton(button)
            self._buttons[kind] = button
            layout.addWidget(button)
            layout.addWidget(about)
        next(self._buttons[kind] for kind in FORMATS if not why_not(self._spec, kind)).setChecked(True)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._close)
        row.addWidget(self._save)
        layout.addSpacing(8)
        layout.addWidget(self._half)
        layout.addSpacing(8)
        layout.addWidget(self._busy)
        layout.addWidget(self._told)
        layout.addStretch(1)
        layout.addLayout(row)
        self._told.hide()
        self.setMinimumSize(WIDTH, HEIGHT)
