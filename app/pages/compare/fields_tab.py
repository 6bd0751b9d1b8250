"""What settings did to the metric: a cloud of one numeric setting against the result, and parallel axes of all of them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QSplitter, QVBoxLayout, QWidget

from app.pages.compare.table import Row
from app.pages.run.plot_card import PlotCard
from app.plots import XYPlot
from app.plots.parallel_plot import Line, ParallelPlot

NAMED_UP_TO = 8  # runs; of more a legend would cover the plot
WIDE_SPAN = 30.0  # a setting whose values are so many times apart was chosen by its magnitude


class FieldsTab(QWidget):
    """Two plots side by side. They show the best value of the metric."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parallel = ParallelPlot(self)
        self.cloud = XYPlot(self)
        self.cloud.setEmptyText(self.tr("These runs differ in no setting that is a number"))
        self._rows: list[Row] = []
        self._metric = ""
        self._field = QComboBox(self)
        self._field.setObjectName("compare.field")
        self._field.setAccessibleName(self.tr("Setting"))
        self._field.setToolTip(self.tr("The setting that the result is drawn over"))
        self._field.setMaximumWidth(200)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(PlotCard("compare.fields", self.tr("Settings and result"), self.parallel, self))
        split.addWidget(
            PlotCard("compare.cloud", self.tr("Result over"), self.cloud, self, extra=(self._field,)),
        )
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self._field.currentIndexChanged.connect(self._draw_cloud)

    def show_(self, rows: Sequence[Row], fields: Sequence[str], metric: str) -> None:
        """Show runs by these settings and their best value of a metric."""
        self._rows, self._metric = list(rows), metric
        lines = [Line(row.name, row.colour, {**row.fields, metric: row.came.best}) for row in rows]
        self.parallel.setLines([*fields, metric] if metric else list(fields), lines)
        self._offer([field for field in fields if any(is_number(row.fields.get(field)) for row in rows)])
        self._draw_cloud()

    def _offer(self, fields: Sequence[str]) -> None:
        if [self._field.itemData(place) for place in range(self._field.count())] == list(fields):
            return
        before = self._field.currentData()
        self._field.blockSignals(True)
        self._field.clear()
        for field in fields:
            self._field.addItem(field.rpartition(".")[2].replace("_", " "), field)
            self._field.setItemData(self._field.count() - 1, field, Qt.ItemDataRole.ToolTipRole)
        # The seed is a number, but what it does to the result is chance.
        telling = next((field for field in fields if not field.endswith("seed")), None)
        self._field.setCurrentIndex(max(0, self._field.findData(before if before in fields else telling)))
        self._field.setVisible(bool(fields))
        self._field.blockSignals(False)

    @Slot()
    def _draw_cloud(self) -> None:
        field = str(self._field.currentData() or "")
        points = [
            (row, float(row.fields[field]), row.came.best)
            for row in self._rows
            if is_number(row.fields.get(field)) and row.came.best is not None
        ]
        at = [x for _, x, _ in points]
        self.cloud.item.setLogMode(x=bool(at) and min(at) > 0 and max(at) >= WIDE_SPAN * min(at))
        self.cloud.setAxisLabels(field, self.tr("best {0}").format(self._metric))
        self.cloud.clear()
        for place, (row, x, best) in enumerate(points):
            name = row.name if len(points) <= NAMED_UP_TO else ""
            key = f"{row.name} ({place + 1})"
            self.cloud.setCurve(key, np.array([x]), np.array([best]), name, row.colour, "dots")
        self.cloud.item.autoRange(padding=0.08)


def is_number(value: object) -> bool:
    """Whether a setting is a number; yes and no are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
