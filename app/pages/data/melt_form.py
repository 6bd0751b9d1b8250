"""What a wide table's columns become: the time, which columns are series, and the names of the new columns."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from app.amounts import count
from app.pages.data.answers import DatasetAnswer
from app.pages.data.wording import one_line
from engine.catalog import number_columns, time_columns

WIDTH = 344


class MeltForm(QWidget):
    """Edits a melt, as the data lab takes it; `valueChanged` follows each change."""

    valueChanged = Signal()

    def __init__(self, dataset: DatasetAnswer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        types = {column["name"]: str(column["type"]) for column in dataset["columns"]}
        self._numbers = number_columns(types)
        self.time = QComboBox(self)
        self.columns = QListWidget(self)
        self.series, self.value_name = QLineEdit("series", self), QLineEdit("value", self)
        self.keep = QCheckBox(self.tr("Rows for empty cells too"), self)
        self._all, self._none = QPushButton(self.tr("All"), self), QPushButton(self.tr("None"), self)
        self._chosen = QLabel(self)
        for name in time_columns(types):
            self.time.addItem(one_line(name), name)
        self._name_everything()
        self._arrange()
        self._offer()
        self.time.currentIndexChanged.connect(self._offer)
        self.columns.itemChanged.connect(self._on_change)
        self.keep.toggled.connect(self._on_change)
        for editor in (self.series, self.value_name):
            editor.textChanged.connect(self._on_change)
        self._all.clicked.connect(self._tick_all)
        self._none.clicked.connect(self._tick_none)

    def value(self) -> dict[str, Any]:
        """Return what is chosen, with the fields of `engine.datasets.Melt`."""
        return {
            "time": self.time.currentData() or "",
            "columns": [item.data(Qt.ItemDataRole.UserRole) for item in self._ticked()],
            "series_name": self.series.text().strip(),
            "value_name": self.value_name.text().strip(),
            "keep_empty": self.keep.isChecked(),
        }

    def problem(self) -> str:
        """Return what is missing yet, or nothing."""
        if not self.time.count():
            return self.tr("There is no column of dates, whole numbers or text that could be the time.")
        if len(self._ticked()) < 2:
            return self.tr("Choose two columns or more; each becomes a series.")
        return ""

    def _ticked(self) -> list[QListWidgetItem]:
        items = (self.columns.item(row) for row in range(self.columns.count()))
        return [item for item in items if item.checkState() == Qt.CheckState.Checked]

    @Slot()
    def _offer(self) -> None:
        """Offer the columns of numbers but the time, all of them ticked."""
        self.columns.blockSignals(True)
        self.columns.clear()
        for name in self._numbers:
            if name != self.time.currentData():
                item = QListWidgetItem(one_line(name), self.columns)
                item.setData(Qt.ItemDataRole.UserRole, name)
                item.setCheckState(Qt.CheckState.Checked)
        self.columns.blockSignals(False)
        self._on_change()

    @Slot()
    def _tick_all(self) -> None:
        self._tick(Qt.CheckState.Checked)

    @Slot()
    def _tick_none(self) -> None:
        self._tick(Qt.CheckState.Unchecked)

    def _tick(self, state: Qt.CheckState) -> None:
        self.columns.blockSignals(True)
        for row in range(self.columns.count()):
            self.columns.item(row).setCheckState(state)
        self.columns.blockSignals(False)
        self._on_change()

    @Slot()
    def _on_change(self, *_: object) -> None:
        chosen, offered = len(self._ticked()), self.columns.count()
        self._chosen.setText(self.tr("{0} of {1} chosen").format(count(chosen), count(offered)))
        self.valueChanged.emit()

    def _name_everything(self) -> None:
        for widget, name, text, tip in (
            (self.time, "time", self.tr("Time"), self.tr("The column that orders each series; it stays")),
            (self.columns, "columns", self.tr("Columns that become series"), self.tr("Space ticks a column")),
            (self.series, "series", self.tr("Name of the new column of series"), self.tr("It tells the series apart")),
            (self.value_name, "value", self.tr("Name of the new column of values"), self.tr("It can be forecast")),
            (self.keep, "keep", self.keep.text(), self.tr("Otherwise a cell without a value becomes no row")),
            (self._all, "all", self.tr("Choose all columns"), self.tr("Choose all columns of numbers")),
            (self._none, "none", self.tr("Choose no column"), self.tr("Choose none, to begin anew")),
        ):
            widget.setObjectName(f"data.melt.{name}")
            widget.setAccessibleName(text)
            widget.setToolTip(tip)
        self._chosen.setObjectName("data.melt.chosen")
        self._chosen.setProperty("role", "muted")
        self.columns.setUniformItemSizes(True)
        for button in (self._all, self._none):
            button.setProperty("quiet", True)

    def _arrange(self) -> None:
        several = QHBoxLayout()
        several.setSpacing(4)
        several.addWidget(self._chosen, 1)
        several.addWidget(self._all)
        several.addWidget(self._none)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(8)
        rows: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Time"), self.time),
            (self.tr("Columns"), self.columns),
            (self.tr("Series are called"), self.series),
            (self.tr("Values are called"), self.value_name),
        )
        for place, (text, editor) in enumerate(rows):
            label = QLabel(text, self)
            label.setBuddy(editor)
            top = Qt.AlignmentFlag.AlignTop if editor is self.columns else Qt.AlignmentFlag.AlignVCenter
            layout.addWidget(label, 2 * place, 0, top)
            layout.addWidget(editor, 2 * place, 1)
        layout.addLayout(several, 3, 1)
        layout.addWidget(self.keep, 8, 1)
        layout.setRowStretch(2, 1)
