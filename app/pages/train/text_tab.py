"""The form's part for texts: the task and its columns, what is begun with, tokens, masking, weights, and the split."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.dialogs import file_dialog, folder_dialog
from app.forms import FieldList, Section
from app.forms.row import LABEL_WIDTH
from app.forms.tab_order import walk_as_read
from app.icons import icon
from app.pages.train import text_fields
from app.pages.train.hub_field import HubField
from app.pages.train.split_part import SplitPart
from app.pages.train.text_words import about_task, beginning
from engine.spec import RunSpec


class TextTab(QWidget):
    """Edits the text part of a specification and its split."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.text")
        self._types: dict[str, str] = {}
        self._offered: object = None
        self._walked: object = None
        self.about = QLabel(self)
        self.beginning = QLabel(self)
        self.subject = FieldList("train.text.subject", parent=self)
        self.start = FieldList("train.text.start", text_fields.start_fields(), self)
        self.hub = HubField(self)
        self.tokens = FieldList("train.text.tokens", text_fields.token_fields(), self)
        self.folder = FieldList("train.text.folder", text_fields.folder_fields(), self)
        self.masking = FieldList("train.text.masking", text_fields.masking_fields(), self)
        self.spoiling = FieldList("train.text.spoiling", text_fields.spoiling_fields(), self)
        self.neighbours = FieldList("train.text.neighbours", text_fields.neighbour_fields(), self)
        self.weights = FieldList("train.text.weights", text_fields.weight_fields(), self)
        self.split = SplitPart("train.text.split", self)
        self._lists = (
            self.subject,
            self.start,
            self.tokens,
            self.folder,
            self.masking,
            self.spoiling,
            self.neighbours,
            self.weights,
        )
        self._sections: dict[str, Section] = {}
        self._checkpoint = self._folder_button("checkpoint", self.tr("Choose a trained model’s folder …"))
        self._checkpoint.setText(self.tr("Choose a folder …"))  # with its neighbour it has to fit into a narrow form
        self._scratch = QPushButton(self.tr("From scratch"), self)
        self._tokenizer = self._folder_button("tokenizer", self.tr("Choose a tokenizer’s folder …"))
        self._pairs = self._file_button()
        self._arrange()
        self._say_when_empty("text.checkpoint", self.tr("from scratch"))
        self._say_when_empty("text.words", self.tr("a few frequent ones"))
        self._say_when_empty("text.similarity_file", self.tr("none"))
        self._say_when_empty("text.tokenizer.folder", self.tr("trained on these texts"))
        for part in (*self._lists, self.split):
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)
        self._checkpoint.clicked.connect(self._choose_checkpoint)
        self.hub.fetched.connect(self._take_checkpoint)
        self._tokenizer.clicked.connect(self._choose_tokenizer)
        self._pairs.clicked.connect(self._choose_pairs)
        self._scratch.clicked.connect(self._begin_from_scratch)

    def setColumns(self, types: Mapping[str, str]) -> None:
        """Offer the dataset's columns, by type, where one is asked for."""
        self._types = dict(types)
        self.split.setColumns(tuple(types))

    def setSpec(self, spec: RunSpec, idle: Collection[str]) -> None:
        """Show a text specification; nothing of another family's."""
        own = spec.text
        if spec.family != "text" or own is None:
            return
        offered = (tuple(self._types.items()), own.task, own.labels == "many", own.columns)
        if offered != self._offered:
            self._offered = offered
            self.subject.setFields(text_fields.subject_fields(own, self._types))
            self._say_when_none("text.columns.target", self.tr("none: text is mended"))
            may_be_none = ("context", "question") if own.task == "multiple-choice" else ()
            for name in ("second", "answer_starts", *may_be_none):
                self._say_when_none(f"text.columns.{name}", self.tr("none"))
        values = text_fields.flat(spec)
        hidden: set[str] = set()
        for part in self._lists:
            part.setValue(values)
            own_idle = text_fields.idle_keys(part.fields(), idle)
            part.setIdle(own_idle)
            hidden |= own_idle
        for name, part in self._parts().items():
            self._sections[name].setVisible(any(one.key not in hidden for one in part.fields()))
        self._tokenizer.setVisible("text.tokenizer.folder" not in hidden)
        self._scratch.setVisible(bool(own.checkpoint))
        self.split.setSpec(spec)
        self.about.setText(about_task(own))
        self.beginning.setText(beginning(spec))
        if (offered, spec.split.kind) != self._walked:
            self._walked = (offered, spec.split.kind)
            walk_as_read(self)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields."""
        for part in (*self._lists, self.split):
            part.setFaults(faults)

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used."""
        return {key: text for part in (*self._lists, self.split) for key, text in part.problems().items()}

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a field, opening what it lies in; a group means its first one."""
        key = {"data": "text.columns.text", "text.tokenizer": "text.tokenizer.kind"}.get(key, key)
        for part in self._lists:
            for field in part.fields():
                if key == field.key or key.startswith(f"{field.key}[") or field.key.startswith(f"{key}."):
                    self._open(part)
                    return part.focusField(field.key)
        if key.startswith("split"):
            self._sections["split"].setOpened(True)
            return self.split.focusField(key)
        return None

    def _parts(self) -> dict[str, FieldList]:
        """Return what is hidden with its section where none of its fields matters."""
        return {
            "start": self.start,
            "tokens": self.tokens,
            "masking": self.masking,
            "spoiling": self.spoiling,
            "neighbours": self.neighbours,
            "weights": self.weights,
        }

    def _open(self, part: FieldList) -> None:
        for section in self._sections.values():
            if section.isAncestorOf(part):
                section.setOpened(True)

    def _arrange(self) -> None:
        self.about.setObjectName("train.text.about")
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.beginning.setObjectName("train.text.beginning")
        self.beginning.setProperty("role", "muted")
        # Its lines are short: a label that wraps, so deep in layouts, would take the height of the rows below.
        self.beginning.setMinimumWidth(1)
        self._scratch.setObjectName("train.text.scratch")
        self._scratch.setAccessibleName(self.tr("Begin from scratch"))
        self._scratch.setToolTip(self.tr("Forget the folder: the weights begin by chance"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        layout.addWidget(self.about)
        layout.addWidget(self.subject)
        texts: tuple[tuple[str, str, bool, tuple[QWidget | QHBoxLayout, ...]], ...] = (
            (
                "start",
                self.tr("Begin with"),
                True,
                (self.beginning, self.start, _row(self._checkpoint, self._scratch), self.hub),
            ),
            ("tokens", self.tr("Tokens"), True, (self.tokens, self.folder, _row(self._tokenizer))),
            ("masking", self.tr("Hidden words"), True, (self.masking,)),
            ("spoiling", self.tr("How text is spoilt"), True, (self.spoiling,)),
            ("neighbours", self.tr("What is watched"), True, (self.neighbours, _row(self._pairs))),
            ("split", self.tr("Split"), True, (self.split,)),
            ("weights", self.tr("Which weights learn"), False, (self.weights,)),
        )
        for name, title, opened, parts in texts:
            section = self._sections[name] = Section(f"train.text.{name}.group", title, opened=opened, parent=self)
            for part in parts:
                if isinstance(part, QHBoxLayout):
                    section.content.addLayout(part)
                else:
                    section.content.addWidget(part)
            layout.addWidget(section)
        layout.addStretch()

    def _say_when_empty(self, key: str, text: str) -> None:
        line = self.findChild(QLineEdit, key)
        if line is not None:
            line.setPlaceholderText(text)

    def _say_when_none(self, key: str, text: str) -> None:
        """Let a choice of columns say what it means that none is chosen."""
        line = next((box.lineEdit() for box in self.subject.findChildren(QComboBox, key)[-1:]), None)
        if line is not None:
            line.setPlaceholderText(text)

    def _file_button(self) -> QPushButton:
        text = self.tr("Choose a file of pairs …")
        button = QPushButton(icon("open"), text, self)
        button.setObjectName("train.text.similarity.choose")
        button.setAccessibleName(text)
        button.setToolTip(self.tr("Two words and a number in each line: how alike people find them"))
        return button

    def _folder_button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(icon("open"), text, self)
        button.setObjectName(f"train.text.{name}.choose")
        button.setAccessibleName(text)
        button.setToolTip(self.tr("A folder on this machine; nothing is fetched from a network"))
        return button

    @Slot()
    def _choose_checkpoint(self) -> None:
        dialog = folder_dialog(self, self.tr("Choose the folder of a trained model"), "train.text.checkpoint.dialog")
        dialog.fileSelected.connect(self._take_checkpoint)
        dialog.open()

    @Slot()
    def _choose_tokenizer(self) -> None:
        dialog = folder_dialog(self, self.tr("Choose the folder of a tokenizer"), "train.text.tokenizer.dialog")
        dialog.fileSelected.connect(self._take_tokenizer)
        dialog.open()

    @Slot()
    def _choose_pairs(self) -> None:
        dialog = file_dialog(self, self.tr("Choose a file of pairs of words"), "train.text.similarity.dialog")
        dialog.fileSelected.connect(self._take_pairs)
        dialog.open()

    @Slot(str)
    def _take_pairs(self, file: str) -> None:
        self.changed.emit("text.similarity_file", file)
        self.left.emit()

    @Slot(str)
    def _take_checkpoint(self, folder: str) -> None:
        self.changed.emit("text.checkpoint", folder)
        self.left.emit()

    @Slot(str)
    def _take_tokenizer(self, folder: str) -> None:
        self.changed.emit("text.tokenizer.folder", folder)
        self.left.emit()

    @Slot()
    def _begin_from_scratch(self) -> None:
        self.changed.emit("text.checkpoint", "")
        self.left.emit()


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addSpacing(LABEL_WIDTH + 8)
    for button in buttons:
        row.addWidget(button)
    row.addStretch()
    return row
