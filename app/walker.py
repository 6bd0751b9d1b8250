"""A button that walks to the thing before or after the one on show."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtWidgets import QToolButton, QWidget

from app.icons import icon

Way = Literal["left", "right"]


def walker(parent: QWidget, name: str, way: Way, tip: str, slot: Callable[[], object]) -> QToolButton:
    """Return a button with an arrow; `tip` may end with its key in brackets, which the accessible name leaves out."""
    button = QToolButton(parent)
    button.setIcon(icon(f"chevron-{way}"))
    button.setObjectName(name)
    button.setAccessibleName(tip.partition(" (")[0])
    button.setToolTip(tip)
    button.clicked.connect(slot)
    return button
