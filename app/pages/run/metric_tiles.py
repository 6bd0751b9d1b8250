"""The metrics of a trained model as tiles, and of a cross-validation as a table. It shows numbers and computes none."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.amounts import count
from app.pages.run.forecast_fans import baseline_name
from app.pages.run.wording import figure, metric_title
from engine.runs.evaluation import Evaluation, FoldScore

TILE_WIDTH = 168
ROW_HEIGHT = 30
COUNTS = frozenset({"tokens", "words", "pairs"})


class MetricTile(QFrame):
    """One metric: its name, its value on the split that counts, and the other splits' values below."""

    def __init__(self, name: str, value: float, others: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        title = QLabel(metric_title(name), self)
        title.setProperty("role", "muted")
        words = (count if name in COUNTS else figure)(value)
        number = QLabel(words, self)
        number.setProperty("role", "title")
        number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rest = QLabel(others, self)
        rest.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(0)
        for label in (title, number, rest):
            layout.addWidget(label)
        layout.addStretch()  # so that figures stand in a line with those of taller tiles
        rest.setVisible(bool(others))
        self.setAccessibleName(f"{metric_title(name)} {words}")
        self.setToolTip(f"{name}: {value!r}")


class MetricTiles(QWidget):
    """Tiles in rows, as many as fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[MetricTile] = []
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)

    def setEvaluation(self, evaluation: Evaluation) -> None:
        """Show the metrics of an evaluation's own split, with the other splits' beneath."""
        for tile in self._tiles:
            self._layout.removeWidget(tile)
            tile.deleteLater()
        shown = evaluation.metrics.get(evaluation.split, {})
        others = [split for split in ("valid", "train", "test") if split != evaluation.split]
        self._tiles = []
        for name, value in shown.items():
            told = count if name in COUNTS else figure
            rest = [
                f"{split} {told(evaluation.metrics[split][name])}"
                for split in others
                if name in evaluation.metrics.get(split, {})
            ]
            self._tiles.append(MetricTile(name, value, "  ".join(rest), self))
        self._lay_out()

    def tiles(self) -> list[MetricTile]:
        """Return the tiles in order."""
        return list(self._tiles)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many tiles into a row as fit."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        across = max(1, min(len(self._tiles), self.width() // TILE_WIDTH))
        rows = -(-len(self._tiles) // across) if self._tiles else 0
        across = -(-len(self._tiles) // rows) if rows else 1
        for place, tile in enumerate(self._tiles):
            self._layout.addWidget(tile, place // across, place % across)


class FoldTable(QTableWidget):
    """Each metric over the folds: mean, standard deviation, standard error and every fold's own value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.results.folds")
        self.setAccessibleName(self.tr("Metrics over the folds"))
        self.setToolTip(self.tr("Mean, spread and uncertainty of each metric over the folds"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)

    def setFolds(self, scores: tuple[FoldScore, ...]) -> None:
        """Show the scores."""
        tr = self.tr
        folds = max((len(score.values) for score in scores), default=0)
        heads = [tr("Metric"), tr("Mean"), tr("Standard deviation"), tr("Standard error")]
        heads += [tr("Fold {0}").format(place + 1) for place in range(folds)]
        tips = [
            "",
            tr("Mean of the folds’ values"),
            tr("How much single folds differ: sample standard deviation (n − 1)"),
            tr("How uncertain the mean is: standard deviation ÷ √folds"),
        ]
        self.setColumnCount(len(heads))
        self.setRowCount(len(scores))
        for column in range(len(heads)):
            head = QTableWidgetItem(heads[column])
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            head.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            head.setToolTip(tips[column] if column < len(tips) else "")
            self.setHorizontalHeaderItem(column, head)
        for row, score in enumerate(scores):
            split, _, metric = score.metric.partition("/")
            title = f"{metric_title(metric)} ({baseline_name(split)})" if metric else metric_title(score.metric)
            numbers = (score.mean, score.std, score.standard_error, *score.values)
            for column, text in enumerate((title, *(figure(number) for number in numbers))):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setFixedHeight(ROW_HEIGHT * len(scores) + 36)
