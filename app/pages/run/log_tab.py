"""The log of a run as it comes: monospace, coloured by level, following its end. It never drops a line."""

import time
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app.amounts import counted
from app.theme import theme, themeNotifier
from app.widgets import push_button
from engine.runs.records import LogLine

SLICE = 500  # lines written at once, so that a long log does not hold the window
COLOURS = {"debug": "muted", "warning": "warn", "error": "bad", "critical": "bad"}


class LogTab(QWidget):
    """A run's log."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[LogLine] = []
        self._waiting: deque[LogLine] = deque()
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("run.log")
        self._text.setAccessibleName(self.tr("Log"))
        self._text.setToolTip(self.tr("What the run said; scroll to the end to follow it"))
        self._text.setReadOnly(True)
        self._text.setUndoRedoEnabled(False)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._text.setPlaceholderText(self.tr("The run has not said anything yet."))
        self._count = QLabel(self)
        self._count.setProperty("role", "muted")
        self._end = push_button(
            self, "run.log.end", self.tr("Follow"), "chevron-down", self.tr("Go to the end and follow")
        )
        self._copy = push_button(self, "run.log.copy", self.tr("Copy log"), "copy", self.tr("Copy the whole log"))
        self._end.clicked.connect(self.follow)
        self._copy.clicked.connect(self.copy)
        self._next = QTimer(self)
        self._next.setInterval(0)
        self._next.timeout.connect(self._write_slice)
        self._text.verticalScrollBar().valueChanged.connect(self._show_state)
        themeNotifier().changed.connect(self._rewrite)
        row = QHBoxLayout()
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self._end)
        row.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._text, 1)
        self._text.setFont(theme().monoFont(0.95))
        self._show_state()

    def clear(self) -> None:
        """Forget everything, for another run."""
        self._lines.clear()
        self._waiting.clear()
        self._text.clear()
        self._show_state()

    def append(self, lines: Sequence[LogLine]) -> None:
        """Write new lines; a replay of what is already shown is left out."""
        last = self._lines[-1].index if self._lines else 0
        fresh = [line for line in lines if line.index > last]
        self._lines.extend(fresh)
        self._waiting.extend(fresh)
        self._write_slice()
        if self._waiting:
            self._next.start()

    def text(self) -> str:
        """Return the whole log as it is copied."""
        return "\n".join(_line_text(line) for line in self._lines)

    @Slot()
    def follow(self) -> None:
        """Go to the end and stay there as lines come."""
        bar = self._text.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._show_state()

    @Slot()
    def copy(self) -> None:
        """Copy the whole log."""
        QGuiApplication.clipboard().setText(self.text())

    @Slot()
    def _write_slice(self) -> None:
        bar = self._text.verticalScrollBar()
        following = bar.value() >= bar.maximum()
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for _ in range(min(SLICE, len(self._waiting))):
            self._write(cursor, self._waiting.popleft())
        cursor.endEditBlock()
        if not self._waiting:
            self._next.stop()
        if following:
            bar.setValue(bar.maximum())
        self._show_state()

    def _write(self, cursor: QTextCursor, line: LogLine) -> None:
        colours = theme()
        form = QTextCharFormat()
        if cursor.position() > 0:
            cursor.insertText("\n", form)
        form.setForeground(QColor(colours.muted))
        cursor.insertText(_clock(line) + "  ", form)
        form.setForeground(QColor(getattr(colours, COLOURS.get(line.level, "text"))))
        cursor.insertText(_words(line), form)

    @Slot()
    def _rewrite(self) -> None:
        self._text.setFont(theme().monoFont(0.95))
        lines = list(self._lines)
        self.clear()
        self.append(lines)

    @Slot()
    def _show_state(self) -> None:
        bar = self._text.verticalScrollBar()
        self._end.setVisible(bar.value() < bar.maximum())
        self._count.setText(counted(self._lines, self.tr("{0} line"), self.tr("{0} lines")))
        self._copy.setEnabled(bool(self._lines))


def _clock(line: LogLine) -> str:
    return time.strftime("%H:%M:%S", time.localtime(line.time)) + f".{int(line.time % 1 * 1000):03d}"


def _words(line: LogLine) -> str:
    # Levels are words as well as colours, except the ordinary one.
    return line.text if line.level == "info" else f"{line.level.upper()}: {line.text}"


def _line_text(line: LogLine) -> str:
    return f"{_clock(line)}  {_words(line)}"
