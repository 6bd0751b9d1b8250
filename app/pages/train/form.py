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
from app.pages.train.text_fields import training_fields
from app.pages.train.text_tab import TextTab
from app.pages.train.token_tab import TokenTab
from app.pages.train.training_tab import TrainingTab
from app.pages.train.window_tab import WindowTab
from engine.catalog import idle_fields
from engine.catalog.series_view import SeriesView
from engine.spec import RunSpec

# Which tab a key belongs to, by its first part, in each family; the family's own tab is named first where it leads.
_SHARED = {"model": "model", "trainer": "trainer"}
_PLACES = {
    "tabular": {**_SHARED, "split": "data", "tabular": "data"},
    "forecasting": {**_SHARED, "split": "series", "forecasting": "series", "data": "series"},
    "text": {**_SHARED, "split": "text", "text": "text", "data": "text"},
}
_OWN = {"tabular": ("data",), "forecasting": ("series", "windows"), "text": ("text", "tokens")}
_AMONG_TRAINING = frozenset(one.key for one in training_fields())
Part = ModelTab | TrainingTab | DataTab | SeriesTab | TextTab


class SpecTabs(QTabWidget):
    """Model, training, and what a family has of its own; `changed` carries a dotted key and the value that was given."""

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
        self.text = TextTab(self)
        self.tokens = TokenTab(self)
        self._family = ""
        self._parts: dict[str, Part] = {
            "model": self.model,
            "trainer": self.training,
            "data": self.data,
            "series": self.series,
            "text": self.text,
        }
        self._pages: dict[str, QScrollArea] = {}
        for name, part, title in (
            ("model", self.model, self.tr("Model")),
            ("trainer", self.training, self.tr("Training")),
            ("data", self.data, self.tr("Data")),
            ("series", self.series, self.tr("Series")),
            ("windows", self.windows, self.tr("Windows")),
            ("text", self.text, self.tr("Text")),
            ("tokens", self.tokens, self.tr("Tokens")),
        ):
            self._pages[name] = self._scrolled(part)
            self.addTab(self._pages[name], title)
        for part in self._parts.values():
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)
        for seen in (self.windows, self.tokens):
            seen.changed.connect(self.changed)
            seen.left.connect(self.left)
        self._show_family("tabular")
        self.model.presetChosen.connect(self.presetChosen)
        self.training.finderRequested.connect(self.finderRequested)
        self.series.turnRequested.connect(self.turnRequested)

    def setColumns(self, types: Mapping[str, str]) -> None:
        """Offer the dataset's columns, with their types, where one is asked for."""
        self.data.setColumns(tuple(types))
        self.series.setColumns(types)
        self.text.setColumns(types)

    def showModel(self) -> None:
        """Go to the model's settings."""
        self.setCurrentWidget(self._pages["model"])

    def setSpec(self, spec: RunSpec) -> None:
        """Show a specification."""
        self._show_family(spec.family)
        idle = idle_fields(spec)
        for part in self._shown():
            part.setSpec(spec, idle)
        self.windows.setSpec(spec)
        self.tokens.setSpec(spec)

    def setView(self, view: SeriesView) -> None:
        """Show what was found in the series."""
        notes = tuple(plain_words(note) for note in view.notes)
        view = view.model_copy(update={"problem": plain_words(view.problem), "notes": notes})
        self.series.setView(view)
        self.windows.setView(view)

    def setViewFailure(self, sentence: str) -> None:
        """Say why the series cannot be shown."""
        self.windows.setFailure(plain_words(sentence))

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields, and on the tabs that hold them."""
        for part in self._shown():
            part.setFaults(faults)
        faulty = {self._place_of(key) for key in faults}
        for name, page in self._pages.items():
            self.setTabIcon(self.indexOf(page), icon("error", "bad") if name in faulty else QIcon())

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used, by dotted key."""
        return {key: problem for part in self._shown() for key, problem in part.problems().items()}

    def focusField(self, key: str) -> bool:
        """Go to a field; False when it is in none of the tabs."""
        name = self._place_of(key)
        if name is None:
            return False
        self.setCurrentWidget(self._pages[name])
        found = self._parts[name].focusField(key) is not None
        if found:
            # A fold that was just opened has its place only after the layouts were made.
            QTimer.singleShot(0, self, self._scroll_to_focus)
        return found

    @Slot()
    def _scroll_to_focus(self) -> None:
        scroll, editor = self.currentWidget(), self.focusWidget()
        if isinstance(scroll, QScrollArea) and editor is not None and scroll.isAncestorOf(editor):
            scroll.ensureWidgetVisible(editor, 0, 160)

    def _place_of(self, key: str) -> str | None:
        """Return the tab that a field stands in."""
        return "trainer" if key in _AMONG_TRAINING else _PLACES[self._family].get(key.partition(".")[0])

    def _shown(self) -> list[Part]:
        """Return the parts of the family that is shown."""
        others = {name for family, own in _OWN.items() if family != self._family for name in own}
        return [part for name, part in self._parts.items() if name not in others]

    def _show_family(self, family: str) -> None:
        if family == self._family:
            return
        before, self._family = self._family, family
        current = self.currentWidget()
        for its, names in _OWN.items():
            for name in names:
                self.setTabVisible(self.indexOf(self._pages[name]), its == family)
        # What a model learns from texts decides which models there are, so that tab leads.
        place = 0 if family == "text" else self.count() - 1
        self.tabBar().moveTab(self.indexOf(self._pages["text"]), place)
        self.tabBar().moveTab(
            self.indexOf(self._pages["tokens"]), self.indexOf(self._pages["text"]) + (family == "text")
        )
        others = [self._pages[name] for its, names in _OWN.items() if its != family for name in names]
        if (before and current in others) or family == "text":
            self.setCurrentWidget(self._pages[_OWN[family][0]])

    def _scrolled(self, part: QWidget) -> QScrollArea:
        scroll = QScrollArea(self)
        scroll.setObjectName(f"{part.objectName()}.scroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(part)
        return scroll
