"""Columns that exist only within a window: its relative time, its length, and all that is scaled by its own encoder.
Must keep the order of TimeSeriesDataSet.__getitem__, where a later fit of a shared normaliser replaces an earlier one."""

from dataclasses import dataclass, field
from typing import Any

import torch
from pytorch_forecasting import TimeSeriesDataSet
from pytorch_forecasting.data.encoders import EncoderNormalizer

from engine.families.forecasting.window_scales import Scale, fitted, rescaled


@dataclass
class Cut:
    """The parts of a batch of windows, before padding: reals (batch, steps, columns), targets a list of (batch, steps)."""

    encoder: torch.Tensor
    decoder: torch.Tensor
    encoder_targets: list[torch.Tensor]
    decoder_targets: list[torch.Tensor]
    lengths: torch.Tensor
    """Encoder lengths (batch,), on the device of the rest."""
    lengths_here: torch.Tensor
    """The same on the CPU, so that nothing waits for a GPU."""
    scales: dict[int, torch.Tensor] = field(default_factory=dict)
    """Number of a target that windows scale by themselves → center and scale (batch, 2)."""


@dataclass(frozen=True)
class _Target:
    number: int
    normaliser: EncoderNormalizer
    place: int | None
    added: tuple[tuple[int, Any], ...]
    """Column and scaler of the window's center and of its scale, if they are inputs (add_target_scales)."""


class WindowColumns:
    """Fills in the columns of reals that depend on a window as a whole. Knows nothing of rows and batches' order."""

    def __init__(self, dataset: TimeSeriesDataSet) -> None:
        reals = dataset.reals
        self._longest = dataset.max_encoder_length
        self._relative = reals.index("relative_time_idx") if dataset.add_relative_time_idx else None
        self._length = reals.index("encoder_length") if dataset.add_encoder_length else None
        self._targets = [
            _target(dataset, number, normaliser)
            for number, normaliser in enumerate(dataset.target_normalizers)
            if isinstance(normaliser, EncoderNormalizer)
        ]
        own = [name for name in reals if isinstance(dataset.get_transformer(name), EncoderNormalizer)]
        lagged = [name for name in own if name in dataset.lagged_variables]
        plain = [name for name in own if name not in lagged and name not in dataset.target_names]
        self._plain = [(reals.index(name), dataset.get_transformer(name)) for name in plain]
        self._lagged = [(reals.index(name), dataset.get_transformer(name)) for name in lagged]

    def fill(self, cut: Cut) -> None:
        """Change the batch's reals in place and note the scales of its targets."""
        self._fill_time(cut)
        scales: dict[int, Scale] = {}
        for target in self._targets:
            scales[id(target.normaliser)] = _scale_target(cut, target)
        for place, normaliser in self._plain:
            scale = fitted(normaliser, cut.encoder[:, :, place], cut.lengths_here)
            scales[id(normaliser)] = scale
            _apply(cut, place, normaliser, scale)
        for place, normaliser in self._lagged:
            _apply(cut, place, normaliser, scales[id(normaliser)])

    def _fill_time(self, cut: Cut) -> None:
        lengths = cut.lengths
        if self._relative is not None:
            steps = torch.arange(max(cut.encoder.shape[1], cut.decoder.shape[1]), device=lengths.device)
            before = steps[: cut.encoder.shape[1]] - lengths[:, None]
            after = steps[: cut.decoder.shape[1]].expand(len(lengths), -1)
            cut.encoder[:, :, self._relative] = before.float() / self._longest
            cut.decoder[:, :, self._relative] = after.float() / self._longest
        if self._length is not None:
            value = (lengths.double() - 0.5 * self._longest) / self._longest * 2.0
            for part in (cut.encoder, cut.decoder):
                part[:, :, self._length] = value[:, None].to(part.dtype)


def _target(dataset: TimeSeriesDataSet, number: int, normaliser: EncoderNormalizer) -> _Target:
    name, reals = dataset.target_names[number], dataset.reals
    added = [f"{name}_center", f"{name}_scale"] if dataset.add_target_scales else []
    return _Target(
        number,
        normaliser,
        reals.index(name) if name in reals else None,
        tuple((reals.index(column), dataset.get_transformer(column)) for column in added),
    )


def _scale_target(cut: Cut, target: _Target) -> Scale:
    scale = fitted(target.normaliser, cut.encoder_targets[target.number], cut.lengths_here)
    cut.scales[target.number] = torch.stack([scale.center, scale.scale], dim=-1)
    if target.place is not None:
        encoder, decoder = cut.encoder_targets[target.number], cut.decoder_targets[target.number]
        cut.encoder[:, :, target.place] = scale.apply(target.normaliser, encoder)
        cut.decoder[:, :, target.place] = scale.apply(target.normaliser, decoder)
    for (place, scaler), value in zip(target.added, (scale.center, scale.scale), strict=False):
        for part in (cut.encoder, cut.decoder):
            part[:, :, place] = rescaled(scaler, value)[:, None]
    return scale


def _apply(cut: Cut, place: int, normaliser: EncoderNormalizer, scale: Scale) -> None:
    for part in (cut.encoder, cut.decoder):
        part[:, :, place] = scale.apply(normaliser, part[:, :, place])
