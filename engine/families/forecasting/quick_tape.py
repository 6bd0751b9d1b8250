"""A chain of linear layers, each perhaps with a ReLU and dropout behind it, forwards and backwards by hand, and the
gradients of its weights."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn


def below(found: torch.Tensor, made: torch.Tensor) -> None:
    """Turn, in place, the gradient of what a ReLU made into that of what it was given."""
    torch.ops.aten.threshold_backward.grad_input(found, made, 0, grad_input=found)


def drop(module: Any, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Drop numbers as the layer does, by the same draws; also return what they were multiplied with, if
    they were."""
    kept = None
    if module.training and module.p > 0:
        kept = torch.empty_like(x).bernoulli_(1 - module.p).div_(1 - module.p)
        x = x * kept
    return x, kept


@dataclass
class Gradients:
    """Adds to parameters' gradients. One that had none is given the memory that it had the last time."""

    _kept: dict[int, torch.Tensor] = field(default_factory=dict)

    def of_linear(self, module: Any, found: torch.Tensor, given: torch.Tensor, begin: int = 0) -> None:
        """Add those of a layer, from the gradient of what it gave from its output `begin` on, and what it was given."""
        if module.weight.requires_grad:
            whole, is_new = self._of(module.weight)
            part = whole[begin:]
            if is_new:
                torch.mm(found.T, given, out=part)
                whole[:begin].zero_()
            else:
                part.addmm_(found.T, given)
        if module.bias is not None and module.bias.requires_grad:
            whole, is_new = self._of(module.bias)
            if is_new:
                torch.sum(found, 0, out=whole[begin:])
                whole[:begin].zero_()
            else:
                whole[begin:] += found.sum(0)

    def _of(self, parameter: nn.Parameter) -> tuple[torch.Tensor, bool]:
        """Return a parameter's gradient, and whether it is still to be written."""
        if parameter.grad is not None:
            return parameter.grad, False
        kept = self._kept.get(id(parameter))
        if (
            kept is None
            or kept.shape != parameter.shape
            or kept.dtype != parameter.dtype
            or kept.device != parameter.device
        ):
            kept = self._kept[id(parameter)] = torch.empty_like(parameter, requires_grad=False)
        parameter.grad = kept
        return kept, True


@dataclass
class Tape:
    """What was done, layer by layer, so that it can be gone back. The first and the last layer are linear."""

    _done: list[tuple[str, Any, torch.Tensor, int]] = field(default_factory=list)

    def through(self, layers: Iterable[Any], x: torch.Tensor, begin: int = 0) -> torch.Tensor:
        """Return what layers make of rows x, which are not changed; of the last from its output `begin` on."""
        *inner, last = layers
        for module in inner:
            if isinstance(module, nn.Linear):
                self._done.append(("linear", module, x, 0))
                x = torch.addmm(module.bias, x, module.weight.T)
            elif isinstance(module, nn.ReLU):
                x = x.relu_()
                self._done.append(("relu", module, x, 0))
            else:
                x, kept = drop(module, x)
                if kept is not None:
                    self._done.append(("dropout", module, kept, 0))
        self._done.append(("linear", last, x, begin))
        return torch.addmm(last.bias[begin:], x, last.weight[begin:].T)

    def back(self, found: torch.Tensor, gradients: Gradients) -> torch.Tensor:
        """Add the weights' gradients from that of what was made; return that of what the first layer gave."""
        for place in reversed(range(len(self._done))):
            kind, module, kept, begin = self._done[place]
            if kind == "linear":
                gradients.of_linear(module, found, kept, begin)
                if place:
                    found = found @ module.weight[begin:]
            elif kind == "relu":
                below(found, kept)
            else:
                found.mul_(kept)
        return found
