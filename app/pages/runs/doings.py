"""What the user does with the selected runs and with views, as undoable commands; and the menu of the selected runs."""

from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMenu

from app.engine_thread import EngineThread
from app.pages.run.notices import UndoBar
from app.pages.run.wording import runs_count
from app.pages.runs.changes import ChangeView, DeleteRuns, GroupRuns, RenameRun, StarRuns, TagRuns
from app.pages.runs.keeper import ViewKeeper
from app.pages.runs.model import RunsModel
from app.pages.runs.table import RunsTable
from app.pages.runs.tags import GroupDialog, TagsDialog
from engine.runs.records import RunRecord


class RunDoings(QObject):
    """Turns wishes into commands on the undo stack."""

    openWished = Signal()
    compareWished = Signal()

    def __init__(
        self, engine: EngineThread, model: RunsModel, table: RunsTable, keeper: ViewKeeper, notice: UndoBar
    ) -> None:
        super().__init__(table)
        self._engine, self._model, self._table, self._keeper, self._notice = engine, model, table, keeper, notice
        self.stack = QUndoStack(self)
        self._tags: TagsDialog | None = None
        self._group: GroupDialog | None = None
        model.renameRequested.connect(self._rename)
        model.starRequested.connect(self._star_one)
        table.deleteRequested.connect(self.delete)
        table.starRequested.connect(self.star)
        table.tagsRequested.connect(self.tag)
        table.groupRequested.connect(self.group)
        table.menuRequested.connect(self._open_menu)

    @Slot()
    def undo(self) -> None:
        """Take back what was done last."""
        self.stack.undo()
        self._notice.hide()
        self._show_tags()

    @Slot()
    def delete(self) -> None:
        """Put the selected runs into the trash; those at work stay."""
        records = self._selected()
        ids = [record.id for record in records if not record.status.is_active]
        at_work = len(records) - len(ids)
        if ids:
            self.stack.push(DeleteRuns(self._engine, ids))
        said = self.tr("Deleted {0}.").format(runs_count(len(ids))) if ids else ""
        if at_work:
            kept = self.tr("Still at work and kept: {0}; stop first.").format(runs_count(at_work))
            said = f"{said} {kept}".strip()
        if said:
            self._notice.say(said, with_undo=bool(ids))

    @Slot()
    def star(self) -> None:
        """Star the selected runs, or where all are starred take their stars away."""
        records = self._selected()
        wanted = not all(record.starred for record in records)
        ids = [record.id for record in records if record.starred is not wanted]
        if ids:
            self.stack.push(StarRuns(self._engine, ids, wanted))
            if len(ids) == 1:
                self._model.replace(ids[0], starred=wanted)

    @Slot()
    def tag(self) -> None:
        """Let the user tag the selected runs."""
        if not self._selected():
            return
        if self._tags is None:
            self._tags = TagsDialog(self._table.window())
            self._tags.tagChosen.connect(self._set_tag)
        self._show_tags()
        self._tags.open()

    @Slot()
    def group(self) -> None:
        """Let the user put the selected runs into a group."""
        records = self._selected()
        if not records:
            return
        groups = sorted({row.record.group for row in self._model.rows() if row.record.group}, key=str.casefold)
        now = {record.group for record in records}
        self._group = GroupDialog(groups, now.pop() if len(now) == 1 else "", len(records), self._table.window())
        self._group.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._group.groupChosen.connect(self._set_group)
        self._group.open()

    # Views

    @Slot(str)
    def saveView(self, name: str) -> None:
        """Keep the view at hand under a name."""
        now = self._keeper.view().model_copy(update={"name": name})
        self._change_views(self.tr("Save view"), {name: now.model_dump(mode="json")})
        self._keeper.saved(name)

    @Slot(str, str)
    def renameView(self, before: str, after: str) -> None:
        """Give a view another name."""
        content = self._keeper.named(before).model_copy(update={"name": after}).model_dump(mode="json")
        self._change_views(self.tr("Rename view"), {after: content, before: None})
        self._keeper.saved(after)

    @Slot(str)
    def deleteView(self, name: str) -> None:
        """Forget a view; what it shows stays on the page."""
        self._change_views(self.tr("Delete view"), {name: None})
        self._keeper.saved("")
        self._notice.say(self.tr("Deleted the view “{0}”.").format(name), with_undo=True)

    def _change_views(self, text: str, after: dict[str, dict[str, Any] | None]) -> None:
        names = self._keeper.names()
        before = {name: self._keeper.named(name).model_dump(mode="json") if name in names else None for name in after}
        self.stack.push(ChangeView(self._engine, text, before, after))

    # Inside

    def _selected(self) -> list[RunRecord]:
        records = [self._model.record(run_id) for run_id in self._table.selectedIds()]
        return [record for record in records if record]

    @Slot(str, str)
    def _rename(self, run_id: str, name: str) -> None:
        record = self._model.record(run_id)
        if record is not None:
            self.stack.push(RenameRun(self._engine, run_id, record.name, name))
            self._model.replace(run_id, name=name)

    @Slot(str, bool)
    def _star_one(self, run_id: str, starred: bool) -> None:
        self.stack.push(StarRuns(self._engine, [run_id], starred))
        self._model.replace(run_id, starred=starred)

    @Slot(str, bool)
    def _set_tag(self, tag: str, wanted: bool) -> None:
        records = [record for record in self._selected() if (tag in record.tags) is not wanted]
        if records:
            self.stack.push(TagRuns(self._engine, {record.id: record.tags for record in records}, tag, wanted))
        self._show_tags()

    @Slot(str)
    def _set_group(self, group: str) -> None:
        before = {record.id: record.group for record in self._selected() if record.group != group}
        if before:
            self.stack.push(GroupRuns(self._engine, before, group))

    def refreshTags(self) -> None:
        """Show the tags as they are now, where the dialog is open."""
        if self._tags is not None and self._tags.isVisible():
            self._show_tags()

    def _show_tags(self) -> None:
        if self._tags is None:
            return
        selected = self._selected()
        every = sorted({tag for row in self._model.rows() for tag in row.record.tags}, key=str.casefold)
        having = {tag: sum(tag in record.tags for record in selected) for tag in every}
        self._tags.showTags(having, len(selected))

    @Slot(object)
    def _open_menu(self, where: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def menu(self) -> QMenu:
        """Make the menu of the selected runs."""
        menu = QMenu(self._table)
        menu.setObjectName("runs.menu")
        records = self._selected()
        one, starred = len(records) == 1, all(record.starred for record in records)
        self._add(menu, "open", self.tr("Open"), "Return").triggered.connect(self.openWished)
        compare = self._add(menu, "compare", self.tr("Compare"), "Ctrl+K")
        compare.setEnabled(not one)
        compare.triggered.connect(self.compareWished)
        menu.addSeparator()
        star = self._add(menu, "star", self.tr("Take the star away") if starred else self.tr("Star"), "S")
        star.triggered.connect(self.star)
        self._add(menu, "tags", self.tr("Tags…"), "T").triggered.connect(self.tag)
        self._add(menu, "group", self.tr("Group…"), "G").triggered.connect(self.group)
        rename = self._add(menu, "rename", self.tr("Rename"), "F2")
        rename.setEnabled(one)
        rename.triggered.connect(self._table.rename)
        menu.addSeparator()
        self._add(menu, "delete", self.tr("Delete"), "Del").triggered.connect(self.delete)
        return menu

    def _add(self, menu: QMenu, name: str, text: str, keys: str) -> QAction:
        action = menu.addAction(text)
        action.setObjectName(f"runs.menu.{name}")
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
        return action
