"""The check before Train: what the run will cost, and what looks wrong. Shows the lab's answer; checks nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.amounts import count
from app.pages.train.finding_row import SEVERITIES, Finding, FindingRow

_UNKNOWN = "–"
_STEP = 1024.0


class PreflightPanel(QWidget):
    """Rows, parameters, memory and steps in figures, and findings below; `fieldRequested` carries a dotted key."""

    fieldRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.preflight")
        self._local: tuple[Finding, ...] = ()
        self._asked: tuple[Finding, ...] = ()
        self._shown: tuple[Finding, ...] = ()
        self._rows: list[FindingRow] = []
        self._names: dict[str, QLabel] = {}
        self._figures: dict[str, QLabel] = {}
        self._state = QLabel(self)
        self._list = QVBoxLayout()
        self._arrange()

    def setFamily(self, family: str) -> None:
        """Count rows of a table, windows on series, or texts."""
        texts = {
            "forecasting": (self.tr("Training windows"), self.tr("Validation windows"), self.tr("Test windows")),
            "text": (self.tr("Training texts"), self.tr("Validation texts"), self.tr("Test texts")),
        }.get(family, (self.tr("Training rows"), self.tr("Validation rows"), self.tr("Test rows")))
        for name, text in zip(("train", "valid", "test"), texts, strict=True):
            self._names[name].setText(text)
            self._figures[name].setAccessibleName(text)
        self._show_row("memory", family != "text")  # what texts take is not reckoned

    def setWaiting(self) -> None:
        """Say that the figures are being worked out; the old ones stay until then."""
        self._state.setProperty("waiting", True)
        self._summarise()

    def isWaiting(self) -> bool:
        """Whether the figures are being worked out."""
        return bool(self._state.property("waiting"))

    def setAnswer(self, answer: Mapping[str, Any]) -> None:
        """Show the lab's figures and findings."""
        rows = answer.get("rows") or {}
        trainings = answer.get("trainings", 1)
        texts = {part: count_text(rows.get(part)) for part in ("train", "valid", "test")}
        texts["parameters"] = count_text(answer.get("parameters"))
        texts["memory"] = size_text(answer.get("memory_bytes"))
        texts["steps"] = count_text(answer.get("steps_per_epoch"))
        texts["trainings"] = count_text(trainings)
        for name, text in texts.items():
            self._figures[name].setText(text)
        several = isinstance(trainings, int) and trainings > 1
        self._show_row("trainings", several)
        self._asked = tuple(Finding.of(content) for content in answer.get("warnings", ()))
        self._state.setProperty("waiting", False)
        self._show()

    def setFailure(self, sentence: str) -> None:
        """Say why there is no answer."""
        for figure in self._figures.values():
            figure.setText(_UNKNOWN)
        self._asked = (Finding("warning", "", self.tr("The check could not be made: {0}").format(sentence)),)
        self._state.setProperty("waiting", False)
        self._show()

    def setLocal(self, findings: Sequence[Finding]) -> None:
        """Show what was seen without asking the lab."""
        self._local = tuple(findings)
        self._show()

    def findings(self) -> tuple[Finding, ...]:
        """Return all that is known, errors first; what was seen here stands for the lab's word on the same field."""
        fields = {one.field for one in self._local}
        asked = [one for one in self._asked if one.severity != "error" or one.field not in fields]
        return tuple(sorted(dict.fromkeys((*self._local, *asked)), key=lambda one: SEVERITIES.index(one.severity)))

    def rows(self) -> list[FindingRow]:
        """Return the findings' rows as they are shown."""
        return list(self._rows)

    def _show(self) -> None:
        found = self.findings()
        if found != self._shown:
            self._shown = found
            for row in self._rows:
                row.hide()
                row.deleteLater()
            self._rows = [FindingRow(finding, number, self) for number, finding in enumerate(found)]
            for row in self._rows:
                row.activated.connect(self.fieldRequested)
                self._list.insertWidget(self._list.count() - 1, row)
        self._summarise()

    def _show_row(self, name: str, shown: bool) -> None:
        self._names[name].setVisible(shown)
        self._figures[name].setVisible(shown)

    def _summarise(self) -> None:
        errors = sum(one.severity == "error" for one in self._shown)
        warnings = sum(one.severity == "warning" for one in self._shown)
        if self.isWaiting():
            text = self.tr("Checking …")
        elif errors:
            text = self.tr("{0} to mend before training").format(errors)
        elif warnings:
            text = self.tr("Ready, with {0} to look at").format(warnings)
        else:
            text = self.tr("Ready: nothing looks wrong")
        self._state.setText(text)

    def _arrange(self) -> None:
        title = QLabel(self.tr("Before you train"), self)
        title.setProperty("role", "subtitle")
        self._state.setProperty("role", "muted")
        self._state.setObjectName("train.preflight.state")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (name, text) in enumerate(self._wanted_figures().items()):
            label, figure = QLabel(text, self), QLabel(_UNKNOWN, self)
            label.setProperty("role", "muted")
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
            figure.setObjectName(f"train.preflight.{name}")
            figure.setAccessibleName(text)
            self._names[name], self._figures[name] = label, figure
            grid.addWidget(label, row, 0)
            grid.addWidget(figure, row, 1)
        self._show_row("trainings", False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(title)
        layout.addWidget(self._state)
        layout.addLayout(grid)
        layout.addSpacing(8)
        layout.addWidget(self._scrolled_list(), 1)

    def _wanted_figures(self) -> dict[str, str]:
        return {
            "train": self.tr("Training rows"),
            "valid": self.tr("Validation rows"),
            "test": self.tr("Test rows"),
            "parameters": self.tr("Parameters"),
            "memory": self.tr("Memory"),
            "steps": self.tr("Steps an epoch"),
            "trainings": self.tr("Models trained"),
        }

    def _scrolled_list(self) -> QScrollArea:
        content = QWidget(self)
        content.setLayout(self._list)
        self._list.setContentsMargins(0, 0, 4, 0)
        self._list.setSpacing(8)
        self._list.addStretch()
        scroll = QScrollArea(self)
        scroll.setObjectName("train.preflight.findings")
        scroll.setAccessibleName(self.tr("Findings"))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        return scroll


def count_text(number: object) -> str:
    """Return a count with separators, or a dash where it is not known."""
    return count(number) if isinstance(number, int) else _UNKNOWN


def size_text(count: object) -> str:
    """Return bytes in the unit that reads best, or a dash where they are not known."""
    if not isinstance(count, int | float):
        return _UNKNOWN
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < _STEP or unit == "GB":
            return f"{size:,.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= _STEP
    return _UNKNOWN
