"""The windows that a model will be shown, on the real series: one series at a time, its split, and one window close up."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.amounts import count
from app.pages.train.irregular_rows import IrregularRows
from app.pages.train.seen_table import SeenTable
from app.pages.train.series_words import moment, part_text, split_text
from app.plots.series_plot import Band, MarkTone, SeriesPlot
from app.walker import Way, walker
from engine.catalog import seen_inputs
from engine.catalog.series_view import SeriesView
from engine.spec import RunSpec


class WindowTab(QWidget):
    """Shows a SeriesView; `seriesAsked` carries a series' index, `originAsked` a step, `targetAsked` the
    place of one of several targets. ← and → walk through series, with Shift through windows."""

    seriesAsked = Signal(int)
    originAsked = Signal(int)
    targetAsked = Signal(int)
    changed = Signal(str, object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.windows")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Windows on the series"))
        self._view = SeriesView()
        self._step = 1
        self.drawn = QComboBox(self)  # the target that is drawn, where there are several
        self._name, self._window, self._problem, self._split = (QLabel(self) for _ in range(4))
        self.whole, self.close_up = SeriesPlot(self), SeriesPlot(self)
        self.irregular = IrregularRows(self)
        self.seen = SeenTable(self)
        self._walkers: list[QToolButton] = []
        self._arrange()
        self.irregular.changed.connect(self.changed)
        self.irregular.left.connect(self.left)
        self.setView(self._view)

    def setSpec(self, spec: RunSpec) -> None:
        """Show what the model of a specification is given."""
        if spec.forecasting is not None:
            self.irregular.setSpec(spec)
            self._step = spec.forecasting.windows.step
            self._offer(spec.data.roles.target)
            self.seen.setSeen(seen_inputs(spec))

    def setView(self, view: SeriesView) -> None:
        """Show a series and a window on it."""
        self._view = view
        place = self.tr("{0} of {1}").format(count(view.index + 1), count(view.count))
        self.drawn.setCurrentIndex(view.target)
        parts = [view.name, place if view.count > 1 else ""]
        self._name.setText(" · ".join(part for part in parts if part))
        self._name.setToolTip(self.tr("{0} to {1}").format(view.begins, view.ends) if view.begins else "")
        self._split.setText(split_text(view))
        self._problem.setText(view.problem)
        self._problem.setVisible(bool(view.problem))
        marks: dict[MarkTone, tuple[float, ...]] = {}
        for one in view.irregular:
            if one.kind != "missing_steps":
                marks[one.kind] = one.marks
        self.irregular.setView(view)
        split = (*_parts(view, self.tr("train"), self.tr("valid"), self.tr("test")), *self._window_bands(""))
        self.whole.setSeries(*view.whole, view.is_date, None, split, marks)
        extent = (view.page[0][0], view.page[0][-1]) if view.page[0] else None
        self.close_up.setSeries(*view.page, view.is_date, extent, self._window_bands("named"), marks)
        self._window.setText(self._window_text())
        for button, allowed in zip(self._walkers, self._allowed(), strict=True):
            button.setEnabled(allowed)

    def _offer(self, targets: tuple[str, ...]) -> None:
        """Offer the targets, where there are several."""
        if [self.drawn.itemText(place) for place in range(self.drawn.count())] != list(targets):
            self.drawn.clear()
            self.drawn.addItems(targets)
        self.drawn.setVisible(len(targets) > 1)

    def setFailure(self, sentence: str) -> None:
        """Say why there is nothing to show."""
        self.setView(SeriesView(problem=sentence))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move(way)
        else:
            self._walk(way)

    @Slot()
    def previousSeries(self) -> None:
        """Show the series before."""
        self._walk(-1)

    @Slot()
    def nextSeries(self) -> None:
        """Show the next series."""
        self._walk(1)

    @Slot()
    def earlierWindow(self) -> None:
        """Show the window before."""
        self._move(-1)

    @Slot()
    def laterWindow(self) -> None:
        """Show the next window."""
        self._move(1)

    def _walk(self, way: int) -> None:
        index = self._view.index + way
        if 0 <= index < self._view.count:
            self.seriesAsked.emit(index)

    def _move(self, way: int) -> None:
        view = self._view
        origin = min(max(view.origin + way * self._step, view.first_origin), view.last_origin)
        if view.horizon is not None and origin != view.origin:
            self.originAsked.emit(origin)

    def _allowed(self) -> tuple[bool, ...]:
        view = self._view
        has_window = view.horizon is not None
        return (
            view.index > 0,
            view.index + 1 < view.count,
            has_window and view.origin > view.first_origin,
            has_window and view.origin < view.last_origin,
        )

    def _window_text(self) -> str:
        view = self._view
        if view.horizon is None:
            return self.tr("Too short for a window") if view.steps else ""
        begin = moment(view.horizon[0], view.is_date)
        return self.tr("Forecast from {0}: {1}").format(begin, part_text(view.part))

    def _window_bands(self, names: str) -> tuple[Band, ...]:
        view = self._view
        past, future = (self.tr("sees"), self.tr("forecasts")) if names else ("", "")
        found = [Band(*pair, "", "gap") for pair in view.gaps]
        if view.encoder is not None and view.horizon is not None:
            found += [
                Band(*view.encoder, past, "past", outlined=not names),
                Band(*view.horizon, future, "future", outlined=not names),
            ]
        return tuple(found)

    def _arrange(self) -> None:
        self._name.setProperty("role", "subtitle")
        self._name.setObjectName("train.windows.name")
        self.drawn.setObjectName("train.windows.drawn")
        self.drawn.setAccessibleName(self.tr("Target that is drawn"))
        self.drawn.setToolTip(self.tr("Target that is drawn"))
        self.drawn.activated.connect(self.targetAsked)
        self._window.setObjectName("train.windows.window")
        self._window.setProperty("role", "muted")
        self._split.setProperty("role", "muted")
        self._split.setObjectName("train.windows.split")
        self._split.setWordWrap(True)
        self._problem.setObjectName("train.windows.problem")
        self._problem.setProperty("role", "warning")
        self._problem.setWordWrap(True)
        for plot, name, text, height in (
            (self.whole, "whole", self.tr("The whole series with its split"), 168),
            (self.close_up, "window", self.tr("One window of past and horizon"), 208),
        ):
            plot.setObjectName(f"train.windows.{name}")
            plot.setAccessibleName(text)
            plot.setToolTip(text)
            plot.setFixedHeight(height)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 12, 16)
        layout.setSpacing(8)
        layout.addLayout(self._row(self._name, "series"))
        layout.addWidget(self._problem)
        layout.addWidget(self.whole)
        layout.addWidget(self._split)
        layout.addWidget(self.irregular)
        layout.addLayout(self._row(self._window, "window"))
        layout.addWidget(self.close_up)
        layout.addWidget(self.seen)
        layout.addStretch()

    def _row(self, label: QLabel, what: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(label, 1)
        if what == "series":
            row.addWidget(self.drawn)
        tips = {
            "series": (self.tr("Series before (←)"), self.tr("Next series (→)")),
            "window": (self.tr("Window before (Shift+←)"), self.tr("Next window (Shift+→)")),
        }[what]
        slots = {
            "series": (self.previousSeries, self.nextSeries),
            "window": (self.earlierWindow, self.laterWindow),
        }[what]
        ways: tuple[Way, Way] = ("left", "right")
        for way, tip, slot in zip(ways, tips, slots, strict=True):
            button = walker(self, f"train.windows.{what}.{way}", way, tip, slot)
            self._walkers.append(button)
            row.addWidget(button)
        return row


def _parts(view: SeriesView, train: str, valid: str, test: str) -> list[Band]:
    """Return each fold's parts, the folds of a backtest above each other; the first one has the names."""
    found: list[Band] = []
    rows = len(view.folds)
    for row, fold in enumerate(view.folds):
        names = (train, valid, test) if row == 0 else ("", "", "")
        found += [Band(*fold.train, names[0], "train", row, rows), Band(*fold.valid, names[1], "valid", row, rows)]
        if fold.test is not None:
            found.append(Band(*fold.test, names[2], "test", row, rows))
    return found
