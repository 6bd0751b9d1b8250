"""The gallery of models: a column of cards, one of them chosen. What a model cannot do is the catalogue's to say."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.pages.train.card import ModelCard
from app.pages.train.series_words import say
from engine.catalog import ModelInfo, can_learn, forecasting_models, left_out, tabular_models, text_models, unsuited
from engine.spec import RunSpec


class ModelGallery(QScrollArea):
    """Cards of every model; `chosen` carries the name of the one that was picked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.gallery")
        self.setAccessibleName(self.tr("Models"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._group = QButtonGroup(self)
        self._cards: dict[str, ModelCard] = {}
        column = QWidget(self)
        column.setObjectName("train.gallery.column")
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(8)
        for info in (*tabular_models(), *forecasting_models(), *sorted(text_models(), key=_is_large)):
            card = ModelCard(info, column)
            card.chosen.connect(self._on_chosen)
            self._group.addButton(card.radio)
            self._cards[info.name] = card
            card.setVisible(info.family == "tabular")
            layout.addWidget(card)
        layout.addStretch()
        self.setWidget(column)

    def setSpec(self, spec: RunSpec) -> None:
        """Show the family's models and which is chosen; dim those that cannot do the task, or say what they would miss;
        of texts only those that can."""
        roles = spec.data.roles
        for name, card in self._cards.items():
            card.setVisible(card.info.family == spec.family)
            if card.info.family != spec.family:
                continue
            if spec.text is not None:
                card.setVisible(can_learn(card.info, spec.text.task))
            elif spec.family == "forecasting":
                too_many = len(roles.target) > 1 and not card.info.several_targets
                card.setReason(say("It forecasts one target, not {0}").format(len(roles.target)) if too_many else "")
                missed = left_out(card.info, spec)
                card.setNote(say("Would leave out {0} of the inputs").format(missed) if missed else "")
            else:
                card.setReason(unsuited(card.info, spec.tabular.task, len(roles.target), len(roles.categorical)))
            if name == spec.model.name and not card.radio.isChecked():
                card.radio.setChecked(True)
                self._reveal_soon()

    def card(self, name: str) -> ModelCard:
        """Return a model's card."""
        return self._cards[name]

    def setFocusOnModel(self) -> None:
        """Put the cursor on the chosen model."""
        chosen = self._group.checkedButton()
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)
            self._reveal_soon()

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self._reveal_soon()
        self.chosen.emit(name)

    def _reveal_soon(self) -> None:
        """Scroll to the chosen card once the cards have their places."""
        QTimer.singleShot(0, self, self._reveal)

    @Slot()
    def _reveal(self) -> None:
        for card in self._cards.values():
            if card.radio.isChecked():
                self.ensureWidgetVisible(card, 0, 8)


def _is_large(info: ModelInfo) -> bool:
    """Whether a model takes long to train: small networks of texts come first."""
    return bool(info.config_class)
