"""The Tensors page: the playground, where operations are tried, and the inspector, where tensors of files are looked at."""

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.engine_thread import EngineThread
from app.pages.tensors.inspector import Inspector
from app.pages.tensors.playground import Playground


class TensorsPage(QWidget):
    """Two tabs over one lab, which is started when the page is first shown."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors")
        self.playground = Playground(engine, self)
        self.inspector = Inspector(engine, self)
        self._tabs = QTabWidget(self)
        self._arrange()

    def showPlayground(self) -> None:
        """Go to the playground."""
        self._tabs.setCurrentWidget(self.playground)

    def showInspector(self) -> None:
        """Go to the inspector."""
        self._tabs.setCurrentWidget(self.inspector)

    def _arrange(self) -> None:
        self._tabs.setObjectName("tensors.tabs")
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setObjectName("tensors.tabs.bar")
        self._tabs.tabBar().setAccessibleName(self.tr("Playground or inspector"))
        self._tabs.addTab(self.playground, self.tr("Playground"))
        self._tabs.addTab(self.inspector, self.tr("Inspector"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 0)
        layout.addWidget(self._tabs)
