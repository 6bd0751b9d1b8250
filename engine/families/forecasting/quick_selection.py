"""The variable selection of the library's Temporal Fusion Transformer, for all inputs at once: what embeds, scales and norms
each is folded into what follows. Must not train: dropout is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from engine.families.forecasting.quick_layers import Affine, Gate, gate_of, resampled, through

FEW = 8
"""Inputs whose weights are found without looking for the largest first."""


@dataclass(frozen=True)
class _NormedLines:
    """Layer normalisation of a number times a vector, plus a vector: `lines` of each of some numbers x by itself.

    Around their means both are slope·x + rest, and its variance is a parabola of x: what is normed is linear in x/s and 1/s
    with s its root, so that no row of the result need be gone through twice.
    """

    square: torch.Tensor
    linear: torch.Tensor
    constant: torch.Tensor
    weights: torch.Tensor
    bias: torch.Tensor

    @classmethod
    def of(cls, lines: Sequence[Affine], norms: Sequence[Any]) -> "_NormedLines":
        """Take lines [size, 1] and the library's norm of each."""
        slope, rest = torch.stack([one.weight[:, 0] for one in lines]), torch.stack([one.offset for one in lines])
        slope, rest = slope - slope.mean(dim=1, keepdim=True), rest - rest.mean(dim=1, keepdim=True)
        square, linear = slope.square().mean(dim=1), 2 * (slope * rest).mean(dim=1)
        constant = rest.square().mean(dim=1) + norms[0].eps
        scale = torch.stack([one.weight for one in norms])
        by_x, by_one = (torch.block_diag(*(part * scale)[:, None]) for part in (slope, rest))
        bias = torch.cat([one.bias for one in norms])
        return cls(square, linear, constant, torch.cat([by_x, by_one]), bias)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return [..., numbers · size] of [..., numbers]."""
        inverse = ((self.square * x + self.linear) * x + self.constant).rsqrt_()
        return functional.linear(torch.cat([x * inverse, inverse], dim=-1), self.weights.T, self.bias)


@dataclass(frozen=True)
class _Reals:
    """What real inputs become, each by itself: scaled up, transformed, and normalised."""

    inner: Affine
    gate: Gate
    skip: Affine | _NormedLines
    centre: torch.Tensor
    """Takes from each real's numbers their mean, [reals · hidden, reals · hidden]; `mean` gives the means alone."""
    mean: torch.Tensor
    epsilon: float
    merge: torch.Tensor
    """From all normed reals to their sum, with the norms' own weights; `offsets` [reals, hidden] are the norms' biases."""
    offsets: torch.Tensor

    @classmethod
    def of(cls, scales: Sequence[Any], networks: Sequence[Any]) -> "_Reals":
        """Fold the prescaler of each into the first layer, and the second layer into the gate."""
        scaled = [Affine.of(one) for one in scales]
        inner = [through(one, Affine.of(network.fc1)) for one, network in zip(scaled, networks, strict=True)]
        norms = [one.gate_norm.add_norm.norm for one in networks]
        return cls(
            Affine.side_by_side(inner),
            Gate.side_by_side([gate_of(one) for one in networks]),
            cls._skip(scaled, networks),
            *cls._means(len(networks), networks[0].output_size, scaled[0].weight),
            norms[0].eps,
            torch.cat([one.weight.diag() for one in norms]),
            torch.stack([one.bias for one in norms]),
        )

    @staticmethod
    def _means(count: int, size: int, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean = torch.block_diag(*[like.new_full((size, 1), 1 / size)] * count)
        spread = torch.block_diag(*[like.new_full((size, size), 1 / size)] * count)
        return torch.eye(count * size, dtype=like.dtype, device=like.device) - spread, mean

    @staticmethod
    def _skip(scaled: Sequence[Affine], networks: Sequence[Any]) -> "Affine | _NormedLines":
        if networks[0].input_size == networks[0].output_size:
            return Affine.side_by_side(scaled)
        lines = [
            through(one, resampled(network.resample_norm, network.input_size, one.weight))
            for one, network in zip(scaled, networks, strict=True)
        ]
        return _NormedLines.of(lines, [one.resample_norm.norm for one in networks])

    def __call__(self, x: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        """Return the sum [n, steps, hidden] over the reals x [n, steps, reals], each weighted anew at each step, or not.

        What is normed is not written down: its spread goes into the weights, and the norm's own weights into the sum.
        """
        around = self.gate(functional.elu_(self.inner(x))).add_(self.skip(x)) @ self.centre
        factors = (around.square() @ self.mean).add_(self.epsilon).rsqrt_()
        each = torch.ones_like(factors) if weights is None else weights
        around.view(*factors.shape, -1).mul_((factors * each)[..., None])
        return (around @ self.merge).add_(each @ self.offsets)


@dataclass(frozen=True)
class _Weights:
    """How much each input counts at each step: a gated residual network over all of them, and a softmax."""

    inner: Affine
    skip: Affine
    inner_of: Sequence[torch.Tensor]
    """What each category adds to `inner`, [categories, inner] for each categorical input; `skip_of` alike."""
    skip_of: Sequence[torch.Tensor]
    context: Affine | None
    gate: Gate
    skip_norm: Any
    norm: Any

    @classmethod
    def of(cls, module: Any, tables: Sequence[torch.Tensor], scales: Sequence[Any]) -> "_Weights":
        """Fold what embeds and scales the inputs into the layers behind it."""
        first, total = Affine.of(module.fc1), module.input_size
        like = first.weight
        has_norm = total != module.output_size
        skip = (
            resampled(module.resample_norm, total, like)
            if has_norm
            else Affine(torch.eye(total, dtype=like.dtype, device=like.device))
        )
        width = sum(table.shape[1] for table in tables)
        ends = torch.tensor([table.shape[1] for table in tables]).cumsum(0).tolist()
        parts = [slice(end - table.shape[1], end) for end, table in zip(ends, tables, strict=True)]
        scaled = Affine.side_by_side([Affine.of(one) for one in scales]) if scales else None
        return cls(
            _behind(scaled, first, width),
            _behind(scaled, skip, width),
            [table @ first.weight[:, part].T for table, part in zip(tables, parts, strict=True)],
            [table @ skip.weight[:, part].T for table, part in zip(tables, parts, strict=True)],
            None if module.context_size is None else Affine.of(module.context),
            gate_of(module),
            module.resample_norm.norm if has_norm else None,
            module.gate_norm.add_norm.norm,
        )

    def __call__(self, reals: torch.Tensor, codes: Sequence[torch.Tensor], context: torch.Tensor) -> torch.Tensor:
        """Return [n, steps, inputs], the categorical ones first."""
        inner, skip = self.inner(reals), self.skip(reals)
        for code, to_inner, to_skip in zip(codes, self.inner_of, self.skip_of, strict=True):
            inner += functional.embedding(code, to_inner)
            skip += functional.embedding(code, to_skip)
        if self.context is not None:
            inner += self.context(context)[:, None]
        if self.skip_norm is not None:
            skip = self.skip_norm(skip)
        weights: torch.Tensor = self.norm(self.gate(functional.elu_(inner)).add_(skip))
        if weights.shape[-1] > FEW:
            return weights.softmax(dim=-1)
        # What was normed is at most the root of how many there are: no need to look for the largest, which takes long.
        weights = weights.exp_()
        return weights.div_(weights @ weights.new_ones(weights.shape[-1], 1))


def _behind(scaled: Affine | None, layer: Affine, width: int) -> Affine:
    """Return a layer over embeddings of `width` numbers and scaled reals as one over the reals alone."""
    rest = Affine(layer.weight[:, width:], layer.offset)
    return rest if scaled is None else through(scaled, rest)


@dataclass(frozen=True)
class Selection:
    """A variable selection network: every input by itself, and the mean of them, weighted anew at each step."""

    hidden: int
    reals: _Reals | None
    real_places: list[int]
    tables: Sequence[torch.Tensor]
    categorical_places: list[int]
    weights: _Weights | None

    @staticmethod
    def can_be(module: Any) -> bool:
        """Whether its real inputs are all narrower than the hidden layer, or all as wide."""
        networks = [module.single_variable_grns[name] for name in module.prescalers]
        return len({one.input_size == one.output_size for one in networks}) <= 1

    @classmethod
    def of(
        cls, module: Any, tables: Mapping[str, torch.Tensor], reals: Sequence[str], categoricals: Sequence[str]
    ) -> "Selection":
        """Fold a network over `tables`, the embeddings by name; `reals` and `categoricals` are the columns' order."""
        coded = [name for name in module.input_sizes if name not in module.prescalers]
        numbers = [name for name in module.input_sizes if name in module.prescalers]
        networks, scales = module.single_variable_grns, [module.prescalers[name] for name in numbers]
        return cls(
            module.hidden_size,
            _Reals.of(scales, [networks[name] for name in numbers]) if numbers else None,
            [reals.index(name) for name in numbers],
            [networks[name](tables[name]) for name in coded],
            [categoricals.index(name) for name in coded],
            _Weights.of(module.flattened_grn, [tables[name] for name in coded], scales)
            if module.num_inputs > 1
            else None,
        )

    def __call__(self, reals: torch.Tensor, codes: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """Return [n, steps, hidden] of columns [n, steps, reals], [n, steps, categoricals] and a context [n, hidden]."""
        own = _columns(reals, self.real_places)
        chosen = [codes[..., place] for place in self.categorical_places]
        weights = None if self.weights is None else self.weights(own, chosen, context)
        parts = []
        for place, (code, table) in enumerate(zip(chosen, self.tables, strict=True)):
            part = functional.embedding(code, table)
            parts.append(part if weights is None else part.mul_(weights[..., place, None]))
        if self.reals is not None:
            parts.append(self.reals(own, None if weights is None else weights[..., len(parts) :]))
        found = parts[0] if parts else reals.new_zeros(*reals.shape[:2], self.hidden)
        for part in parts[1:]:
            found += part
        return found


def _columns(x: torch.Tensor, places: list[int]) -> torch.Tensor:
    """Return columns of the last axis, without copying those that follow each other."""
    if places and places == list(range(places[0], places[0] + len(places))):
        return x[..., places[0] : places[-1] + 1]
    return x[..., places]
