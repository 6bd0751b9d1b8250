"""SeenSamples: the first batch as the model will be given it, one sample at a time. It asks nothing."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.amounts import count
from app.pages.train.token_chips import TokenChips
from app.pages.train.token_words import legend, part_title, sample_count, sample_label, shares
from app.walker import walker
from engine.catalog.text_view import SeenPart, TextView


class SeenSamples(QWidget):
    """Walks through the samples of a TextView's first batch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = TextView()
        self._place = 0
        self._name, self._about, self._label, self._legend = (QLabel(self) for _ in range(4))
        self._walkers: list[QToolButton] = []
        self._parts = QVBoxLayout()
        self._parts.setSpacing(8)
        self._arrange()
        self.setView(self._view)

    def setView(self, view: TextView) -> None:
        """Show another batch; the place in it stays where it can."""
        self._view = view
        self._about.setText(shares(view))
        self._show(min(self._place, max(0, len(view.samples) - 1)))

    @Slot()
    def previousSample(self) -> None:
        """Show the sample before."""
        self._show(max(0, self._place - 1))

    @Slot()
    def nextSample(self) -> None:
        """Show the next sample."""
        self._show(min(max(0, len(self._view.samples) - 1), self._place + 1))

    def place(self) -> int:
        """Return which sample is shown."""
        return self._place

    def shownChips(self) -> list[TokenChips]:
        """Return the parts of the sample that is shown."""
        return [chips for chips in self.findChildren(TokenChips) if not chips.isHidden()]

    def _show(self, place: int) -> None:
        self._place, samples = place, self._view.samples
        self._name.setText(
            self.tr("Sample {0} of {1}").format(count(place + 1), count(sample_count(self._view))) if samples else ""
        )
        for button, allowed in zip(self._walkers, (place > 0, place + 1 < len(samples)), strict=True):
            button.setEnabled(allowed)
        parts = samples[place].parts if samples else ()
        self._fill(parts)
        text = sample_label(self._view.task, samples[place]) if samples else ""
        self._label.setText(text)
        self._label.setVisible(bool(text))
        explained = legend(parts)
        self._legend.setText(explained)
        self._legend.setVisible(bool(explained))

    def _fill(self, parts: tuple[SeenPart, ...]) -> None:
        while (item := self._parts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, part in enumerate(parts):
            if title := part_title(part):
                named = QLabel(title, self)
                named.setTextFormat(Qt.TextFormat.PlainText)
                named.setWordWrap(True)
                named.setProperty("role", "muted")
                self._parts.addWidget(named)
            chips = TokenChips(self)
            chips.setObjectName(f"train.tokens.sample.{place}")
            chips.setAccessibleName(title or self.tr("Tokens of the sample"))
            chips.setPart(part)
            self._parts.addWidget(chips)

    def _arrange(self) -> None:
        self._name.setObjectName("train.tokens.sample.name")
        for label, name, role in (
            (self._about, "about", "muted"),
            (self._label, "label", "subtitle"),
            (self._legend, "legend", "muted"),
        ):
            label.setObjectName(f"train.tokens.sample.{name}")
            label.setProperty("role", role)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._name, 1)
        name = "train.tokens.sample"
        self._walkers += [
            walker(self, f"{name}.left", "left", self.tr("Sample before (←)"), self.previousSample),
            walker(self, f"{name}.right", "right", self.tr("Next sample (→)"), self.nextSample),
        ]
        for button in self._walkers:
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._about)
        layout.addLayout(row)
        layout.addLayout(self._parts)
        layout.addWidget(self._label)
        layout.addWidget(self._legend)
