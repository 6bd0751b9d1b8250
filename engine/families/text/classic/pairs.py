"""Pairs of words that stand near each other, made a batch of centers at a time: frequent words are left out by chance, and
each center looks as far as chance says. Both chances are an epoch's own and depend on (seed, epoch) alone."""

from dataclasses import dataclass

import torch

from engine.families.text.token_arrays import TokenArray
from engine.training.loader import BatchPlan, EpochLoader
from engine.training.randomness import generator

EPOCHS_APART = 0x5EED  # keeps the chance of leaving out apart from that of the order


@dataclass(frozen=True)
class WordPairs:
    """`centers` and `contexts`, (pairs,) int64 each."""

    centers: torch.Tensor
    contexts: torch.Tensor

    def __len__(self) -> int:
        return len(self.centers)


class PairMaker(EpochLoader[WordPairs]):
    """Pairs of the words of each text, at most `window` apart once frequent ones are left out.

    A word that is a share f of all is kept with the chance sqrt(t / f) + t / f, where t is `subsample` (0 keeps all), as
    word2vec does. Texts of one word have no pairs. A batch is `centers` words of the corpus. Raises ValueError for a
    corpus without pairs.
    """

    def __init__(
        self,
        tokens: TokenArray,
        vocabulary: int,
        centers: int,
        window: int = 5,
        subsample: float = 1e-3,
        seed: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        lengths = torch.tensor(tokens.lengths)
        whole = torch.repeat_interleave(lengths > 1, lengths)
        self._ids = torch.tensor(tokens.ids).long()[whole]
        if not len(self._ids):
            raise ValueError("No text has two words, so that no word has a neighbour.")
        self._text = torch.repeat_interleave(torch.arange(len(lengths)), lengths)[whole]
        self.counts = torch.bincount(torch.tensor(tokens.ids).long(), minlength=vocabulary)
        self._chance = _chance_to_stay(self.counts, subsample)[self._ids]
        self._offsets = torch.tensor([*range(-window, 0), *range(1, window + 1)])
        self._window, self._device = window, torch.device(device)
        super().__init__(len(self._ids), BatchPlan.of(len(self._ids), centers, merge_single=False), seed)

    def order(self, epoch: int) -> torch.Tensor | None:
        """Draw an epoch's words and windows, and return the order of its centers."""
        self._draw(epoch)
        return super().order(epoch)

    def take(self, positions: slice | torch.Tensor) -> WordPairs:
        """Return the pairs of the centers at these positions of the corpus."""
        places = self._place[positions]
        places = places[places >= 0]
        near = places[:, None] + self._offsets
        inside = (near >= 0) & (near < len(self._kept)) & (self._offsets.abs() <= self._reach[places][:, None])
        near = near.clamp(0, len(self._kept) - 1)
        inside &= self._kept_text[near] == self._kept_text[places][:, None]
        rows, columns = inside.nonzero(as_tuple=True)
        centers, contexts = self._kept[places[rows]], self._kept[near[rows, columns]]
        if not len(centers):
            # All were left out: a step without pairs would have no loss, so that one pair stands in.
            centers, contexts = self._one_pair(positions)
        return WordPairs(centers.to(self._device), contexts.to(self._device))

    def nothing(self) -> WordPairs:
        """Return no pair."""
        return WordPairs(torch.empty(0, dtype=torch.long), torch.empty(0, dtype=torch.long))

    def _draw(self, epoch: int) -> None:
        chance = generator((self._seed or 0) ^ EPOCHS_APART, epoch)
        stays = torch.rand(len(self._ids), generator=chance) < self._chance
        self._place = torch.where(stays, stays.cumsum(0) - 1, -1)
        self._kept, self._kept_text = self._ids[stays], self._text[stays]
        self._reach = torch.randint(1, self._window + 1, (len(self._kept),), generator=chance)

    def _one_pair(self, positions: slice | torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        first = int(positions.start if isinstance(positions, slice) else positions[0])
        beside = first + 1 if first + 1 < len(self._ids) and self._text[first + 1] == self._text[first] else first - 1
        return self._ids[first : first + 1], self._ids[beside : beside + 1]


def _chance_to_stay(counts: torch.Tensor, subsample: float) -> torch.Tensor:
    if subsample <= 0:
        return torch.ones(len(counts))
    ratio = subsample * counts.sum() / counts.clamp(min=1)
    return (ratio.sqrt() + ratio).clamp(max=1)
