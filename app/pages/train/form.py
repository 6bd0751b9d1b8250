"""The middle of the Train page: three tabs that edit one RunSpec. Edits are told, not made here."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from app.icons import icon
from app.pages.train.data_tab import DataTab
from app.pages.train.model_tab import ModelTab
from app.pages.train.training_tab import TrainingTab
from engine.catalog import idle_fields
from engine.spec import RunSpec

_TABS = {"model": 0, "trainer": 1, "split": 2, "tabular": 2}


class SpecTabs(QTabWidget):
    """Model, training and data settings; `changed` carries a dotted key and the value that was given."""

    changed = Signal(str, object)
    presetChosen = Signal(str)
    problemChanged = Signal(str, str)
    left = Signal()
    finderRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.form")
        self.setAccessibleName(self.tr("Settings of the run"))
        self.setDocumentMode(True)
        self.model = ModelTab(self)
        self.training = TrainingTab(self)
        self.data = DataTab(self)
        self._parts: list[ModelTab | TrainingTab | DataTab] = [self.model, self.training, self.data]
        titles = (self.tr("Model"), self.tr("Training"), self.tr("Data"))
        for part, title in zip(self._parts, titles, strict=True):
            self.addTab(self._scrolled(part), title)
            part.changed.connect(self.changed)
            part.problemChanged.connect(self.problemChanged)
            part.left.connect(self.left)
        self.model.presetChosen.connect(self.presetChosen)
        self.training.finderRequested.connect(self.finderRequested)

    def setColumns(self, columns: Sequence[str]) -> None:
        """Offer the dataset's columns where one is asked for."""
        self.data.setColumns(columns)

    def setSpec(self, spec: RunSpec) -> None:
        """Show a specification."""
        idle = idle_fields(spec)
        for part in self._parts:
            part.setSpec(spec, idle)

    def setFaults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong beside the fields, and on the tabs that hold them."""
        for part in self._parts:
            part.setFaults(faults)
        places = {_TABS.get(key.partition(".")[0]) for key in faults}
        for index in range(self.count()):
            self.setTabIcon(index, icon("error", "bad") if index in places else QIcon())

    def problems(self) -> dict[str, str]:
        """Return what is written and cannot be used, by dotted key."""
        return {key: problem for part in self._parts for key, problem in part.problems().items()}

    def focusField(self, key: str) -> bool:
        """Go to a field; False when it is in none of the tabs."""
        index = _TABS.get(key.partition(".")[0])
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

    def _scrolled(self, part: QWidget) -> QScrollArea:
        scroll = QScrollArea(self)
        scroll.setObjectName(f"{part.objectName()}.scroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(part)
        return scroll
