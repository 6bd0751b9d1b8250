"""The Compare page: curves of several runs over each other, and a table of what differs and what it came to."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.engine_thread import EngineThread
from app.icons import icon
from app.pages.compare.bar import CompareBar
from app.pages.compare.curves import Compared, ComparedPlot
from app.pages.compare.fields_tab import FieldsTab
from app.pages.compare.table import CompareTable, Row
from app.pages.run.notices import EmptyState
from app.pages.run.plot_card import PlotCard
from app.pages.run.wording import is_smaller_better
from app.theme import themeNotifier
from engine.runs.comparison import came_to, differing, seed_groups, settings
from engine.runs.records import RunRecord, Series

REDRAW_MS = 150


class ComparePage(QWidget):
    """Several runs side by side; `told` carries a sentence for the user."""

    openRequested = Signal(str)
    listRequested = Signal()
    told = Signal(str)

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._ids: list[str] = []
        self._runs: dict[str, Compared] = {}
        self._hidden: set[str] = set()
        self._baseline = ""
        self.bar = CompareBar(self)
        self.curves = ComparedPlot(self)
        self.fields = FieldsTab(self)
        self.table = CompareTable(self)
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self.redraw)
        self._arrange()
        self._connect()

    def setRuns(self, run_ids: Sequence[str]) -> None:
        """Compare these runs, from their beginnings, and follow them."""
        for run_id in self._ids:
            if run_id not in run_ids:
                self._engine.unwatch(run_id)
        added = [run_id for run_id in run_ids if run_id not in self._ids]
        self._ids = list(run_ids)
        self._runs = {run_id: run for run_id, run in self._runs.items() if run_id in run_ids}
        self._hidden &= set(run_ids)
        if self._baseline not in self._ids:
            self._baseline = ""
        self._stack.setCurrentIndex(1 if len(self._ids) > 1 else 0)
        self._say_what_to_do()
        self._title.setText(self.tr("Compare {0} runs").format(len(self._ids)))
        for run_id in added:
            self._engine.watch(run_id)
            self._engine.tellAxes(run_id)
        self._redraw.start()

    def leave(self) -> None:
        """Follow the runs no longer."""
        self.setRuns(())

    def _say_what_to_do(self) -> None:
        title = self.tr("One run alone has nothing beside it") if self._ids else self.tr("Choose two runs or more")
        told = self.tr("Select two or more in the list of runs, with Ctrl or Shift, and press Compare.")
        self._empty.setTexts(title, told)

    # News

    @Slot(object)
    def _forget_runs(self, ids: list[str]) -> None:
        if left := [run_id for run_id in self._ids if run_id not in ids]:
            self.setRuns(left)
        elif self._ids:
            self.leave()

    @Slot(object)
    def _take_runs(self, records: list[RunRecord]) -> None:
        for record in records:
            if record.id not in self._ids:
                continue
            if record.id in self._runs:
                self._runs[record.id].record = record
            else:
                self._runs[record.id] = Compared(record, colour=self._ids.index(record.id))
                self._runs[record.id].book.clear(record.started)
                self._redraw.start()

    @Slot(str, object)
    def _take_series(self, run_id: str, grown: dict[str, Series]) -> None:
        run = self._runs.get(run_id)
        if run is not None and run.take(grown) and not self._redraw.isActive():
            self._redraw.start()

    @Slot()
    def redraw(self) -> None:
        """Draw curves, fields and table as the choices say."""
        runs = [self._runs[run_id] for run_id in self._ids if run_id in self._runs]
        specs = {run.record.id: spec for run in runs if (spec := run.record.spec_or_none) is not None}
        fields = differing(list(specs.values()))
        groups = [group for group in seed_groups(specs) if len(group) > 1]
        metrics = sorted({key for run in runs for key in list(run.book.keys())})
        self.bar.offer(metrics, fields, bool(groups))
        self._paint(runs, fields)
        metric = self.bar.chosenMetric()
        shown = [run for run in runs if run.record.id not in self._hidden]
        self.curves.setScale(self.bar.scale())
        names = {
            "step": self.tr("step"),
            "epoch": self.tr("epoch"),
            "time": self.tr("time since each start"),
            "clock": self.tr("time since the first start"),
        }
        self.curves.setAxisLabel(names[self.bar.axis()])
        self.curves.setTimeAxis(self.bar.axis() in {"time", "clock"})
        self.curves.draw(shown, metric, self.bar.axis(), groups if self.bar.wantsSeeds() else ())
        rows = [self._row(run, fields, metric) for run in runs]
        smaller = is_smaller_better(metric)
        self.table.show_(rows, fields, smaller, self._hidden, self._baseline)
        self.fields.show_([row for row in rows if row.id not in self._hidden], fields, metric)

    def _paint(self, runs: Sequence[Compared], fields: Sequence[str]) -> None:
        """Give the runs their colours: one each, or one a value of the chosen setting."""
        chosen = self.bar.colour()
        specs = [run.record.spec_or_none for run in runs]
        values = [str(settings(spec).get(chosen)) if spec and chosen in fields else "" for spec in specs]
        order = sorted(set(values))
        for place, (run, value) in enumerate(zip(runs, values, strict=True)):
            run.colour = order.index(value) if chosen in fields else place

    def _row(self, run: Compared, fields: Sequence[str], metric: str) -> Row:
        spec = run.record.spec_or_none
        known = settings(spec) if spec is not None else {}
        values = run.book.values(metric) if run.book.count(metric) else np.empty(0)
        came = came_to(values, is_smaller_better(metric))
        return Row(run.record.id, run.record.name, run.colour, {field: known.get(field) for field in fields}, came)

    # What the user does

    @Slot(str, bool)
    def _show_run(self, run_id: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(run_id)
        self._redraw.start()

    @Slot()
    def _pin(self) -> None:
        chosen = self.table.currentRun()
        self._baseline = "" if chosen == self._baseline else chosen
        self.redraw()

    @Slot()
    def _export_table(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the table"), "comparison.csv", "CSV (*.csv)")
        if name:
            self.exportTable(Path(name))

    def exportTable(self, path: Path) -> None:
        """Write the table as CSV, and say so."""
        try:
            self.table.export(path)
        except OSError as error:
            self.told.emit(self.tr("The table could not be written: {0}").format(error.strerror))
        else:
            self.told.emit(self.tr("Written: {0}").format(path))

    # Inside

    def _arrange(self) -> None:
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._baseline_button = self._button(
            "compare.baseline", self.tr("Baseline"), "target", self.tr("Show differences to the chosen run, or to none")
        )
        self._save = self._button("compare.export", self.tr("Table as CSV"), "export", self.tr("Save the table"))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        head.addWidget(self._baseline_button)
        head.addWidget(self._save)
        tabs = QTabWidget(self)
        tabs.setObjectName("compare.tabs")
        tabs.setAccessibleName(self.tr("Ways to compare"))
        tabs.setDocumentMode(True)
        tabs.addTab(PlotCard("compare.curves", self.tr("Curves"), self.curves, self), self.tr("Curves"))
        tabs.addTab(self.fields, self.tr("Fields"))
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        split.addWidget(tabs)
        split.addWidget(self.table)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        shown = QWidget(self)
        inner = QVBoxLayout(shown)
        inner.setContentsMargins(24, 8, 24, 16)
        inner.setSpacing(12)
        inner.addLayout(head)
        inner.addWidget(self.bar)
        inner.addWidget(split, 1)
        self._empty = EmptyState("compare.empty", "", "", self.tr("Choose runs"), self)
        self._say_what_to_do()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def _button(self, path: str, text: str, drawing: str, explanation: str) -> QPushButton:
        button = QPushButton(icon(drawing), text, self)
        button.setObjectName(path)
        button.setAccessibleName(text)
        button.setToolTip(explanation)
        return button

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self._take_runs)
        self._engine.runsRemoved.connect(self._forget_runs)
        self._engine.seriesGrew.connect(self._take_series)
        themeNotifier().changed.connect(self._redraw.start)
        self._empty.activated.connect(self.listRequested)
        self.bar.changed.connect(self._redraw.start)
        self.bar.smoothingChanged.connect(self.curves.setSmoothing)
        self.table.shownChanged.connect(self._show_run)
        self.table.openRequested.connect(self.openRequested)
        self._baseline_button.clicked.connect(self._pin)
        self._save.clicked.connect(self._export_table)
