"""One open dataset: its table, its columns and roles, its rejected lines, and the way on to a model."""

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QTabWidget, QVBoxLayout, QWidget

from app.amounts import count, counted
from app.engine_thread import EngineThread, Requests
from app.icons import icon, primary_icon
from app.pages.data.answers import DatasetAnswer
from app.pages.data.columns_panel import ColumnsPanel
from app.pages.data.rejects_panel import RejectsPanel
from app.pages.data.roles_editor import RolesEditor
from app.pages.data.table_pane import TablePane
from app.pages.data.wording import ago, one_line, origin, role_title, shape, size
from engine.catalog import guessed_task, number_columns, suggests_text
from engine.spec import Role, Roles

REJECTS_TAB = 1


class DatasetView(QWidget):
    """Shows a dataset; `chosen` carries it and its roles to the next page."""

    chosen = Signal(object, object)
    rolesChanged = Signal(object)
    seriesRequested = Signal()

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: DatasetAnswer | None = None
        self._texts: tuple[dict[str, str], dict[str, float]] = {}, {}  # types, and how long texts are, by column
        self._dates: tuple[str, ...] | None = None  # columns of texts that are dates, where that was asked
        self._goes_on = False
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._on_answered)
        self._requests.failed.connect(self._on_failed)
        self.editor = RolesEditor(self)
        self.table = TablePane(engine, self)
        self.columns = ColumnsPanel(engine, self.editor, self)
        self.rejects = RejectsPanel(engine, self)
        self._build()
        self._arrange()
        self.editor.changed.connect(self._on_roles)
        self.columns.columnSelected.connect(self.table.showColumn)
        self.table.columnPicked.connect(self.columns.select)
        self.next.clicked.connect(self.choose)

    @property
    def dataset(self) -> DatasetAnswer | None:
        """The open dataset."""
        return self._dataset

    def setDataset(self, dataset: DatasetAnswer, go_on: bool = False) -> None:
        """Open a dataset; its roles are asked for, and then it is handed on where the user wants to `go_on`."""
        self._dataset = dataset
        self._goes_on = go_on
        self._title.setText(one_line(dataset["name"]))
        made = origin(dataset)
        self._title.setToolTip(f"{dataset['source']}\n{made}".strip())
        numbers = number_columns({column["name"]: column["type"] for column in dataset["columns"]})
        self.turn.setVisible(len(numbers) > 1)
        facts = [shape(dataset["rows"], len(dataset["columns"])), size(dataset["bytes"]), ago(dataset["created"])]
        facts = [made, *facts] if made else facts
        self._facts.setText("  ·  ".join(facts))
        self._trouble.clear()
        self.table.setDataset(dataset)
        self.columns.setDataset(dataset)
        self.rejects.setDataset(dataset)
        self._show_rejects(dataset["rejected"])
        self.editor.load(dataset, None)
        self._texts = {}, {}
        self._dates = None
        self._requests.cancel("text_lengths")
        self._requests.cancel("date_texts")
        self._requests.ask("roles", "data", "roles", id=dataset["id"])
        if any(column["type"] == "text" for column in dataset["columns"]):
            self._requests.ask("text_lengths", "data", "text_lengths", id=dataset["id"])

    def roles(self) -> Roles:
        """The roles as they stand."""
        return self.editor.value()

    def _build(self) -> None:
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._facts = QLabel(self)
        self._facts.setObjectName("data.facts")
        self._facts.setProperty("role", "muted")
        self.rejected = QPushButton(icon("warning", "warn"), "", self)
        self.rejected.setObjectName("data.rejected")
        self.rejected.setProperty("quiet", True)
        self.rejected.setToolTip(self.tr("Show the lines that could not be read"))
        self.rejected.clicked.connect(self.showRejects)
        self.rejected.hide()
        self.turn = QPushButton(self.tr("Turn columns into series…"), self)
        self.turn.setObjectName("data.turn")
        self.turn.setAccessibleName(self.tr("Turn columns into series"))
        self.turn.setProperty("quiet", True)
        self.turn.setToolTip(self.tr("Where each column is a series of its own: make a dataset that can be forecast"))
        self.turn.clicked.connect(self.seriesRequested)
        self.turn.hide()
        self._trouble = QLabel(self)
        self._trouble.setObjectName("data.trouble")
        self._trouble.setProperty("role", "error")
        self._trouble.setWordWrap(True)
        self._summary = QLabel(self)
        self._summary.setObjectName("data.roles.summary")
        self._summary.setProperty("role", "muted")
        self.next = QPushButton(primary_icon("chevron-right"), self.tr("Choose a model"), self)
        self.next.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.next.setObjectName("data.next")
        self.next.setAccessibleName(self.tr("Choose a model"))
        self.next.setProperty("primary", True)
        self.next.setShortcut("Ctrl+Return")
        self.next.setEnabled(False)
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("data.tabs")
        self._tabs.setDocumentMode(True)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._title)
        head.addWidget(self._facts)
        head.addStretch(1)
        head.addWidget(self.rejected)
        head.addWidget(self.turn)
        self._tabs.addTab(self.table, self.tr("Rows"))
        self._tabs.addTab(self.rejects, self.tr("Rejected lines"))
        for tab in (self.table, self.rejects):
            tab.setContentsMargins(0, 8, 0, 0)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("data.split")
        split.addWidget(self._tabs)
        split.addWidget(self.columns)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 0)
        split.setHandleWidth(16)
        split.setSizes([600, 472])
        self.columns.setMinimumWidth(400)
        self._tabs.setMinimumWidth(280)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self._trouble, 1)
        foot.addWidget(self._summary, 0, Qt.AlignmentFlag.AlignRight)
        foot.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(split, 1)
        layout.addLayout(foot)

    @Slot()
    def showRejects(self) -> None:
        """Show the rejected lines."""
        self._tabs.setCurrentIndex(REJECTS_TAB)

    def _show_rejects(self, number: int) -> None:
        text = counted(number, self.tr("{0} line rejected"), self.tr("{0} lines rejected"))
        self.rejected.setText(text)
        self.rejected.setAccessibleName(text)
        self.rejected.setVisible(number > 0)
        self._tabs.setCurrentIndex(0)
        self._tabs.setTabVisible(REJECTS_TAB, number > 0)
        self._tabs.tabBar().setVisible(number > 0)

    @Slot(str, object)
    def _on_answered(self, name: str, value: Any) -> None:
        if self._dataset is not None and name == "text_lengths":
            types: dict[str, str] = {column["name"]: column["type"] for column in self._dataset["columns"]}
            self._texts = types, value
            self._on_roles()
        elif self._dataset is not None and name == "date_texts":
            self._dates = tuple(value)
            self._on_roles()
        elif self._dataset is not None:
            self.editor.load(self._dataset, Roles.model_validate(value))
        # Whether there is a way on is known with the roles, or of texts with their lengths, whichever comes last.
        if self._goes_on and self.next.isEnabled():
            self._goes_on = False
            self.choose()

    @Slot(str, str)
    def _on_failed(self, name: str, sentence: str) -> None:  # noqa: ARG002 - Qt's own signature
        self._trouble.setText(sentence)

    @Slot()
    def _on_roles(self) -> None:
        self.table.model.setRoles(self.editor.mapping())
        roles = self.editor.value()
        reason = self._missing(roles)
        self.next.setEnabled(not reason)
        self.next.setToolTip(reason or self.tr("Go on to the models with this dataset and these roles (Ctrl+Return)"))
        self._summary.setText(reason or self._words(roles))
        if self._dataset is not None and self.editor.isKnown and self._dates is None and not roles.features:
            self._dates = ()
            self._requests.ask("date_texts", "data", "date_texts", id=self._dataset["id"])
        if self.editor.isKnown:
            self.rolesChanged.emit(roles)

    def _missing(self, roles: Roles) -> str:
        if not self.editor.isKnown:
            return self.tr("Working out what the columns are for …")
        if suggests_text(*self._texts, roles):
            return ""
        if not roles.target:
            return self.tr("Say which column is the target: select it and press T")
        if not roles.features and not self._dates:
            return self.tr("No column is left to learn from: give one the role continuous or categorical")
        return ""

    def _words(self, roles: Roles) -> str:
        if suggests_text(*self._texts, roles) and not (roles.target and roles.features):
            return self._words_of_texts()
        parts = [self.tr("target: {0}").format(", ".join(one_line(name)[:24] for name in roles.target[:3]))]
        if len(roles.target) > 3:
            parts[0] += self.tr(" and {0} more").format(len(roles.target) - 3)
        if self._dates:
            parts.append(self.tr("dates as text: {0}").format(", ".join(self._dates)))
        for role in (Role.CONTINUOUS, Role.CATEGORICAL, Role.DATE, Role.GROUP):
            if number := len(roles.columns(role)):
                parts.append(f"{count(number)} {role_title(role)}")
        return "  ·  ".join(parts)

    def _words_of_texts(self) -> str:
        known = {
            "question-answering": self.tr("Questions, and where their answers stand"),
            "multiple-choice": self.tr("Questions with answers to choose from"),
            "token-classification": self.tr("Words with their tags"),
            "seq2seq": self.tr("Texts, and what is to be written from them"),
        }
        task = guessed_task(*self._texts) or ""
        return known.get(task, self.tr("Texts: classify them, or learn a language from them"))

    @Slot()
    def choose(self) -> None:
        """Hand the dataset and its roles on, where they can be trained on."""
        if self._dataset is not None and self.next.isEnabled():
            self.chosen.emit(self._dataset, self.editor.value())
