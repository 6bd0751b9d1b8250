"""A run's own specification: what differs from the defaults in a table, and the whole of it as TOML. Read only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.forms import choice_label, label_of
from app.icons import icon
from app.pages.run.disk_bar import DiskBar
from app.theme import theme, themeNotifier
from engine.spec import DataSpec, RunSpec, TextSpec, to_toml

NAMES = frozenset({"name", "data.name", "data.dataset"})  # what a run is called and learned from stands in its head


@dataclass(frozen=True)
class Difference:
    """A setting of a run and what it would have been by default; None where there is no default."""

    key: str
    value: Any
    default: Any


def differences(spec: RunSpec) -> list[Difference]:
    """Return every setting of a specification that is not the default, in the specification's order."""
    bare = RunSpec(data=DataSpec(dataset=""), text=None if spec.text is None else TextSpec())
    found = _differences(spec.model_dump(mode="json"), bare.model_dump(mode="json"), "")
    return [difference for difference in found if difference.key not in NAMES]


def _differences(value: Any, default: Any, key: str) -> Iterator[Difference]:
    if isinstance(value, dict):
        inner_default = default if isinstance(default, dict) else {}
        # A split of another kind shares no defaults with the default split.
        if key == "split" and value["kind"] != inner_default.get("kind"):
            inner_default = {}
        for name, inner in value.items():
            yield from _differences(inner, inner_default.get(name), f"{key}.{name}" if key else name)
    elif value != default and value not in ("", []):
        yield Difference(key, value, default)


def setting_text(value: Any) -> str:
    """Write a setting's value for reading."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and value:
        return ", ".join(setting_text(item) for item in value)
    return "–" if value in (None, "", []) else str(value)


def words_of(difference: Difference) -> tuple[str, str, str]:
    """Return setting, value and default for reading; what is a text run's own is called as in its form."""
    key, values = difference.key, (difference.value, difference.default)
    if not key.startswith("text."):
        return key, setting_text(values[0]), setting_text(values[1])
    told = [choice_label(one, key) if isinstance(one, str) and one else setting_text(one) for one in values]
    # What is learned, and from which columns, is chosen anew for each dataset: there is no usual one.
    has_default = key != "text.task" and not key.startswith("text.columns.")
    return label_of(key), told[0], told[1] if has_default else setting_text(None)


class SettingsTab(QWidget):
    """The specification of the run on show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toml = ""
        self._table = QTableWidget(0, 3, self)
        self._table.setObjectName("run.settings.table")
        self._table.setAccessibleName(self.tr("Settings that differ from the defaults"))
        self._table.setToolTip(self.tr("What this run sets apart from the defaults"))
        self._table.setHorizontalHeaderLabels([self.tr("Setting"), self.tr("This run"), self.tr("Default")])
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # long keys differ at their ends
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(28)
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for column, width in enumerate((216, 200, 96)):
            self._table.setColumnWidth(column, width)
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("run.settings.toml")
        self._text.setAccessibleName(self.tr("Specification as TOML"))
        self._text.setToolTip(self.tr("`tensorbench train` takes this file and does the same"))
        self._text.setReadOnly(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._copy = QPushButton(self.tr("Copy TOML"), self)
        self._copy.setObjectName("run.settings.copy")
        self._copy.setAccessibleName(self.tr("Copy the specification as TOML"))
        self._copy.setToolTip(self.tr("Copy the whole specification"))
        self._copy.setIcon(icon("copy"))
        self._copy.clicked.connect(self.copy)
        self.disk = DiskBar(self)
        themeNotifier().changed.connect(self._use_fonts)
        self._arrange()
        self._use_fonts()

    def setSpec(self, spec: RunSpec | None, raw: str) -> None:
        """Show a specification; one that this version cannot read is shown as it was written."""
        self._toml = to_toml(spec) if spec is not None else raw
        self._text.setPlainText(self._toml)
        found = differences(spec) if spec is not None else []
        self._table.setRowCount(len(found))
        for row, difference in enumerate(found):
            for column, text in enumerate(words_of(difference)):
                item = QTableWidgetItem(text)
                item.setToolTip(text if column else f"{text}\n{difference.key}".removeprefix(f"{difference.key}\n"))
                if column == 2:
                    item.setForeground(self.palette().placeholderText())
                self._table.setItem(row, column, item)

    @Slot()
    def copy(self) -> None:
        """Copy the specification as TOML."""
        QGuiApplication.clipboard().setText(self._toml)

    def _arrange(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._side(self.tr("What differs from the defaults"), self._table, None))
        splitter.addWidget(self._side(self.tr("Whole specification"), self._text, self._copy))
        splitter.setSizes([560, 480])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.addWidget(splitter, 1)
        layout.addSpacing(4)
        layout.addWidget(self.disk)

    def _side(self, title: str, content: QWidget, button: QPushButton | None) -> QWidget:
        side = QWidget(self)
        label = QLabel(title, side)
        label.setProperty("role", "subtitle")
        row = QHBoxLayout()
        row.addWidget(label)
        row.addStretch(1)
        if button is not None:
            row.addWidget(button)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        label.setMinimumHeight(32)
        layout.addWidget(content, 1)
        return side

    @Slot()
    def _use_fonts(self) -> None:
        self._text.setFont(theme().monoFont(0.95))
