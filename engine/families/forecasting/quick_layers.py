"""Layers of the library's Temporal Fusion Transformer, folded for forecasting: what is linear and follows each other is
one matrix, what all inputs go through alike is done for all at once. Must not train: dropout is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional


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
    """A gated linear unit: one layer's outputs, gated by another's."""

    value: Affine
    gate: Affine

    @classmethod
    def of(cls, both: Affine) -> "Gate":
        """Take the layer whose first half is gated by its second."""
        half = len(both.weight) // 2
        return cls(Affine(both.weight[:half], both.offset[:half]), Affine(both.weight[half:], both.offset[half:]))

    @classmethod
    def side_by_side(cls, parts: Sequence["Gate"]) -> "Gate":
        """Give the outputs of several, each from inputs of its own."""
        return cls(Affine.side_by_side([one.value for one in parts]), Affine.side_by_side([one.gate for one in parts]))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return [..., outputs] of [..., inputs]."""
        return self.gate(x).sigmoid_().mul_(self.value(x))


def gate_of(module: Any) -> Gate:
    """Fold a gated residual network's second layer into its gate."""
    return Gate.of(through(Affine.of(module.fc2), Affine.of(module.gate_norm.glu.fc)))


def resampled(module: Any, size: int, like: torch.Tensor) -> Affine:
    """Return the interpolation from `size` numbers, and what it is multiplied with, as one matrix; the norm is left."""
    identity = torch.eye(size, dtype=like.dtype, device=like.device)
    matrix = module.resample(identity).T if module.input_size != module.output_size else identity
    return Affine(matrix * (2 * module.mask.sigmoid())[:, None] if module.trainable_add else matrix)


@dataclass(frozen=True)
class GatedResidual:
    """A gated residual network of one width, with or without a context [n, hidden] for all steps."""

    first: Affine
    context: Affine | None
    gate: Gate
    norm: Any

    @classmethod
    def of(cls, module: Any) -> "GatedResidual":
        """Take the weights of the library's network."""
        context = None if module.context_size is None else Affine.of(module.context)
        return cls(Affine.of(module.fc1), context, gate_of(module), module.gate_norm.add_norm.norm)

    def __call__(self, x: torch.Tensor, context: torch.Tensor | None = None) -> torch.Tensor:
        """Return [n, steps, hidden]."""
        inner = self.first(x)
        if context is not None and self.context is not None:
            inner += self.context(context)[:, None]
        normed: torch.Tensor = self.norm(self.gate(functional.elu_(inner)).add_(x))
        return normed
