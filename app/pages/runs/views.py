"""The choice of a saved view, and what can be done with it. It knows names; the page knows what they hold."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton, QWidget

from app.pages.runs.view import all_runs

NAME_LENGTH = 60


class ViewButton(QPushButton):
    """A button that names the view; its menu chooses, saves, renames and deletes views."""

    chosen = Signal(str)  # an empty name is for all runs
    saveRequested = Signal(str)
    renameRequested = Signal(str, str)
    deleteRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.view")
        self.setAccessibleName(self.tr("View"))
        self.setToolTip(self.tr("Columns, order, filter and groups that were saved under a name"))
        self.setMinimumWidth(128)
        self._names: list[str] = []
        self._name = ""
        self._changed = False
        self._dialog: QInputDialog | None = None
        self._menu = QMenu(self)
        self._menu.setObjectName("runs.view.menu")
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._fill()
        self.showView([], "", False)

    def showView(self, names: Sequence[str], name: str, changed: bool) -> None:
        """Show which views there are, which one is chosen and whether something was changed since."""
        self._names, self._name, self._changed = sorted(names, key=str.casefold), name, changed
        title = name or all_runs()
        self.setText(self.tr("{0} (changed)").format(title) if changed else title)

    def menu_(self) -> QMenu:
        """Return the menu as it stands now."""
        self._fill()
        return self._menu

    @Slot()
    def _fill(self) -> None:
        self._menu.clear()
        for name in ["", *self._names]:
            action = self._add(f"choose.{name}", name or all_runs())
            action.setCheckable(True)
            action.setChecked(name == self._name)
            action.setData(name)
            action.triggered.connect(self._choose)
        self._menu.addSeparator()
        if self._name and self._changed:
            self._add("update", self.tr("Save changes to “{0}”").format(self._name)).triggered.connect(self._update)
        self._add("save", self.tr("Save view as…")).triggered.connect(self._ask_name)
        if self._name:
            self._add("rename", self.tr("Rename “{0}”…").format(self._name)).triggered.connect(self._ask_new_name)
            self._add("delete", self.tr("Delete “{0}”").format(self._name)).triggered.connect(self._delete)

    def _add(self, name: str, text: str) -> QAction:
        action = self._menu.addAction(text.replace("&", "&&"))
        action.setObjectName(f"runs.view.{name}")
        return action

    @Slot()
    def _choose(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.chosen.emit(str(action.data() or ""))

    @Slot()
    def _update(self) -> None:
        self.saveRequested.emit(self._name)

    @Slot()
    def _delete(self) -> None:
        self.deleteRequested.emit(self._name)

    @Slot()
    def _ask_name(self) -> None:
        self._ask(self.tr("Save view"), self.tr("Name of the view:"), "").textValueSelected.connect(self._save)

    @Slot()
    def _ask_new_name(self) -> None:
        dialog = self._ask(self.tr("Rename view"), self.tr("New name:"), self._name)
        dialog.textValueSelected.connect(self._rename)

    def _ask(self, title: str, question: str, text: str) -> QInputDialog:
        self._dialog = QInputDialog(self)
        self._dialog.setObjectName("runs.view.name")
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.setWindowTitle(title)
        self._dialog.setLabelText(question)
        self._dialog.setTextValue(text)
        self._dialog.setMinimumWidth(320)
        self._dialog.open()
        return self._dialog

    @Slot(str)
    def _save(self, text: str) -> None:
        if name := _cleaned(text):
            self.saveRequested.emit(name)

    @Slot(str)
    def _rename(self, text: str) -> None:
        name = _cleaned(text)
        if name and name != self._name:
            self.renameRequested.emit(self._name, name)


def _cleaned(text: str) -> str:
    """Return a name without blanks at its ends; the name of the view that is always there stays its own."""
    name = " ".join(text.split())[:NAME_LENGTH]
    return "" if name.casefold() == all_runs().casefold() else name
