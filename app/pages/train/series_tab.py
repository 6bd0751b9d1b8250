"""The form's part for forecasts: time, target and series, windows, inputs, gaps, loss, and the split by time."""

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.forms import FieldList, Section
from app.forms.row import LABEL_WIDTH
from app.pages.train import series_fields
from app.pages.train.input_table import InputTable
from app.pages.train.series_words import about_series, distance_text
from engine.catalog import CatalogError, looks_wide, model, number_columns, spec_lags, time_columns
from engine.catalog.series_view import SeriesView
from engine.spec import CalendarFeature, RunSpec

_FEW_KINDS = ("text", "integer", "boolean")


class SeriesTab(QWidget):
    """Edits the forecasting part of a specification, its roles and its split."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()
    turnRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.series")
        self._types: dict[str, str] = {}
        self._offered: object = None
        self._kind = ""
        self._suggested: tuple[CalendarFeature, ...] = ()
        self.subject = FieldList("train.series.subject", parent=self)
        self.about = QLabel(self)
        self.windows = FieldList("train.series.windows", series_fields.window_fields(), self)
        self.inputs = InputTable(self)
        self.made = FieldList("train.series.made", series_fields.made_input_fields(), self)
        self.suggest = QPushButton(self.tr("Take the usual parts of the date"), self)
        self.turn = QPushButton(self.tr("Turn columns into series…"), self)
        self.repairs = FieldList("train.series.repairs", series_fields.repair_fields(), self)
        self.loss = FieldList("train.series.loss", parent=self)
        self._split_kind = FieldList("train.series.split_kind", parent=self)
        self._split = FieldList("train.series.split", parent=self)
        self._lists = (
            self.subject,
            self.windows,
            self.made,
            self.repairs,
            self.loss,
            self._split_kind,
            self._split,
        )
        self._arrange()
        for part in self._lists:
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)
        self.inputs.changed.connect(self.changed)
        self.inputs.left.connect(self.left)
        self.suggest.clicked.connect(self._take_suggested)
        self.turn.clicked.connect(self.turnRequested)

    def setColumns(self, types: Mapping[str, str]) -> None:
        """Offer the dataset's columns, by type, where one is asked for."""
        self._types = dict(types)
        self.inputs.setColumns(types)

    def setSpec(self, spec: RunSpec, idle: Collection[str]) -> None:
        """Show a forecasting specification; nothing of another family's."""
        if spec.forecasting is None or spec.split.kind not in series_fields.SPLITS:
            return
        self._offer(spec)
        self.turn.setVisible(looks_wide(spec, self._types))
        content = _flat(spec)
        for part in self._lists:
            part.setValue(content)
            part.setIdle(idle)
        if "forecasting.scaling" in idle:
            self.loss.setIdle({one.key for one in self.loss.fields()} - {"forecasting.season"})
        self.inputs.setSpec(spec)
        self.suggest.setVisible(bool(self._suggested) and content["forecasting.inputs.calendar"] != [*self._suggested])

    def setView(self, view: SeriesView) -> None:
        """Show what was found in the series."""
        self._suggested = view.calendar
        self.suggest.setVisible(
            bool(view.calendar) and self.made.value()["forecasting.inputs.calendar"] != [*view.calendar]
        )
        self.about.setText(about_series(view))
        box = self.subject.findChild(QComboBox, "forecasting.timeline.frequency")
        line = None if box is None else box.lineEdit()
        if line is not None:
            line.setPlaceholderText(
                self.tr("detected: {0}").format(distance_text(view.frequency)) if view.frequency else ""
            )
        self.about.setProperty("role", "warning" if view.problem else "muted")
        self.about.style().unpolish(self.about)
        self.about.style().polish(self.about)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields."""
        for part in self._lists:
            part.setFaults(faults)

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used."""
        return {key: text for part in self._lists for key, text in part.problems().items()}

    def focusField(self, key: str) -> QWidget | None:
        """Put the cursor into a field; a group means its first one."""
        for begin, first in (("data", "data.roles.target"), ("split", "split.kind")):
            if key == begin:
                key = first
        for part in self._lists:
            exact = part.focusField(key)
            if exact is not None:
                return exact
        if key.startswith(("forecasting.inputs", "data.roles")):
            self.inputs.view.setFocus()
            return self.inputs.view
        for part in self._lists:
            for field in part.fields():
                if field.key.startswith(f"{key}."):
                    return part.focusField(field.key)
        return None

    def _offer(self, spec: RunSpec) -> None:
        """Offer the columns, the model's losses and the split's fields, where they are others than before."""
        assert spec.forecasting is not None
        time, roles = spec.forecasting.timeline.column, spec.data.roles
        losses = _losses(spec.model.name)
        offered = (tuple(self._types.items()), time, roles.target, losses)
        if offered != self._offered:
            self._offered = offered
            groups = [name for name, kind in self._types.items() if kind in _FEW_KINDS]
            groups = [name for name in groups if name != time and name not in roles.target]
            self.subject.setFields(
                series_fields.subject_fields(
                    _with(time_columns(self._types), time),
                    _with(number_columns(self._types), *roles.target),
                    (time, *roles.target[:1]),
                    _with(groups, *roles.group),
                )
            )
            self.loss.setFields(series_fields.loss_fields(losses))
        if not self._kind:
            self._split_kind.setFields([series_fields.SPLIT_KIND])
        if spec.split.kind != self._kind:
            self._kind = spec.split.kind
            self._split.setFields(series_fields.split_fields(self._kind))

    def _arrange(self) -> None:
        self.about.setObjectName("train.series.about")
        self.about.setAccessibleName(self.tr("What was found in the series"))
        self.about.setWordWrap(True)
        self.suggest.setObjectName("train.series.suggest")
        self.suggest.setAccessibleName(self.tr("Take the usual parts of the date"))
        self.suggest.setToolTip(self.tr("Show the model the parts of the date that differ from step to step"))
        self.turn.setObjectName("train.series.turn")
        self.turn.setAccessibleName(self.tr("Turn columns into series"))
        self.turn.setToolTip(
            self.tr("Where each column is a series of its own: make a dataset with a row for each time and series")
        )
        row = QHBoxLayout()
        row.addSpacing(LABEL_WIDTH + 8)
        row.addWidget(self.suggest)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        layout.addWidget(self.subject)
        layout.addWidget(self.about)
        turning = QHBoxLayout()
        turning.addSpacing(LABEL_WIDTH + 8)
        turning.addWidget(self.turn)
        turning.addStretch()
        layout.addLayout(turning)
        texts: tuple[tuple[str, str, bool, tuple[Any, ...]], ...] = (
            ("windows", self.tr("Windows"), True, (self.windows,)),
            ("split", self.tr("Split by time"), True, (self._split_kind, self._split)),
            ("inputs", self.tr("What the model sees"), True, (self.inputs, row, self.made)),
            ("loss", self.tr("Loss and scale of the target"), True, (self.loss,)),
            ("repairs", self.tr("Gaps, repeats and short series"), True, (self.repairs,)),
        )
        for name, title, opened, parts in texts:
            section = Section(f"train.series.{name}.group", title, opened=opened, parent=self)
            for part in parts:
                if isinstance(part, QHBoxLayout):
                    section.content.addLayout(part)
                else:
                    section.content.addWidget(part)
            layout.addWidget(section)
        layout.addStretch()

    @Slot()
    def _take_suggested(self) -> None:
        self.changed.emit("forecasting.inputs.calendar", list(self._suggested))
        self.left.emit()


def _flat(spec: RunSpec) -> dict[str, Any]:
    """Return the values of a forecasting specification by dotted key."""
    assert spec.forecasting is not None
    content = spec.forecasting.model_dump(mode="json")
    flat: dict[str, Any] = {f"split.{name}": value for name, value in spec.split.model_dump(mode="json").items()}
    for name, value in content.items():
        if isinstance(value, dict):
            flat |= {f"forecasting.{name}.{inner}": its for inner, its in value.items()}
        else:
            flat[f"forecasting.{name}"] = value
    roles, lags = spec.data.roles, spec_lags(spec)
    flat["data.roles.target"] = roles.target[0] if roles.target else None
    flat["data.roles.target.further"] = list(roles.target[1:])
    flat["data.roles.group"] = list(roles.group)
    flat["forecasting.inputs.lags"] = list(lags.get(roles.target[0], ())) if roles.target else []
    return flat


def _losses(name: str) -> tuple[str, ...]:
    try:
        return model(name).losses
    except CatalogError:
        return ()


def _with(names: Collection[str], *others: str) -> list[str]:
    return [*names, *(one for one in others if one and one not in names)]
