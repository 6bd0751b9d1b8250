"""The tensors of a run at work: which are watched, and what was seen of them, back to the first look."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.pages.run.history_walk import HistoryBook, HistoryWalk
from app.pages.run.tap_card import TapCard
from app.pages.run.tap_tree import TapTree
from app.pages.run.tap_words import moment
from engine.runs.taps import Tap, TapLook, TapOffer, TapWish

WIDTH_OF_PLACE = 192


class TensorsTab(QWidget):
    """Asks by `wished` for tensors to be watched, and draws what it is told."""

    wished = Signal(object)  # TapWish
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._sent: TapWish | None = None
        self._offer: TapOffer | None = None
        self._is_at_work = False
        self._cards: dict[Tap, TapCard] = {}
        self._is_stale = False
        self.tree = TapTree(self)
        names = (tr("Step whose tensors are shown"), tr("Look before"), tr("Look after"))
        self.walk = HistoryWalk("run.tensors", "look", names, WIDTH_OF_PLACE, self)
        self._shown = QComboBox(self)
        self._shown.setObjectName("run.tensors.shown")
        self._shown.setAccessibleName(tr("What is shown of numbers that share a tile"))
        self._shown.setToolTip(tr("A large tensor is shown as at most 64 × 64 tiles; NaN and ∞ are marked in any case"))
        self._shown.addItem(tr("Mean"), True)
        self._shown.addItem(tr("Farthest from zero"), False)
        self._empty = QLabel(self)
        self._empty.setObjectName("run.tensors.empty")
        self._empty.setProperty("role", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._list, self._column = QWidget(self), QVBoxLayout()
        self._stack = QStackedWidget(self)
        self._arrange()
        self.tree.wished.connect(self._send)
        self.tree.refused.connect(self.told)
        self.walk.moved.connect(self._draw)
        self._shown.activated.connect(self._draw)
        self.clear()

    def clear(self) -> None:
        """Begin with another run."""
        self._sent = self._offer = None
        self.tree.setLayers(())
        self.walk.clear()
        self._keep_cards(())
        self.setAtWork(False)

    def setAtWork(self, is_at_work: bool) -> None:
        """Let the user choose while the run is at work."""
        self._is_at_work = is_at_work
        if not is_at_work:
            self._sent = None
        self._say_state()

    def setOffer(self, offer: TapOffer) -> None:
        """Show what can be watched, and what is. What the user ticked after that stays ticked until it is told too."""
        self._offer = offer
        self.tree.setLayers(offer.layers)
        if self._sent is None or self._sent == offer.wish:
            self._sent = None
            self.tree.setWish(offer.wish)
        self._say_state()

    def take(self, news: Sequence[TapLook]) -> None:
        """Take looks that are kept, and the newest one."""
        self.walk.take(news)
        self._draw()

    def cards(self) -> list[TapCard]:
        """Return the tensors on show."""
        return list(self._cards.values())

    def showEvent(self, event: object) -> None:
        """Draw what came while nobody looked."""
        super().showEvent(event)  # type: ignore[arg-type]
        if self._is_stale:
            self._draw()

    @Slot(object)
    def _send(self, wish: TapWish) -> None:
        self._sent = wish
        self.wished.emit(wish)
        self._say_state()

    @Slot()
    def _draw(self) -> None:
        book: HistoryBook[TapLook] = self.walk.book
        self._is_stale = not self.isVisible()
        if self._is_stale or not len(book):
            self._say_state()
            return
        place = self.walk.place()
        look = book[place]
        self.walk.say(moment(look))
        self._keep_cards([*(one.tap for one in look.tensors), *look.absent])
        looks = book.around(place)
        for card in self._cards.values():
            card.show_(looks, look, bool(self._shown.currentData()))
        self._say_state()

    def _keep_cards(self, taps: Sequence[Tap]) -> None:
        for tap in [tap for tap in self._cards if tap not in taps]:
            self._column.removeWidget(self._cards[tap])
            self._cards.pop(tap).deleteLater()
        for place, tap in enumerate(taps):
            if tap not in self._cards:
                self._cards[tap] = TapCard(tap, self._list)
            if self._column.indexOf(self._cards[tap]) != place:
                self._column.insertWidget(place, self._cards[tap])
        self._cards = {tap: self._cards[tap] for tap in taps}

    def _say_state(self) -> None:
        self.tree.setVisible(self._is_at_work and self._offer is not None)
        has_looks = len(self.walk.book) > 0
        self._head.setVisible(has_looks)
        self._stack.setCurrentIndex(1 if has_looks else 0)
        if not self._is_at_work:
            text = self.tr("No tensor was watched while this run was at work.")
        elif self._offer is None:
            text = self.tr("The layers appear here when the training begins.")
        elif self.tree.wish().taps:
            text = self.tr("The next step is looked at as soon as the time for it has come.")
        else:
            text = self.tr("Tick a weight, a gradient or what a layer makes, and see it change while the run learns.")
        self._empty.setText(text)

    def _arrange(self) -> None:
        label = QLabel(self.tr("Tiles show"), self)
        label.setProperty("role", "muted")
        label.setBuddy(self._shown)
        self._head = QWidget(self)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(label)
        head.addWidget(self._shown)
        head.addStretch(1)
        head.addWidget(self.walk)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(8)
        whole = QVBoxLayout(self._list)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self._column)
        whole.addStretch(1)
        area = QScrollArea(self)
        area.setObjectName("run.tensors.list")
        area.setAccessibleName(self.tr("Tensors that are watched"))
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._list)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(area)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self._head)
        right.addWidget(self._stack, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.tree)
        layout.addLayout(right, 1)
