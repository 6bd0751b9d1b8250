"""WindowLoader: the batches of TimeSeriesDataSet.to_dataloader, gathered from rows that live on the training device.
Must give the library's numbers: `why_not` names what it does not take over."""

from typing import Any

import torch
from pytorch_forecasting import TimeSeriesDataSet

from engine.families.forecasting.window_columns import Cut, WindowColumns
from engine.families.forecasting.window_rows import Rows, blank, gather
from engine.families.forecasting.window_scales import of_series
from engine.families.forecasting.window_support import why_not, wrong_scales
from engine.families.forecasting.windows import Placed, Windows
from engine.training.loader import BatchPlan, EpochLoader

__all__ = ["WindowBatch", "WindowLoader", "why_not"]

WindowBatch = tuple[dict[str, Any], tuple[Any, torch.Tensor | None]]
"""x by name and (target, weight), as TimeSeriesDataSet.to_dataloader describes them; no names at all for nothing."""


class WindowLoader(EpochLoader[WindowBatch]):
    """Batches of windows, on `device`; order, length and resuming are EpochLoader's.

    `dataset` is what the library's `predict` asks a loader for. Raises ValueError for data sets that `why_not` names,
    and for those whose scales are wrong (`wrong_scales`).
    """

    def __init__(
        self,
        dataset: TimeSeriesDataSet,
        plan: BatchPlan,
        seed: int | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        reason = why_not(dataset) or wrong_scales(dataset)
        if reason:
            raise ValueError(reason)
        super().__init__(len(dataset), plan, seed)
        self.dataset = dataset
        self.windows = Windows.of(dataset)
        self._device = torch.device(device)
        self._rows = Rows.of(dataset, self._device, self.windows.reach)
        self._columns = WindowColumns(dataset)
        groups = dataset.data["groups"][self.windows.first_rows]
        self._groups = groups.to(self._device)
        scales = of_series(dataset, groups)
        self._scales = [None if scale is None else scale.to(self._device) for scale in scales]

    def nothing(self) -> WindowBatch:
        """Return a batch without inputs."""
        return {}, (torch.empty(0, device=self._device), None)

    def take(self, positions: slice | torch.Tensor) -> WindowBatch:
        """Return the windows at these positions of the data set's index. Raises ValueError once values are overwritten."""
        if self.dataset._overwrite_values is not None:
            raise ValueError(why_not(self.dataset))
        placed = self.windows.take(positions)
        packed = torch.stack([placed.start, placed.encoder, placed.decoder, placed.series])
        start, encoder, decoder, series = packed.to(self._device)
        cut, categoricals, weight = self._cut(placed, start, encoder, decoder)
        target = self._one_or_all(cut.decoder_targets)
        horizon = torch.arange(cut.decoder.shape[1], device=self._device)
        x = {
            "encoder_cat": categoricals[0],
            "encoder_cont": cut.encoder,
            "encoder_target": self._one_or_all(cut.encoder_targets),
            "encoder_lengths": encoder,
            "decoder_cat": categoricals[1],
            "decoder_cont": cut.decoder,
            "decoder_target": target,
            "decoder_lengths": decoder,
            "decoder_time_idx": (self._rows.time[start] + encoder)[:, None] + horizon,
            "groups": self._groups[series],
            "target_scale": self._one_or_all(self._target_scales(cut, series)),
        }
        return x, (target, weight)

    def _cut(
        self, placed: Placed, start: torch.Tensor, encoder: torch.Tensor, decoder: torch.Tensor
    ) -> tuple[Cut, tuple[torch.Tensor, torch.Tensor], torch.Tensor | None]:
        """Gather the windows, fill in what belongs to each as a whole, and blank what lies beyond their lengths."""
        rows, origin = self._rows, start + encoder
        # From lengths on the CPU: a GPU need not be waited for.
        before, after = int(placed.encoder.max()), int(placed.decoder.max())
        cut = Cut(
            gather(rows.reals, start, before),
            gather(rows.reals, origin, after),
            [gather(target, start, before) for target in rows.targets],
            [gather(target, origin, after) for target in rows.targets],
            encoder,
            placed.encoder,
        )
        self._columns.fill(cut)
        categoricals = gather(rows.categoricals, start, before), gather(rows.categoricals, origin, after)
        weight = None if rows.weight is None else gather(rows.weight, origin, after)
        if int(placed.encoder.min()) < before:
            for part in (cut.encoder, categoricals[0], *cut.encoder_targets):
                blank(part, encoder)
        if int(placed.decoder.min()) < after:
            for part in (cut.decoder, categoricals[1], *cut.decoder_targets, *([] if weight is None else [weight])):
                blank(part, decoder)
        return cut, categoricals, weight

    def _target_scales(self, cut: Cut, series: torch.Tensor) -> list[torch.Tensor]:
        return [cut.scales[number] if scale is None else scale[series] for number, scale in enumerate(self._scales)]

    def _one_or_all(self, tensors: list[torch.Tensor]) -> torch.Tensor | list[torch.Tensor]:
        """A list for data sets with a list of targets, else the one tensor."""
        return tensors if self.dataset.multi_target else tensors[0]
