"""The Inspector tab: tensors of files, as they are."""

from PySide6.QtWidgets import QWidget

from app.engine_thread import EngineThread


class Inspector(QWidget):
    """Looks at the tensors of files."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.inspector")
        self._engine = engine
