"""The foot of the Train page: Train, Add to queue, and why they cannot be used now. It checks nothing itself."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.icons import icon, primary_icon
from app.pages.train.finding_row import Finding

Wish = Literal["", "start", "enqueue"]


class StartBar(QWidget):
    """Two buttons. What is pressed while the check is under way waits for it; pressed again, it waits no longer."""

    startRequested = Signal()
    enqueueRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wish: Wish = ""
        self._is_checking = False
        self._errors: tuple[Finding, ...] = ()
        self.reason = QLabel(self)
        self.enqueue = QPushButton(icon("clock"), self.tr("Add to queue"), self)
        self.start = QPushButton(primary_icon("play"), self.tr("Train"), self)
        self._name_everything()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.reason, 1)
        layout.addWidget(self.enqueue)
        layout.addWidget(self.start)
        self.start.clicked.connect(self._start)
        self.enqueue.clicked.connect(self._enqueue)

    def setFindings(self, findings: Sequence[Finding], is_checking: bool) -> None:
        """Take what is known of the specification; a wish that waited for the check is granted, or refused by an error."""
        self._errors = tuple(one for one in findings if one.severity == "error")
        self._is_checking = is_checking
        wish = self._wish
        if self._errors or not is_checking:
            self._wish = ""
        self._show()
        if wish and not self._wish and not self._errors:
            self._grant(wish)

    def giveUp(self) -> None:
        """Forget what waits for the check: the user goes on changing settings."""
        if self._wish:
            self._wish = ""
            self._show()

    @Slot()
    def _start(self) -> None:
        self._press("start")

    @Slot()
    def _enqueue(self) -> None:
        self._press("enqueue")

    def _press(self, wish: Wish) -> None:
        if self._is_checking and self._wish != wish:
            self._wish = wish
            self._show()
            return
        self._wish = ""
        self._show()
        self._grant(wish)

    def _grant(self, wish: Wish) -> None:
        (self.startRequested if wish == "start" else self.enqueueRequested).emit()

    def _show(self) -> None:
        texts = [one.text for one in self._errors]
        text = texts[0] if texts else ""
        if len(texts) > 1:
            text = self.tr("{0} (and {1} more)").format(text.removesuffix("."), len(texts) - 1)
        self.start.setEnabled(not texts)
        self.enqueue.setEnabled(not texts)
        self.start.setToolTip(text or self.tr("Start this run now (Ctrl+Return)"))
        waiting = {
            "": "",
            "start": self.tr("Starts when the check is done. Press again to start at once."),
            "enqueue": self.tr("Goes to the queue when the check is done. Press again to add it at once."),
        }[self._wish]
        role = "error" if text else "muted"
        if self.reason.property("role") != role:
            self.reason.setProperty("role", role)
            self.reason.style().unpolish(self.reason)
            self.reason.style().polish(self.reason)
        self.reason.setText(text or waiting)

    def _name_everything(self) -> None:
        self.start.setObjectName("train.start")
        self.start.setAccessibleName(self.tr("Train"))
        self.start.setProperty("primary", True)
        self.start.setMinimumSize(136, 36)
        self.start.setShortcut("Ctrl+Return")
        self.enqueue.setObjectName("train.enqueue")
        self.enqueue.setAccessibleName(self.tr("Add to queue"))
        self.enqueue.setToolTip(self.tr("Let this run wait its turn; the page stays as it is (Ctrl+Shift+Return)"))
        self.enqueue.setMinimumHeight(36)
        self.enqueue.setShortcut("Ctrl+Shift+Return")
        self.reason.setObjectName("train.reason")
        self.reason.setProperty("role", "error")
        self.reason.setWordWrap(True)
        self.reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
