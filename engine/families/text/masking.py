"""Which tokens a masked language model has to guess (Devlin et al. 2019). Must not know a network."""

from dataclasses import dataclass

import numpy as np
import torch

from engine.families.text.ragged import Ragged
from engine.spec import MaskingSpec
from engine.training.loader import Batch

IGNORED = -100
MASKED, REPLACED = 0.8, 0.1


@dataclass(frozen=True)
class MaskedSequences:
    """Token ids of samples, and `words`: of which word of its sample each token is, -1 for special tokens."""

    ids: Ragged
    words: Ragged
    pad: int
    mask: int
    vocabulary: int
    settings: MaskingSpec

    def batch(self, rows: np.ndarray, chance: torch.Generator) -> Batch:
        """Return input_ids with some tokens hidden, mask and labels (-100 where nothing is asked), all [n, length]."""
        ids, real = self.ids.padded(rows, self.pad)
        words, _ = self.words.padded(rows, -1)
        chosen = self._chosen(words, chance)
        labels = ids.masked_fill(~chosen, IGNORED)
        lot = torch.rand(ids.shape, generator=chance).to(ids.device)
        other = torch.randint(self.vocabulary, ids.shape, generator=chance).to(ids.device)
        hidden = torch.where(chosen & (lot < MASKED), torch.full_like(ids, self.mask), ids)
        hidden = torch.where(chosen & (lot >= MASKED) & (lot < MASKED + REPLACED), other, hidden)
        return {"input_ids": hidden, "mask": real, "labels": labels}

    def _chosen(self, words: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
        able = words >= 0
        lots = torch.rand(words.shape, generator=chance).to(words.device)
        if self.settings.whole_words:
            # Every token of a word has the word's lot: the one at the place of the word's number.
            lots = lots.gather(1, words.clamp(min=0))
        chosen = able & (lots < self.settings.probability)
        if not bool(chosen.any()):
            # A batch without a question has no loss; its first token is asked then.
            chosen = able & (able.cumsum(dim=1) == 1)
        return chosen

    def to(self, device: torch.device) -> "MaskedSequences":
        """Return the sequences on a device."""
        return MaskedSequences(
            self.ids.to(device), self.words.to(device), self.pad, self.mask, self.vocabulary, self.settings
        )
