"""What the Train page asks about series: a page of one, with its split and a window. A little after each change."""

import json

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine_thread import EngineThread, Requests
from engine.catalog.series_view import SeriesView
from engine.spec import RunSpec, to_json

ASK_AFTER_MS = 150


class SeriesQuestion(QObject):
    """Asks for the series that is looked at; `seen` carries a SeriesView, `failed` a sentence."""

    seen = Signal(object)
    failed = Signal(str)
    asked = Signal()

    def __init__(self, engine: EngineThread, parent: QObject) -> None:
        super().__init__(parent)
        self._spec: RunSpec | None = None
        self._index = 0
        self._origin: int | None = None
        self._target = 0
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ASK_AFTER_MS)
        self._timer.timeout.connect(self._ask)

    def setSpec(self, spec: RunSpec) -> None:
        """Look at a specification's series; the one looked at stays while the data are the same."""
        if spec.family != "forecasting":
            self._requests.cancel("series")
            self._timer.stop()
            self._spec = None
            return
        before, self._spec = self._spec, spec
        if before is not None and _matter(before) == _matter(spec):
            return
        if before is None or before.data != spec.data:
            self._index = self._target = 0
        self._origin = None
        self._requests.cancel("series")
        self._timer.start()

    @Slot(int)
    def lookAt(self, index: int) -> None:
        """Look at another series."""
        self._index, self._origin = index, None
        self._timer.stop()
        self._ask()

    @Slot(int)
    def moveTo(self, origin: int) -> None:
        """Look at the window that forecasts from this step on."""
        self._origin = origin
        self._timer.stop()
        self._ask()

    @Slot(int)
    def draw(self, target: int) -> None:
        """Draw another one of several targets, in the same window."""
        self._target = target
        self._timer.stop()
        self._ask()

    @Slot()
    def _ask(self) -> None:
        if self._spec is not None:
            self.asked.emit()
            spec = json.loads(to_json(self._spec))
            place = {"index": self._index, "origin": self._origin, "target": self._target}
            self._requests.ask("series", "data", "series", spec=spec, **place)

    @Slot(str, object)
    def _on_answered(self, _name: str, answer: object) -> None:
        self.seen.emit(SeriesView.model_validate(answer))

    @Slot(str, str)
    def _on_failed(self, _name: str, sentence: str) -> None:
        self.failed.emit(sentence)


def _matter(spec: RunSpec) -> object:
    """Return what an answer depends on."""
    own = spec.forecasting
    return spec.data, spec.split, None if own is None else (own.timeline, own.windows, own.inputs.lags)
