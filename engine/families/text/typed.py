"""What a trained text model makes of one text that somebody typed: a label with its chances, or how surprised it is."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from engine.families.supervised.scores import normalised
from engine.families.text.networks import text_of
from engine.families.text.surprises import token_losses
from engine.families.text.trained import TrainedText
from engine.runs import RunStore
from engine.spec import LABELLED
from engine.training.failures import RunFailed

MOST_CLASSES = 20


class TypedText(BaseModel):
    """The answer: `chances` of the likeliest classes, largest first; or a `number`; or of a language model the mean loss
    of the `tokens` and its exponential. What does not apply is empty or None.
    """

    model_config = ConfigDict(frozen=True)

    chances: tuple[tuple[str, float], ...] = ()
    number: float | None = None
    tokens: int = 0
    loss: float | None = None
    perplexity: float | None = None
    is_pseudo: bool = False


def judge(workspace: Path, run_id: str, text: str) -> TypedText:
    """Return what a run's model makes of a text. Raises RunFailed or StoreError in words."""
    if not text.strip():
        raise RunFailed("There is no text.", "Type some.")
    with RunStore(workspace) as store:
        folder = store.run_folder(store.run(run_id).id)
    described = folder / "model.json"
    model = _load(folder, described.stat().st_mtime_ns if described.exists() else 0)
    if text_of(model.spec).task in LABELLED:
        return _labelled(model, text)
    losses = token_losses(model, text)
    if not len(losses):
        raise RunFailed("The text is too short: no token of it is guessed.", "Type a few words more.")
    loss = float(losses.mean())
    pseudo = text_of(model.spec).task == "masked-lm"
    return TypedText(tokens=len(losses), loss=loss, perplexity=float(np.exp(loss)), is_pseudo=pseudo)


def _labelled(model: TrainedText, text: str) -> TypedText:
    pairs = [""] if text_of(model.spec).columns.second else None
    found = model.predict([text], pairs)
    if model.encoder.task != "classification":
        return TypedText(number=float(np.asarray(found)[0, 0]))
    chances = normalised(np.asarray(found[0]))[0]
    names = [str(one) for one in model.encoder.targets[0].classes]
    best = np.argsort(-chances, kind="stable")[:MOST_CLASSES]
    return TypedText(chances=tuple((names[place], float(chances[place])) for place in best))


@lru_cache(maxsize=2)
def _load(folder: Path, _written: int) -> TrainedText:
    return TrainedText.load(folder)
