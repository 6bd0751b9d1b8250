"""How surprised a language model is by single texts: the mean loss of their tokens, and its exponential.
For masked models each token is hidden in turn (pseudo-likelihood, Salazar et al. 2020)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch.nn import functional

from engine.families.text.classic.language_model import RnnLanguageModel
from engine.families.text.logits import logits_at
from engine.families.text.trained import TOKENS_AT_ONCE, TrainedText
from engine.families.text.transformers_models import TransformersNetwork


def surprises_of(model: TrainedText, texts: Sequence[str]) -> dict[str, pd.Series]:
    """Return for each text its tokens, loss and perplexity as columns; NaN where it has none to be guessed."""
    tokens, losses = [], []
    for text in texts:
        found = token_losses(model, text)
        tokens.append(len(found))
        losses.append(float(found.mean()) if len(found) else np.nan)
    name = "pseudo-perplexity" if is_masked(model) else "perplexity"
    return {
        "tokens": pd.Series(tokens, dtype="float64"),
        "loss": pd.Series(losses, dtype="float64"),
        name: pd.Series(np.exp(losses), dtype="float64"),
    }


@dataclass(frozen=True)
class Guesses:
    """A text's token ids, which of them were guessed, and the loss of each guess."""

    ids: list[int]
    places: list[int]
    losses: NDArray[np.float64]


def token_losses(model: TrainedText, text: str) -> NDArray[np.float64]:
    """Return the loss of each token of a text that is guessed: all but the first for a model that reads forward."""
    return guesses_of(model, text).losses


def guesses_of(model: TrainedText, text: str) -> Guesses:
    """Let a model guess a text's tokens, of a long text the first ones."""
    ids = model.encoder.encode([text])[0].values
    device = next(model.network.parameters()).device
    model.network.eval()
    plain: list[int] = ids.tolist()
    with torch.inference_mode():
        if is_masked(model):
            special = set(model.encoder.tokenizer.all_special_ids)
            places = [place for place, one in enumerate(plain) if one not in special]
            found = _masked(model, ids.to(device), places)
        else:
            places = list(range(1, len(plain)))
            found = _forward(model, ids.to(device))
    return Guesses(plain, places, found.double().cpu().numpy())


def _forward(model: TrainedText, ids: torch.Tensor) -> torch.Tensor:
    if len(ids) < 2:
        return torch.empty(0)
    given, wanted = ids[None, :-1], ids[1:]
    if isinstance(model.network, RnnLanguageModel):
        logits = model.network(given)[0][0]
    else:
        logits = model.network({"input_ids": given, "mask": torch.ones_like(given, dtype=torch.bool)})["logits"][0]
    return functional.cross_entropy(logits.float(), wanted, reduction="none")


def _masked(model: TrainedText, ids: torch.Tensor, places: list[int]) -> torch.Tensor:
    network, mask = model.network, model.encoder.tokenizer.mask_token_id
    assert isinstance(network, TransformersNetwork)
    losses = []
    at_once = max(1, TOKENS_AT_ONCE // max(1, len(ids)))
    for first in range(0, len(places), at_once):
        own = torch.tensor(places[first : first + at_once], device=ids.device)
        lines = torch.arange(len(own), device=ids.device)
        given = ids.repeat(len(own), 1)
        given[lines, own] = int(mask)
        wanted = torch.zeros_like(given, dtype=torch.bool)
        wanted[lines, own] = True
        logits = logits_at(network.model, {"input_ids": given, "mask": torch.ones_like(wanted)}, wanted)
        losses.append(functional.cross_entropy(logits.float(), ids[own], reduction="none"))
    return torch.cat(losses) if losses else torch.empty(0)


def is_masked(model: TrainedText) -> bool:
    """Whether a model guesses hidden tokens from both sides."""
    assert model.spec.text is not None
    return model.spec.text.task == "masked-lm"
