"""MapChoice: what a large tensor's heat map shows of cells that share a pixel, and how numbers become colours, in a menu."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from app.pages.tensors.inspected import Stats
from app.pages.tensors.scale_bar import COLOURS, Middle, colour_names, shown_names
from engine.inspecting.blocks import Shown

FIRST: Shown = "far"
"""So that even chance has its texture, and one cell unlike the others is seen."""
NARROW = 0.5


def colours_for(stats: Stats) -> tuple[Middle, bool]:
    """Return the colours that numbers are given unless others are chosen: zero is neutral, but where all lie in a range that
    is narrow for its distance from zero and would have one colour."""
    low, high = stats.low or 0.0, stats.high or 0.0
    one_sign = low > 0 or high < 0
    return ("range", False) if one_sign and high - low < NARROW * max(abs(low), abs(high)) else ("zero", False)


class MapChoice(QWidget):
    """One line over a heat map."""

    shownChanged = Signal(str)
    coloursChanged = Signal()

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown = FIRST
        self._colours: tuple[Middle, bool] | None = None
        self._button, self._menu = QToolButton(self), QMenu(self)
        self._of_shown, self._of_colours = QActionGroup(self), QActionGroup(self)
        self._fill(path)
        self._arrange(path)
        self._of_shown.triggered.connect(self._choose)
        self._of_colours.triggered.connect(self._colour)
        self._say()

    def colours(self, stats: Stats) -> tuple[Middle, bool]:
        """Return the colours that were chosen, or those that go with numbers."""
        found = self._colours or colours_for(stats)
        self._of_colours.actions()[COLOURS.index(found)].setChecked(True)
        return found

    def shown(self) -> Shown:
        """Return what is shown of cells that share a pixel."""
        return self._shown

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self._shown = action.data()
        self._say()
        self.shownChanged.emit(self._shown)

    @Slot(QAction)
    def _colour(self, action: QAction) -> None:
        self._colours = COLOURS[action.data()]
        self.coloursChanged.emit()

    def _say(self) -> None:
        self._button.setText(shown_names()[self._shown])
        for action in self._of_shown.actions():
            action.setChecked(action.data() == self._shown)

    def _fill(self, path: str) -> None:
        for group, name, entries in (
            (self._of_shown, "shown", [(shown, words) for shown, words in shown_names().items()]),
            (self._of_colours, "colours", list(enumerate(colour_names()))),
        ):
            for data, words in entries:
                action = self._menu.addAction(words)
                action.setData(data)
                action.setCheckable(True)
                action.setObjectName(f"{path}.{name}.{data}")
                group.addAction(action)
            self._menu.addSeparator()

    def _arrange(self, path: str) -> None:
        self._button.setObjectName(f"{path}.shown")
        self._button.setMenu(self._menu)
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._button.setProperty("pick", True)
        self._button.setAccessibleName(self.tr("Shown"))
        self._button.setToolTip(self.tr("What is shown of cells that share a pixel, and how numbers become colours"))
        label = QLabel(self.tr("A pixel shows:"), self)
        label.setProperty("role", "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(label)
        layout.addWidget(self._button)
        layout.addStretch()
