"""What the loop asks of word2vec: the loss of a batch of pairs, and of all pairs of the validation texts, whose windows and
negatives are the same each time."""

import math

import torch
from torch import nn

from engine.families.text.classic.pairs import PairMaker, WordPairs
from engine.families.text.classic.skip_gram import SkipGram
from engine.training.loop import Task
from engine.training.randomness import generator

VALID_SEED = 7


class WordPairsTask(Task[WordPairs]):
    """word2vec, and the pairs that it is validated on; None where the validation texts have none."""

    def __init__(self, network: SkipGram, valid: PairMaker | None) -> None:
        self._network, self._valid = network, valid

    @property
    def network(self) -> nn.Module:
        """Return what is trained."""
        return self._network

    def rows(self, batch: WordPairs) -> int:
        """Return how many pairs a batch has."""
        return len(batch)

    def loss(self, batch: WordPairs) -> torch.Tensor:
        """Return the mean loss a pair."""
        return self._network.loss(batch)

    def validate(self) -> dict[str, float]:
        """Return the mean loss over the pairs of the validation texts."""
        return {"loss": mean_loss(self._network, self._valid)}


def mean_loss(network: SkipGram, maker: PairMaker | None) -> float:
    """Return the mean loss over an epoch's pairs, always the same ones; NaN where there are none."""
    if maker is None:
        return math.nan
    maker.load_state_dict({"epoch": 0, "batch": 0})
    chance = generator(VALID_SEED, 0)
    total, pairs = 0.0, 0
    with torch.no_grad():
        for batch in maker:
            total += float(network.loss(batch, chance)) * len(batch)
            pairs += len(batch)
    return total / max(1, pairs)
