"""The metrics of a forecasting model beside those of the baselines on the same windows."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.pages.run.forecast_fans import baseline_name
from app.pages.run.wording import figure, is_smaller_better, metric_title
from engine.amounts import percent

ROW_HEIGHT = 30
Rows = Mapping[str, Mapping[str, float]]


class BaselineTable(QTableWidget):
    """A row for the model and one for each baseline; the best figure of a column is bold."""

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self.setAccessibleName(self.tr("Metrics beside the baselines"))
        self.setToolTip(self.tr("All rows are about the same windows; the best figure of each column is bold"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)

    def setMetrics(self, rows: Rows) -> None:
        """Show rows of metrics by the name of each row; a row need not have every metric."""
        metrics = list(dict.fromkeys(name for row in rows.values() for name in row))
        self.setRowCount(len(rows))
        self.setColumnCount(1 + len(metrics))
        self._write_heads(metrics)
        for place, (name, row) in enumerate(rows.items()):
            self._write(place, 0, name, False)
            for column, metric in enumerate(metrics, start=1):
                best = _best(rows, metric)
                self._write(place, column, _text(metric, row.get(metric)), best is not None and row.get(metric) == best)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.setFixedHeight(ROW_HEIGHT * len(rows) + 36)

    def text(self, row: int, column: int) -> str:
        """Return what a cell says."""
        item = self.item(row, column)
        return item.text() if item is not None else ""

    def _write_heads(self, metrics: list[str]) -> None:
        for column, name in enumerate(("", *(short_title(metric) for metric in metrics))):
            head = QTableWidgetItem(name)
            head.setTextAlignment(_side(column))
            head.setToolTip(metric_title(metrics[column - 1]) if column else "")
            self.setHorizontalHeaderItem(column, head)

    def _write(self, row: int, column: int, text: str, is_best: bool) -> None:
        item = QTableWidgetItem(text)
        item.setTextAlignment(_side(column))
        if is_best:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            item.setFont(font)
        self.setItem(row, column, item)


def rows_of(model: str, metrics: Mapping[str, float], baselines: Rows) -> dict[str, Mapping[str, float]]:
    """Return a table's rows: the model and the baselines, under their names."""
    return {model: metrics, **{baseline_name(name): row for name, row in baselines.items()}}


def short_title(metric: str) -> str:
    """Return a metric's name for a narrow column."""
    known = {"mae": "MAE", "rmse": "RMSE", "smape": "sMAPE", "mase": "MASE"}
    if metric.startswith("coverage_"):
        return QCoreApplication.translate("Forecasts", "Within {0} %").format(metric.removeprefix("coverage_"))
    return known.get(metric, metric_title(metric))


def _text(metric: str, value: float | None) -> str:
    if value is not None and (metric.startswith("coverage_") or metric == "smape"):
        return percent(value, 1)
    return figure(value)


def _best(rows: Rows, metric: str) -> float | None:
    """Return the best figure of those that more than one row has."""
    found = [row[metric] for row in rows.values() if metric in row]
    return min(found) if len(found) > 1 and is_smaller_better(metric) else None


def _side(column: int) -> Qt.AlignmentFlag:
    return (Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
