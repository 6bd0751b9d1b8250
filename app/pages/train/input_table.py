"""Which inputs a forecast has: a table of columns, and a button for each thing that may be known of the selected ones."""

from collections.abc import Mapping
from typing import get_args

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.pages.train.input_model import InputModel, use_text
from engine.catalog import InputUse, use_of
from engine.spec import Role, RunSpec

_ROW = 28
_MOST_ROWS = 8
_OTHER = (Role.TARGET, Role.GROUP, Role.DATE)


class InputTable(QWidget):
    """Columns and their uses; `changed` carries a key and {"columns", "use"}."""

    changed = Signal(str, object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.inputs")
        self._types: dict[str, str] = {}
        self._use = "unused"
        self.model = InputModel(self)
        self.view = QTableView(self)
        self._none = QLabel(self.tr("There is no column beside the target, whose past is seen."), self)
        self._none.setProperty("role", "muted")
        self._none.setWordWrap(True)
        self._buttons: dict[InputUse, QPushButton] = {}
        self._arrange()
        self.view.selectionModel().selectionChanged.connect(self._enable)
        self._enable()

    def setColumns(self, types: Mapping[str, str]) -> None:
        """Take the dataset's columns with their types."""
        self._types = dict(types)

    def setSpec(self, spec: RunSpec) -> None:
        """Show what is known of each column that is neither time, target nor identifier."""
        roles, time = spec.data.roles, "" if spec.forecasting is None else spec.forecasting.timeline.column
        names = self._types or dict.fromkeys((*roles.continuous, *roles.categorical, *roles.ignore), "number")
        rows = [
            (name, kind, use_of(spec, name))
            for name, kind in names.items()
            if name != time and roles.of(name) not in _OTHER
        ]
        self.model.setRows(rows)
        for widget in (self.view, *self._buttons.values()):
            widget.setVisible(bool(rows))
        self._none.setVisible(not rows)
        height = self.view.horizontalHeader().sizeHint().height() + _ROW * min(max(len(rows), 1), _MOST_ROWS) + 4
        self.view.setFixedHeight(height)

    def _arrange(self) -> None:
        self.view.setModel(self.model)
        self.view.setObjectName("train.inputs.table")
        self.view.setAccessibleName(self.tr("Columns that the model may see"))
        self.view.setToolTip(self.tr("Select columns, then say below what is known of them"))
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setTabKeyNavigation(False)
        self.view.setShowGrid(False)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(_ROW)
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.view.horizontalHeader().setHighlightSections(False)
        self.view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        tips = {
            "unused": self.tr("The model does not see the selected columns"),
            "past": self.tr("Seen up to the moment of the forecast, such as the weather that was"),
            "known": self.tr("Known ahead, such as holidays, prices or plans"),
            "static": self.tr("The same throughout a series, such as a shop’s size"),
        }
        group = QButtonGroup(self)
        for use in get_args(InputUse):
            button = QPushButton(use_text(use), self)
            button.setObjectName(f"train.inputs.{use}")
            button.setAccessibleName(self.tr("Selected columns: {0}").format(use_text(use)))
            button.setToolTip(tips[use])
            group.addButton(button)
            self._buttons[use] = button
            row.addWidget(button)
        row.addStretch()
        group.buttonClicked.connect(self._tell)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._none)
        layout.addWidget(self.view)
        layout.addLayout(row)

    @Slot()
    def _enable(self) -> None:
        for button in self._buttons.values():
            button.setEnabled(self.view.selectionModel().hasSelection())

    @Slot(QAbstractButton)
    def _tell(self, button: QAbstractButton) -> None:
        columns = [self.model.column(index.row()) for index in self.view.selectionModel().selectedRows()]
        if columns:
            use = button.objectName().rpartition(".")[2]
            self.changed.emit("forecasting.inputs.use", {"columns": columns, "use": use})
            self.left.emit()
