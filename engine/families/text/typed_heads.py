"""What models with a head of their own say to typed text: spans, an answer, the right choice, labels, a written text,
near words. Must not know a run or its files."""

import re
from collections.abc import Callable, Sequence

import pandas as pd
import torch
from torch.nn import functional

from engine.families.text.generating import Heard
from engine.families.text.networks import text_of
from engine.families.text.tasks.answering import answer_question
from engine.families.text.tasks.choosing import chances_of
from engine.families.text.tasks.labelling import predict_labels
from engine.families.text.tasks.tagging import spans_of
from engine.families.text.tasks.writing import write_text
from engine.families.text.trained import TrainedText
from engine.families.text.word_neighbours import nearest, vectors_of, word_id
from engine.runs.texts import Chance, Decoding, Near, TargetAnswer, TextAnswer, TextSpan
from engine.training.failures import RunFailed

WORD = re.compile(r"\w+|[^\w\s]")
NEAR = 10
SIGNS = {"+": 1.0, "-": -1.0, "−": -1.0, "–": -1.0}


def tags(model: TrainedText, text: str) -> TextAnswer:
    """Return the spans that a model finds; what it reads are words and punctuation marks."""
    found = [*WORD.finditer(text)]
    if not found:
        return TextAnswer(task="token-classification", text=text, notes=("There is no word in this text.",))
    spans, read = spans_of(model, [one.group() for one in found])
    told = tuple(TextSpan(start=found[first].start(), end=found[last].end(), label=kind) for kind, first, last in spans)
    cut = () if read == len(found) else (f"Only the first {read:,} of {len(found):,} words were read.",)
    none = () if told else ("The model marks nothing in this text.",)
    return TextAnswer(task="token-classification", text=text, spans=told, notes=(*none, *cut))


def answers(model: TrainedText, context: str, question: str) -> TextAnswer:
    """Return what a model answers to a question, and where in the context that stands."""
    if not context.strip() or not question.strip():
        raise RunFailed("A question and the text with its answer are needed.", "Type both.")
    own = answer_question(model, question, context)
    chances = (Chance(label=own.text, probability=own.chance),)
    span = (TextSpan(start=own.start, end=own.start + len(own.text), label=""),) if own.text else ()
    return TextAnswer(
        task="question-answering",
        text=context,
        targets=(TargetAnswer(target=text_of(model.spec).columns.answers, chances=chances),),
        spans=span,
        notes=() if own.text else ("The model finds no answer in this text.",),
    )


def choices(model: TrainedText, prompt: str, endings: Sequence[str]) -> TextAnswer:
    """Return how probable each choice is, the likeliest first."""
    told = [one.strip() for one in endings if one.strip()]
    if len(told) < 2:
        raise RunFailed("There is nothing to choose from.", "Give two choices or more.")
    found = sorted(zip(told, chances_of(model, prompt, told), strict=True), key=lambda one: -one[1])
    chances = tuple(Chance(label=name, probability=share) for name, share in found)
    name = text_of(model.spec).columns.answer
    return TextAnswer(task="multiple-choice", text=prompt, targets=(TargetAnswer(target=name, chances=chances),))


def labels(model: TrainedText, text: str, second: str | None) -> TextAnswer:
    """Return every label with its own chance, whatever the others' are."""
    columns = text_of(model.spec).columns
    frame = pd.DataFrame({columns.text: [text], **({columns.second: [second or ""]} if columns.second else {})})
    found, _ = predict_labels(model, frame)
    shares = {one.name: float(found[f"probability of {one.name}"].iloc[0]) for one in model.encoder.targets}
    ordered = sorted(shares.items(), key=lambda one: -one[1])
    chances = tuple(Chance(label=name, probability=share) for name, share in ordered)
    told = TargetAnswer(target="labels", chances=chances, any_number=True)
    return TextAnswer(task=text_of(model.spec).task, text=text, targets=(told,))


def written(
    model: TrainedText, text: str, decoding: Decoding, cancelled: Callable[[], bool], heard: Heard
) -> TextAnswer:
    """Return what a model writes to a text, the likeliest token after the other, or by beam search."""
    made, notes, beams = write_text(model, text, decoding, cancelled, heard)
    return TextAnswer(task="seq2seq", text=text, written=made, notes=notes, beams=beams)


def near(model: TrainedText, text: str) -> TextAnswer:
    """Return the words nearest to a word, to the mean of some, or to a sum such as “king - man + woman”."""
    terms = terms_of(text)
    if not terms:
        raise RunFailed("There is no word to look for.", "Type a word, or a sum such as king - man + woman.")
    ids = {word: word_id(model.encoder, word) for word, _ in terms}
    unknown = [word for word, place in ids.items() if place is None]
    if unknown:
        names = ", ".join(f"“{word}”" for word in unknown)
        raise RunFailed(f"{names}: no vector was learned for this.", "Take words that the texts have often enough.")
    places = [place for word, _ in terms if (place := ids[word]) is not None]
    unit = functional.normalize(vectors_of(model)[places].float(), dim=1)
    signs = torch.tensor([sign for _, sign in terms])
    (found,) = nearest(model, (signs[:, None] * unit).sum(dim=0, keepdim=True), [{*places}], NEAR)
    told = tuple(Near(word=name, similarity=value) for name, value in found)
    return TextAnswer(task="word2vec", text=text, near=told)


def terms_of(text: str) -> list[tuple[str, float]]:
    """Return words with 1 or -1, by the sign that stands before each, alone or at its beginning."""
    found, sign = [], 1.0
    for part in text.split():
        word = part
        if word[0] in SIGNS:
            sign, word = SIGNS[word[0]], word[1:]
        if word:
            found.append((word, sign))
            sign = 1.0
    return found
