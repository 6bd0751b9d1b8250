"""The window's actions as data: a stable id, words, keys and the method they call. Menus are lists of ids."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Mark a text for translation; PySide6's own has no types."""
    return text


@dataclass(frozen=True)
class ActionData:
    """One action; `slot` names a method without arguments of the window."""

    id: str
    text: str
    slot: str
    shortcut: str = ""
    tip: str = ""


ACTIONS = (
    ActionData("file.open", QT_TRANSLATE_NOOP("Actions", "Open data…"), "openFile", "Ctrl+O", QT_TRANSLATE_NOOP("Actions", "Open a CSV, TSV, Parquet, JSON Lines or Excel file")),
    ActionData("file.spec", QT_TRANSLATE_NOOP("Actions", "Load specification…"), "loadSpec", "Ctrl+Shift+O", QT_TRANSLATE_NOOP("Actions", "Fill the Train page from a TOML file")),
    ActionData("file.workspace", QT_TRANSLATE_NOOP("Actions", "Show workspace folder"), "showWorkspace", "", QT_TRANSLATE_NOOP("Actions", "Open the folder that holds data and runs")),
    ActionData("file.quit", QT_TRANSLATE_NOOP("Actions", "Quit"), "close", "Ctrl+Q"),
    ActionData("view.data", QT_TRANSLATE_NOOP("Actions", "Data"), "showData", "Ctrl+1"),
    ActionData("view.train", QT_TRANSLATE_NOOP("Actions", "Train"), "showTrain", "Ctrl+2"),
    ActionData("view.runs", QT_TRANSLATE_NOOP("Actions", "Runs"), "showRuns", "Ctrl+3"),
    ActionData("view.tensors", QT_TRANSLATE_NOOP("Actions", "Tensors"), "showTensors", "Ctrl+4"),
    ActionData("view.queue", QT_TRANSLATE_NOOP("Actions", "Queue"), "toggleQueue", "Ctrl+Shift+Q", QT_TRANSLATE_NOOP("Actions", "Show or hide the runs that wait")),
    ActionData("view.system", QT_TRANSLATE_NOOP("Actions", "Theme of the system"), "useSystemTheme"),
    ActionData("view.light", QT_TRANSLATE_NOOP("Actions", "Light"), "useLightTheme"),
    ActionData("view.dark", QT_TRANSLATE_NOOP("Actions", "Dark"), "useDarkTheme"),
    ActionData("help.about", QT_TRANSLATE_NOOP("Actions", "About Tensorbench"), "showAbout"),
)  # fmt: skip

THEMES = ("view.system", "view.light", "view.dark")  # one of them is ticked

MENUS = (
    (QT_TRANSLATE_NOOP("Actions", "File"), ("file.open", "file.spec", "", "file.workspace", "", "file.quit")),
    (
        QT_TRANSLATE_NOOP("Actions", "View"),
        (
            "view.data",
            "view.train",
            "view.runs",
            "view.tensors",
            "",
            "view.queue",
            "",
            "view.system",
            "view.light",
            "view.dark",
        ),
    ),
    (QT_TRANSLATE_NOOP("Actions", "Help"), ("help.about",)),
)


def make_actions(window: QWidget) -> dict[str, QAction]:
    """Make every action, connected to the window's method of its slot."""
    actions = {}
    for data in ACTIONS:
        action = QAction(QCoreApplication.translate("Actions", data.text), window)
        action.setObjectName(data.id)
        if data.shortcut:
            action.setShortcut(QKeySequence(data.shortcut))
        if data.tip:
            action.setToolTip(QCoreApplication.translate("Actions", data.tip))
        action.triggered.connect(getattr(window, data.slot))
        actions[data.id] = action
    themes = QActionGroup(window)
    for action_id in THEMES:
        actions[action_id].setCheckable(True)
        themes.addAction(actions[action_id])
    return actions


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> None:
    """Fill the menu bar; an empty id is a separator."""
    for title, ids in MENUS:
        menu = bar.addMenu(QCoreApplication.translate("Actions", title))
        menu.setToolTipsVisible(True)
        for action_id in ids:
            if action_id:
                menu.addAction(actions[action_id])
            else:
                menu.addSeparator()
