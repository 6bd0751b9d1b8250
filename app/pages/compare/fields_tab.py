"""What settings did to the metric: dots of one setting against the result, and parallel axes of all."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QSplitter, QVBoxLayout, QWidget

from app.pages.compare.model import Row
from app.pages.compare.wording import metric_name
from app.pages.run.plot_card import PlotCard
from app.plots.dot_plot import DotPlot, Spot
from app.plots.parallel_plot import Line, ParallelPlot


class FieldsTab(QWidget):
    """Two plots side by side. They show what the metric came to: its best, final or mean value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parallel = ParallelPlot(self)
        self.cloud = DotPlot(self)
        self.cloud.setEmptyText(self.tr("These runs differ in no setting, or have not recorded this metric"))
        self._rows: list[Row] = []
        self._fields: dict[str, str] = {}
        self._metric, self._chosen = "", ""
        self._is_stale = False
        self._field = QComboBox(self)
        self._field.setObjectName("compare.field")
        self._field.setAccessibleName(self.tr("Setting"))
        self._field.setToolTip(self.tr("The setting that the result is drawn over"))
        self._field.setMaximumWidth(200)
        self._which = QComboBox(self)
        self._which.setObjectName("compare.which")
        self._which.setAccessibleName(self.tr("Result"))
        self._which.setToolTip(self.tr("Which value of the metric is the result"))
        for which, text in (("best", self.tr("Best")), ("final", self.tr("Final")), ("mean", self.tr("Mean"))):
            self._which.addItem(text, which)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(PlotCard("compare.fields", self.tr("Settings and result"), self.parallel, self, (self._which,)))
        split.addWidget(
            PlotCard("compare.cloud", self.tr("Result over"), self.cloud, self, extra=(self._field,)),
        )
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self._field.currentIndexChanged.connect(self._draw_cloud)
        self._which.currentIndexChanged.connect(self._draw)

    def show_(self, rows: Sequence[Row], fields: Mapping[str, str], metric: str, chosen: str = "") -> None:
        """Show runs by these settings (and their titles) and a metric, and the chosen run above the others."""
        now = list(rows), dict(fields), metric, chosen
        if now != (self._rows, self._fields, self._metric, self._chosen):
            self._rows, self._fields, self._metric, self._chosen = now
            self._is_stale = True
        if self.isVisible() and self._is_stale:
            self._draw()

    def choose(self, run_id: str, rows: Sequence[Row]) -> None:
        """Draw this run above the others."""
        self.show_(rows, self._fields, self._metric, run_id)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while nobody looked."""
        super().showEvent(event)
        if self._is_stale:
            self._draw()

    def _result(self) -> str:
        return f"{metric_name(self._metric)}, {self._which.currentText().lower()}"

    def _is_strong(self, row: Row) -> bool:
        return row.is_base or row.id == self._chosen

    @Slot()
    def _draw(self) -> None:
        self._is_stale = False
        which, fields = str(self._which.currentData()), dict(self._fields)
        if self._metric:
            fields[self._metric] = self._result()
        results = {row.id: row.figure(self._metric, which) for row in self._rows}
        lines = [
            Line(row.name, row.colour, {**row.fields, self._metric: results[row.id]}, self._is_strong(row))
            for row in self._rows
            if results[row.id] is not None or not self._metric
        ]
        self.parallel.setLines(fields, lines)
        self._offer()
        self._draw_cloud()

    def _offer(self) -> None:
        if [self._field.itemData(place) for place in range(self._field.count())] == list(self._fields):
            return
        before = self._field.currentData()
        self._field.blockSignals(True)
        self._field.clear()
        for field, title in self._fields.items():
            self._field.addItem(title, field)
            self._field.setItemData(self._field.count() - 1, field, Qt.ItemDataRole.ToolTipRole)
        # The seed is a number, but what it does to the result is chance.
        telling = next((field for field in self._fields if not field.endswith("seed")), None)
        self._field.setCurrentIndex(max(0, self._field.findData(before if before in self._fields else telling)))
        self._field.setVisible(bool(self._fields))
        self._field.blockSignals(False)

    @Slot()
    def _draw_cloud(self) -> None:
        field, which = str(self._field.currentData() or ""), str(self._which.currentData())
        spots = [
            Spot(row.name, row.colour, row.fields[field], result, self._is_strong(row))
            for row in self._rows
            if field in row.fields and (result := row.figure(self._metric, which)) is not None
        ]
        self.cloud.setSpots(spots, self._fields.get(field, ""), self._result() if self._metric else "")
