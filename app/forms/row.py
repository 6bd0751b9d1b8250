"""One row of a form: label, editor, a small help button, and a line for help or for what is wrong."""

from dataclasses import replace

from pydantic import JsonValue
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.forms.editors import ChoiceEditor, Editor, LineEditor, make_editor, mark_invalid
from app.forms.field import Field
from app.forms.numbers import shown
from app.forms.several import SeveralEditor
from app.forms.trainer_names import ARGUMENTS
from app.forms.wording import name_of, say
from app.icons import icon

LABEL_WIDTH = 152
EDITOR_WIDTH = 216
NUMBER_WIDTH = 136
SWITCH_WIDTH = 24
JSON_WIDTH = 440


class FieldRow(QWidget):
    """A field with its name; `changed` carries the dotted key and the new value."""

    changed = Signal(str, object)
    problemChanged = Signal(str, str)
    left = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.editor: Editor = make_editor(field, self)
        self._fault = ""
        self._label = QLabel(name_of(field), self)
        self._note = QLabel(self)
        self._help = QToolButton(self)
        self._name_everything()
        self._arrange()
        self.editor.valueChanged.connect(self._on_value)
        self.editor.problemChanged.connect(self._on_problem)
        self.editor.left.connect(self.left)
        self._help.clicked.connect(self.toggleHelp)

    def setValue(self, value: JsonValue) -> None:
        """Show a value."""
        self.editor.setValue(value)

    def takes(self, field: Field) -> bool:
        """Be a row for this field where it differs in its choices alone; whether that was so."""
        if replace(field, choices=self.field.choices) != self.field:
            return False
        if isinstance(self.editor, ChoiceEditor | SeveralEditor):
            self.editor.setChoices(field.choices)
        self.field = field
        return True

    def setFault(self, fault: str) -> None:
        """Show a fault that was found outside the editor, or none."""
        if fault != self._fault:
            self._fault = fault
            self._show_note()

    def focus(self) -> None:
        """Put the cursor here."""
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(self.editor, LineEditor):
            self.editor.selectAll()

    @Slot()
    def toggleHelp(self) -> None:
        """Show or hide the help under the field."""
        self._help.setProperty("open", not self._help.property("open"))
        self._show_note()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 shows the help."""
        if event.key() == Qt.Key.Key_F1:
            self.toggleHelp()
            return
        super().keyPressEvent(event)

    def _name_everything(self) -> None:
        name, key = name_of(self.field), self.field.key
        tip = f"{_help(self.field)}\n{_range(self.field)}{key}".strip()
        self.setObjectName(f"{key}.row")
        self.editor.setObjectName(key)
        self.editor.setAccessibleName(name)
        self.editor.setAccessibleDescription(_help(self.field))
        for widget in (self.editor, self._label):
            widget.setToolTip(tip)
        self._label.setBuddy(self.editor)
        self._note.setObjectName(f"{key}.note")
        self._note.setWordWrap(True)
        self._note.hide()
        self._help.setObjectName(f"{key}.help")
        self._help.setAccessibleName(say("Help on {0}").format(name))
        self._help.setToolTip(f"{tip}\n{say('F1 shows this under the field')}")
        self._help.setIcon(icon("help", "muted"))
        self._help.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._help.setAutoRaise(True)
        self._help.setProperty("open", False)

    def _arrange(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(4)
        self._label.setFixedWidth(LABEL_WIDTH)
        # A switch is only as wide as its box, so that the help button stays beside it.
        width = {"int": NUMBER_WIDTH, "float": NUMBER_WIDTH, "bool": SWITCH_WIDTH}.get(self.field.kind, EDITOR_WIDTH)
        if self.field.kind == "json":
            self.editor.setMinimumWidth(width)
            self.editor.setMaximumWidth(JSON_WIDTH)
            layout.setColumnStretch(1, 1)
        else:
            self.editor.setFixedWidth(width)
            layout.setColumnStretch(3, 1)
        layout.addWidget(self._label, 0, 0, _TOP if self.field.kind == "json" else _CENTRE)
        layout.addWidget(self.editor, 0, 1)
        layout.addWidget(self._help, 0, 2, _TOP if self.field.kind == "json" else _CENTRE)
        layout.addWidget(self._note, 1, 1, 1, 3)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @Slot(object)
    def _on_value(self, value: JsonValue) -> None:
        self.changed.emit(self.field.key, value)

    @Slot(str)
    def _on_problem(self, problem: str) -> None:
        self._show_note()
        self.problemChanged.emit(self.field.key, problem)

    def _show_note(self) -> None:
        wrong = self.editor.problem() or self._fault
        text = wrong or (_help(self.field) if self._help.property("open") else "")
        mark_invalid(self.editor, bool(wrong))
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._note.setProperty("role", "error" if wrong else "muted")
        self._note.style().unpolish(self._note)
        self._note.style().polish(self._note)


_CENTRE = Qt.AlignmentFlag.AlignVCenter
_TOP = Qt.AlignmentFlag.AlignTop


def _help(field: Field) -> str:
    """Return what a field means, with the name that users of transformers know it by."""
    known = ARGUMENTS.get(field.key)
    return field.help if known is None else f"{field.help}\n{say('In transformers: {0}').format(known)}"


def _range(field: Field) -> str:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return say("From {0} to {1}").format(shown(low), shown(high)) + "\n"
    return say("At least {0}").format(shown(low)) + "\n" if low is not None else ""
