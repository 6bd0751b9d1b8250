"""How a text is gone on with, as a row of numbers; it cannot hold a value that the engine would refuse."""

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from engine.runs.texts import Decoding

MOST_TOKENS = 10_000


class DecodingRow(QWidget):
    """Length, and for models that draw their tokens temperature, top-k and top-p."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._tokens, self._top_k = QSpinBox(self), QSpinBox(self)
        self._temperature, self._top_p = QDoubleSpinBox(self), QDoubleSpinBox(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._drawn: list[QWidget] = []
        self._tokens.setRange(1, MOST_TOKENS)
        self._tokens.setValue(40)
        self._temperature.setRange(0.0, 10.0)
        self._temperature.setSingleStep(0.1)
        self._temperature.setValue(1.0)
        self._temperature.setSpecialValueText(tr("likeliest"))
        self._top_k.setRange(0, 100_000)
        self._top_k.setValue(20)
        self._top_k.setSpecialValueText(tr("all"))
        self._top_p.setRange(0.01, 1.0)
        self._top_p.setSingleStep(0.05)
        self._top_p.setValue(1.0)
        self._add("tokens", tr("Tokens"), tr("How many tokens are written at most"), self._tokens)
        warm = tr("Above 1 bolder, below 1 safer; at the bottom the likeliest token is taken each time")
        self._add("temperature", tr("Temperature"), warm, self._temperature)
        self._add("topk", tr("Top k"), tr("Draw from so many of the likeliest tokens"), self._top_k)
        self._add("topp", tr("Top p"), tr("Draw from the likeliest tokens that have this share together"), self._top_p)
        self._row.addStretch(1)

    def setDrawn(self, drawn: bool) -> None:
        """Show what is for models that draw their tokens, beside the length."""
        for widget in self._drawn:
            widget.setVisible(drawn)

    def value(self, drawn: bool = True) -> dict[str, object]:
        """Return the settings as `Decoding` reads them."""
        greedy = not drawn or self._temperature.value() == self._temperature.minimum()
        found = Decoding(
            tokens=self._tokens.value(),
            greedy=greedy,
            top_k=self._top_k.value() if drawn else 0,
            top_p=round(self._top_p.value(), 2) if drawn else 1.0,
            temperature=1.0 if greedy else round(self._temperature.value(), 2),
        )
        return found.model_dump(exclude_defaults=True)

    def _add(self, name: str, title: str, explanation: str, editor: QAbstractSpinBox) -> None:
        label = QLabel(title, self)
        label.setProperty("role", "muted")
        label.setBuddy(editor)
        editor.setObjectName(f"predict.text.{name}")
        editor.setAccessibleName(title)
        editor.setToolTip(explanation)
        for widget in (label, editor):
            self._row.addWidget(widget)
        if editor is not self._tokens:
            self._drawn += [label, editor]
