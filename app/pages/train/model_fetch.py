"""ModelFetch: has a model of the hub fetched by the data lab's child, and tells how far that is. No widgets."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.engine_thread import EngineThread, Requests


class ModelFetch(QObject):
    """One fetch at a time, begun only when somebody asks for it by name."""

    progressed = Signal(object)
    fetched = Signal(str)
    failed = Signal(str)

    def __init__(self, engine: EngineThread, parent: QObject) -> None:
        super().__init__(parent)
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.progressed.connect(self._on_progressed)
        self._requests.failed.connect(self._on_failed)

    @Slot(str)
    def begin(self, name: str) -> None:
        """Fetch a model; this opens a connection."""
        self._requests.ask("fetch", "data", "fetch_model", name=name)

    @Slot()
    def cancel(self) -> None:
        """Give it up."""
        self._requests.cancel("fetch")

    @Slot(str, object)
    def _on_answered(self, _name: str, value: Any) -> None:
        self.fetched.emit(str(value["folder"]))

    @Slot(str, object)
    def _on_progressed(self, _name: str, value: object) -> None:
        self.progressed.emit(value)

    @Slot(str, str)
    def _on_failed(self, _name: str, sentence: str) -> None:
        self.failed.emit(sentence)
