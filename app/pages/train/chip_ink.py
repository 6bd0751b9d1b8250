"""The colours of tokens: never colour alone, since special tokens, unknown ones and filling differ in their edges too."""

from dataclasses import dataclass

from PySide6.QtGui import QColor

from app.plots.canvas import blended
from app.theme import theme
from engine.catalog.text_view import Chip, ChipKind, ChipMark

OUTSIDE = "O"
COLOURS = 6  # of the series that are no grey
_WASHES = (0, 2, 3, 5)
_MARKS: dict[ChipMark, int] = {"masked": 1, "replaced": 3, "kept": 2, "answer": 2, "center": 0}


@dataclass(frozen=True)
class Ink:
    """How a chip is painted: its fill and edge, the token and what stands under it."""

    fill: QColor
    edge: QColor
    text: QColor
    under: QColor
    dashed: bool = False


def ink_of(chip: Chip, quiet: bool = False) -> Ink:
    """Return a chip's colours in the theme of now. Where some tokens are marked or have tags the others are `quiet`."""
    if chip.mark:
        return _marked(_MARKS[chip.mark])
    if quiet and chip.kind == "plain":
        return _noted(chip.note)
    return _plain(chip.kind, chip.id)


def _noted(note: str) -> Ink:
    """Return the colours of a token by its tag; B- and I- of one kind are alike, “O” and no tag have none."""
    now = theme()
    if not note or note == OUTSIDE:
        return Ink(QColor(now.base), QColor(now.border), QColor(now.text), QColor(now.muted))
    return _marked(sum(note.rpartition("-")[2].encode()) % COLOURS)


def _marked(number: int) -> Ink:
    colour, base = theme().seriesColor(number), QColor(theme().base)
    text = QColor(theme().text)
    return Ink(blended(colour, base, 0.28), colour, text, blended(colour, text, 0.45))


def _plain(kind: ChipKind, number: int) -> Ink:
    now, base = theme(), QColor(theme().base)
    muted = QColor(now.muted)
    if kind == "padding":
        return Ink(QColor(0, 0, 0, 0), QColor(now.border), QColor(now.disabled), QColor(now.disabled), True)
    if kind == "special":
        return Ink(QColor(now.hover), QColor(now.border_strong), muted, muted)
    if kind == "unknown":
        return Ink(QColor(now.bad_soft), QColor(now.bad), QColor(now.bad), QColor(now.bad), True)
    # The same token has the same colour wherever it stands, so that a repeated one is seen at once.
    colour = now.seriesColor(_WASHES[number % len(_WASHES)])
    return Ink(blended(colour, base, 0.16), blended(colour, base, 0.34), QColor(now.text), muted)
