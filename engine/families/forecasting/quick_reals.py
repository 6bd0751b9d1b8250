"""What real inputs become in a variable selection of the library's Temporal Fusion Transformer, each by itself: scaled up,
transformed, and normalised, for all at once. Must not train: dropout is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from engine.families.forecasting.quick_layers import Affine, gate_of, mean_of, raised_elu, resampled, through


@dataclass(frozen=True)
class _Stack:
    """As many affine maps as there are inputs: weight [inputs, from, to], bias [inputs, 1, to]."""

    weight: torch.Tensor
    bias: torch.Tensor

    @classmethod
    def of(cls, parts: Sequence[Affine]) -> "_Stack":
        """Put maps of one shape together."""
        return cls(torch.stack([one.weight.T for one in parts]), torch.stack([one.offset for one in parts])[:, None])

    def __getitem__(self, places: list[int]) -> "_Stack":
        return _Stack(self.weight[places], self.bias[places])

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return [inputs, n, to] of [inputs, n, from]."""
        return torch.baddbmm(self.bias, x, self.weight)


@dataclass(frozen=True)
class Reals:
    """The network of each real input: from a number to a normed vector of `hidden` numbers.

    What is added behind the gate is a line, slope·x + rest, or a line that is normed first: around its mean its variance is
    a parabola of x, `square`, `linear` and `constant`, and what is normed is linear in x/s, 1/s and 1, with s its root.
    """

    inner: _Stack
    value: _Stack
    gate: _Stack
    skip: torch.Tensor
    """[reals, 2 or 3, hidden], around its mean: what x and 1 are multiplied with, or x/s, 1/s and 1."""
    square: torch.Tensor
    linear: torch.Tensor
    constant: torch.Tensor
    scale: torch.Tensor
    """The norms' weights and, `offset`, biases, [reals, hidden]."""
    offset: torch.Tensor
    epsilon: torch.Tensor

    @staticmethod
    def can_be(networks: Sequence[Any]) -> bool:
        """Whether all are of one shape."""
        return len({one.input_size for one in networks}) <= 1

    @classmethod
    def of(cls, scales: Sequence[Any], networks: Sequence[Any]) -> "Reals":
        """Fold the prescaler of each into the first layer, and the second layer into the gate."""
        scaled = [Affine.of(one) for one in scales]
        gates = [gate_of(one) for one in networks]
        norms = [one.gate_norm.add_norm.norm for one in networks]
        return cls(
            _Stack.of([through(one, Affine.of(net.fc1)) for one, net in zip(scaled, networks, strict=True)]),
            _Stack.of([one.value for one in gates]),
            _Stack.of([one.gate for one in gates]),
            *_skips(scaled, networks),
            torch.stack([one.weight for one in norms]),
            torch.stack([one.bias for one in norms]),
            scaled[0].weight.new_tensor([one.eps for one in norms])[:, None, None],
        )

    def __len__(self) -> int:
        return len(self.scale)

    def only(self, places: list[int]) -> "Reals":
        """Return some of them."""
        if places == list(range(len(self))):
            return self
        parts = {name: value[places] for name, value in vars(self).items()}
        return Reals(**parts)

    def each(self, x: torch.Tensor) -> torch.Tensor:
        """Return what each real becomes, [n, steps, reals, hidden] of [n, steps, reals]."""
        return self._normed(x).transpose(0, 1).reshape(*x.shape, -1)

    def __call__(self, x: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        """Return the sum [n, steps, hidden] over the reals x [n, steps, reals], each weighted anew at each step, or not."""
        normed = self._normed(x)
        if weights is not None:
            normed.mul_(weights.flatten(0, 1).T[..., None])
        found = normed[0]
        for one in normed[1:]:
            found += one
        return found.view(*x.shape[:2], -1)

    def _normed(self, x: torch.Tensor) -> torch.Tensor:
        """Return what each real becomes, [reals, n · steps, hidden] of [n, steps, reals]."""
        numbers = x.flatten(0, 1).T.contiguous()[..., None]
        inner = raised_elu(torch.addcmul(self.inner.bias, numbers, self.inner.weight))
        gated = self.gate(inner).sigmoid_().mul_(self.value(inner))
        mean = mean_of(gated.shape[-1], gated)
        around = gated.sub_(gated @ mean).baddbmm_(self._lines(numbers), self.skip)
        spread = (around.square() @ mean).add_(self.epsilon)
        return torch.addcmul(self.offset[:, None], around.mul_(spread.rsqrt_()), self.scale[:, None])

    def _lines(self, x: torch.Tensor) -> torch.Tensor:
        """Return what `skip` is multiplied with."""
        one = torch.ones_like(x)
        if self.skip.shape[1] == 2:
            return torch.cat([x, one], dim=-1)
        inverse = ((self.square * x + self.linear) * x + self.constant).rsqrt_()
        return torch.cat([x * inverse, inverse, one], dim=-1)


def _skips(
    scaled: Sequence[Affine], networks: Sequence[Any]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return `skip`, `square`, `linear` and `constant`; the last three count where lines are normed."""
    is_normed = networks[0].input_size != networks[0].output_size
    lines = [
        through(one, resampled(net.resample_norm, net.input_size, one.weight)) if is_normed else one
        for one, net in zip(scaled, networks, strict=True)
    ]
    slope, rest = (
        _around(torch.stack(part)) for part in zip(*((one.weight[:, 0], one.offset) for one in lines), strict=True)
    )
    square, linear = slope.square().mean(dim=1), 2 * (slope * rest).mean(dim=1)
    constant, skip = rest.square().mean(dim=1), torch.stack([slope, rest], dim=1)
    if is_normed:
        norms = [one.resample_norm.norm for one in networks]
        weight, bias = torch.stack([one.weight for one in norms]), torch.stack([one.bias for one in norms])
        constant = constant + constant.new_tensor([one.eps for one in norms])
        skip = torch.stack([_around(slope * weight), _around(rest * weight), _around(bias)], dim=1)
    return skip, square[:, None, None], linear[:, None, None], constant[:, None, None]


def _around(rows: torch.Tensor) -> torch.Tensor:
    return rows - rows.mean(dim=1, keepdim=True)
