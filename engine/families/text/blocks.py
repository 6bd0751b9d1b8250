"""Text end to end: cut into blocks for causal models, or laid side by side in streams for recurrent ones.
Must not know a network."""

from dataclasses import dataclass

import numpy as np
import torch

from engine.families.text.masking import IGNORED
from engine.families.text.ragged import Ints, Ragged
from engine.training.loader import Batch, BatchPlan, EpochLoader


@dataclass(frozen=True)
class Blocks:
    """Tokens [total] cut into blocks of one size; the last may be shorter, and is filled up."""

    tokens: torch.Tensor
    size: int
    pad: int

    def __len__(self) -> int:
        return (max(0, len(self.tokens) - 1) + self.size - 1) // self.size

    def batch(self, rows: Ints, _chance: torch.Generator | None = None) -> Batch:
        """Return blocks as input_ids, mask and labels [n, size]: each label is the token after its place."""
        device = self.tokens.device
        places = torch.from_numpy(rows).to(device)[:, None] * self.size + torch.arange(self.size, device=device)
        last = len(self.tokens) - 1
        real = places < last
        ids = self.tokens[places.clamp(max=last)].masked_fill(~real, self.pad)
        labels = self.tokens[(places + 1).clamp(max=last)].masked_fill(~real, IGNORED)
        return {"input_ids": ids, "mask": real, "labels": labels}


class StreamLoader(EpochLoader[Batch]):
    """Tokens [total] laid into `streams` side by side; batch after batch goes on where the one before ended, so that a
    recurrent network may keep its state. What does not fill the streams evenly is left out at the end.
    """

    def __init__(self, tokens: torch.Tensor, streams: int, length: int) -> None:
        streams = max(1, min(streams, (len(tokens) - 1) // 2))
        each = (len(tokens) - 1) // streams
        self._ids = tokens[: streams * each].view(streams, each)
        self._labels = tokens[1 : streams * each + 1].view(streams, each)
        self._length = length
        count = -(-each // length)
        super().__init__(count, BatchPlan((1,) * count))

    def nothing(self) -> Batch:
        """Return no tensors at all."""
        return {}

    def take(self, positions: slice | torch.Tensor) -> Batch:
        """Return input_ids and labels [streams, length]; `first` [] says whether an epoch begins."""
        assert isinstance(positions, slice)
        part = slice(positions.start * self._length, (positions.start + 1) * self._length)
        first = torch.tensor(positions.start == 0)
        return {"input_ids": self._ids[:, part], "labels": self._labels[:, part], "first": first}


def joined(texts: Ragged, end: int) -> torch.Tensor:
    """Return all texts end to end, each followed by the end token."""
    starts = torch.from_numpy(texts.starts[:-1]).to(texts.values.device)
    lengths = torch.from_numpy(texts.lengths).to(texts.values.device)
    total = len(texts.values) + len(texts)
    whole = torch.full((total,), end, dtype=torch.long, device=texts.values.device)
    of = torch.repeat_interleave(torch.arange(len(texts), device=starts.device), lengths)
    whole[torch.arange(len(texts.values), device=starts.device) + of] = texts.values
    return whole


def cut_up(ids: Ragged, most: int) -> Ragged:
    """Return sequences of at most so many tokens: longer ones become several."""
    starts = [
        np.arange(first, max(first + 1, last), most) for first, last in zip(ids.starts, ids.starts[1:], strict=False)
    ]
    return Ragged(ids.values, np.concatenate([*starts, ids.starts[-1:]]).astype(np.int64))
