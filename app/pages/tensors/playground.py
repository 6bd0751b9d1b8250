"""The Playground tab: an expression, and what each of its operations does to every cell."""

from PySide6.QtWidgets import QWidget

from app.engine_thread import EngineThread


class Playground(QWidget):
    """An expression and the cards of its steps."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.playground")
        self._engine = engine
