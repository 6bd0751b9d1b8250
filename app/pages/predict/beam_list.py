"""The texts that a beam search kept, with what they are ranked by. It shows an answer and computes nothing."""

from collections.abc import Sequence
from html import escape
from itertools import takewhile

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.amounts import counted
from app.pages.run.wording import figure
from app.theme import theme, themeNotifier
from engine.runs.texts import Beam


class BeamList(QWidget):
    """A row a text, the best first: what all have in common is pale, so that it is seen where they part."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predict.text.kept")
        self.setAccessibleName(self.tr("Texts that the search kept"))
        self._beams: tuple[Beam, ...] = ()
        self._texts: list[QLabel] = []
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(12)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnStretch(1, 1)
        themeNotifier().changed.connect(self._colour)
        self.hide()

    def setBeams(self, beams: Sequence[Beam]) -> None:
        """Show these, or nothing."""
        self._beams, self._texts = tuple(beams), []
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, beam in enumerate(self._beams):
            text, score = QLabel(self), QLabel(figure(beam.score), self)
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            number = QLabel(str(row + 1), self)
            number.setProperty("role", "muted")
            told = self._explained(beam)
            for widget, column in ((number, 0), (text, 1), (score, 2)):
                widget.setToolTip(told)
                self._rows.addWidget(widget, row, column, Qt.AlignmentFlag.AlignTop)
            text.setAccessibleName(f"{row + 1}. {_line(beam)}: {figure(beam.score)}")
            self._texts.append(text)
        self._colour()
        self.setVisible(bool(beams))

    def texts(self) -> list[str]:
        """Return what is shown, the best first."""
        return [_line(one) for one in self._beams]

    def _explained(self, beam: Beam) -> str:
        tokens = counted(beam.tokens, self.tr("{0} token"), self.tr("{0} tokens"))
        words = self.tr("Log-probability {0} over {1}, ranked by {2}; {3}")
        end = self.tr("the model ended it") if beam.ended else self.tr("cut at the length that was asked for")
        return words.format(figure(beam.total), tokens, figure(beam.score), end)

    @Slot()
    def _colour(self) -> None:
        shared = _shared([beam.text.split() for beam in self._beams])
        for label, beam in zip(self._texts, self._beams, strict=True):
            words = beam.text.split()
            parts = [
                _pale(" ".join(words[:shared])),
                escape(" ".join(words[shared:])),
                "" if beam.ended else _pale("…"),
            ]
            label.setText(" ".join(part for part in parts if part))


def _shared(texts: Sequence[Sequence[str]]) -> int:
    """Return how many words all texts begin with; a single one shares none."""
    if len(texts) < 2:
        return 0
    return sum(1 for _ in takewhile(lambda words: len({*words}) == 1, zip(*texts, strict=False)))


def _pale(text: str) -> str:
    return f'<span style="color:{theme().muted}">{escape(text)}</span>' if text else ""


def _line(beam: Beam) -> str:
    return " ".join(beam.text.split())
