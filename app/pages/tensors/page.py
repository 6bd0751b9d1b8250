"""The Tensors page: the playground, where operations are tried, and the inspector, where tensors of files are looked at."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.inspector import Inspector
from app.pages.tensors.playground_tab import PlaygroundTab


class TensorsPage(QWidget):
    """Two tabs over one lab, which is started when the page is first shown."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors")
        self._trying = PlaygroundTab(engine, self)
        self.playground = self._trying.playground
        self.inspector = Inspector(engine, self)
        self._tabs = QTabWidget(self)
        self._arrange()

    def showInspector(self) -> None:
        """Go to the inspector."""
        self._tabs.setCurrentWidget(self.inspector)

    @Slot()
    def _offer_lessons(self) -> None:
        self._trying.opener.setVisible(self._tabs.currentWidget() is self._trying)

    def _arrange(self) -> None:
        self._tabs.setObjectName("tensors.tabs")
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setObjectName("tensors.tabs.bar")
        self._tabs.tabBar().setAccessibleName(self.tr("Playground or inspector"))
        self._tabs.addTab(self._trying, self.tr("Playground"))
        self._tabs.addTab(self.inspector, self.tr("Inspector"))
        self._tabs.setCornerWidget(self._trying.opener)
        self._tabs.currentChanged.connect(self._offer_lessons)
        for one, next_ in (
            (self._tabs.tabBar(), self._trying.opener),
            (self._trying.opener, self.playground.view.picker.search),
        ):
            self.setTabOrder(one, next_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 0)
        layout.addWidget(self._tabs)
