"""The list of operations; choosing one gives its example."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.pages.tensors.catalogue import ENTRIES, GROUPS, sentence_of, title_of
from app.theme import theme

NAME = Qt.ItemDataRole.UserRole


class OperationPicker(QWidget):
    """Operations in groups, found by name."""

    chosen = Signal(str)  # an expression

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.picker")
        self.search = QLineEdit(self)
        self._list = QListWidget(self)
        self._arrange()
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose_first)
        self._list.itemClicked.connect(self._choose)
        self._list.itemActivated.connect(self._choose)

    def names(self) -> list[str]:
        """Return the operations that are listed now."""
        items = (self._list.item(row) for row in range(self._list.count()))
        return [item.data(NAME) for item in items if item.data(NAME) and not item.isHidden()]

    def choose(self, name: str) -> None:
        """Give an operation's example."""
        self.chosen.emit(ENTRIES[name].example)

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        for row in range(self._list.count()):
            item = self._list.item(row)
            name = item.data(NAME)
            found = wanted in str(name).lower() or wanted in sentence_of(name).lower() if name else not wanted
            item.setHidden(not found)

    @Slot()
    def _choose_first(self) -> None:
        if names := self.names():
            self.choose(names[0])

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        if name := item.data(NAME):
            self.choose(name)

    def _arrange(self) -> None:
        self.search.setObjectName("tensors.picker.search")
        self.search.setPlaceholderText(self.tr("Find an operation"))
        self.search.setAccessibleName(self.tr("Find an operation"))
        self.search.setClearButtonEnabled(True)
        self._list.setObjectName("tensors.picker.list")
        self._list.setAccessibleName(self.tr("Operations"))
        self._list.setProperty("quiet", True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        for group in GROUPS:
            self._add_title(title_of(group))
            for entry in group.entries:
                item = QListWidgetItem(entry.name.removeprefix("scaled_dot_product_"), self._list)
                item.setData(NAME, entry.name)
                item.setToolTip(f"{sentence_of(entry.name)}\n{entry.example}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self._list, 1)
        self.setFixedWidth(200)

    def _add_title(self, text: str) -> None:
        item = QListWidgetItem(text, self._list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = theme().font(0.9)
        font.setBold(True)
        item.setFont(font)
