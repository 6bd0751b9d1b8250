"""Tagging and grouping of the selected runs, in two small dialogs. They tell what is wanted; the page does it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.pages.run.wording import runs_count
from engine.runs.queue_store import TAG_LENGTH


class TagsDialog(QDialog):
    """Every tag of the workspace with a box: ticked where all selected runs have it, half where some do."""

    tagChosen = Signal(str, bool)  # tag, whether the runs are to have it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.tags.dialog")
        self.setWindowTitle(self.tr("Tags"))
        self.resize(320, 360)
        self._shown: tuple[dict[str, int], int] | None = None
        self._title = QLabel(self)
        self._title.setProperty("role", "muted")
        self._new = QLineEdit(self)
        self._new.setObjectName("runs.tags.new")
        self._new.setAccessibleName(self.tr("New tag"))
        self._new.setToolTip(self.tr("Type a tag and press Enter"))
        self._new.setPlaceholderText(self.tr("Add a tag and press Enter"))
        self._new.setMaxLength(TAG_LENGTH)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._new.setCompleter(completer)
        self._list = QListWidget(self)
        self._list.setObjectName("runs.tags.list")
        self._list.setAccessibleName(self.tr("Tags"))
        self._list.setToolTip(self.tr("Tick a tag to give it to the runs, untick it to take it away"))
        boxes = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        boxes.rejected.connect(self.close)
        close = boxes.button(QDialogButtonBox.StandardButton.Close)
        close.setAutoDefault(False)
        close.setDefault(False)  # Enter adds a tag
        layout = QVBoxLayout(self)
        for widget in (self._title, self._new, self._list, boxes):
            layout.addWidget(widget)
        self._new.returnPressed.connect(self._add)
        self._list.itemChanged.connect(self._tell)

    def showTags(self, every: Mapping[str, int], selected: int) -> None:
        """Show every tag of the workspace with how many of the selected runs have it."""
        if (dict(every), selected) == self._shown:
            return
        self._shown = (dict(every), selected)
        at = self._list.currentRow()
        self._title.setText(self.tr("Tags of {0}").format(runs_count(selected)))
        self._known.setStringList(list(every))
        with QSignalBlocker(self._list):
            self._list.clear()
            for tag, having in every.items():
                item = QListWidgetItem(tag, self._list)
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
                )
                item.setCheckState(_state(having, selected))
            self._list.setCurrentRow(min(at, self._list.count() - 1))

    @Slot()
    def _add(self) -> None:
        tag = " ".join(self._new.text().split())
        if tag:
            self._new.clear()
            self.tagChosen.emit(tag, True)

    @Slot(object)
    def _tell(self, item: QListWidgetItem) -> None:
        self.tagChosen.emit(item.text(), item.checkState() != Qt.CheckState.Unchecked)


class GroupDialog(QDialog):
    """The name of the group that the selected runs go to."""

    groupChosen = Signal(str)

    def __init__(self, groups: Sequence[str], now: str, selected: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.group.dialog")
        self.setWindowTitle(self.tr("Group"))
        self.setMinimumWidth(360)
        self._name = QComboBox(self)
        self._name.setObjectName("runs.group.name")
        self._name.setAccessibleName(self.tr("Name of the group"))
        self._name.setToolTip(
            self.tr("A new name, or that of a group that is there; empty takes the runs out of theirs")
        )
        self._name.setEditable(True)
        self._name.addItems(list(groups))
        self._name.setCurrentText(now)
        if line := self._name.lineEdit():
            line.setPlaceholderText(self.tr("No group"))
            line.selectAll()
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        boxes = QDialogButtonBox(ok | cancel, self)
        boxes.accepted.connect(self._choose)
        boxes.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(self.tr("Put {0} into the group").format(runs_count(selected)), self))
        layout.addWidget(self._name)
        layout.addWidget(boxes)

    @Slot()
    def _choose(self) -> None:
        self.groupChosen.emit(" ".join(self._name.currentText().split()))
        self.accept()


def _state(having: int, selected: int) -> Qt.CheckState:
    if not having:
        return Qt.CheckState.Unchecked
    return Qt.CheckState.Checked if having == selected else Qt.CheckState.PartiallyChecked
