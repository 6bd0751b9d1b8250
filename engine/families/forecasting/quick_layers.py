"""Layers of the library's Temporal Fusion Transformer, folded for forecasting: what is linear and follows each other is
one matrix, what all inputs go through alike is done for all at once. Must not train: dropout is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

NARROW = 16
"""Numbers a row up to which matrices norm rows sooner than torch does, which takes its time for each row."""


@dataclass(frozen=True)
class Affine:
    """x ↦ weight·x + bias, weight [outputs, inputs]."""

    weight: torch.Tensor
    bias: torch.Tensor | None = None

    @classmethod
    def of(cls, module: Any) -> "Affine":
        """Take a linear layer's weights."""
        return cls(module.weight, module.bias)

    @classmethod
    def stacked(cls, parts: Sequence["Affine"]) -> "Affine":
        """Give the outputs of several, one after the other, from the same input."""
        return cls(torch.cat([one.weight for one in parts]), torch.cat([one.offset for one in parts]))

    @classmethod
    def side_by_side(cls, parts: Sequence["Affine"]) -> "Affine":
        """Give the outputs of several, each from inputs of its own."""
        return cls(torch.block_diag(*[one.weight for one in parts]), torch.cat([one.offset for one in parts]))

    @property
    def offset(self) -> torch.Tensor:
        """The bias, or zeros."""
        return self.weight.new_zeros(len(self.weight)) if self.bias is None else self.bias

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return [..., outputs] of [..., inputs]."""
        return functional.linear(x, self.weight, self.bias)


def through(first: Affine, second: Affine) -> Affine:
    """Return one that does both, the first first."""
    return Affine(second.weight @ first.weight, second.weight @ first.offset + second.offset)


@dataclass(frozen=True)
class Gate:
    """A gated linear unit with a skip connection: one layer's outputs, gated by another's, and what is added."""

    value: Affine
    gate: Affine

    @classmethod
    def of(cls, both: Affine) -> "Gate":
        """Take the layer whose first half is gated by its second."""
        half = len(both.weight) // 2
        return cls(Affine(both.weight[:half], both.offset[:half]), Affine(both.weight[half:], both.offset[half:]))

    def __call__(self, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        """Return [..., outputs] of [..., inputs], with `skip` [..., outputs] added."""
        gate = self.gate(x).sigmoid_()
        return torch.addcmul(skip, gate, self.value(x), out=gate)


@dataclass(frozen=True)
class Norm:
    """Layer normalisation of rows, which are overwritten."""

    module: Any
    mean: torch.Tensor
    """From a row to its mean [size, 1]."""

    @classmethod
    def of(cls, module: Any) -> "Norm":
        """Take the weights of torch's layer."""
        return cls(module, mean_of(len(module.weight), module.weight))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return [..., size] of [..., size]."""
        if len(self.mean) > NARROW or not x.is_cpu:
            normed: torch.Tensor = self.module(x)
            return normed
        around = x.sub_(x @ self.mean)
        spread = (around.square() @ self.mean).add_(self.module.eps)
        return torch.addcmul(self.module.bias, around.mul_(spread.rsqrt_()), self.module.weight)


def mean_of(size: int, like: torch.Tensor) -> torch.Tensor:
    """Return what a row of so many numbers is multiplied with for its mean, [size, 1]."""
    return like.new_full((size, 1), 1 / size)


def raised_elu(x: torch.Tensor) -> torch.Tensor:
    """Return 1 more than the exponential linear unit of x, which is overwritten: exp is several times as fast as exp - 1."""
    if not x.is_cpu:
        return functional.elu_(x).add_(1)
    below = x.clamp(max=0).exp_()
    return x.clamp_(min=0).add_(below)


def gate_of(module: Any) -> Gate:
    """Fold a gated residual network's second layer into its gate; it is to be given `raised_elu`."""
    second = Affine.of(module.fc2)
    lowered = Affine(second.weight, second.offset - second.weight.sum(dim=1))
    return Gate.of(through(lowered, Affine.of(module.gate_norm.glu.fc)))


def resampled(module: Any, size: int, like: torch.Tensor) -> Affine:
    """Return the interpolation from `size` numbers, and what it is multiplied with, as one matrix; the norm is left."""
    identity = torch.eye(size, dtype=like.dtype, device=like.device)
    matrix = module.resample(identity).T if module.input_size != module.output_size else identity
    return Affine(matrix * (2 * module.mask.sigmoid())[:, None] if module.trainable_add else matrix)


@dataclass(frozen=True)
class GatedResidual:
    """A gated residual network of one width, with a context [n, hidden] for all steps where it was made for one."""

    first: Affine
    context: Affine | None
    """What the context becomes, with the first layer's bias."""
    gate: Gate
    norm: Norm

    @classmethod
    def of(cls, module: Any) -> "GatedResidual":
        """Take the weights of the library's network."""
        first, context = Affine.of(module.fc1), None
        if module.context_size is not None:
            first, context = Affine(first.weight), Affine(module.context.weight, first.bias)
        return cls(first, context, gate_of(module), Norm.of(module.gate_norm.add_norm.norm))

    def __call__(self, x: torch.Tensor, context: torch.Tensor | None = None) -> torch.Tensor:
        """Return [n, steps, hidden]."""
        inner = self.first(x)
        if self.context is not None:
            assert context is not None
            inner += self.context(context)[:, None]
        return self.norm(self.gate(raised_elu(inner), x))
