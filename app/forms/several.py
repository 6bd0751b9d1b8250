"""SeveralEditor: any number of a few values, ticked in a menu that stays open. It knows no page."""

from collections.abc import Sequence

from pydantic import JsonValue
from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from app.forms.field import Field
from app.forms.wording import choice_label, say


class SeveralEditor(QPushButton):
    """A button that says what is chosen; its menu has a tick for each value."""

    valueChanged = Signal(object)
    problemChanged = Signal(str)
    left = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._value: list[JsonValue] = []
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.installEventFilter(self)
        self._menu.triggered.connect(self._take)
        self._menu.aboutToHide.connect(self.left)
        self.setMenu(self._menu)
        self.setProperty("several", True)
        self.setChoices(field.choices)
        self.setValue(field.default)

    def setChoices(self, choices: Sequence[JsonValue]) -> None:
        """Offer other values; the chosen ones stay."""
        if [action.data() for action in self._menu.actions()] == list(choices):
            return
        self._menu.clear()
        for choice in choices:
            # Columns are called what they are called; only values of the specification have words.
            text = str(choice) if self._field.free else choice_label(choice, self._field.key)
            action = self._menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setData(choice)
            action.setChecked(choice in self._value)
        self.setEnabled(bool(choices))
        self._show()

    def value(self) -> JsonValue:
        """Return the chosen values, in the order in which they are offered."""
        return list(self._value)

    def setValue(self, value: JsonValue) -> None:
        """Choose values."""
        self._value = list(value) if isinstance(value, list) else []
        for action in self._menu.actions():
            action.setChecked(action.data() in self._value)
        self._show()

    def problem(self) -> str:
        """Return nothing: any of the values may be chosen."""
        return ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the menu stay open while values are ticked."""
        action = self._menu.activeAction()
        if action is not None and action.isEnabled():
            if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
                action.trigger()
                return True
            if (
                event.type() == QEvent.Type.KeyPress
                and isinstance(event, QKeyEvent)
                and event.key() == Qt.Key.Key_Space
            ):
                action.trigger()
                return True
        return super().eventFilter(watched, event)

    @Slot(QAction)
    def _take(self, _action: QAction) -> None:
        self._value = [action.data() for action in self._menu.actions() if action.isChecked()]
        self._show()
        self.valueChanged.emit(list(self._value))

    def _show(self) -> None:
        texts = [action.text().replace("&&", "&") for action in self._menu.actions() if action.isChecked()]
        text = ", ".join(texts) or say("none")
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 160).replace("&", "&&")
        self.setText(f"\u2002\u2002{shown}")  # a stylesheet's padding is lost where a button has a menu
        self.setAccessibleDescription(text)
