"""How a text is gone on with, as a row of numbers; it cannot hold a value that the engine would refuse."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from engine.runs.texts import Decoding

MOST_TOKENS = 10_000
MOST_BEAMS = 32
NARROW, WIDE = 84, 104


class DecodingRow(QWidget):
    """Length, and what belongs to the way in which tokens are found: for models that draw theirs temperature, top-k and
    top-p, for a beam search how many texts are written beside each other and how length counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can_draw = True
        self._how = QComboBox(self)
        self._tokens, self._top_k, self._beams = QSpinBox(self), QSpinBox(self), QSpinBox(self)
        self._temperature, self._top_p = QDoubleSpinBox(self), QDoubleSpinBox(self)
        self._penalty = QDoubleSpinBox(self)
        self._early = QCheckBox(self.tr("Stop early"), self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._drawn: list[QWidget] = []
        self._searched: list[QWidget] = []
        self._set_ranges()
        self._arrange()
        self._how.currentIndexChanged.connect(self._show)
        self._show()

    def setDrawn(self, drawn: bool) -> None:
        """Offer what is for models that draw their tokens, or the likeliest token in its place."""
        self._can_draw = drawn
        self._how.setItemText(0, self.tr("Drawn") if drawn else self.tr("Likeliest"))
        self._show()

    def value(self) -> dict[str, object]:
        """Return the settings as `Decoding` reads them."""
        tokens = self._tokens.value()
        if self._searches():
            found = Decoding(
                tokens=tokens,
                beams=self._beams.value(),
                length_penalty=round(self._penalty.value(), 1),
                early_stopping=self._early.isChecked(),
            )
            return found.model_dump(exclude_defaults=True)
        greedy = not self._can_draw or self._temperature.value() == self._temperature.minimum()
        found = Decoding(
            tokens=tokens,
            greedy=greedy,
            top_k=self._top_k.value() if self._can_draw else 0,
            top_p=round(self._top_p.value(), 2) if self._can_draw else 1.0,
            temperature=1.0 if greedy else round(self._temperature.value(), 2),
        )
        return found.model_dump(exclude_defaults=True)

    def _searches(self) -> bool:
        return self._how.currentIndex() == 1

    @Slot()
    def _show(self) -> None:
        for widget in self._drawn:
            widget.setVisible(self._can_draw and not self._searches())
        for widget in self._searched:
            widget.setVisible(self._searches())

    def _set_ranges(self) -> None:
        self._how.addItems([self.tr("Drawn"), self.tr("Beam search")])
        self._tokens.setRange(1, MOST_TOKENS)
        self._tokens.setValue(40)
        self._temperature.setRange(0.0, 10.0)
        self._temperature.setSingleStep(0.1)
        self._temperature.setValue(1.0)
        self._temperature.setSpecialValueText(self.tr("likeliest"))
        self._top_k.setRange(0, 100_000)
        self._top_k.setValue(20)
        self._top_k.setSpecialValueText(self.tr("all"))
        self._top_p.setRange(0.01, 1.0)
        self._top_p.setSingleStep(0.05)
        self._top_p.setValue(1.0)
        self._beams.setRange(2, MOST_BEAMS)
        self._beams.setValue(4)
        self._penalty.setRange(-10.0, 10.0)
        self._penalty.setDecimals(1)
        self._penalty.setSingleStep(0.5)
        self._penalty.setValue(1.0)

    def _arrange(self) -> None:
        tr = self.tr
        self._how.setObjectName("predict.text.how")
        self._how.setAccessibleName(tr("How tokens are found"))
        self._how.setToolTip(
            tr("One token after the other, or several texts beside each other of which the best is kept")
        )
        self._row.addWidget(self._how)
        self._add("tokens", tr("Tokens"), tr("How many tokens are written at most"), self._tokens)
        warm = tr("Above 1 bolder, below 1 safer; at the bottom the likeliest token is taken each time")
        self._drawn += self._add("temperature", tr("Temperature"), warm, self._temperature)
        some = tr("Draw from so many of the likeliest tokens")
        self._drawn += self._add("topk", tr("Top k"), some, self._top_k)
        share = tr("Draw from the likeliest tokens that have this share together")
        self._drawn += self._add("topp", tr("Top p"), share, self._top_p)
        beams = tr("How many texts are written beside each other; at each token the likeliest of all go on")
        self._searched += self._add("beams", tr("Beams"), beams, self._beams)
        length = tr(
            "Log-probabilities are divided by length to this power: above 0 longer texts win, below 0 shorter ones"
        )
        self._searched += self._add("penalty", tr("Length penalty"), length, self._penalty)
        self._early.setObjectName("predict.text.early")
        self._early.setAccessibleName(self._early.text())
        self._early.setToolTip(tr("End when so many texts have ended, though others might still become better"))
        self._row.addWidget(self._early)
        self._searched.append(self._early)
        self._row.addStretch(1)

    def _add(self, name: str, title: str, explanation: str, editor: QAbstractSpinBox) -> list[QWidget]:
        label = QLabel(title, self)
        label.setProperty("role", "muted")
        label.setBuddy(editor)
        editor.setObjectName(f"predict.text.{name}")
        editor.setAccessibleName(title)
        editor.setToolTip(explanation)
        editor.setFixedWidth(WIDE if editor is self._temperature else NARROW)
        for widget in (label, editor):
            self._row.addWidget(widget)
        return [label, editor]
