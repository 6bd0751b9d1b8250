"""Beam search with causal and recurrent language models: several continuations of a text beside each other."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from engine.families.text.beams import Steps, as_beams, search, telling
from engine.families.text.classic.language_model import RnnLanguageModel, State
from engine.families.text.generating import Heard, banned_of, beginning, behind, context_of
from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText
from engine.families.text.transformers_models import TransformersNetwork
from engine.runs.texts import Beam, Decoding
from engine.training.failures import RunFailed


@torch.no_grad()
def continuations(
    model: TrainedText,
    text: str,
    decoding: Decoding,
    cancelled: Callable[[], bool] = lambda: False,
    heard: Heard = lambda _text: None,
) -> tuple[tuple[Beam, ...], tuple[str, ...]]:
    """Return how a beam search goes on with a text, the best first, and what is to be said about it. Raises RunFailed."""
    encoder = model.encoder
    given, decoding, notes = _within(model, beginning(encoder, text), decoding)
    model.network.eval()
    ids = torch.tensor([given], device=next(model.network.parameters()).device)
    steps, logits = _begun(model, ids)
    end = encoder.tokenizer.eos_token_id

    def read(made: Sequence[int]) -> str:
        return behind(encoder, given, list(made), text)

    kept = search(logits, steps, end, decoding, banned_of(encoder), cancelled, telling(heard, read))
    return as_beams(kept, read), notes


def _within(model: TrainedText, given: list[int], decoding: Decoding) -> tuple[list[int], Decoding, tuple[str, ...]]:
    """Return what is read and how far it is gone on with, such that both fit a model that looks at so many tokens."""
    most = context_of(model)
    if most is None or len(given) + decoding.tokens <= most:
        return given, decoding, ()
    kept = given if len(given) <= most // 2 else given[-max(1, most // 2) :]
    notes = [f"Only the last {len(kept):,} tokens were read."] if len(kept) < len(given) else []
    room = max(1, most - len(kept))
    if room < decoding.tokens:
        notes.append(f"The model looks at {most:,} tokens at most: the search ends after {room:,}.")
        decoding = decoding.model_copy(update={"tokens": room})
    return kept, decoding, tuple(notes)


def _begun(model: TrainedText, ids: torch.Tensor) -> tuple[Steps, torch.Tensor]:
    """Return a network that has read ids [1, length], and its logits [1, vocabulary] of what comes next."""
    network = model.network
    if isinstance(network, RnnLanguageModel):
        logits, state = network(ids)
        return _Recurrent(network, state), logits[:, -1]
    if isinstance(network, TransformersNetwork) and text_of(model.spec).task == "causal-lm":
        found = network.model(input_ids=ids, use_cache=True)
        return _Causal(network.model, found.past_key_values), found.logits[:, -1]
    raise RunFailed("Only a causal or a recurrent language model goes on with a text.", "Choose a run of that kind.")


class _Recurrent:
    def __init__(self, network: RnnLanguageModel, state: State) -> None:
        self._network, self._state = network, state

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        logits, self._state = self._network(ids[:, None], self._state)
        last: torch.Tensor = logits[:, -1]
        return last

    def select(self, rows: torch.Tensor) -> None:
        self._state = tuple(part[:, rows].contiguous() for part in self._state)


class _Causal:
    def __init__(self, model: Any, cache: Any) -> None:
        self._model, self._cache = model, cache

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        found = self._model(input_ids=ids[:, None], past_key_values=self._cache, use_cache=True)
        self._cache = found.past_key_values
        last: torch.Tensor = found.logits[:, -1]
        return last

    def select(self, rows: torch.Tensor) -> None:
        self._cache.reorder_cache(rows)
