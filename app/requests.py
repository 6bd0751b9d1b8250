"""Requests: a page's questions to the labs, by name, so that only the latest of each is answered."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from app.engine_thread import EngineThread


class Requests(QObject):
    """A page's named requests: asking again under a name drops the answer to what was asked before."""

    answered = Signal(str, object)
    failed = Signal(str, str)
    progressed = Signal(str, object)

    def __init__(self, engine: "EngineThread", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._tickets: dict[str, int] = {}
        self._names: dict[int, str] = {}
        engine.answered.connect(self._on_answered)
        engine.failed.connect(self._on_failed)
        engine.progressed.connect(self._on_progressed)

    def ask(self, name: str, lab: str, method: str, /, **params: Any) -> None:
        """Ask a lab; the answer comes under `name`."""
        self.cancel(name)
        ticket = self._engine.ask(lab, method, params)
        self._tickets[name] = ticket
        self._names[ticket] = name

    def cancel(self, name: str) -> None:
        """Give up what was asked under this name; nothing more is heard of it."""
        ticket = self._tickets.pop(name, None)
        if ticket is not None:
            self._names.pop(ticket, None)
            self._engine.cancel(ticket)

    def isWaiting(self, name: str) -> bool:
        """Whether an answer under this name is still to come."""
        return name in self._tickets

    def _on_answered(self, ticket: int, value: object) -> None:
        if name := self._close(ticket):
            self.answered.emit(name, value)

    def _on_failed(self, ticket: int, sentence: str) -> None:
        if name := self._close(ticket):
            self.failed.emit(name, sentence)

    def _on_progressed(self, ticket: int, value: object) -> None:
        if name := self._names.get(ticket):
            self.progressed.emit(name, value)

    def _close(self, ticket: int) -> str | None:
        name = self._names.pop(ticket, None)
        if name is not None:
            self._tickets.pop(name, None)
        return name
