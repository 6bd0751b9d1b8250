"""Every widget that can be used has a name for assistive tools and a path for tests, on every page of the window."""

from pathlib import Path

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.settings import Settings

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
PARTS = (QHeaderView, QScrollBar)  # of other widgets, which have the names


def test_that_every_interactive_widget_has_a_path_and_an_accessible_name(workspace: Path, qtbot: QtBot) -> None:
    window = MainWindow(workspace, Settings(), warm_up=False)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    # when they are first asked for
    made = [window.train, window.tensors, window.runs.run, window.runs.compare, window.runs.predict]
    pages = [window, *made]
    nameless = {
        f"{type(widget).__name__} in {_path(widget)}: “{widget.objectName()}”, “{_spoken(widget)}”"
        for page in pages
        for widget in page.findChildren(QWidget)
        if isinstance(widget, INTERACTIVE) and not _is_part(widget) and not _waits_for_words(widget)
        if "." not in widget.objectName() or not _spoken(widget).strip()
    }
    window.close()
    assert not nameless, "\n".join(sorted(nameless))


def _spoken(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return widget.accessibleName() or (found.text(QAccessible.Text.Name) if found is not None else "")


def _is_part(widget: QWidget) -> bool:
    """Whether Qt made it, inside a widget of ours."""
    parent = widget.parentWidget()
    inside = isinstance(parent, (QAbstractSpinBox, QComboBox, QTabBar, QAbstractItemView, QLineEdit))
    in_popup = isinstance(parent.parentWidget(), QComboBox) if parent is not None else False
    return isinstance(widget, PARTS) or inside or in_popup or widget.objectName().startswith("qt_")


def _waits_for_words(widget: QWidget) -> bool:
    """Whether it is a hidden button that is shown with a text that says what it is about."""
    return isinstance(widget, QAbstractButton) and widget.isHidden() and not widget.text()


def _path(widget: QWidget) -> str:
    names = []
    parent = widget.parentWidget()
    while parent is not None:
        names.append(parent.objectName() or type(parent).__name__)
        parent = parent.parentWidget()
    return " < ".join(names[:4])
