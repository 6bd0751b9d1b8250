"""A model's answer to a text that somebody typed: labels, a continuation, candidates for masks, and how surprised it is.
Heads with answers of their own stand in typed_heads.py."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine.families.text import typed_heads
from engine.families.text.classic.skip_gram import SkipGram
from engine.families.text.encoder import TextEncoder
from engine.families.text.generating import Heard, fill_masks, filled, go_on, readable
from engine.families.text.language_beams import continuations
from engine.families.text.language_task import exponential
from engine.families.text.networks import text_of
from engine.families.text.surprises import guesses_of
from engine.families.text.trained import TrainedText
from engine.families.text.word_similarity import judged, read_judgements
from engine.runs import RunStore
from engine.runs.texts import BLANK, Chance, Decoding, TargetAnswer, TextAnswer, TokenLoss
from engine.runs.word_map import Agreement
from engine.spec import LABELLED
from engine.training.failures import RunFailed

CANDIDATES, MOST_CLASSES = 10, 50
NO_TEXT = "There is no text; what is told for it means nothing."


def answer(
    workspace: Path,
    run_id: str,
    text: str,
    second: str | None = None,
    decoding: Decoding | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    choices: Sequence[str] = (),
    heard: Heard = lambda _text: None,
) -> TextAnswer:
    """Let a run's model answer to a text; a masked model fills each [MASK] in. `second` is the second text of a pair, or
    what is asked about a context or before choices; `heard` is told now and then how far a text is gone on with.

    Raises RunFailed, StoreError in words.
    """
    return answer_of(_model(workspace, run_id), text, second, decoding, cancelled, choices, heard)


def agreement(workspace: Path, run_id: str, path: str) -> Agreement:
    """Compare the similarities of a run's words with a file of people's. Raises RunFailed, StoreError in words."""
    judgements = read_judgements(path)
    model = _model(workspace, run_id)
    if not isinstance(model.network, SkipGram):
        raise RunFailed("Only vectors of words are compared with judgements.", "Choose a run of word2vec.")
    found, known = judged(model, judgements)
    return Agreement(spearman=None if math.isnan(found) else found, known=known, pairs=len(judgements))


def answer_of(
    model: TrainedText,
    text: str,
    second: str | None = None,
    decoding: Decoding | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    choices: Sequence[str] = (),
    heard: Heard = lambda _text: None,
) -> TextAnswer:
    """Return a model's answer as `answer` does."""
    own = text_of(model.spec)
    task, decoding = own.task, decoding or Decoding(top_k=20)
    if task in LABELLED:
        seconds = [second or ""] if own.columns.second else None
        found = (
            typed_heads.labels(model, text, second)
            if own.labels == "many"
            else TextAnswer(task=task, text=text, targets=_labels(model, text, seconds))
        )
        return found if text.strip() else found.model_copy(update={"notes": (*found.notes, NO_TEXT)})
    if task == "masked-lm":
        return _masked(model, text)
    if task in {"causal-lm", "rnn-lm"}:
        return _gone_on(model, text, decoding, cancelled, heard)
    if task == "token-classification":
        return typed_heads.tags(model, text)
    if task == "question-answering":
        return typed_heads.answers(model, text, second or "")
    if task == "multiple-choice":
        return typed_heads.choices(model, f"{text} {second or ''}".strip(), choices)
    if task == "word2vec":
        return typed_heads.near(model, text)
    return typed_heads.written(model, text, decoding, cancelled, heard)


def _model(workspace: Path, run_id: str) -> TrainedText:
    with RunStore(workspace) as store:
        run = store.run(run_id)
        folder = store.run_folder(run.id)
    if run.spec.family != "text":
        raise RunFailed("This model reads tables, not text.", "Choose a run of the text family, or a file.")
    try:
        changed = (folder / "model.json").stat().st_mtime_ns
    except OSError:
        changed = 0  # loading says what is missing
    return _loaded(folder, changed)


@lru_cache(maxsize=1)
def _loaded(folder: Path, _changed: int) -> TrainedText:
    """Return a folder's model, which is kept while it stays as it is: the next text is answered at once."""
    return TrainedText.load(folder)


def _labels(model: TrainedText, text: str, seconds: list[str] | None) -> tuple[TargetAnswer, ...]:
    outputs, encoder = model.predict([text], seconds), model.encoder
    if encoder.task != "classification":
        values = np.asarray(outputs)[0].tolist()
        return tuple(
            TargetAnswer(target=one.name, value=value) for one, value in zip(encoder.targets, values, strict=True)
        )
    answers = []
    for target, chances in zip(encoder.targets, outputs, strict=True):
        order = np.argsort(-chances[0], kind="stable")[:MOST_CLASSES].tolist()
        told = tuple(Chance(label=target.classes[place], probability=float(chances[0][place])) for place in order)
        answers.append(TargetAnswer(target=target.name, chances=told))
    return tuple(answers)


def _gone_on(
    model: TrainedText, text: str, decoding: Decoding, cancelled: Callable[[], bool], heard: Heard
) -> TextAnswer:
    found = _surprise(model, text, "perplexity")
    more: dict[str, object]
    if decoding.beams > 1:
        beams, notes = continuations(model, text, decoding, cancelled, heard)
        more = {"continuation": beams[0].text, "generated": beams[0].tokens - beams[0].ended, "beams": beams}
    else:
        made = go_on(model, text, decoding, cancelled, heard)
        more, notes = {"continuation": made.text, "generated": len(made.ids)}, made.notes
    return found.model_copy(update={**more, "notes": (*found.notes, *notes)})


def _masked(model: TrainedText, text: str) -> TextAnswer:
    encoder = model.encoder
    given = text.replace(BLANK, str(encoder.tokenizer.mask_token))
    ids = encoder.encode([given])[0].values
    blanks = fill_masks(model, ids, CANDIDATES)
    if not blanks:
        return _surprise(model, text, "pseudo-perplexity")
    notes = _cut(encoder, given)
    if given.count(str(encoder.tokenizer.mask_token)) > len(blanks):
        notes = (*notes, "Masks behind the part that is read are not filled in.")
    return TextAnswer(
        task="masked-lm", text=text, blanks=blanks, filled=readable(encoder, filled(model, ids)), notes=notes
    )


def _surprise(model: TrainedText, text: str, name: str) -> TextAnswer:
    found = guesses_of(model, text)
    decode = model.encoder.tokenizer.decode
    tokens = tuple(
        TokenLoss(token=str(decode([found.ids[place]])), loss=loss)
        for place, loss in zip(found.places, found.losses.tolist(), strict=True)
    )
    notes = _cut(model.encoder, text)
    if not tokens:
        notes = (*notes, "The text has too few tokens for a perplexity.")
    return TextAnswer(
        task=text_of(model.spec).task,
        text=text,
        perplexity_name=name,
        perplexity=exponential(float(found.losses.mean())) if tokens else None,
        tokens=tokens,
        notes=notes,
    )


def _cut(encoder: TextEncoder, text: str) -> tuple[str, ...]:
    """Say where a text is longer than what is measured of it."""
    whole = len(encoder.tokenizer.backend_tokenizer.encode(text, add_special_tokens=encoder.framed).ids)
    if whole <= encoder.max_length:
        return ()
    return (f"Only the first {encoder.max_length:,} of {whole:,} tokens were read.",)
