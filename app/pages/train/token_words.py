"""What the Tokens tab says, in words. Pure functions."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.amounts import count, counted
from engine.amounts import SIGN
from engine.amounts import percent as written
from engine.catalog.text_view import Lengths, SeenPart, SeenSample, TextView, TokenizerView, TypedTokens

KINDS = {
    "wordpiece": "WordPiece",
    "bpe": "BPE",
    "byte-bpe": "Byte-level BPE",
    "unigram": "Unigram",
    "words": "Words",
    "characters": "Characters",
}


def say(text: str) -> str:
    """Return a sentence in the user's language."""
    return QCoreApplication.translate("Tokens", text)


def percent(share: float) -> str:
    """Write a share; one that is small and not nothing never looks like nothing, nor like all."""
    if 0 < share < 0.001:
        return say("less than 0.1 %")
    if 0.999 < share < 1:
        return say("more than 99.9 %")
    return written(share, 1).replace(f".0{SIGN}", SIGN)


def short_percent(share: float) -> str:
    """Write a share as `percent` does, in signs, for a figure that has little room."""
    if 0 < share < 0.001:
        return f"< {written(0.001, 1)}"
    return f"> {written(0.999, 1)}" if 0.999 < share < 1 else percent(share)


def cut_text(lengths: Lengths, limit: int, cuts: bool) -> str:
    """Return what a limit does to the texts."""
    share = lengths.share_above(limit)
    if not lengths.count:
        return ""
    if not share:
        return say("No text is longer than {0} tokens.").format(count(limit))
    words = (
        say("{0} of the texts are cut at {1} tokens.")
        if cuts
        else say("{0} of the texts have more than {1} tokens; they become several samples.")
    )
    return words.format(percent(share), count(limit))


def lengths_text(view: TextView, beyond: int) -> str:
    """Return the middle and the ends of the lengths."""
    lengths = view.lengths
    if not lengths.count:
        return ""
    said = [
        say("Half of the texts have at most {0} tokens, 95 % at most {1}, the longest {2}.").format(
            count(lengths.quantile(0.5)), count(lengths.quantile(0.95)), count(lengths.longest)
        )
    ]
    if beyond:
        said.append(counted(beyond, say("{0} is too long to be drawn."), say("{0} are too long to be drawn.")))
    if not view.is_whole:
        said.append(say("Measured on {0} of {1} texts.").format(count(lengths.count), count(view.texts)))
    return " ".join(said)


def tokenizer_facts(made: TokenizerView) -> list[tuple[str, str, str]]:
    """Return each figure's name, the figure, and what it means."""
    kind = KINDS.get(made.kind, made.kind) or Path(made.folder).name
    allowed = say("of {0} allowed").format(count(made.allowed)) if made.allowed else say("from a folder")
    shares = (made.unknown_train, made.unknown_valid)
    unknown = " · ".join(short_percent(one) for one in shares if one is not None) or say("none")
    about = say("train · valid") if made.unknown_train is not None else say("it knows everything")
    return [
        (say("Tokenizer"), kind, say("trained here") if made.kind else made.folder),
        (say("Vocabulary"), count(made.vocabulary), allowed),
        (say("Tokens per word"), f"{made.per_word:.2f}", say("the mean")),
        (say("Unknown tokens"), unknown, about),
    ]


def shares(view: TextView) -> str:
    """Return what is to be said of the whole batch."""
    if not view.samples:
        return ""
    if view.task == "word2vec":
        first = say("{0} pairs of words; each word guesses those near it.").format(count(view.batch))
    elif view.task in ("causal-lm", "rnn-lm"):
        first = say("{0} pieces of running text; each token is guessed from those before it.").format(count(view.batch))
    elif not view.padding:
        first = say("{0} samples of like length: nothing fills rows up.").format(count(view.batch))
    else:
        first = say("{0} samples; {1} of their tokens only fill rows up.").format(
            count(view.batch), percent(view.padding)
        )
    exact = "" if view.is_exact else say("From a part of the texts: the run’s own first batch may be another.")
    shown = len(view.samples)
    some = say("The first {0} can be looked at.").format(count(shown)) if shown < sample_count(view) else ""
    return " ".join(one for one in (first, some, exact) if one)


def sample_count(view: TextView) -> int:
    """Return how many samples a batch has; word2vec's pairs stand together by their word."""
    return len(view.samples) if view.task == "word2vec" else view.batch


def part_title(part: SeenPart) -> str:
    """Return what tokens are, where there are several parts."""
    names = {
        "read": say("The model reads"),
        "written": say("The model is to write"),
        "center": say("The word"),
        "near": say("Words near it"),
    }
    title = names.get(part.title, part.title)
    return say("{0}: the right one").format(title) if part.is_right else title


def sample_label(task: str, sample: SeenSample) -> str:
    """Return what the model is to say of a sample."""
    if task in ("masked-lm", "token-classification", "seq2seq", "word2vec"):
        return ""
    if task == "question-answering":
        return say("Answer: {0}").format(sample.label) if sample.label else say("No answer in this window")
    if task == "multiple-choice":
        return ""
    if task in ("causal-lm", "rnn-lm"):
        return say("After the last token comes {0}").format(sample.label) if sample.label else ""
    return say("Label: {0}").format(sample.label or say("none"))


def legend(parts: tuple[SeenPart, ...]) -> str:
    """Explain the marks and kinds that are there."""
    chips = [chip for part in parts for chip in part.chips]
    marks, kinds = {chip.mark for chip in chips}, {chip.kind for chip in chips}
    said = []
    if marks & {"masked", "replaced", "kept"}:
        said.append(
            say("Coloured tokens are to be guessed: hidden, replaced by another, or left; below stands the true one.")
        )
    if "unknown" in kinds:
        said.append(say("Red with a broken edge: not known to the tokenizer."))
    if "padding" in kinds:
        said.append(say("Pale: only fills the row up."))
    if left := sum(part.left_out for part in parts):
        said.append(say("{0} more tokens are not shown.").format(count(left)))
    return " ".join(said)


def typed_text(found: TypedTokens) -> str:
    """Return how many tokens a typed text has, and what was left out."""
    said = [say("1 token") if found.tokens == 1 else say("{0} tokens").format(count(found.tokens))]
    unknown = sum(chip.kind == "unknown" for chip in found.part.chips)
    if unknown:
        said.append(say("{0} unknown").format(count(unknown)))
    if found.part.left_out:
        said.append(say("the first {0} are shown").format(count(len(found.part.chips))))
    if found.letters_left_out:
        said.append(say("{0} letters were left out").format(count(found.letters_left_out)))
    return " · ".join(said)
