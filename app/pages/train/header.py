"""The head of the Train page: its title, the dataset, the run's name, and the tools for the whole specification."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.amounts import counted
from app.icons import icon
from app.pages.train.family_switch import FamilySwitch
from app.pages.train.text_words import aim
from engine.spec import RunSpec

_ELIDE = Qt.TextElideMode.ElideMiddle
_LONGEST = 160
_ON_PAGE = Qt.ShortcutContext.WidgetWithChildrenShortcut


class TrainHeader(QWidget):
    """Title and tools; the page acts on its signals."""

    nameChanged = Signal(str)
    nameLeft = Signal()
    loadRequested = Signal()
    saveRequested = Signal()
    textRequested = Signal()

    def __init__(self, stack: QUndoStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.header")
        self._about = QLabel(self)
        self.name = QLineEdit(self)
        self.family = FamilySwitch(self)
        self._spec_tools: list[QToolButton] = []
        self._tools = QHBoxLayout()
        self._tools.setSpacing(4)
        self._add_undo(stack)
        self._add_tool("load", "load", self.tr("Load TOML"), self.tr("Fill the form from a file")).clicked.connect(
            self.loadRequested
        )
        for name, drawing, text, tip, signal in (
            ("save", "save", self.tr("Save TOML"), self.tr("Save these settings as a file"), self.saveRequested),
            ("show_toml", "text", self.tr("Show as TOML"), self.tr("See these settings as text"), self.textRequested),
        ):
            button = self._add_tool(name, drawing, text, tip)
            button.clicked.connect(signal)
            self._spec_tools.append(button)
        self._arrange()
        self.setSpec(None)

    def setSpec(self, spec: RunSpec | None, rows: int | None = None) -> None:
        """Show what a specification is about."""
        for button in self._spec_tools:
            button.setEnabled(spec is not None)
        self.name.setVisible(spec is not None)
        self.family.setVisible(spec is not None)
        self._about.setVisible(spec is not None)
        if spec is None:
            return
        if self.name.text() != spec.name:
            self.name.setText(spec.name)
        targets = ", ".join(spec.data.roles.target) or self.tr("no target")
        name = spec.data.name or spec.data.dataset
        parts = [self._elided(name)]
        if rows is not None:
            parts.append(counted(rows, self.tr("{0} row"), self.tr("{0} rows")))
        self.family.setFamily(spec.family)
        if spec.text is not None:
            labels = ", ".join(spec.text.columns.labels)
            self._about.setText(" · ".join([*parts, aim(spec.text, self._elided(labels))]))
            self._about.setToolTip(f"{name}\n{labels}".strip())
            return
        inputs, verb = len(spec.data.roles.features), self.tr("predicts {0}")
        if spec.forecasting is not None:
            inputs -= len(spec.data.roles.date)
            verb = self.tr("forecasts {0}")
        parts.append(counted(inputs, self.tr("{0} input"), self.tr("{0} inputs")))
        parts.append(verb.format(self._elided(targets)))
        self._about.setText(" · ".join(parts))
        self._about.setToolTip(f"{name}\n{targets}")

    def _elided(self, text: str) -> str:
        return self.fontMetrics().elidedText(text, _ELIDE, _LONGEST)

    def _arrange(self) -> None:
        title = QLabel(self.tr("Train a model"), self)
        title.setProperty("role", "title")
        self._about.setProperty("role", "muted")
        self._about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._about.setObjectName("train.about")
        self.name.setObjectName("train.name")
        self.name.setAccessibleName(self.tr("Name of the run"))
        self.name.setPlaceholderText(self.tr("Name of the run (optional)"))
        self.name.setToolTip(self.tr("What the run is called in the list of runs"))
        self.name.setMaxLength(200)
        self.name.setFixedWidth(216)
        self.name.textEdited.connect(self.nameChanged)
        self.name.editingFinished.connect(self.nameLeft)
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(title)
        titles.addWidget(self._about)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addLayout(titles, 1)
        layout.addWidget(self.family)
        layout.addWidget(self.name)
        layout.addLayout(self._tools)

    def _add_undo(self, stack: QUndoStack) -> None:
        for name, action, key, text in (
            ("undo", stack.createUndoAction(self), QKeySequence.StandardKey.Undo, self.tr("Undo")),
            ("redo", stack.createRedoAction(self), QKeySequence.StandardKey.Redo, self.tr("Redo")),
        ):
            action.setIcon(icon(name))
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(_ON_PAGE)
            self.addAction(action)
            self._add_tool(name, name, text, text, action)

    def _add_tool(self, name: str, drawing: str, text: str, tip: str, action: QAction | None = None) -> QToolButton:
        button = QToolButton(self)
        if action is not None:
            button.setDefaultAction(action)
        else:
            button.setIcon(icon(drawing))
            button.setToolTip(tip)
        button.setObjectName(f"train.{name}")
        button.setAccessibleName(text)
        self._tools.addWidget(button)
        if name == "redo":
            self._tools.addSpacing(16)
        return button
