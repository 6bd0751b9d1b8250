"""One card of the gallery: a model's name, what it is, what it can do, and its paper. Shows; chooses nothing."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from app.forms import choice_label
from app.pages.train import series_words, text_words
from app.widgets import LinkLabel
from engine.catalog import ModelInfo


class ModelCard(QFrame):
    """A model to choose; the name is a radio button, so that arrow keys walk through the gallery."""

    chosen = Signal(str)

    def __init__(self, info: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self.setObjectName(f"train.gallery.{info.name}.card")
        self.setProperty("role", "card")
        self.radio = QRadioButton(info.title, self)
        self.radio.setObjectName(f"train.gallery.{info.name}")
        self.radio.setAccessibleName(info.title)
        font = self.radio.font()
        font.setBold(True)
        self.radio.setFont(font)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setProperty("role", "muted")
        kinds = text_words.abilities if info.family == "text" else series_words.abilities
        words = [choice_label(task) for task in info.tasks] or kinds(info)
        self._tags = [QLabel(text, self) for text in words]
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        self._note.setProperty("role", "warning")
        self._note.hide()
        self._paper = LinkLabel(self)
        self._arrange()
        self.setReason("")
        self.radio.clicked.connect(self._choose)
        self.radio.toggled.connect(self._mark)

    def setReason(self, reason: str) -> None:
        """Dim the card and say why this model cannot be used, or light it again."""
        self.radio.setEnabled(not reason)
        self._text.setText(reason or self.info.description)
        self._text.setProperty("role", "warning" if reason else "muted")
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        for tag in self._tags:
            tag.setEnabled(not reason)
        notes = "\n".join(self.info.notes)
        self.setToolTip(reason or notes)
        self.radio.setAccessibleDescription(f"{reason or self.info.description} {notes}".strip())

    def setNote(self, note: str) -> None:
        """Say below the description what choosing this model would cost."""
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the model by a click anywhere on its card."""
        if event.button() == Qt.MouseButton.LeftButton and self.radio.isEnabled():
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.radio.click()
            return
        super().mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            font = self.font()
            font.setBold(True)
            self.radio.setFont(font)

    def _arrange(self) -> None:
        self._paper.setText(f'<a href="{self.info.paper_url}">{self.tr("Paper")}</a>')
        self._paper.setObjectName(f"train.gallery.{self.info.name}.paper")
        self._paper.setAccessibleName(self.tr("Paper on {0}").format(self.info.title))
        self._paper.setToolTip(f"{self.info.paper}\n{self.info.paper_url}")
        self._paper.setOpenExternalLinks(True)
        self._paper.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for tag in self._tags:
            tag.setProperty("role", "badge")
            foot.addWidget(tag)
        foot.addStretch()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.radio, 1)
        head.addWidget(self._paper)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self._text)
        layout.addWidget(self._note)
        layout.addLayout(foot)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.info.name)

    @Slot(bool)
    def _mark(self, checked: bool) -> None:
        self.setProperty("selected", "true" if checked else "false")
        self.style().unpolish(self)
        self.style().polish(self)
