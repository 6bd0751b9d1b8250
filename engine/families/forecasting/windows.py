"""Where the windows of a TimeSeriesDataSet lie in its rows, as plain tensors. Must not copy the rows themselves."""

from dataclasses import dataclass

import numpy as np
import torch
from pytorch_forecasting import TimeSeriesDataSet


@dataclass(frozen=True)
class Placed:
    """The windows of one batch: first rows, lengths and series, all int64 of shape (batch,), on the CPU."""

    start: torch.Tensor
    encoder: torch.Tensor
    decoder: torch.Tensor
    series: torch.Tensor


@dataclass(frozen=True)
class Windows:
    """First row, encoder and decoder length of every window (int32, on the CPU), in the data set's own order.

    `first_rows` are the rows at which series begin, in order.
    """

    start: torch.Tensor
    encoder: torch.Tensor
    decoder: torch.Tensor
    first_rows: torch.Tensor

    @classmethod
    def of(cls, dataset: TimeSeriesDataSet) -> "Windows":
        """Read the windows off the data set's index; it must be without gaps (`why_not`)."""
        index, time = dataset.index, dataset.data["time"].numpy()
        length = index["sequence_length"].to_numpy()
        # What TimeSeriesDataSet.calculate_decoder_length says, without its copies.
        decoder = time[index["index_end"].to_numpy()] - (dataset.min_prediction_idx - 1)
        np.minimum(decoder, length - dataset.min_encoder_length, out=decoder)
        np.minimum(decoder, dataset.max_prediction_length, out=decoder)
        decoder = decoder.astype(np.int32)
        return cls(
            torch.from_numpy(index["index_start"].to_numpy(np.int32, copy=True)),
            torch.from_numpy(length.astype(np.int32) - decoder),
            torch.from_numpy(decoder),
            _first_rows(dataset.data["groups"]),
        )

    def __len__(self) -> int:
        return len(self.start)

    @property
    def reach(self) -> int:
        """The row before which every window ends if each is read as long as the longest."""
        encoder, decoder = int(self.encoder.max()), int(self.decoder.max())
        origin = int((self.start + self.encoder).max())
        return max(int(self.start.max()) + encoder, origin + decoder)

    def take(self, positions: slice | torch.Tensor) -> Placed:
        """Return the windows at these positions."""
        start = self.start[positions].long()
        series = torch.searchsorted(self.first_rows, start, right=True) - 1
        return Placed(start, self.encoder[positions].long(), self.decoder[positions].long(), series)


def _first_rows(groups: torch.Tensor) -> torch.Tensor:
    """Rows at which another series begins: rows of a series stand together, since the data set has sorted them."""
    changes = (groups[1:] != groups[:-1]).any(dim=1).nonzero()[:, 0] + 1
    return torch.cat([torch.zeros(1, dtype=torch.long), changes])
