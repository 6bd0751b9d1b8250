"""The Compare page: curves of several runs over each other, and a table of what differs and what it came to."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.amounts import counted
from app.engine_thread import EngineThread
from app.pages.compare.bar import CompareBar
from app.pages.compare.colours import Legend, inks_of
from app.pages.compare.curves import PLACES, Compared, ComparedPlot
from app.pages.compare.fields_tab import FieldsTab
from app.pages.compare.table import CompareTable, Row
from app.pages.compare.wording import field_titles, metric_name
from app.pages.run.notices import EmptyState
from app.pages.run.plot_card import PlotCard
from app.pages.run.wording import full_moment, is_smaller_better
from app.plots.ink import TEXT, Ink, ink_colour
from app.theme import themeNotifier
from app.widgets import push_button
from engine.runs.comparison import differing, seed_groups, settings
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
        self._more_metrics: set[str] = set()
        self._read: tuple[str, ...] = ()
        self._settings: dict[str, Mapping[str, object]] = {}
        self._fields: dict[str, str] = {}
        self._groups: list[tuple[str, ...]] = []
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
        self._title.setText(counted(self._ids, self.tr("Compare {0} run"), self.tr("Compare {0} runs")))
        for run_id in added:
            self._engine.watch(run_id)
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
        self._read_specs(runs)
        fields, groups = self._fields, self._groups
        metrics = sorted({key for run in runs for key in list(run.book.keys())})
        self.bar.offer(metrics, fields, bool(groups))
        self._offer_metrics(metrics)
        self._paint(runs, fields)
        metric = self.bar.chosenMetric()
        self._draw_curves([run for run in runs if run.record.id not in self._hidden], metric, groups)
        shown = [metric, *sorted(self._more_metrics - {metric})] if metric else []
        smaller = {key: is_smaller_better(key) for key in shown}
        rows = [self._row(run, fields, smaller) for run in runs]
        self.table.show_(rows, fields, smaller)
        self.fields.show_([row for row in rows if row.is_shown], fields, metric, self.table.currentRun())

    def _read_specs(self, runs: Sequence[Compared]) -> None:
        """Find out what the runs differ in; a specification never changes, so only for runs that are new."""
        ids = tuple(run.record.id for run in runs)
        if ids == self._read:
            return
        self._read = ids
        specs = {run.record.id: spec for run in runs if (spec := run.record.spec_or_none) is not None}
        self._settings = {run_id: settings(spec) for run_id, spec in specs.items()}
        self._fields = field_titles(differing(list(specs.values())))
        self._groups = [group for group in seed_groups(specs) if len(group) > 1]

    def _draw_curves(self, runs: Sequence[Compared], metric: str, groups: Sequence[tuple[str, ...]]) -> None:
        axis = self.bar.axis()
        for run in runs:
            if not run.book.knows(PLACES[axis]):
                self._engine.tellAxes(run.record.id)
        self.curves.setScale(self.bar.scale())
        first = min((run.began for run in runs), default=0.0)
        names = {
            "step": self.tr("step"),
            "epoch": self.tr("epoch"),
            "time": self.tr("time since each start"),
            "clock": self.tr("wall time, from {0}").format(full_moment(first)),
        }
        self.curves.setAxisLabel(names[axis])
        self._card.setTitle(metric_name(metric) if metric else self.tr("Curves"))
        self.curves.draw(runs, metric, axis, groups if self.bar.wantsSeeds() else (), self._baseline)
        self._mark()

    def _paint(self, runs: Sequence[Compared], fields: Mapping[str, str]) -> None:
        """Give the runs their colours: one each, or one a value of the chosen setting."""
        chosen, legend = self.bar.colour(), list[tuple[str, Ink]]()
        inks: Sequence[Ink] = range(len(runs))
        if chosen in fields:
            inks, legend = inks_of([self._settings.get(run.record.id, {}).get(chosen) for run in runs])
        for run, ink in zip(runs, inks, strict=True):
            run.colour = ink
        self._show_legend(fields.get(chosen, ""), legend)

    def _show_legend(self, title: str, legend: Legend) -> None:
        marks = [f'<span style="color:{ink_colour(ink).name()}">■</span>&nbsp;{escape(text)}' for text, ink in legend]
        self._legend.setText("&nbsp;&nbsp; ".join([escape(title), *marks]))
        self._legend.setVisible(bool(legend))

    def _row(self, run: Compared, fields: Mapping[str, str], smaller: Mapping[str, bool]) -> Row:
        run_id = run.record.id
        known = self._settings.get(run_id, {})
        came = {key: run.came(key, is_smaller) for key, is_smaller in smaller.items()}
        values = {field: known.get(field) for field in fields}
        is_base = run_id == self._baseline
        ink = TEXT if is_base else run.colour
        return Row(run_id, run.record.name, ink, values, came, run_id not in self._hidden, is_base)

    def _offer_metrics(self, metrics: Sequence[str]) -> None:
        menu = self._metrics.menu()
        if [action.data() for action in menu.actions()] == list(metrics):
            return
        menu.clear()
        for key in metrics:
            action = menu.addAction(metric_name(key))
            action.setData(key)
            action.setCheckable(True)
            action.setChecked(key in self._more_metrics)

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

    @Slot(str)
    def _choose(self, run_id: str) -> None:
        """Bring a run out in every plot, and offer to pin it."""
        self._mark()
        rows = [row for row in self.table.rows() if row.is_shown]
        self.fields.choose(run_id, rows)

    def _mark(self) -> None:
        chosen = self.table.currentRun()
        is_base = bool(chosen) and chosen == self._baseline
        self._baseline_button.setEnabled(bool(chosen))
        self._baseline_button.setText(self.tr("Unpin baseline") if is_base else self.tr("Pin baseline"))
        self.curves.setStrong({chosen, self._baseline} - {""})

    @Slot(QAction)
    def _choose_metrics(self, _action: QAction) -> None:
        self._more_metrics = {action.data() for action in self._metrics.menu().actions() if action.isChecked()}
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
        self._legend = QLabel(self)
        self._legend.setObjectName("compare.legend")
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.hide()
        told = self.tr(
            "Show differences to the run that is chosen in the table, and draw it as dark as text; or no more"
        )
        self._baseline_button = push_button(self, "compare.baseline", self.tr("Pin baseline"), "target", told)
        told = self.tr("Show in the table what more metrics came to")
        self._metrics = push_button(self, "compare.metrics", self.tr("Metrics"), "table", told)
        self._metrics.setMenu(QMenu(self._metrics))
        self._save = push_button(self, "compare.export", self.tr("Table as CSV"), "export", self.tr("Save the table"))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        head.addWidget(self._baseline_button)
        head.addWidget(self._metrics)
        head.addWidget(self._save)
        tabs = QTabWidget(self)
        tabs.setObjectName("compare.tabs")
        tabs.setAccessibleName(self.tr("Ways to compare"))
        tabs.setDocumentMode(True)
        self._card = PlotCard("compare.curves", self.tr("Curves"), self.curves, self)
        tabs.addTab(self._card, self.tr("Curves"))
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
        inner.addWidget(self._legend)
        inner.addWidget(split, 1)
        self._empty = EmptyState("compare.empty", "", "", self.tr("Choose runs"), self)
        self._say_what_to_do()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def _connect(self) -> None:
        self._engine.runsChanged.connect(self._take_runs)
        self._engine.runsRemoved.connect(self._forget_runs)
        self._engine.seriesGrew.connect(self._take_series)
        themeNotifier().changed.connect(self._redraw.start)
        self._empty.activated.connect(self.listRequested)
        self.bar.changed.connect(self._redraw.start)
        self.bar.smoothingChanged.connect(self.curves.setSmoothing)
        self.table.shownChanged.connect(self._show_run)
        self.table.chosen.connect(self._choose)
        self._metrics.menu().triggered.connect(self._choose_metrics)
        self.table.openRequested.connect(self.openRequested)
        self._baseline_button.clicked.connect(self._pin)
        self._save.clicked.connect(self._export_table)
