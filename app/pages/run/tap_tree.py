"""The layers of the network that a run trains, with a tick for each tensor that can be watched, and how often to look."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.pages.run.tap_words import shape_text
from app.widgets import push_button
from engine.runs.taps import MOST_TAPS, TAP_KINDS, Tap, TapLayer, TapParameter, TapWish

NAME = Qt.ItemDataRole.UserRole
RATES = (1.0, 5.0, 30.0, 300.0)
FOLDED_FROM = 120  # layers, from which those below the first two levels are folded at first
WIDTH, WIDTH_OF_FOUR = 440, 544
ATTENTION = TAP_KINDS.index("attention") + 1


class TapTree(QWidget):
    """Says what is wished for; what is shown for a run that is over cannot be ticked."""

    wished = Signal(object)  # TapWish
    refused = Signal(str)  # a sentence

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._layers: tuple[TapLayer, ...] = ()
        self._ticks: dict[Tap, QTreeWidgetItem] = {}
        tr = self.tr
        self._search = QLineEdit(self)
        self._search.setObjectName("run.tensors.search")
        self._search.setPlaceholderText(tr("Find a layer"))
        self._search.setAccessibleName(tr("Find a layer by a part of its name"))
        self._search.setToolTip(tr("Only layers and parameters whose name has this part are listed"))
        self._search.setClearButtonEnabled(True)
        self.tree = QTreeWidget(self)
        self._set_up()
        self._rate = QComboBox(self)
        self._rate.setObjectName("run.tensors.rate")
        self._rate.setAccessibleName(tr("Time between two looks"))
        self._rate.setToolTip(
            tr("Large tensors are looked at more seldom: looking takes at most 2 % of the run's time")
        )
        for seconds, text in zip(RATES, (tr("1 s"), tr("5 s"), tr("30 s"), tr("5 min")), strict=True):
            self._rate.addItem(text, seconds)
        self._rate.setCurrentIndex(1)
        tip = tr("Take every tick away; what was seen stays")
        self._none = push_button(self, "run.tensors.none", tr("Watch nothing"), "", tip)
        self._arrange()
        self._search.textChanged.connect(self._filter)
        self.tree.itemChanged.connect(self._changed)
        self._rate.activated.connect(self._tell)
        self._none.clicked.connect(self._clear)

    def setLayers(self, layers: Sequence[TapLayer]) -> None:
        """List the layers of a network; ticks are taken away."""
        if tuple(layers) == self._layers:
            return
        self._layers = tuple(layers)
        self._ticks.clear()
        with QSignalBlocker(self.tree):
            self.tree.clear()
            places: dict[str, QTreeWidgetItem] = {}
            for layer in layers:
                parent = places.get(layer.name.rpartition(".")[0]) if layer.name else None
                places[layer.name] = self._add_layer(layer, parent)
            attends = any(layer.attends for layer in layers)
            self.tree.setColumnHidden(ATTENTION, not attends)
            self.setFixedWidth(WIDTH_OF_FOUR if attends else WIDTH)
            for depth, item in _below(self.tree.invisibleRootItem()):
                item.setExpanded(len(layers) < FOLDED_FROM or depth < 2)
        self._filter(self._search.text())

    def setWish(self, wish: TapWish) -> None:
        """Show what is watched."""
        wanted = set(wish.taps)
        with QSignalBlocker(self.tree):
            for tap, item in self._ticks.items():
                item.setCheckState(_column(tap), _state(tap in wanted))
        if (place := self._rate.findData(wish.every)) >= 0:
            self._rate.setCurrentIndex(place)
        self._none.setEnabled(self.isEnabled() and bool(wanted))

    def wish(self) -> TapWish:
        """Return what is ticked."""
        taps = tuple(tap for tap, item in self._ticks.items() if item.checkState(_column(tap)) is Qt.CheckState.Checked)
        return TapWish(taps=taps, every=float(self._rate.currentData()))

    def names(self) -> list[str]:
        """Return the layers and parameters that are listed."""
        return [item.data(0, NAME) for _, item in _below(self.tree.invisibleRootItem()) if not item.isHidden()]

    def item(self, tap: Tap) -> QTreeWidgetItem:
        """Return the row of a tensor."""
        return self._ticks[tap]

    def _add_layer(self, layer: TapLayer, parent: QTreeWidgetItem | None) -> QTreeWidgetItem:
        name = layer.name.rpartition(".")[2] or self.tr("network")
        item = QTreeWidgetItem(parent or self.tree.invisibleRootItem(), [f"{name}   {layer.made}"])
        item.setData(0, NAME, layer.name)
        item.setToolTip(0, f"{layer.name or self.tr('the whole network')}\n{layer.made}")
        if layer.returns:
            self._add_tick(item, Tap(name=layer.name, kind="activation"))
        if layer.attends:
            self._add_tick(item, Tap(name=layer.name, kind="attention"))
        for parameter in layer.parameters:
            self._add_parameter(item, parameter)
        return item

    def _add_parameter(self, layer: QTreeWidgetItem, parameter: TapParameter) -> None:
        last, shape = parameter.name.rpartition(".")[2], shape_text(parameter.shape)
        item = QTreeWidgetItem(layer, [f"{last}   {shape}"])
        item.setData(0, NAME, parameter.name)
        item.setToolTip(0, f"{parameter.name}\n{parameter.dtype}, {shape}")
        self._add_tick(item, Tap(name=parameter.name, kind="weight"))
        if parameter.learns:
            self._add_tick(item, Tap(name=parameter.name, kind="gradient"))

    def _add_tick(self, item: QTreeWidgetItem, tap: Tap) -> None:
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(_column(tap), Qt.CheckState.Unchecked)
        self._ticks[tap] = item

    @Slot(QTreeWidgetItem, int)
    def _changed(self, item: QTreeWidgetItem, column: int) -> None:
        if sum(one.checkState(_column(tap)) is Qt.CheckState.Checked for tap, one in self._ticks.items()) > MOST_TAPS:
            with QSignalBlocker(self.tree):
                item.setCheckState(column, Qt.CheckState.Unchecked)
            self.refused.emit(self.tr("At most {0} tensors are watched at once.").format(MOST_TAPS))
            return
        self._tell()

    @Slot()
    def _clear(self) -> None:
        self.setWish(TapWish(every=float(self._rate.currentData())))
        self._tell()

    @Slot()
    def _tell(self) -> None:
        wish = self.wish()
        self._none.setEnabled(bool(wish.taps))
        self.wished.emit(wish)

    @Slot(str)
    def _filter(self, text: str) -> None:
        root = self.tree.invisibleRootItem()
        for item in _children(root):
            _hide(item, text.casefold())

    def _set_up(self) -> None:
        tree, tr = self.tree, self.tr
        tree.setObjectName("run.tensors.tree")
        tree.setAccessibleName(tr("Layers of the network, with ticks for what is watched"))
        tree.setHeaderLabels([tr("Layer"), tr("Weight"), tr("Gradient"), tr("Activation"), tr("Attention")])
        for column, tip in enumerate(
            (
                tr("Layers and their parameters, with their shapes"),
                tr("The parameter, as the step began with it"),
                tr("The gradient of the loss, before it is clipped"),
                tr("What the layer returned for the first batch of the step"),
                tr("How much each place of the step’s first example looked at each other one, before dropout"),
            )
        ):
            tree.headerItem().setToolTip(column, tip)
        tree.setUniformRowHeights(True)
        tree.setIndentation(10)
        tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 66), (2, 72), (3, 86), (ATTENTION, 80)):
            header.resizeSection(column, width)
        header.setSectionHidden(ATTENTION, True)

    def _arrange(self) -> None:
        label = QLabel(self.tr("Look every"), self)
        label.setProperty("role", "muted")
        label.setBuddy(self._rate)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self._rate)
        row.addStretch(1)
        row.addWidget(self._none)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)


def _column(tap: Tap) -> int:
    return TAP_KINDS.index(tap.kind) + 1


def _state(is_ticked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (item.child(place) for place in range(item.childCount()))
    return [child for child in found if child is not None]


def _below(item: QTreeWidgetItem, depth: int = 0) -> Iterator[tuple[int, QTreeWidgetItem]]:
    for child in _children(item):
        yield depth, child
        yield from _below(child, depth + 1)


def _hide(item: QTreeWidgetItem, wanted: str) -> bool:
    """Hide what has not the wanted part in its name, and has nothing below that has; returns whether it is shown."""
    shown = wanted in item.data(0, NAME).casefold() or not wanted
    for child in _children(item):
        shown = _hide(child, wanted) or shown
    item.setHidden(not shown)
    return shown
