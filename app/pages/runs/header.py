"""The head of the table of runs: which columns show, in which order and how wide. It moves columns; the model has them."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from app.pages.runs.columns import ColumnId
from app.pages.runs.model import RunsModel
from app.pages.runs.view import STANDARD

NOTE_WIDTH = 120
NAME_AT_MOST = 480
ALWAYS = frozenset({ColumnId.STAR.id, ColumnId.NAME.id})


class RunsHeader(QHeaderView):
    """A head whose columns can be dragged, and hidden with a menu."""

    layoutChosen = Signal()  # by the user: other columns, another order or width
    columnsRequested = Signal()
    groupRequested = Signal(str)
    hideRequested = Signal(str)
    revealRequested = Signal(int)

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("runs.table.header")
        self.setAccessibleName(self.tr("Columns"))
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(True)
        self.setMinimumSectionSize(36)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._runs = model
        self._wanted: list[str] = [column.id for column in STANDARD]
        self._widths: dict[str, int] = {}
        self._applying = False
        self._asked_about = ""
        model.columnsAboutToBeRemoved.connect(self._begin_applying)
        model.columnsAboutToBeInserted.connect(self._begin_applying)
        self.customContextMenuRequested.connect(self._open_menu)
        self.sectionMoved.connect(self._take_move)
        self.sectionResized.connect(self._take_width)

    def wanted(self) -> list[str]:
        """Return the ids of the columns that show, from left to right."""
        return list(self._wanted)

    def visible(self) -> list[str]:
        """Return the wanted columns without a note that found no room."""
        hidden = self.isSectionHidden(ColumnId.NOTE)
        return [column_id for column_id in self._wanted if not (hidden and column_id == ColumnId.NOTE.id)]

    def widths(self) -> dict[str, int]:
        """Return the widths in pixels that the user has set, by column."""
        return {column_id: width for column_id, width in self._widths.items() if column_id in self._wanted}

    def show_(self, wanted: Sequence[str], widths: Mapping[str, int]) -> None:
        """Show these columns in this order; the model must have them."""
        self._applying = True
        self._wanted = [column_id for column_id in wanted if self._runs.columns.has(column_id)]
        self._widths = dict(widths)
        for place in range(self.count()):
            self.setSectionHidden(place, self._runs.columns.id(place) not in self._wanted)
        for visual, column_id in enumerate(self._wanted):
            place = self._runs.columns.place(column_id)
            self.moveSection(self.visualIndex(place), visual)
            self.resizeSection(place, self._widths.get(column_id, self._runs.columns.get(column_id).width))
        self._applying = False
        self.fitColumns()

    def reveal(self, column_id: str) -> None:
        """Ask the table to bring a column into view."""
        self.revealRequested.emit(self._runs.columns.place(column_id))

    def fitColumns(self) -> None:
        """Fit the columns whose width the user has not set to the room there is."""
        self._applying = True
        self._fit_note()
        self._fit_name()
        self._applying = False

    def _fit_name(self) -> None:
        """Give the names, which say most, what room the other columns leave."""
        name = ColumnId.NAME.id
        shown = self.visible()
        if name in self._widths or name not in shown or shown[-1] == name:
            return
        standard = self._runs.columns.get(name).width
        others = sum(self._widths.get(one, self._runs.columns.get(one).width) for one in shown if one != name)
        self.resizeSection(ColumnId.NAME, max(standard, min(NAME_AT_MOST, self.viewport().width() - others)))

    def _fit_note(self) -> None:
        """Leave the note's column out where it would not fit among the standard ones: the note stands below as well."""
        note = ColumnId.NOTE.id
        if note not in self._wanted:
            return
        standard = self._wanted == [column.id for column in STANDARD]
        # Not as wide as they are: without a note the last one takes what room is left.
        widths = (self._widths.get(one, self._runs.columns.get(one).width) for one in self._wanted if one != note)
        others = sum(widths)
        self.setSectionHidden(ColumnId.NOTE, standard and self.viewport().width() < others + NOTE_WIDTH)

    @Slot()
    def _begin_applying(self) -> None:
        self._applying = True  # Qt moves and resizes sections by itself; `show_` comes next and ends it

    @Slot(int, int, int)
    def _take_move(self, _logical: int, _before: int, _after: int) -> None:
        if not self._applying:
            order = [self._runs.columns.id(self.logicalIndex(visual)) for visual in range(self.count())]
            self._wanted = [column_id for column_id in order if column_id in self._wanted]
            self.layoutChosen.emit()

    @Slot(int, int, int)
    def _take_width(self, place: int, before: int, after: int) -> None:
        last = self.stretchLastSection() and self.visualIndex(place) == self._last()
        if self._applying or last or not before or not after or self.cursor().shape() != Qt.CursorShape.SplitHCursor:
            return  # the last one's width is what is left over
        self._widths[self._runs.columns.id(place)] = after
        self.layoutChosen.emit()

    def _last(self) -> int:
        return max((v for v in range(self.count()) if not self.isSectionHidden(self.logicalIndex(v))), default=-1)

    @Slot(QPoint)
    def _open_menu(self, position: QPoint) -> None:
        place = self.logicalIndexAt(position)
        self._asked_about = self._runs.columns.id(place) if 0 <= place < self.count() else ""
        menu = self.menuFor(self._asked_about)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(position))

    def menuFor(self, column_id: str) -> QMenu:
        """Make the menu of a column."""
        self._asked_about = column_id
        menu = QMenu(self)
        menu.setObjectName("runs.table.header.menu")
        if column_id and column_id not in ALWAYS:
            title = self._runs.columns.get(column_id).title
            self._add(menu, "hide", self.tr("Hide “{0}”").format(title)).triggered.connect(self._hide)
            self._add(menu, "group", self.tr("Group by “{0}”").format(title)).triggered.connect(self._group)
            menu.addSeparator()
        self._add(menu, "columns", self.tr("Columns…")).triggered.connect(self.columnsRequested)
        return menu

    def _add(self, menu: QMenu, name: str, text: str) -> QAction:
        action = menu.addAction(text)
        action.setObjectName(f"runs.table.header.{name}")
        return action

    @Slot()
    def _hide(self) -> None:
        self.hideRequested.emit(self._asked_about)

    @Slot()
    def _group(self) -> None:
        self.groupRequested.emit(self._asked_about)
