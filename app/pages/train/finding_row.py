"""One finding of the check before Train: a sign, a sentence, what to do; a click leads to its field."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.forms.wording import plain_words
from app.icons import pixmap
from app.theme import themeNotifier

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_COLORS = {"error": "bad", "warning": "warn", "info": "muted"}


@dataclass(frozen=True)
class Finding:
    """Something to know before Train; `field` is a dotted key."""

    severity: Severity
    field: str
    text: str
    fix: str = ""

    @classmethod
    def of(cls, content: dict[str, object]) -> "Finding":
        """Read a finding from a lab's answer."""
        severity = str(content.get("severity", "info"))
        return cls(
            severity if severity in SEVERITIES else "info",
            str(content.get("field", "")),
            plain_words(str(content.get("text", ""))),
            plain_words(str(content.get("fix", ""))),
        )


class FindingRow(QFrame):
    """Shows a finding; `activated` carries its field's key."""

    activated = Signal(str)

    def __init__(self, finding: Finding, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.setObjectName(f"train.preflight.finding{number}")
        self.setProperty("role", "card")
        words = {"error": self.tr("Error"), "warning": self.tr("Warning"), "info": self.tr("Note")}
        self.setAccessibleName(f"{words[finding.severity]}: {finding.text}")
        self.setAccessibleDescription(finding.fix)
        self.setToolTip(self.tr("Go to {0}").format(finding.field) if finding.field else words[finding.severity])
        if finding.field:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._sign = QLabel(self)
        self._sign.setAccessibleName(words[finding.severity])
        text = QLabel(finding.text, self)
        text.setWordWrap(True)
        text.setMinimumWidth(1)
        words_column = QVBoxLayout()
        words_column.setSpacing(2)
        words_column.addWidget(text)
        if finding.fix:
            fix = QLabel(finding.fix, self)
            fix.setWordWrap(True)
            fix.setMinimumWidth(1)
            fix.setProperty("role", "muted")
            words_column.addWidget(fix)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words_column, 1)
        self._draw_sign()
        themeNotifier().changed.connect(self._draw_sign)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click leads to the field."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.finding.field:
            self.activated.emit(self.finding.field)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So do Enter and Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.finding.field:
            self.activated.emit(self.finding.field)
            return
        super().keyPressEvent(event)

    def _draw_sign(self) -> None:
        severity = self.finding.severity
        self._sign.setPixmap(pixmap(severity, 16, _COLORS[severity], self.devicePixelRatioF()))
