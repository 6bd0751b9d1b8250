"""The editors of single values; each has value(), setValue(), problem() and valueChanged. They know no page.

What cannot be used stays on the screen and is told by problemChanged; value() keeps the last good one.
"""

from pydantic import JsonValue
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from app.forms import numbers
from app.forms.field import Field
from app.forms.several import SeveralEditor
from app.forms.wording import choice_help, choice_label, say

JSON_LINES = 4


class LineEditor(QLineEdit):
    """A value on one line: a number, a list, or text."""

    valueChanged = Signal(object)
    problemChanged = Signal(str)
    left = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._value: JsonValue = field.default
        self._problem = ""
        if field.nullable:
            self.setPlaceholderText(say("automatic"))
        self.textEdited.connect(self._take)
        self.editingFinished.connect(self.left)

    def value(self) -> JsonValue:
        """Return the last value that could be used."""
        return self._value

    def setValue(self, value: JsonValue) -> None:
        """Show a value; what is being typed is left alone while it means the same."""
        if self._problem or value != self._value or not self.text():
            self._value = value
            self.setText(self._shown(value))
            self._set_problem("")

    def problem(self) -> str:
        """Return why what is written cannot be used, or nothing."""
        return self._problem

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the form, whose steps are whole settings."""
        return False if _is_undo(event) else super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the arrow keys step numbers."""
        up, down = event.key() == Qt.Key.Key_Up, event.key() == Qt.Key.Key_Down
        number = self._value
        if (up or down) and self._field.kind in ("int", "float") and isinstance(number, int | float):
            text = numbers.shown(numbers.stepped(number, self._field, up))
            self.setText(text)
            self._take(text)
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _take(self, text: str) -> None:
        try:
            value = self._read(text)
        except ValueError as error:
            self._set_problem(str(error))
            return
        self._set_problem("")
        if value != self._value:
            self._value = value
            self.valueChanged.emit(value)

    def _read(self, text: str) -> JsonValue:
        if self._field.kind in ("int", "float"):
            return numbers.read(text, self._field)
        if self._field.kind == "integers":
            return numbers.read_integers(text)
        if self._field.kind == "numbers":
            return numbers.read_numbers(text)
        if self._field.kind == "words":
            return numbers.read_words(text)
        if self._field.kind == "list":
            return numbers.read_list(text, self._field)
        return None if self._field.nullable and not text else text

    def _shown(self, value: JsonValue) -> str:
        if isinstance(value, list):
            return numbers.shown_list(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return numbers.shown(value)
        return "" if value is None else str(value)

    def _set_problem(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            mark_invalid(self, bool(problem))
            self.problemChanged.emit(problem)


class SwitchEditor(QCheckBox):
    """Yes or no."""

    valueChanged = Signal(object)
    problemChanged = Signal(str)
    left = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setChecked(bool(field.default))
        self.clicked.connect(self._take)

    def value(self) -> JsonValue:
        """Return whether it is on."""
        return self.isChecked()

    def setValue(self, value: JsonValue) -> None:
        """Show a value."""
        self.setChecked(bool(value))

    @Slot(bool)
    def _take(self, on: bool) -> None:
        self.valueChanged.emit(on)
        self.left.emit()

    def problem(self) -> str:
        """Return nothing: both states can be used."""
        return ""


class ChoiceEditor(QComboBox):
    """One of several values; a field with free choice may also be typed."""

    valueChanged = Signal(object)
    problemChanged = Signal(str)
    left = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._value: JsonValue = field.default
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        if field.free:
            self.setEditable(True)
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            line = self.lineEdit()
            assert line is not None  # an editable box has one
            line.textEdited.connect(self._take_text)
        self.setChoices(field.choices)
        self.activated.connect(self._take_index)

    def setChoices(self, choices: tuple[JsonValue, ...]) -> None:
        """Offer other values; the chosen one stays."""
        wanted = [*choices]
        if [self.itemData(index) for index in range(self.count())] == wanted and self.count():
            return
        self.clear()
        for index, choice in enumerate(wanted):
            # What is typed is the value itself, so free choices are not given other words.
            self.addItem(str(choice) if self._field.free else choice_label(choice, self._field.key), choice)
            self.setItemData(index, choice_help(choice, self._field.key), Qt.ItemDataRole.ToolTipRole)
        self._show(self._value)

    def value(self) -> JsonValue:
        """Return the chosen value."""
        return self._value

    def setValue(self, value: JsonValue) -> None:
        """Choose a value; one that is not offered is shown all the same."""
        if value != self._value or self.currentIndex() < 0:
            self._value = value
            self._show(value)

    def problem(self) -> str:
        """Return nothing: whether a value fits is for the specification to say."""
        return ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the field is being used."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @Slot(int)
    def _take_index(self, index: int) -> None:
        self._change(self.itemData(index))
        self.left.emit()

    @Slot(str)
    def _take_text(self, text: str) -> None:
        self._change(text.strip())

    def _change(self, value: JsonValue) -> None:
        if value != self._value:
            self._value = value
            self.valueChanged.emit(value)

    def _show(self, value: JsonValue) -> None:
        index = next((place for place in range(self.count()) if self.itemData(place) == value), -1)
        self.setCurrentIndex(index)
        line = self.lineEdit()
        if index < 0 and self.isEditable():
            self.setEditText("" if value is None else str(value))
        elif index < 0:
            self.setPlaceholderText("" if value is None else choice_label(value, self._field.key))
        if line is not None and not line.hasFocus():
            # Of a name that is too long, the beginning is shown.
            line.setCursorPosition(0)


class JsonEditor(QPlainTextEdit):
    """A list or an object, as JSON."""

    valueChanged = Signal(object)
    problemChanged = Signal(str)
    left = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._value: JsonValue = field.default
        self._problem = ""
        self.setTabChangesFocus(True)
        self.setPlaceholderText(say("automatic"))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * JSON_LINES + 20)
        self.textChanged.connect(self._take)

    def value(self) -> JsonValue:
        """Return the last value that could be used."""
        return self._value

    def setValue(self, value: JsonValue) -> None:
        """Show a value; what is being typed is left alone while it means the same."""
        if self._problem or value != self._value or not self.toPlainText():
            self._value = value
            self.blockSignals(True)
            self.setPlainText(numbers.shown_json(value))
            self.blockSignals(False)
            self._set_problem("")

    def problem(self) -> str:
        """Return why what is written cannot be used, or nothing."""
        return self._problem

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the form, whose steps are whole settings."""
        return False if _is_undo(event) else super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that this field was left."""
        super().focusOutEvent(event)
        self.left.emit()

    @Slot()
    def _take(self) -> None:
        try:
            value = numbers.read_json(self.toPlainText(), self._field)
        except ValueError as error:
            self._set_problem(str(error))
            return
        self._set_problem("")
        if value != self._value:
            self._value = value
            self.valueChanged.emit(value)

    def _set_problem(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            mark_invalid(self, bool(problem))
            self.problemChanged.emit(problem)


Editor = LineEditor | SwitchEditor | ChoiceEditor | JsonEditor | SeveralEditor


def make_editor(field: Field, parent: QWidget | None = None) -> Editor:
    """Return the editor for a field."""
    if field.kind == "bool":
        return SwitchEditor(field, parent)
    if field.kind == "choice":
        return ChoiceEditor(field, parent)
    if field.kind == "several":
        return SeveralEditor(field, parent)
    if field.kind == "json":
        return JsonEditor(field, parent)
    return LineEditor(field, parent)


def _is_undo(event: QEvent) -> bool:
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


def mark_invalid(editor: QWidget, invalid: bool) -> None:
    """Let the stylesheet show a widget as wrong or right."""
    editor.setProperty("invalid", "true" if invalid else "false")
    editor.style().unpolish(editor)
    editor.style().polish(editor)
