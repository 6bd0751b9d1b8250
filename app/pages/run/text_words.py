"""Results of text models as marked-up text: tokens coloured by surprise, truths beside what was said. Pure functions."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication

from app.pages.run.sample_words import MISSED, RIGHT, WRONG, pieces_text
from app.pages.run.wording import figure
from app.theme import Theme
from engine.runs.evaluation import Surprise, SurprisingText, TextExample
from engine.runs.texts import TokenLoss

MOST_SURPRISING = 9.0
"""The loss (natural units) from which on a token is coloured fully: a chance of one in 8,000."""
STRONGEST = 0.6
AROUND = 64
"""Letters on each side of a token."""


def surprises(tokens: Sequence[Surprise], theme: Theme) -> str:
    """Return tokens one below the other, each between what stands before and behind it."""
    heads = (("right", _tr("Loss")), ("right", _tr("Before")), ("left", _tr("Token")), ("left", _tr("Behind")))
    head = "".join(f'<th align="{side}"><span style="color:{theme.muted}">{name}</span></th>' for side, name in heads)
    lines = [
        f'<tr><td align="right" width="5%">{figure(one.loss, 3)}</td>'
        f'<td align="right" width="36%">{escape(_end(one.before))}</td>'
        f"<td>{token(_visible(one.token), one.loss, theme)}</td>"
        f'<td width="36%">{escape(_beginning(one.after))}</td>'
        f'<td align="right"><span style="color:{theme.muted}">{_tr("row {0}").format(f"{one.row:,}")}</span></td></tr>'
        for one in tokens
    ]
    body = f"<tr>{head}<th></th></tr>{''.join(lines)}"
    return f'<table width="98%" cellspacing="0" cellpadding="3">{body}</table>'


def surprising_text(one: SurprisingText, theme: Theme) -> str:
    """Return a text whose tokens are coloured by their loss, and its figures."""
    pieces = one.pieces or (TokenLoss(token=one.text, loss=0.0),)
    text = "".join(token(piece.token, piece.loss, theme) for piece in pieces)
    worst = sorted(one.pieces, key=lambda piece: -piece.loss)[:5]
    told = "  ·  ".join(f"{escape(_visible(piece.token))} {figure(piece.loss, 3)}" for piece in worst)
    named = f"<p>{_muted(_tr('Largest losses: {0}').format(told), theme)}</p>" if told else ""
    end = "" if len(one.pieces) >= one.tokens else " …"
    return f"<p style='line-height:140%'>{text}{end}</p>{named}"


def example(one: TextExample, task: str, error: str, theme: Theme) -> str:
    """Return what a model of this task was given, with what was wanted and what was said."""
    given = {"question-answering": _tr("Question"), "multiple-choice": _tr("Question"), "seq2seq": _tr("Source")}
    named = [
        (given.get(task, _tr("Text")), one.text),
        (_tr("True"), one.reference or "–"),
        (_tr("Predicted"), one.predicted or "–"),
    ]
    marked = ""
    if one.pieces:
        words = f"{RIGHT} {_tr('right')}   {WRONG} {_tr('wrong')}   {MISSED} {_tr('missed')}"
        marked = f"<p>{_muted(words, theme)}<br>{pieces_text(one.pieces, theme)}</p>"
    return marked + parts([*named, (error, figure(one.error))], theme)


def parts(named: Sequence[tuple[str, str]], theme: Theme) -> str:
    """Return texts below their names."""
    return "".join(f"<p>{_muted(escape(name), theme)}<br>{_lines(text)}</p>" for name, text in named)


def token(text: str, loss: float, theme: Theme) -> str:
    """Return a token before a colour that is the stronger the less it was expected."""
    share = STRONGEST * min(1.0, max(0.0, loss) / MOST_SURPRISING)
    if share < 0.02 or not text.strip():
        return _lines(text)
    spaces = len(text) - len(text.lstrip())
    colour = _mixed(theme.base, theme.bad, share)
    return f'{_lines(text[:spaces])}<span style="background-color:{colour}">{_lines(text[spaces:])}</span>'


def _mixed(ground: str, ink: str, share: float) -> str:
    pairs = ((int(ground[at : at + 2], 16), int(ink[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def _visible(text: str) -> str:
    return text.replace("\n", "⏎").strip() or "␣"


def _beginning(text: str) -> str:
    return text if len(text) <= AROUND else text[:AROUND] + " …"


def _end(text: str) -> str:
    return text if len(text) <= AROUND else "… " + text[-AROUND:]


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _muted(content: str, theme: Theme) -> str:
    return f'<span style="color:{theme.muted}">{content}</span>'


def _tr(text: str) -> str:
    return QCoreApplication.translate("TextWords", text)
