"""The left rail: one large button a page, one of them chosen. It knows names and icons, not pages."""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from app.icons import icon


@dataclass(frozen=True)
class RailEntry:
    """A page as the rail shows it; `name` is its stable id."""

    name: str
    title: str
    icon: str
    tip: str


class Rail(QFrame):
    """Buttons down the left edge; `chosen` carries the name of the page that was asked for."""

    chosen = Signal(str)

    def __init__(self, entries: list[RailEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setProperty("role", "rail")
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 16, 8, 16)
        layout.setSpacing(8)
        for number, entry in enumerate(entries, 1):
            layout.addWidget(self._button(entry, number))
        layout.addStretch()
        self._group.buttonClicked.connect(self._tell)

    def choose(self, name: str) -> None:
        """Show which page is open."""
        self._buttons[name].setChecked(True)

    def button(self, name: str) -> QToolButton:
        """Return a page's button."""
        return self._buttons[name]

    def _button(self, entry: RailEntry, number: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"rail.{entry.name}")
        button.setText(entry.title)
        button.setIcon(icon(entry.icon))
        button.setAccessibleName(entry.title)
        button.setToolTip(f"{entry.tip} (Ctrl+{number})")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(24, 24))
        button.setFixedSize(QSize(72, 60))
        button.setCheckable(True)
        button.setAutoRaise(True)
        self._group.addButton(button)
        self._buttons[entry.name] = button
        return button

    def _tell(self, button: QToolButton) -> None:
        self.chosen.emit(button.objectName().removeprefix("rail."))
