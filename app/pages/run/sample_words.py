"""Samples of a text model as marked-up text: what is right, wrong, missed and new is said by signs and by colours. Pure
functions of samples and a theme."""

from collections.abc import Sequence
from html import escape
from itertools import accumulate

from PySide6.QtCore import QCoreApplication

from app.theme import Theme
from engine.amounts import percent
from engine.runs.text_samples import TextPiece, TextSample, TextSamples
from engine.runs.texts import Chance

RIGHT, WRONG, MISSED = "✓", "✗", "○"
_LANGUAGES = ("causal-lm", "rnn-lm")
_WHOLE = ("masked-lm", "token-classification")
"""Tasks whose pieces are the text itself."""


def headings(task: str) -> tuple[str, ...]:
    """Return what the columns of a task's samples are called."""
    known = {
        "masked-lm": (_tr("Text, with the hidden words filled in"), _tr("Candidates for each hidden word")),
        "token-classification": (_tr("Text, with the spans that it finds"),),
        "question-answering": (_tr("Question"), _tr("Answer in its context"), _tr("True answer")),
        "multiple-choice": (_tr("Text"), _tr("Choices"), _tr("Right choice")),
        "word2vec": (_tr("Word"), _tr("Nearest words (cosine)")),
        "seq2seq": (_tr("Text that is read"), _tr("Text that is written"), _tr("Reference")),
        **dict.fromkeys(_LANGUAGES, (_tr("Text, and how the model goes on"), _tr("How the text goes on"))),
    }
    return known.get(task, (_tr("Text"), _tr("Predicted"), _tr("True")))


def legend(task: str) -> str:
    """Return what the signs of a task mean."""
    changed = _tr("shaded: changed since the evaluation before")
    if task in _LANGUAGES or task == "word2vec":
        return changed
    words = [_tr("{0} right").format(RIGHT)]
    if task != "seq2seq":
        words.append(_tr("{0} wrong").format(WRONG))
    if task in ("token-classification", "question-answering"):
        words.append(_tr("{0} missed").format(MISSED))
    return "   ".join([*words, changed])


def score(samples: TextSamples) -> tuple[int, int] | None:
    """Return how many are right of how many: hidden words, or whole samples; None where there is no right or wrong."""
    if samples.task == "masked-lm":
        marks = [piece.mark for one in samples.samples for piece in one.pieces if piece.mark]
        return marks.count("right"), len(marks)
    known = [one.is_right for one in samples.samples if one.is_right is not None]
    return (known.count(True), len(known)) if known else None


def changes(now: TextSamples, before: TextSamples | None) -> int:
    """Return how many samples the model says something else to than before."""
    if before is None:
        return 0
    return sum(one.made != its.made for one, its in zip(now.samples, before.samples, strict=False))


def page(now: TextSamples, before: TextSamples | None, theme: Theme) -> str:
    """Return all samples of an evaluation as one table."""
    heads = "".join(f'<th align="left">{_muted(escape(one), theme)}</th>' for one in headings(now.task))
    earlier = before.samples if before is not None else ()
    lines = []
    for place, one in enumerate(now.samples):
        its = earlier[place] if place < len(earlier) else None
        cells = "".join(f'<td valign="top">{cell}</td>' for cell in _cells(now.task, one, its, theme))
        lines.append(f'<tr><td valign="top" width="16">{_verdict(one, theme)}</td>{cells}</tr>')
    rows = f'<tr><th width="16"></th>{heads}</tr>{"".join(lines)}'
    return f'<table width="100%" cellspacing="0" cellpadding="5">{rows}</table>'


def pieces_text(pieces: Sequence[TextPiece], theme: Theme, before: Sequence[TextPiece] = ()) -> str:
    """Return a text with its marks; stretches that stand elsewhere than `before`, or read otherwise, are shaded."""
    known = {(place, one.text, one.mark, one.label) for place, one in _placed(before)}
    return "".join(
        _piece(one, theme, bool(before and one.mark) and (place, one.text, one.mark, one.label) not in known)
        for place, one in _placed(pieces)
    )


def _placed(pieces: Sequence[TextPiece]) -> list[tuple[int, TextPiece]]:
    places = accumulate((len(one.text) for one in pieces), initial=0)
    return list(zip(places, pieces, strict=False))


def _cells(task: str, one: TextSample, before: TextSample | None, theme: Theme) -> tuple[str, ...]:
    is_new = before is not None and before.made != one.made
    given, wanted = _text(one.given), _muted(_text(one.wanted) or "–", theme)
    earlier = before.pieces if before is not None else ()
    if task in _WHOLE:
        text = _masked(one, before, theme) if task == "masked-lm" else pieces_text(one.pieces, theme, earlier)
        return (text, _candidates(one.pieces, theme)) if task == "masked-lm" else (text,)
    if task in _LANGUAGES:
        said = f"<b>{_ink(_text(one.made), theme.accent_text)}</b>"
        return f"{given}{_shade(said, theme) if is_new else said}", wanted
    if task == "question-answering":
        said = pieces_text(one.pieces, theme, earlier)
        if not one.made:
            said = _shade(_tr("no answer"), theme) + "<br>" + said if is_new else f"<i>{_tr('no answer')}</i><br>{said}"
        return given, said, wanted if one.wanted else _muted(_tr("none"), theme)
    if task == "seq2seq":
        said = pieces_text(one.pieces, theme) or _muted(_tr("nothing"), theme)
        return given, _shade(said, theme) if is_new else said, wanted
    if task == "word2vec":
        old = {chance.label for chance in before.chances} if before is not None else None
        return f"<b>{given}</b>", ",  ".join(_neighbour(each, old, theme) for each in one.chances)
    said = f"<b>{_text(one.made) or '–'}</b>"
    if len(one.chances) > 1:
        said += "<br>" + _muted(_shares(one.chances), theme)
    return given, _shade(said, theme) if is_new else said, wanted


def _masked(one: TextSample, before: TextSample | None, theme: Theme) -> str:
    """Return a text whose filled words are shaded where another word stood before."""
    earlier = [piece.text for piece in before.pieces if piece.mark] if before is not None else []
    told, place = [], 0
    for piece in one.pieces:
        is_new = bool(piece.mark) and place < len(earlier) and earlier[place] != piece.text
        told.append(_piece(piece, theme, is_new))
        place += bool(piece.mark)
    return "".join(told)


def _candidates(pieces: Sequence[TextPiece], theme: Theme) -> str:
    lines = []
    for piece in pieces:
        if piece.mark:
            words = f"{escape(piece.wanted)}: {_shares(piece.chances)}"
            lines.append(words)
    return _muted("<br>".join(lines), theme)


def _shares(chances: Sequence[Chance]) -> str:
    return "  ·  ".join(f"{escape(one.label.strip()) or '␣'} {escape(percent(one.probability))}" for one in chances)


def _neighbour(one: Chance, old: set[str] | None, theme: Theme) -> str:
    told = f"{escape(one.label)} {_muted(f'{one.probability:.2f}', theme)}"
    return _shade(told, theme) if old is not None and one.label not in old else told


def _piece(one: TextPiece, theme: Theme, is_new: bool) -> str:
    text = _text(one.text)
    label = f" <small>{escape(one.label)}</small>" if one.label else ""
    if one.mark == "right":
        text = f"<b>{_ink(f'{text}{label} {RIGHT}', theme.good)}</b>"
    elif one.mark == "wrong":
        wanted = f" {_muted(f'({escape(one.wanted)})', theme)}" if one.wanted else ""
        text = f"{_ink(f'<u>{text}</u>{label} {WRONG}', theme.bad)}{wanted}"
    elif one.mark == "missed":
        text = f"<i>{_ink(f'{text}{label} {MISSED}', theme.warn)}</i>"
    elif one.mark == "made":
        text = f"<b>{_ink(text, theme.accent_text)}</b>"
    return _shade(text, theme) if is_new else text


def _verdict(one: TextSample, theme: Theme) -> str:
    if one.is_right is None:
        return ""
    return f"<b>{_ink(RIGHT, theme.good) if one.is_right else _ink(WRONG, theme.bad)}</b>"


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _ink(content: str, colour: str) -> str:
    return f'<span style="color:{colour}">{content}</span>'


def _shade(content: str, theme: Theme) -> str:
    return f'<span style="background-color:{theme.accent_soft}">{content}</span>'


def _muted(content: str, theme: Theme) -> str:
    return _ink(content, theme.muted)


def _tr(text: str) -> str:
    return QCoreApplication.translate("SampleWords", text)
