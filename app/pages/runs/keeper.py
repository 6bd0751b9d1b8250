"""The view at hand: it is put together from table, filter and groups, shown, saved under names and kept for next time."""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine_thread import EngineThread
from app.pages.runs.bar import RunsBar
from app.pages.runs.chooser import STANDARD_GROUPS, title_of
from app.pages.runs.chosen import SPEC, is_chosen
from app.pages.runs.column_set import BUILT_IN
from app.pages.runs.columns import ColumnId
from app.pages.runs.filtering import Filtering
from app.pages.runs.model import RunsModel
from app.pages.runs.table import RunsTable
from app.pages.runs.view import AT_HAND, View, read_views

KEEP_AFTER_MS = 400


class ViewKeeper(QObject):
    """Shows views and notices what the user changes in the one that is shown."""

    shown = Signal()
    columnsChanged = Signal(object)  # list of ids that show

    def __init__(
        self, engine: EngineThread, model: RunsModel, table: RunsTable, bar: RunsBar, filtering: Filtering
    ) -> None:
        super().__init__(table)
        self._engine, self._model, self._table, self._bar, self._filtering = engine, model, table, bar, filtering
        self._views: dict[str, View] = {}
        self._name = ""
        self._heard = False
        self._wanted: list[str] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(KEEP_AFTER_MS)
        self._later.timeout.connect(self.keep)
        engine.viewsChanged.connect(self._take_views)
        engine.valuesTold.connect(self._take_values)
        filtering.columnsNeeded.connect(self._want)
        bar.groupChosen.connect(self.groupBy)
        bar.view.chosen.connect(self.choose)
        table.head.layoutChosen.connect(self._note_change)
        table.head.sortIndicatorChanged.connect(self._note_change)
        table.head.hideRequested.connect(self._hide)
        table.head.groupRequested.connect(self.groupBy)
        model.sectionToggled.connect(self._note_change)
        self._offer_groups()

    def view(self) -> View:
        """Return what is shown."""
        sort, descending = self._model.sortedBy()
        return View(
            name=self._name,
            columns=tuple(self._table.head.wanted()),
            widths=self._table.head.widths(),
            sort=sort,
            descending=descending,
            filter=self._filtering.text(),
            group=self._model.groupedBy(),
            collapsed=tuple(self._model.collapsed()),
        )

    def names(self) -> list[str]:
        """Return the names of the saved views."""
        return [name for name in self._views if name != AT_HAND]

    def named(self, name: str) -> View:
        """Return a saved view; the nameless one shows all runs."""
        return self._views.get(name, View()) if name else View()

    def show_(self, view: View) -> None:
        """Show a view; columns that this version does not know are left out."""
        self._name = view.name
        columns = [one for one in view.columns if one in BUILT_IN or is_chosen(one)]
        self._set_columns(columns, view.widths)
        self._table.sortBy(view.sort if self._model.columns.has(view.sort) else View().sort, view.descending)
        self._model.setGroup(view.group, view.collapsed)
        self._bar.setFilterText(view.filter)
        self._filtering.setText(view.filter)
        self._offer_groups()
        self._note_change()
        self.shown.emit()

    @Slot(str)
    def choose(self, name: str) -> None:
        """Show a saved view, or with an empty name all runs."""
        self.show_(self.named(name).model_copy(update={"name": name}))

    def saved(self, name: str) -> None:
        """Know that the view at hand is the one of this name from now on."""
        self._name = name
        self._note_change()

    @Slot(str, bool)
    def setColumn(self, column_id: str, wanted: bool) -> None:
        """Show a column behind the others, or hide it."""
        columns = [one for one in self._table.head.visible() if one != column_id]
        if wanted:
            at_end = (
                bool(columns) and columns[-1] == ColumnId.NOTE.id
            )  # the note, which takes what room is left, stays last
            columns.insert(len(columns) - at_end, column_id)
        self._change_columns(columns)
        if wanted:
            self._table.head.reveal(column_id)

    @Slot()
    def resetColumns(self) -> None:
        """Show the standard columns."""
        self._change_columns(list(View().columns))

    @Slot(str)
    def groupBy(self, column_id: str) -> None:
        """Group the runs by a column, or with an empty id not at all."""
        self._model.setGroup(column_id)
        self._offer_groups()
        self._note_change()
        self.shown.emit()

    @Slot()
    def noteFilter(self) -> None:
        """Notice that another filter was typed."""
        self._note_change()

    @Slot()
    def keep(self) -> None:
        """Keep the view at hand for the next time the workspace is opened."""
        self._later.stop()
        now = self.view()
        if self._heard and now != self._views.get(AT_HAND, View()):
            self._views[AT_HAND] = now
            self._engine.saveView(AT_HAND, now.model_dump(mode="json"))

    # Inside

    @Slot(object)
    def _take_views(self, told: dict[str, Any]) -> None:
        first, self._heard = not self._heard, True
        mine = self._views.get(AT_HAND)
        self._views = read_views(told)
        if first and AT_HAND in self._views:
            self.show_(self._views[AT_HAND])
        elif mine is not None:
            self._views[AT_HAND] = mine  # another window's is not ours
        if self._name and self._name not in self._views:
            self._name = ""
        self._show_name()

    @Slot(object)
    def _take_values(self, told: dict[str, dict[str, Any]]) -> None:
        before = self._model.passing()
        self._model.setValues(told)
        self._filtering.takeValues(told)
        if self._model.passing() != before:
            self.shown.emit()

    @Slot(str)
    def _hide(self, column_id: str) -> None:
        self.setColumn(column_id, False)

    def _change_columns(self, columns: list[str]) -> None:
        self._set_columns(columns, self._table.head.widths())
        self._offer_groups()
        self._note_change()
        self.columnsChanged.emit(columns)

    def _set_columns(self, columns: list[str], widths: dict[str, int]) -> None:
        self._model.setChosen([one for one in columns if one not in BUILT_IN])
        self._table.showColumns(columns, widths)
        self._want()

    @Slot()
    def _want(self) -> None:
        """Say which values are needed: those of the chosen columns and those that the filter compares."""
        wanted = list(dict.fromkeys([*self._model.columns.chosen, *self._filtering.columns()]))
        if wanted != self._wanted:
            self._wanted = wanted
            self._filtering.forget(wanted)
            self._engine.showColumns(wanted)

    def _offer_groups(self) -> None:
        offered = [column.id for column in STANDARD_GROUPS]
        offered += [one for one in self._model.columns.chosen if one.startswith(f"{SPEC}:")]
        now = self._model.groupedBy()
        if now and now not in offered:
            offered.append(now)
        titles = [(self.tr("By {0}").format(title_of(one).lower()), one) for one in offered]
        self._bar.setGroups([(self.tr("No groups"), ""), *titles], now)

    @Slot()
    def _note_change(self) -> None:
        self._show_name()
        self._later.start()

    def _show_name(self) -> None:
        changed = self.view().essence != self.named(self._name).essence
        self._bar.view.showView(self.names(), self._name, changed)
