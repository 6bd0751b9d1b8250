"""The middle of the Train page: tabs that edit one RunSpec, those of its family. Edits are told, not made here."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from app.forms.wording import plain_words
from app.icons import icon
from app.pages.train.data_tab import DataTab
from app.pages.train.model_tab import ModelTab
from app.pages.train.series_tab import SeriesTab
from app.pages.train.training_tab import TrainingTab
from app.pages.train.window_tab import WindowTab
from engine.catalog import idle_fields
from engine.catalog.series_view import SeriesView
from engine.spec import RunSpec

_TABULAR = {"model": 0, "trainer": 1, "split": 2, "tabular": 2}
_FORECASTING = {"model": 0, "trainer": 1, "split": 3, "forecasting": 3, "data": 3}
_DATA, _SERIES, _WINDOWS = 2, 3, 4


class SpecTabs(QTabWidget):
    """Model, training, and data or series settings; `changed` carries a dotted key and the value that was given."""

    changed = Signal(str, object)
    presetChosen = Signal(str)
    problemChanged = Signal(str, str)
    left = Signal()
    finderRequested = Signal()
    turnRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.form")
        self.setAccessibleName(self.tr("Settings of the run"))
        self.setDocumentMode(True)
        self.model = ModelTab(self)
        self.training = TrainingTab(self)
        self.data = DataTab(self)
        self.series = SeriesTab(self)
        self.windows = WindowTab(self)
        self._places = _TABULAR
        self._parts: list[ModelTab | TrainingTab | DataTab | SeriesTab] = [
            self.model,
            self.training,
            self.data,
            self.series,
        ]
        titles = (self.tr("Model"), self.tr("Training"), self.tr("Data"), self.tr("Series"))
        for part, title in zip(self._parts, titles, strict=True):
            self.addTab(self._scrolled(part), title)
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)
        self.addTab(self._scrolled(self.windows), self.tr("Windows"))
        self.windows.changed.connect(self.changed)
        self.windows.left.connect(self.left)
        self._show_family("tabular")
        self.model.presetChosen.connect(self.presetChosen)
        self.training.finderRequested.connect(self.finderRequested)
        self.series.turnRequested.connect(self.turnRequested)

    def setColumns(self, types: Mapping[str, str]) -> None:
        """Offer the dataset's columns, with their types, where one is asked for."""
        self.data.setColumns(tuple(types))
        self.series.setColumns(types)

    def setSpec(self, spec: RunSpec) -> None:
        """Show a specification."""
        self._show_family(spec.family)
        idle = idle_fields(spec)
        for part in self._shown():
            part.setSpec(spec, idle)
        self.windows.setSpec(spec)

    def setView(self, view: SeriesView) -> None:
        """Show what was found in the series."""
        view = view.model_copy(update={"problem": plain_words(view.problem)})
        self.series.setView(view)
        self.windows.setView(view)

    def setViewFailure(self, sentence: str) -> None:
        """Say why the series cannot be shown."""
        self.windows.setFailure(plain_words(sentence))

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields, and on the tabs that hold them."""
        for part in self._shown():
            part.setFaults(faults)
        places = {self._places.get(key.partition(".")[0]) for key in faults}
        for index in range(self.count()):
            self.setTabIcon(index, icon("error", "bad") if index in places else QIcon())

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used, by dotted key."""
        return {key: problem for part in self._shown() for key, problem in part.problems().items()}

    def focusField(self, key: str) -> bool:
        """Go to a field; False when it is in none of the tabs."""
        index = self._places.get(key.partition(".")[0])
        if index is None:
            return False
        self.setCurrentIndex(index)
        found = self._parts[index].focusField(key) is not None
        if found:
            # A fold that was just opened has its place only after the layouts were made.
            QTimer.singleShot(0, self, self._scroll_to_focus)
        return found

    @Slot()
    def _scroll_to_focus(self) -> None:
        scroll, editor = self.currentWidget(), self.focusWidget()
        if isinstance(scroll, QScrollArea) and editor is not None and scroll.isAncestorOf(editor):
            scroll.ensureWidgetVisible(editor, 0, 160)

    def _shown(self) -> list[ModelTab | TrainingTab | DataTab | SeriesTab]:
        """Return the parts of the family that is shown."""
        other = self.data if self._places is _FORECASTING else self.series
        return [part for part in self._parts if part is not other]

    def _show_family(self, family: str) -> None:
        is_forecast = family == "forecasting"
        before, self._places = self._places, _FORECASTING if is_forecast else _TABULAR
        current = self.currentIndex()
        for index in (_SERIES, _WINDOWS):
            self.setTabVisible(index, is_forecast)
        self.setTabVisible(_DATA, not is_forecast)
        if before is not self._places and current >= _DATA:
            self.setCurrentIndex(_SERIES if is_forecast else _DATA)

    def _scrolled(self, part: QWidget) -> QScrollArea:
        scroll = QScrollArea(self)
        scroll.setObjectName(f"{part.objectName()}.scroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(part)
        return scroll
