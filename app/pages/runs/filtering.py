"""The filter of the table: from what was typed to a test of runs, once the values that it compares are here.

Until then the earlier filter stands. It asks the engine thread and tells the page; it shows nothing itself.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.engine_thread import EngineThread
from app.pages.runs.columns import Row
from app.pages.runs.model import RunsModel
from app.pages.runs.query import Fields, Query, QueryError, parse


def _all(_row: Row) -> bool:
    return True


class Filtering(QObject):
    """Applies the filter to the model."""

    applied = Signal()
    problemFound = Signal(str)  # a sentence, or an empty text where there is none
    waited = Signal(bool)  # whether values are being read
    columnsNeeded = Signal()

    def __init__(self, engine: EngineThread, model: RunsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._model = model
        self._text = ""
        self._query: Query | None = Query()  # None where it could not be read
        self._needed: list[str] = []
        self._fields: Fields | None = None
        self._known: set[str] = set()
        engine.fieldsTold.connect(self._take_fields)

    def text(self) -> str:
        """Return what was typed."""
        return self._text

    def columns(self) -> list[str]:
        """Return the columns whose values the filter compares."""
        return list(self._needed)

    @Slot(str)
    def setText(self, text: str) -> None:
        """Filter by this, as soon as what it compares is known."""
        self._text = text
        try:
            self._query = parse(text)
        except QueryError as error:
            self._query = None
            self._tell_problem(str(error))
            return
        if self._query.comparisons:
            self.waited.emit(self._fields is None)
            self._engine.tellFields()  # a metric may be new since it was asked last
        self._resolve()

    def takeValues(self, told: dict[str, dict[str, Any]]) -> None:
        """Go on with values that were waited for; the model has them already."""
        waited_for = any(column in told and column not in self._known for column in self._needed)
        self._known.update(told)
        if waited_for:
            self._resolve()

    def forget(self, wanted: Sequence[str]) -> None:
        """Know that only these columns are told from now on."""
        self._known.intersection_update(wanted)

    @Slot(object, object)
    def _take_fields(self, settings: list[str], metrics: list[str]) -> None:
        fields = Fields(settings, metrics)
        if fields != self._fields:
            self._fields = fields
            if self._query is not None and self._query.comparisons:
                self._resolve()

    def _resolve(self) -> None:
        """Apply the filter if everything it compares is here; else ask for it."""
        if self._query is None or (self._query.comparisons and self._fields is None):
            return
        try:
            columns = self._query.columns(self._fields or Fields())
            needed = list(dict.fromkeys(columns.values()))
            if needed != self._needed:
                self._needed = needed
                self.columnsNeeded.emit()
            if not self._known.issuperset(needed):
                self.waited.emit(True)
                return
            values = {column: self._model.columns.values(column) for column in needed}
            test = self._query.test(columns, values) if self._text.strip() else _all
        except QueryError as error:
            self._tell_problem(str(error))
            return
        self.waited.emit(False)
        self.problemFound.emit("")
        self._model.setPasses(test, needed)
        self.applied.emit()

    def _tell_problem(self, sentence: str) -> None:
        self.waited.emit(False)
        self.problemFound.emit(sentence)
