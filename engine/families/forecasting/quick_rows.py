"""Rows that windows of a batch share: windows of one series overlap, and what depends on a row alone need be found but once.
Must not take it on trust: a column is shared where all windows were seen to hold the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.families.forecasting.window_rows import gather

LEAST_OVERLAP = 2
"""How often a row must be read in the mean for windows to be worth taking apart."""


@dataclass(frozen=True)
class Overlap:
    """Windows of one length as cuts of longer ones, one a series. Where they share too little, each stands for itself."""

    first: torch.Tensor
    """A window of each series (series,)."""
    series: torch.Tensor
    """The series of each window (windows,)."""
    start: torch.Tensor | None
    """The first row of each window (windows,), with all series' rows one after the other; None: nothing is shared."""
    span: int
    """Rows of a series."""

    @classmethod
    def of(cls, x: dict[str, torch.Tensor], static: Sequence[torch.Tensor]) -> "Overlap":
        """Look where a batch's windows lie; `static` (windows, columns) is what all windows of a series must agree on."""
        begin = x["decoder_time_idx"][:, 0] - x["encoder_cont"].shape[1]
        steps = x["encoder_cont"].shape[1] + x["decoder_cont"].shape[1]
        count = len(begin)
        groups = x["groups"]
        # Along a dimension torch compares row by row, which takes long.
        _, series = torch.unique(groups.squeeze(1), dim=0 if groups.shape[1] > 1 else None, return_inverse=True)
        number = int(series.max()) + 1
        first = series.new_empty(number).scatter_(0, series, torch.arange(count, device=series.device))
        earliest = begin[first].scatter_reduce(0, series, begin, "amin")
        offset = begin - earliest[series]
        span = int(offset.max()) + steps
        agree = all(bool((one[first][series] == one).all()) for one in static)
        if not agree or LEAST_OVERLAP * number * span > count * steps:
            apart = torch.arange(count, device=series.device)
            return cls(apart, apart, None, 0)
        return cls(first, series, series * span + offset, span)

    def rows(self, values: torch.Tensor, begin: int) -> tuple[torch.Tensor, list[bool]]:
        """Return a column's values (series, span, columns) of those in windows (windows, steps, columns), which begin at
        their step `begin`, and which columns windows agree on. Must not be asked where nothing is shared.
        """
        assert self.start is not None
        steps, columns = values.shape[1:]
        rows = values.new_zeros(len(self.first) * self.span, columns)
        places = (self.start + begin)[:, None] + torch.arange(steps, device=values.device)
        rows.index_copy_(0, places.flatten(), values.flatten(0, 1))
        shared: list[bool] = (self.cut(rows, slice(None), begin, steps) == values).flatten(0, 1).all(dim=0).tolist()
        return rows.view(len(self.first), self.span, columns), shared

    def cut(self, rows: torch.Tensor, piece: slice, begin: int, steps: int) -> torch.Tensor:
        """Return steps `begin` and on of some windows, (windows, steps, columns), from rows (rows, columns)."""
        assert self.start is not None
        return gather(rows, self.start[piece] + begin, steps)
