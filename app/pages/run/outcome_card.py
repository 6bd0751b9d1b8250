"""The card that says how a run ended, why, and what to do next. It owns no words of its own: the outcome does."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.forms.wording import plain_words
from app.icons import icon
from app.theme import theme, themeNotifier
from engine.runs.outcome import Fix, OutcomeKind
from engine.runs.records import RunRecord


class OutcomeCard(QFrame):
    """How a run ended, why, and what to do next; the traceback folds out. Hidden for runs that simply finished.

    What would mend a failure is offered as buttons; `fixRequested` carries the Fix.
    """

    fixRequested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.outcome")
        self._offered: tuple[Fix, ...] = ()
        self._title = QLabel(self)
        self._title.setProperty("role", "subtitle")
        self._cause = self._sentence()
        self._advice = self._sentence()
        self._details = QPushButton(self)
        self._details.setObjectName("run.details")
        self._details.setProperty("quiet", True)
        self._details.setCheckable(True)
        self._details.setAccessibleName(self.tr("Show details"))
        self._details.setToolTip(self.tr("The error as the program saw it, for a report"))
        self._traceback = QPlainTextEdit(self)
        self._traceback.setObjectName("run.traceback")
        self._traceback.setAccessibleName(self.tr("Traceback"))
        self._traceback.setToolTip(self.tr("The error as the program saw it"))
        self._traceback.setReadOnly(True)
        self._traceback.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._traceback.setFixedHeight(176)
        self._details.toggled.connect(self._fold)
        themeNotifier().changed.connect(self._use_fonts)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._details)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(4)
        layout.addLayout(head)
        self._fixes = QHBoxLayout()
        self._fixes.setSpacing(8)
        for widget in (self._cause, self._advice):
            layout.addWidget(widget)
        layout.addLayout(self._fixes)
        layout.addWidget(self._traceback)
        self._use_fonts()
        self._fold(False)

    def setRecord(self, record: RunRecord) -> None:
        """Show a run's outcome, if it has one that needs words."""
        outcome = record.outcome
        self.setVisible(outcome is not None and outcome.kind is not OutcomeKind.FINISHED)
        if outcome is None:
            return
        bad = outcome.kind in {OutcomeKind.FAILED, OutcomeKind.CRASHED}
        tone = "error" if bad else "warning"
        if self.property("role") != tone:
            self.setProperty("role", tone)
            self.style().unpolish(self)
            self.style().polish(self)
        self._title.setText(outcome.title)
        for label, text in ((self._cause, plain_words(outcome.cause)), (self._advice, plain_words(outcome.advice))):
            label.setText(text)
            label.setVisible(bool(text))
        self._offer(outcome.fixes)
        if outcome.traceback != self._traceback.toPlainText():
            self._traceback.setPlainText(outcome.traceback)
        self._details.setVisible(bool(outcome.traceback))
        if not outcome.traceback:
            self._details.setChecked(False)

    def _offer(self, fixes: tuple[Fix, ...]) -> None:
        """Show a button for each thing that would mend the run."""
        if fixes == self._offered:
            return
        self._offered = fixes
        while (place := self._fixes.takeAt(0)) is not None:
            if (widget := place.widget()) is not None:
                widget.deleteLater()
        for number, fix in enumerate(fixes):
            button = QPushButton(fix.label, self)
            button.setObjectName(f"run.fix{number + 1}")
            button.setAccessibleName(fix.label)
            button.setToolTip(self.tr("Start a new run with this change"))
            button.setIcon(icon("refresh"))
            button.clicked.connect(partial(self.fixRequested.emit, fix))
            self._fixes.addWidget(button)
        if fixes:
            self._fixes.addStretch(1)

    def _sentence(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    @Slot(bool)
    def _fold(self, shown: bool) -> None:
        self._traceback.setVisible(shown)
        self._details.setText(self.tr("Hide details") if shown else self.tr("Show details"))
        self._details.setIcon(icon("chevron-up" if shown else "chevron-down"))

    @Slot()
    def _use_fonts(self) -> None:
        self._traceback.setFont(theme().monoFont(0.9))
