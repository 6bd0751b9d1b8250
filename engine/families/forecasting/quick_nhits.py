"""QuickNhits: what learning and forecasting need of the library's N-HiTS, by our own way through its layers. Leaves out each
block's part in the target's unit, and static inputs at steps where nobody looks."""

from collections.abc import Sequence
from typing import Any

import torch

from engine.families.forecasting.quick_blocks import Blocks, Given
from engine.families.forecasting.quick_showing import Showing

Inputs = dict[str, torch.Tensor]


class QuickNhits:
    """Goes through a network of the library, with gradients where they are asked for; gives the library's numbers."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._blocks = Blocks(network.model)
        self._is_known = Blocks.can_be(network.model)
        self._show = Showing(network)

    def forget(self) -> None:
        """Nothing is remembered of the weights."""

    def takes(self, _: Inputs) -> bool:
        """Whether the network is for this shorter way."""
        return self._network.n_targets == 1 and not self._network.hparams.categorical_groups

    def __call__(self, x: Inputs) -> dict[str, torch.Tensor]:
        """Return {"prediction"} in the target's unit, and "backcast" where the loss counts it."""
        network = self._network
        target = x["encoder_cont"][..., network.target_positions]
        forecast, left = self._found(x, target)
        found = {"prediction": network.transform_output(forecast, target_scale=x["target_scale"])}
        if left is not None:
            from pytorch_forecasting.metrics import MultiHorizonMetric

            found["backcast"] = network.transform_output(
                target - left, target_scale=x["target_scale"], loss=MultiHorizonMetric()
            )
        return found

    def _found(self, x: Inputs, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the forecast [n, horizon, outputs] and, where the loss counts it, what of the target's past
        [n, steps, 1] was not explained."""
        network = self._network
        past = [name for name in network.encoder_variables if name not in network.target_names]
        before = self._joined(x, "encoder", past) if network.encoder_covariate_size > 0 else None
        after = self._joined(x, "decoder", network.decoder_variables) if network.decoder_covariate_size > 0 else None
        static = self._joined(x, "encoder", network.static_variables, 0) if network.static_size > 0 else None
        mask = torch.arange(target.shape[1], device=target.device) < x["encoder_lengths"][:, None]
        if not self._is_known or torch.is_autocast_enabled(target.device.type):
            forecast, left, *_ = network.model(target, mask, before, after, static)
            return forecast, left if network.hparams.backcast_loss_ratio else None
        self._show(x)
        inputs = [one.flatten(1) for one in (before, after) if one is not None]
        covariates = torch.cat(inputs, dim=1) if inputs else None
        given = Given(target[..., 0], mask.to(target.dtype), covariates, static)
        return self._blocks(given, bool(network.hparams.backcast_loss_ratio))

    def _joined(self, x: Inputs, part: str, names: Sequence[str], step: int | slice = slice(None)) -> torch.Tensor:
        """Return inputs side by side [n, steps, numbers], categories embedded; [n, numbers] of a single step."""
        network, own = self._network, self._network.hparams
        reals, codes = x[f"{part}_cont"][:, step], x[f"{part}_cat"][:, step]
        embeddings = network.embeddings.embeddings
        return torch.cat(
            [
                embeddings[name](codes[..., own.x_categoricals.index(name)])
                if name in embeddings
                else reals[..., own.x_reals.index(name), None]
                for name in names
            ],
            dim=-1,
        )
