"""A prediction's report on screen: the columns' match beside the first predicted rows, above them the fan of series."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from app.amounts import count, counted
from app.forms.wording import plain_words
from app.pages.predict.ahead_table import AheadTable
from app.pages.predict.column_match import ColumnMatch
from app.pages.predict.outlook_card import OutlookCard
from app.pages.predict.report import Fate, Report
from app.pages.run.rows_table import RowsTable
from app.pages.run.wording import figure, metric_title

MOST_TOLD = 2


class ReportView(QSplitter):
    """Columns on the left; predictions and, where the file has the target, metrics on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        tr = self.tr
        self._columns = ColumnMatch(self)
        self.ahead = AheadTable(self)
        self.outlook = OutlookCard(self)
        self._rows = RowsTable(
            "predict.rows", tr("Predictions"), tr("Predictions, in bold, beside the file’s own columns"), self
        )
        self._match, self._shown, self._metrics, self._unseen = (QLabel(self) for _ in range(4))
        self._unseen.setObjectName("predict.unseen")
        self._unseen.setProperty("role", "warning")
        self._unseen.setWordWrap(True)
        self._metrics.setObjectName("predict.metrics")
        self._metrics.setWordWrap(True)
        self._metrics.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self._match, self._shown):
            label.setProperty("role", "muted")
        self.setChildrenCollapsible(False)
        self.addWidget(self._side(tr("Columns"), self._match, self._columns, self._unseen, self.ahead))
        self._right = QSplitter(Qt.Orientation.Vertical, self)
        self._right.setChildrenCollapsible(False)
        self._right.addWidget(self.outlook)
        self._right.addWidget(self._side(tr("Predictions"), self._shown, self._rows, self._metrics))
        self._right.setSizes([420, 280])
        self.outlook.hide()
        self.addWidget(self._right)
        self.setSizes([380, 700])
        self.setStretchFactor(1, 1)

    def setReport(self, report: Report) -> None:
        """Show a report."""
        self._columns.setReport(report)
        self.outlook.setOutlook(report.outlook)
        self.ahead.setAhead(report.ahead)
        self._unseen.setText(self._unseen_text(report))
        self._unseen.setVisible(bool(report.unseen))
        self._show_rows(report)
        parts = [f"{metric_title(name)} {figure(value)}" for name, value in report.metrics.items()]
        told = self.tr("The file has the target: {0}").format("  ·  ".join(parts))
        notes = [plain_words(note) for note in report.notes]
        self._metrics.setText("\n".join([told, *notes] if parts else notes))
        self._metrics.setVisible(bool(self._metrics.text()))
        shown = len(report.preview)
        if not shown:
            self._shown.setText(self.tr("none yet"))
        elif shown < report.rows:
            words = self.tr("the first {0} of {1} rows")
            self._shown.setText(words.format(count(shown), count(report.rows)))
        else:
            self._shown.setText(counted(report.rows, self.tr("{0} row"), self.tr("{0} rows")))
        fates = [fate.fate for fate in report.fates()]
        matched = fates.count(Fate.MATCHED) + fates.count(Fate.UNSEEN)
        words = self.tr("{0} matched, {1} missing, {2} extra")
        self._match.setText(words.format(matched, fates.count(Fate.MISSING), fates.count(Fate.EXTRA)))

    def _unseen_text(self, report: Report) -> str:
        """Say which columns have values that the model never saw, what becomes of them, and what to do."""
        said = []
        for name, values in report.unseen.items():
            rows = counted(sum(values.values()), self.tr("{0} row"), self.tr("{0} rows"))
            words = self.tr("“{0}” has values that were not in the training data, such as “{1}”, in {2}.")
            said.append(words.format(name, next(iter(values)), rows))
        shown = said[:MOST_TOLD]
        if len(said) > MOST_TOLD:
            shown.append(self.tr("So have {0} more columns.").format(count(len(said) - MOST_TOLD)))
        advice = self.tr(
            "They count as unknown: write them as in the training data, or train again on data that has them."
        )
        return " ".join([*shown, advice])

    def _show_rows(self, report: Report) -> None:
        """Put what the model wrote first: a file may have more columns than fit. Forecasts begin with series and time."""
        own = report.own_places
        is_forecast = report.outlook is not None
        order = (
            list(range(len(report.columns)))
            if is_forecast
            else [*own, *(place for place in range(len(report.columns)) if place not in own)]
        )
        columns = [report.columns[place] for place in order]
        rows = [[row[place] for place in order] for row in report.preview]
        self._rows.setRows(columns, rows, own if is_forecast else range(len(own)))

    def _side(self, title: str, beside: QLabel, content: QWidget, *below: QWidget) -> QWidget:
        side = QWidget(self)
        name = QLabel(title, side)
        name.setProperty("role", "subtitle")
        row = QHBoxLayout()
        row.addWidget(name)
        row.addSpacing(8)
        row.addWidget(beside)
        row.addStretch(1)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(content, 1)
        for one in below:
            layout.addWidget(one, int(one is self.ahead))
        return side
