"""The field of the expression: a few lines of code, with what is wrong underlined."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.theme import theme, themeNotifier

PAUSE_MS = 150
LINES = (2, 6)  # shown at least and at most


class ExpressionField(QPlainTextEdit):
    """Tells what was typed after a short pause; undoing is the page's, which goes further back than one text."""

    changed = Signal(str)
    undoRequested = Signal()
    redoRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.expression")
        self.setAccessibleName(self.tr("Expression"))
        self.setPlaceholderText("A = rand(3, 4); B = rand(4, 2); y = (A @ B).softmax(-1)")
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self._place: tuple[int, int, int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._tell)
        self.textChanged.connect(self._timer.start)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._dress()
        themeNotifier().changed.connect(self._dress)

    def setText(self, text: str) -> None:
        """Show another text without telling it."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self.moveCursor(QTextCursor.MoveOperation.End)
        self._timer.stop()

    def setPlace(self, place: tuple[int, int, int] | None) -> None:
        """Underline a part: line, first column, column after the last, all from 1."""
        self._place = place
        marks = []
        if place is not None and (block := self.document().findBlockByNumber(place[0] - 1)).isValid():
            cursor = QTextCursor(block)
            length = block.length() - 1
            cursor.setPosition(block.position() + min(place[1] - 1, max(0, length - 1)))
            last = block.position() + min(place[2] - 1, length)
            cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            marks.append(_underlined(cursor))
        self.setExtraSelections(marks)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave undoing to the page."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undoRequested.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redoRequested.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _tell(self) -> None:
        self.changed.emit(self.toPlainText())

    @Slot()
    def _grow(self) -> None:
        lines = min(max(int(self.document().size().height()), LINES[0]), LINES[1])
        self.setFixedHeight(int(self.fontMetrics().lineSpacing() * lines + 18))

    @Slot()
    def _dress(self) -> None:
        self.setFont(theme().monoFont(1.1))
        self._grow()
        self.setPlace(self._place)


def _underlined(cursor: QTextCursor) -> QTextEdit.ExtraSelection:
    mark = QTextEdit.ExtraSelection()
    how = QTextCharFormat()
    how.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    how.setUnderlineColor(QColor(theme().bad))
    mark.format = how
    mark.cursor = cursor
    return mark
