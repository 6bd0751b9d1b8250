"""The blocks of the library's N-HiTS, forwards and backwards by hand: what nobody looks at is left out, and gradients of
weights are written into memory that is kept. Must not know what a batch holds."""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from engine.families.forecasting.quick_tape import Gradients, Tape, below, drop


@dataclass(frozen=True)
class Given:
    """What all blocks are given: the target's past and where it counts [n, steps], and, where the network has them, inputs
    that vary [n, numbers] and those that do not [n, static].
    """

    past: torch.Tensor
    mask: torch.Tensor
    covariates: torch.Tensor | None
    static: torch.Tensor | None


@dataclass
class _Taken:
    """What a block's way back needs of its way there."""

    inputs: torch.Tensor
    tape: Tape
    pooled: int
    places: torch.Tensor | None = None
    """Where each largest number was [n, pooled]."""
    static: torch.Tensor | None = None
    kept: torch.Tensor | None = None
    """What the static inputs were multiplied with, to drop some."""


@dataclass
class Blocks:
    """Goes through a network's blocks. Gradients of its weights are added to theirs; a parameter's gradient is the same
    memory each time that it had none before."""

    model: Any
    gradients: Gradients = field(default_factory=Gradients)
    _maps: dict[Any, torch.Tensor] = field(default_factory=dict)

    @staticmethod
    def can_be(model: Any) -> bool:
        """Whether all layers are of kinds that are known here."""
        known = (nn.Linear, nn.ReLU, nn.Dropout)
        return all(type(one) in known for block in model.blocks for one in block.layers.layers)

    def __call__(self, given: Given, backcast: bool) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the forecast [n, horizon, outputs] and, where `backcast` is wanted, what of the past no block explained
        [n, steps, 1].
        """
        some = next((one for one in self.model.parameters() if one.requires_grad), None)
        if torch.is_grad_enabled():
            forecast, left = _Pass.apply(self, given, backcast, given.covariates, given.static, some)
        else:
            forecast, left, _ = self.there(given, backcast)
        return forecast.transpose(1, 2), None if left is None else left[..., None]

    def there(self, given: Given, backcast: bool) -> tuple[torch.Tensor, torch.Tensor | None, list[_Taken]]:
        """Return forecasts [n, outputs, horizon], what is left [n, steps], and what each block's way back needs."""
        model, past = self.model, given.past
        shape, steps = (len(past), sum(model.output_size), model.prediction_length), past.shape[1]
        forecast = past[:, -1:, None].expand(shape).clone() if model.naive_level else past.new_zeros(shape)
        left, taken = past, []
        for place, block in enumerate(model.blocks):
            begin = steps if place + 1 == len(model.blocks) and not backcast else 0
            one = self._inputs(block, left, given)
            theta = one.tape.through(block.layers.layers, one.inputs, begin)
            knots = theta[:, steps - begin :].reshape(-1, block.n_theta)
            forecast += (knots @ self._map(block, past)).view(shape)
            if not begin:
                left = (left - theta[:, :steps]).mul_(given.mask)
            taken.append(one)
        return forecast, left if backcast else None, taken

    def back(
        self,
        given: Given,
        taken: list[_Taken],
        forecast: torch.Tensor,
        left: torch.Tensor | None,
        wanted: tuple[bool, bool],
    ) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """Add the weights' gradients, from those of the forecast and of what is left where it counted; return those of
        covariates and static inputs where they are `wanted`.
        """
        covariates = torch.zeros_like(given.covariates) if wanted[0] and given.covariates is not None else None
        static = torch.zeros_like(given.static) if wanted[1] and given.static is not None else None
        steps = given.past.shape[1]
        for place in reversed(range(len(taken))):
            block, one = self.model.blocks[place], taken[place]
            knots = (forecast.reshape(-1, forecast.shape[-1]) @ self._map(block, given.past).T).view(len(forecast), -1)
            before = None
            if left is not None:
                before = left * given.mask
                knots = torch.cat([before.neg(), knots], dim=1)
            inner = one.tape.back(knots, self.gradients)
            weight = block.layers.layers[0].weight
            if place:
                pooled = self._unpooled(block, one, inner @ weight[:, : one.pooled], steps)
                left = pooled if before is None else before.add_(pooled)
            end = one.pooled
            if given.covariates is not None:
                end += given.covariates.shape[1]
                if covariates is not None:
                    covariates.addmm_(inner, weight[:, one.pooled : end])
            if one.static is not None:
                self._static_back(block, one, inner @ weight[:, end:], static)
        return covariates, static

    def _inputs(self, block: Any, left: torch.Tensor, given: Given) -> _Taken:
        """Return the numbers that a block's layers are given, side by side."""
        size = block.layers.layers[0].in_features
        inputs = left.new_empty(len(left), size)
        pooled, places = self._pooled(block, left)
        one = _Taken(inputs, Tape(), pooled.shape[1], places)
        inputs[:, : one.pooled] = pooled
        end = one.pooled
        if given.covariates is not None:
            end += given.covariates.shape[1]
            inputs[:, one.pooled : end] = given.covariates
        if given.static is not None and block.static_hidden_size:
            dropout, linear, _ = block.static_encoder.encoder
            one.static, one.kept = drop(dropout, given.static)
            hidden = torch.addmm(linear.bias, one.static, linear.weight.T)
            torch.clamp_min(hidden, 0, out=inputs[:, end:])
        return one

    def _static_back(self, block: Any, one: _Taken, hidden: torch.Tensor, found: torch.Tensor | None) -> None:
        linear = block.static_encoder.encoder[1]
        below(hidden, one.inputs[:, -hidden.shape[1] :])
        assert one.static is not None
        self.gradients.of_linear(linear, hidden, one.static)
        if found is not None:
            part = hidden @ linear.weight
            found += part if one.kept is None else part.mul_(one.kept)

    def _pooled(self, block: Any, left: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return what a block sees of the past, [n, pooled], and where each number was if it is the largest of some."""
        layer = block.pooling_layer
        if block.pooling_sizes == 1:
            return left, None
        if isinstance(layer, nn.AvgPool1d):
            return left @ self._map(layer, left), None
        size = layer.kernel_size
        found, places = nn.functional.max_pool1d(left[:, None], size, size, ceil_mode=True, return_indices=True)
        return found[:, 0], places[:, 0]

    def _unpooled(self, block: Any, one: _Taken, pooled: torch.Tensor, steps: int) -> torch.Tensor:
        """Return the gradient of a past [n, steps] from that of what was seen of it."""
        if block.pooling_sizes == 1:
            return pooled
        if one.places is None:
            return pooled @ self._map(block.pooling_layer, pooled).T
        return pooled.new_zeros(len(pooled), steps).scatter_(1, one.places, pooled)

    def _map(self, module: Any, like: torch.Tensor) -> torch.Tensor:
        """Return as a matrix what is done to a block's knots [n_theta, horizon], or to a past whose mean is taken
        [steps, pooled]: both are linear."""
        key = id(module), like.dtype, like.device
        if key not in self._maps:
            with torch.no_grad():
                if isinstance(module, nn.AvgPool1d):
                    identity = torch.eye(like.shape[1], dtype=like.dtype, device=like.device)
                    self._maps[key] = nn.functional.avg_pool1d(
                        identity[:, None], module.kernel_size, module.stride, ceil_mode=True
                    )[:, 0]
                else:
                    knots = torch.eye(module.n_theta, dtype=like.dtype, device=like.device)
                    self._maps[key] = type(module.basis).forward(module.basis, knots, knots, knots, knots)[1]
        return self._maps[key]


class _Pass(torch.autograd.Function):
    """The way through the blocks for torch's derivatives: with respect to covariates and static inputs, which follow the
    other arguments. The weights' gradients are added to theirs; one of them stands last, so that the way back is gone.
    """

    @staticmethod
    def forward(
        ctx: Any,
        blocks: Blocks,
        given: Given,
        backcast: bool,
        *_: torch.Tensor | None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        forecast, left, taken = blocks.there(given, backcast)
        ctx.way = blocks, given, taken
        return forecast, left

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, forecast: torch.Tensor, left: torch.Tensor | None) -> Any:
        blocks, given, taken = ctx.way
        wanted = ctx.needs_input_grad[3], ctx.needs_input_grad[4]
        return None, None, None, *blocks.back(given, taken, forecast, left, wanted), None
