"""A slider over what a run showed of itself: the newest, unless the user went back to another."""

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.amounts import epochs
from app.walker import walker

WIDTH_OF_SLIDER = 128

Key = tuple[int, int]


class Shown(Protocol):
    """What was shown after a step of a training, of a fold where there are several."""

    @property
    def fold(self) -> str:
        """Return the fold's name, or an empty text."""

    @property
    def epoch(self) -> float:
        """Return how many epochs were over."""

    @property
    def step(self) -> int:
        """Return how many optimizer steps were over."""


S = TypeVar("S", bound=Shown)


class HistoryBook(Generic[S]):
    """What was shown so far, in its order. What is not kept is replaced by the next."""

    def __init__(self) -> None:
        self._held: dict[Key, S] = {}
        self._keys: list[Key] = []
        self._passing: Key | None = None  # the newest, where it is not one of those that are kept

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, place: int) -> S:
        return self._held[self._keys[place]]

    def take(self, news: Sequence[S]) -> None:
        """Take those that are kept, and the newest one."""
        *kept, newest = news
        if self._passing is not None:
            self._held.pop(self._passing, None)
        self._held |= {_key(one): one for one in kept}
        self._passing = None if _key(newest) in self._held else _key(newest)
        self._held[_key(newest)] = newest
        self._keys = sorted(self._held)

    def place_of(self, one: S) -> int | None:
        """Return where it stands, if it still does."""
        return self._keys.index(_key(one)) if _key(one) in self._held else None

    def around(self, place: int) -> list[S]:
        """Return all of the fold of the one at a place."""
        fold = self._keys[place][0]
        return [self._held[key] for key in self._keys if key[0] == fold]


class HistoryWalk(QWidget):
    """The slider, a button for each direction, and words for the place."""

    moved = Signal()

    def __init__(self, path: str, step: str, names: tuple[str, str, str], width: int, parent: QWidget) -> None:
        """`path` begins the widgets' names and `step` ends the slider's; `names` are what the slider chooses, and what the
        buttons go to; `width` is that of the words.
        """
        super().__init__(parent)
        self.book: HistoryBook[Any] = HistoryBook()
        self._follows = True
        self._place = QLabel(self)
        self._place.setObjectName(f"{path}.place")
        self._place.setProperty("role", "muted")
        self._place.setFixedWidth(width)
        self._place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName(f"{path}.{step}")
        self._slider.setAccessibleName(names[0])
        self._slider.setToolTip(self.tr("Go back over what the run showed (arrow keys, Home and End)"))
        self._slider.setFixedWidth(WIDTH_OF_SLIDER)
        self._slider.setPageStep(1)
        self._back = walker(self, f"{path}.back", "left", names[1], self._step_back)
        self._on = walker(self, f"{path}.on", "right", names[2], self._step_on)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self._place, self._back, self._slider, self._on):
            layout.addWidget(widget)
        self._slider.valueChanged.connect(self._move)

    def clear(self) -> None:
        """Begin anew, for another run."""
        self.book, self._follows = HistoryBook(), True
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, 0)

    def take(self, news: Sequence[Shown]) -> None:
        """Take what is kept, and the newest, which is shown unless the user went back."""
        shown = self.book[self._slider.value()] if len(self.book) else None
        self.book.take(news)
        place = None if shown is None or self._follows else self.book.place_of(shown)
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, len(self.book) - 1)
            self._slider.setValue(len(self.book) - 1 if place is None else place)

    def place(self) -> int:
        """Return the place of the one on show."""
        return self._slider.value()

    def say(self, words: str) -> None:
        """Say where one is, and let one go where there is anything."""
        place = self._slider.value()
        self._place.setText(words)
        self._slider.setEnabled(len(self.book) > 1)
        self._back.setEnabled(place > 0)
        self._on.setEnabled(place < len(self.book) - 1)

    @Slot(int)
    def _move(self, place: int) -> None:
        self._follows = place == len(self.book) - 1
        self.moved.emit()

    @Slot()
    def _step_back(self) -> None:
        self._slider.setValue(self._slider.value() - 1)

    @Slot()
    def _step_on(self) -> None:
        self._slider.setValue(self._slider.value() + 1)


def when(one: Shown, after: str, of_fold: str) -> str:
    """Say after which epoch something was shown, and of which fold where there are several."""
    words = after.format(epochs(one.epoch))
    return words + of_fold.format(one.fold.removeprefix("fold")) if one.fold else words


def _key(one: Shown) -> Key:
    return int(one.fold.removeprefix("fold") or 0), one.step
