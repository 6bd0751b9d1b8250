"""What the layers of the library's Temporal Fusion Transformer do to each row, with derivatives by hand: torch's own
take their time for each row of few numbers. Rows are long where numbers are few [.., numbers]."""

from typing import Any

import torch

FEW = 4
"""Numbers a row up to which matrices norm rows sooner than torch does."""


class GatedNorm(torch.autograd.Function):
    """A gated linear unit, what is added to it, and layer normalisation."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        skip: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        scale: torch.Tensor,
        offset: torch.Tensor,
        epsilon: float,
    ) -> torch.Tensor:
        """Return rows [.., numbers] of x [.., inputs] and skip [.., numbers]; weight [2 · numbers, inputs]."""
        rows, half = x.reshape(-1, x.shape[-1]), len(scale)
        value = torch.addmm(bias[:half], rows, weight[:half].T)
        gate = torch.addmm(bias[half:], rows, weight[half:].T).sigmoid_()
        added = torch.addcmul(skip.reshape(-1, half), value, gate)
        made, mean, spread = _normed(added, scale, offset, epsilon)
        ctx.save_for_backward(rows, value, gate, added, weight, scale, offset, mean, spread)
        ctx.shapes = x.shape, skip.shape
        return made.view(skip.shape)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, found: torch.Tensor) -> Any:
        """Return the gradients of what `forward` was given."""
        rows, value, gate, added, weight, scale, offset, mean, spread = ctx.saved_tensors
        half = len(scale)
        skip, of_scale, of_offset = _norm_back(found.reshape(-1, half), added, scale, offset, mean, spread)
        gated = torch.ops.aten.sigmoid_backward(skip * value, gate)
        valued = skip * gate
        of_weight = torch.empty_like(weight)
        torch.mm(valued.T, rows, out=of_weight[:half])
        torch.mm(gated.T, rows, out=of_weight[half:])
        of_bias = torch.cat([_sum(valued), _sum(gated)])
        x = None
        if ctx.needs_input_grad[0]:
            x = (valued @ weight[:half]).addmm_(gated, weight[half:]).view(ctx.shapes[0])
        return x, skip.view(ctx.shapes[1]), of_weight, of_bias, of_scale, of_offset, None


class FewNorm(torch.autograd.Function):
    """Layer normalisation of rows of any width."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, epsilon: float) -> torch.Tensor:
        """Return rows as they come."""
        rows = x.reshape(-1, len(scale))
        made, mean, spread = _normed(rows, scale, offset, epsilon)
        ctx.save_for_backward(rows, scale, offset, mean, spread)
        return made.view(x.shape)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, found: torch.Tensor) -> Any:
        """Return the gradients of what `forward` was given."""
        rows, scale, offset, mean, spread = ctx.saved_tensors
        x, *others = _norm_back(found.reshape(rows.shape), rows, scale, offset, mean, spread)
        return x.view(found.shape), *others, None


class Weighted(torch.autograd.Function):
    """The sum of several inputs, weighted by the softmax of scores."""

    @staticmethod
    def forward(ctx: Any, scores: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        """Return [.., numbers] of scores [.., inputs] and as many inputs [.., numbers]."""
        rows = [one.reshape(-1, one.shape[-1]) for one in inputs]
        largest = scores.reshape(-1, len(rows))
        largest, parts = largest[:, :1], largest.unbind(1)
        for part in parts[1:]:
            largest = torch.maximum(largest, part[:, None])
        weights = (scores.reshape(-1, len(rows)) - largest).exp_()
        weights = weights.div_(weights @ weights.new_ones(len(rows), 1)).T.contiguous()
        made = rows[0] * weights[0, :, None]
        for row, weight in zip(rows[1:], weights[1:], strict=True):
            made.addcmul_(row, weight[:, None])
        ctx.save_for_backward(weights, *rows)
        return made.view(inputs[0].shape)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, found: torch.Tensor) -> Any:
        """Return the gradients of what `forward` was given."""
        weights, *rows = ctx.saved_tensors
        shape, found = found.shape, found.reshape(rows[0].shape)
        one = found.new_ones(found.shape[1])
        each = torch.stack([(found * row) @ one for row in rows])
        scores = weights * (each - (weights * each).sum(dim=0))
        inputs = [(found * weight[:, None]).view(shape) for weight in weights]
        return scores.T.reshape(*shape[:-1], len(rows)), *inputs


def _normed(
    rows: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, epsilon: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return normed rows, the mean of each and the inverse of its spread [n, 1]."""
    size = len(scale)
    if size > FEW or not rows.is_cpu:
        return torch.native_layer_norm(rows, [size], scale, offset, epsilon)
    ones = rows.new_full((size, 1), 1 / size)
    mean = rows @ ones
    around = rows - mean
    spread = (around.square() @ ones).add_(epsilon).rsqrt_()
    return torch.addcmul(offset, around.mul_(spread), scale), mean, spread


def _norm_back(
    found: torch.Tensor,
    rows: torch.Tensor,
    scale: torch.Tensor,
    offset: torch.Tensor,
    mean: torch.Tensor,
    spread: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the gradients of rows, scale and offset from that of what was normed."""
    size = len(scale)
    if size > FEW or not rows.is_cpu:
        back: tuple[torch.Tensor, torch.Tensor, torch.Tensor] = torch.ops.aten.native_layer_norm_backward(
            found.contiguous(), rows, [size], mean, spread, scale, offset, [True, True, True]
        )
        return back
    ones = rows.new_full((size, 1), 1 / size)
    around = (rows - mean).mul_(spread)
    of_scale, of_offset = _sum(found * around), _sum(found)
    found = found * scale
    along = (found * around) @ ones
    return (found - found @ ones).sub_(around * along).mul_(spread), of_scale, of_offset


def _sum(rows: torch.Tensor) -> torch.Tensor:
    """Return the sum of rows."""
    return rows.new_ones(len(rows)) @ rows
