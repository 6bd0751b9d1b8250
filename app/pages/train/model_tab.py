"""The form's first part: the chosen model, its preset and its parameters, as the catalogue has them."""

from collections.abc import Collection, Mapping
from typing import get_args

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.forms import FieldList, fields_of_params
from app.forms.row import LABEL_WIDTH
from app.pages.train.text_words import size_name
from app.widgets import LinkLabel
from engine.catalog import CatalogError, ModelInfo, Preset, model, preset_of
from engine.spec import RunSpec


class ModelTab(QWidget):
    """Edits the model's parameters; `changed` carries a dotted key and a value, `presetChosen` a preset's name."""

    changed = Signal(str, object)
    presetChosen = Signal(str)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.model")
        self._info: ModelInfo | None = None
        self._title = QLabel(self)
        self._about = LinkLabel(self)
        self._notes = QLabel(self)
        self._presets: dict[Preset, QPushButton] = {}
        self._sizes = QWidget(self)
        self._own = QLabel(self.tr("own settings"), self._sizes)
        self.fields = FieldList("model.params", parent=self)
        self._arrange()
        self.fields.changed.connect(self.changed)
        self.fields.problemChanged.connect(self.problemChanged)
        self.fields.left.connect(self.left)

    def setSpec(self, spec: RunSpec, idle: Collection[str]) -> None:
        """Show the model of a specification and its parameters."""
        try:
            info = model(spec.model.name)
        except CatalogError as error:
            self._show_unknown(str(error))
            return
        if info != self._info:
            self._info = info
            self._show_model(info)
        self.fields.setValue({f"model.params.{name}": value for name, value in spec.model.params.items()})
        self.fields.setIdle(idle)
        preset = preset_of(info, spec.model.params)
        for name, button in self._presets.items():
            button.setEnabled(True)
            button.setChecked(name == preset)
        self._own.setVisible(preset is None)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the parameters."""
        self.fields.setFaults(faults)

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used."""
        return self.fields.problems()

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a parameter; an item inside a parameter means the parameter."""
        parameter = key.removeprefix("model.params.").split(".")[0].split("[")[0]
        return self.fields.focusField(f"model.params.{parameter}")

    def _show_model(self, info: ModelInfo) -> None:
        self._title.setText(info.title)
        link = f'<a href="{info.paper_url}">{info.paper}</a>'
        self._about.setText(f"{info.description.replace(chr(10), ' ')}<br>{link}")
        self._notes.setText("\n".join(info.notes))
        self._notes.setVisible(bool(info.notes))
        self._sizes.setVisible(bool(info.params))
        for name, button in self._presets.items():
            button.setText(size_name(name) if info.config_class and info.family == "text" else self._texts[name])
            button.setAccessibleName(self.tr("Size: {0}").format(button.text()))
        self.fields.setFields(fields_of_params(info))

    def _show_unknown(self, sentence: str) -> None:
        self._info = None
        self._title.setText(self.tr("Unknown model"))
        self._about.setText(sentence)
        self._notes.hide()
        self._own.hide()
        self.fields.setFields(())
        for button in self._presets.values():
            button.setEnabled(False)

    def _arrange(self) -> None:
        self._title.setProperty("role", "subtitle")
        self._about.setWordWrap(True)
        self._about.setProperty("role", "muted")
        self._about.setOpenExternalLinks(True)
        self._about.setObjectName("train.model.paper")
        self._about.setAccessibleName(self.tr("About the model, with its paper"))
        self._about.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._notes.setWordWrap(True)
        self._notes.setProperty("role", "muted")
        self._own.setProperty("role", "muted")
        self._fill_sizes()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        for label in (self._title, self._about, self._notes):
            layout.addWidget(label)
        layout.addSpacing(8)
        layout.addWidget(self._sizes)
        layout.addSpacing(8)
        layout.addWidget(self.fields)
        layout.addStretch()

    def _fill_sizes(self) -> None:
        self._texts = texts = {"small": self.tr("Small"), "default": self.tr("Default"), "large": self.tr("Large")}
        tips = {
            "small": self.tr("Fewer parameters: faster, for little data"),
            "default": self.tr("The library's own settings"),
            "large": self.tr("More parameters: slower, for much data"),
        }
        row = QHBoxLayout(self._sizes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        label = QLabel(self.tr("Size"), self._sizes)
        label.setFixedWidth(LABEL_WIDTH)
        row.addWidget(label)
        group = QButtonGroup(self)
        group.setExclusive(False)
        for name in get_args(Preset):
            button = QPushButton(texts[name], self._sizes)
            button.setObjectName(f"train.preset.{name}")
            button.setAccessibleName(self.tr("Size: {0}").format(texts[name]))
            button.setToolTip(tips[name])
            button.setCheckable(True)
            group.addButton(button)
            self._presets[name] = button
            row.addWidget(button)
        row.addWidget(self._own)
        row.addStretch()
        group.buttonClicked.connect(self._on_preset)

    @Slot(object)
    def _on_preset(self, clicked: QPushButton) -> None:
        # What is shown as chosen follows from the parameters, not from the click.
        clicked.setChecked(True)
        self.presetChosen.emit(next(name for name, button in self._presets.items() if button is clicked))
