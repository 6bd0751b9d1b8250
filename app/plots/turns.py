"""Turns: plots are drawn a few milliseconds at a time, one after another, so that the event loop never waits for them."""

import time
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from shiboken6 import isValid

TURN_S = 0.004


class Drawn(Protocol):
    """What can be drawn in pieces."""

    def drawSome(self, deadline: float) -> bool:
        """Draw until `time.perf_counter` reaches the deadline; return whether all is drawn."""


class Turns(QObject):
    """The queue of what waits to be drawn. Between two turns, and after each finished plot, events are handled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Drawn, None] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._take_turn)

    def ask(self, drawn: Drawn) -> None:
        """Wait for a turn; what waits already keeps its place."""
        self._waiting.setdefault(drawn)
        self._timer.start()

    def leave(self, drawn: Drawn) -> None:
        """Wait no longer."""
        self._waiting.pop(drawn, None)

    @Slot()
    def _take_turn(self) -> None:
        first = next(iter(self._waiting), None)
        if first is not None and (not isValid(first) or first.drawSome(time.perf_counter() + TURN_S)):
            self._waiting.pop(first, None)
        if not self._waiting:
            self._timer.stop()


def turns() -> Turns:
    """Return the application's queue."""
    application = QCoreApplication.instance()
    assert application is not None
    found: Turns | None = application.findChild(Turns)
    return Turns(application) if found is None else found
