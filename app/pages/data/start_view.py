"""What the Data page shows before a dataset is open: where to drop a file, the samples, the files opened last."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon, pixmap, primary_icon
from app.pages.data.answers import SampleAnswer
from app.pages.data.wording import translate
from app.theme import themeNotifier

WIDEST = 960
CARDS_A_ROW = 3
RECENT_SHOWN = 6


class Card(QFrame):
    """A clickable card with a title, a description and a badge; Return and Space press it, too."""

    pressed = Signal(str)

    def __init__(self, key: str, title: str, text: str, badge: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setProperty("role", "card")
        self.setObjectName(f"data.sample.{key}")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setToolTip(self.tr("Add this sample to the workspace"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        head = QHBoxLayout()
        head.addWidget(_label("subtitle", title), 1)
        if badge:
            head.addWidget(_label("badge", badge), 0, Qt.AlignmentFlag.AlignTop)
        words = _label("muted", text)
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(words, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click presses the card."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit(self._key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and Space press the card."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.pressed.emit(self._key)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: ARG002 - Qt's own signature
        """The card under the mouse is marked."""
        self._mark(True)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002 - Qt's own signature
        """The mouse left."""
        self._mark(False)

    def _mark(self, marked: bool) -> None:
        self.setProperty("selected", "true" if marked else "false")
        self.style().polish(self)


class StartView(QScrollArea):
    """Drop target, samples and recent files; it opens nothing itself."""

    openRequested = Signal()
    folderRequested = Signal()
    sampleRequested = Signal(str)
    pathRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._build()
        themeNotifier().changed.connect(self._draw)
        self._draw()

    def setSamples(self, samples: list[SampleAnswer]) -> None:
        """Show a card a sample."""
        while (item := self._cards.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for place, sample in enumerate(samples):
            card = Card(sample["name"], sample["title"], sample["description"], _task(sample["task"]), self)
            card.pressed.connect(self.sampleRequested)
            self._cards.addWidget(card, place // CARDS_A_ROW, place % CARDS_A_ROW)
        self._samples_title.setVisible(bool(samples))

    def setRecent(self, paths: list[str]) -> None:
        """Show the files opened last."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for path in paths[:RECENT_SHOWN]:
            button = QPushButton(icon("table"), f"{Path(path).name}    {_parent(path)}", self)
            button.setObjectName("data.recent")
            button.setProperty("quiet", True)
            button.setProperty("path", path)
            button.setToolTip(path)
            button.setAccessibleName(self.tr("Open {0}").format(Path(path).name))
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            button.clicked.connect(self._on_recent)
            self._recent.addWidget(button)
        self._recent_title.setVisible(bool(paths))

    def say(self, sentence: str, trouble: bool = False) -> None:
        """Show what is being done, or what went wrong."""
        self._said.setProperty("role", "error" if trouble else "muted")
        self._said.style().polish(self._said)
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def highlight(self, on: bool) -> None:
        """Mark the drop target while a file is held over the page."""
        self._drop.setProperty("selected", "true" if on else "false")
        self._drop.style().polish(self._drop)

    def _build(self) -> None:
        self._drop = QFrame(self)
        self._drop.setObjectName("data.drop")
        self._drop.setProperty("role", "card")
        self._drop.setMinimumHeight(232)
        self._picture = QLabel(self._drop)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = _label(
            "subtitle",
            self.tr("Drop a table, a text or a folder of texts here"),
        )
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        kinds = _label("muted", self.tr("CSV, TSV, Parquet, JSON Lines, Excel · plain text, CoNLL, SQuAD"))
        kinds.setAlignment(Qt.AlignmentFlag.AlignCenter)
        more = _label("muted", self.tr("You see it before anything is imported; the file itself is never changed."))
        more.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = self._buttons()
        inside = QVBoxLayout(self._drop)
        inside.setContentsMargins(24, 32, 24, 32)
        inside.setSpacing(8)
        inside.addStretch(1)
        inside.addWidget(self._picture)
        inside.addWidget(words)
        inside.addWidget(kinds)
        inside.addWidget(more)
        inside.addSpacing(8)
        inside.addLayout(buttons)
        inside.addStretch(1)
        self._said = _label("muted", "")
        self._said.setObjectName("data.start.said")
        self._said.setWordWrap(True)
        self._said.hide()
        self._samples_title = _label("subtitle", self.tr("Or begin with a sample"))
        self._samples_title.hide()
        self._cards = QGridLayout()
        self._cards.setSpacing(16)
        for column in range(CARDS_A_ROW):
            self._cards.setColumnStretch(column, 1)
        self._recent_title = _label("subtitle", self.tr("Opened last"))
        self._recent_title.hide()
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._arrange()

    def _buttons(self) -> QHBoxLayout:
        self.open = QPushButton(primary_icon("open"), self.tr("Open a file…"), self._drop)
        self.open.setObjectName("data.open")
        self.open.setAccessibleName(self.tr("Open a file"))
        self.open.setToolTip(self.tr("Choose a file to look at and import (Ctrl+O)"))
        self.open.setProperty("primary", True)
        self.open.clicked.connect(self.openRequested)
        self.folder = QPushButton(icon("open"), self.tr("Open a folder of texts…"), self._drop)
        self.folder.setObjectName("data.open_folder")
        self.folder.setAccessibleName(self.tr("Open a folder of texts"))
        self.folder.setToolTip(self.tr("Every text file in it and below; the folders’ names become a column"))
        self.folder.clicked.connect(self.folderRequested)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.open)
        buttons.addWidget(self.folder)
        buttons.addStretch(1)
        return buttons

    def _arrange(self) -> None:
        middle = QWidget(self)
        middle.setMaximumWidth(WIDEST)
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(_label("title", self.tr("Data")))
        layout.addWidget(self._drop)
        layout.addWidget(self._said)
        layout.addSpacing(8)
        layout.addWidget(self._samples_title)
        layout.addLayout(self._cards)
        layout.addSpacing(8)
        layout.addWidget(self._recent_title)
        layout.addLayout(self._recent)
        layout.addStretch(1)
        outer = QWidget(self)
        row = QHBoxLayout(outer)
        row.setContentsMargins(24, 24, 24, 24)
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)
        self.setWidget(outer)

    @Slot()
    def _draw(self) -> None:
        self._picture.setPixmap(pixmap("table", 48, "accent_text", self.devicePixelRatioF()))

    @Slot()
    def _on_recent(self) -> None:
        sender: QObject | None = self.sender()
        if sender is not None:
            self.pathRequested.emit(str(sender.property("path")))


def _task(task: str) -> str:
    words = {"classification": translate("Data", "classification"), "regression": translate("Data", "regression")}
    return words.get(task, task)


def _parent(path: str) -> str:
    folder = str(Path(path).parent)
    home = str(Path.home())
    return "~" + folder.removeprefix(home) if folder.startswith(home) else folder


def _label(role: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label
