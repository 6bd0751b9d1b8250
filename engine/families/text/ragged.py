"""Sequences of unequal length end to end in one tensor, so that a padded batch is one gather.
Must not know what the numbers mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ragged:
    """`values` [total] on the training device, `starts` [n + 1] and `lengths` [n] on the host."""

    values: torch.Tensor
    starts: Ints

    @classmethod
    def of(cls, sequences: Sequence[Sequence[int]], device: torch.device | None = None) -> "Ragged":
        """Put sequences end to end."""
        lengths = np.fromiter((len(one) for one in sequences), np.int64, len(sequences))
        starts = np.concatenate([[0], np.cumsum(lengths)])
        flat = np.fromiter((number for one in sequences for number in one), np.int64, int(starts[-1]))
        return cls(torch.from_numpy(flat).to(device or torch.device("cpu")), starts)

    def to(self, device: torch.device) -> "Ragged":
        """Return the sequences on a device."""
        return Ragged(self.values.to(device), self.starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Ints:
        """How long each sequence is."""
        return np.diff(self.starts)

    def padded(self, rows: Ints, fill: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return rows as [n, longest], filled up at their ends, and the mask [n, longest] of what is real."""
        device = self.values.device
        lengths = torch.from_numpy(self.lengths[rows]).to(device)
        places = torch.arange(max(1, int(self.lengths[rows].max(initial=0))), device=device)
        real = places < lengths[:, None]
        first = torch.from_numpy(self.starts[rows]).to(device)
        if not len(self.values):
            return torch.full(real.shape, fill, dtype=torch.long, device=device), real
        taken = self.values[(first[:, None] + places).clamp_(max=len(self.values) - 1)]
        return taken.masked_fill_(~real, fill), real
