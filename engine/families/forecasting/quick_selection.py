"""The variable selection of the library's Temporal Fusion Transformer, for all inputs at once: what embeds, scales and norms
each is folded into what follows, and what windows share is found once. Must not train: dropout is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from engine.families.forecasting.quick_layers import Affine, Gate, Norm, gate_of, raised_elu, resampled, through
from engine.families.forecasting.quick_reals import Reals
from engine.families.forecasting.quick_rows import Overlap

FEW = 8
"""Inputs whose weights are found without looking for the largest first."""
Chosen = Callable[[slice, torch.Tensor], object]
"""Writes what was selected for some windows of a batch into a tensor [windows, steps, hidden]."""


@dataclass(frozen=True)
class _Weights:
    """How much each input counts at each step: a gated residual network over all of them, and a softmax.

    `reals`, `tables` and `context` give what each input, and the context, adds to the network's inner layer and to what is
    added behind its gate, one after the other: [.., inner + skip].
    """

    reals: Affine
    tables: Sequence[torch.Tensor]
    """Of each categorical input [categories, inner + skip]."""
    context: Affine
    inner: int
    gate: Gate
    skip_norm: Norm | None
    norm: Norm

    @classmethod
    def of(cls, module: Any, tables: Sequence[torch.Tensor], scales: Sequence[Any]) -> "_Weights":
        """Fold what embeds and scales the inputs into the layers behind it."""
        first, total = Affine.of(module.fc1), module.input_size
        has_norm = total != module.output_size
        skip = resampled(module.resample_norm, total, first.weight) if has_norm else _identity(total, first.weight)
        both = Affine.stacked([first, skip])
        ends = torch.tensor([table.shape[1] for table in tables]).cumsum(0).tolist()
        parts = [slice(end - table.shape[1], end) for end, table in zip(ends, tables, strict=True)]
        width = ends[-1] if ends else 0
        scaled = Affine.side_by_side([Affine.of(one) for one in scales]) if scales else _identity(0, first.weight)
        reals = through(scaled, Affine(both.weight[:, width:]))
        asked = (
            module.context.weight if module.context_size is not None else first.weight.new_zeros(len(first.weight), 0)
        )
        return cls(
            Affine(reals.weight),
            [table @ both.weight[:, part].T for table, part in zip(tables, parts, strict=True)],
            Affine(functional.pad(asked, (0, 0, 0, len(skip.weight))), both.offset + reals.offset),
            len(first.weight),
            gate_of(module),
            Norm.of(module.resample_norm.norm) if has_norm else None,
            Norm.of(module.gate_norm.add_norm.norm),
        )

    def __call__(self, before: torch.Tensor) -> torch.Tensor:
        """Return [n, steps, inputs], the categorical ones first, of the sum of what they and the context add."""
        skip = before[..., self.inner :]
        if skip.shape[-1] == 2:
            return self._of_two(before[..., : self.inner], skip)
        if self.skip_norm is not None:
            skip = self.skip_norm(skip)
        weights = self.norm(self.gate(raised_elu(before[..., : self.inner]), skip))
        if weights.shape[-1] > FEW:
            return weights.softmax(dim=-1)
        # What was normed is at most the root of how many there are: no need to look for the largest, which takes long.
        weights = weights.exp_()
        return weights.div_(weights @ weights.new_ones(weights.shape[-1], 1))

    def _of_two(self, inner: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        """Return the same of two inputs: only how far they are apart counts."""
        inner = raised_elu(inner)
        gated = self.gate.gate(inner).sigmoid_().mul_(self.gate.value(inner))
        apart = skip[..., 0] - skip[..., 1]
        if self.skip_norm is not None:
            apart = _normed_apart(apart, self.skip_norm)
        first = _normed_apart(apart.add_(gated[..., 0]).sub_(gated[..., 1]), self.norm).sigmoid_()
        torch.sub(1, first, out=gated[..., 1])
        gated[..., 0] = first
        return gated


def _normed_apart(apart: torch.Tensor, norm: Norm) -> torch.Tensor:
    """Return how far two numbers are apart once they are normed, of how far they were, which is overwritten."""
    weight, bias = norm.module.weight, norm.module.bias
    half = apart.mul_(0.5)
    spread = half.square().add_(norm.module.eps).rsqrt_()
    return half.mul_(spread).mul_(weight[0] + weight[1]).add_(bias[0] - bias[1])


def _identity(size: int, like: torch.Tensor) -> Affine:
    return Affine(torch.eye(size, dtype=like.dtype, device=like.device))


@dataclass(frozen=True)
class Selection:
    """A variable selection network: every input by itself, and the mean of them, weighted anew at each step."""

    hidden: int
    reals: Reals | None
    real_places: list[int]
    tables: Sequence[torch.Tensor]
    """What each category becomes, of each categorical input [categories, hidden]."""
    categorical_places: list[int]
    weights: _Weights | None

    @staticmethod
    def can_be(module: Any) -> bool:
        """Whether its real inputs are all of one width."""
        return Reals.can_be([module.single_variable_grns[name] for name in module.prescalers])

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
            Reals.of(scales, [networks[name] for name in numbers]) if numbers else None,
            [reals.index(name) for name in numbers],
            [networks[name](tables[name]) for name in coded],
            [categoricals.index(name) for name in coded],
            _Weights.of(module.flattened_grn, [tables[name] for name in coded], scales)
            if module.num_inputs > 1
            else None,
        )

    def over(
        self, reals: torch.Tensor, codes: torch.Tensor, context: torch.Tensor, overlap: Overlap, begin: int
    ) -> Chosen:
        """Make ready for a batch's columns [n, steps, reals] and [n, steps, categoricals], which begin at the windows' step
        `begin`, and a context of each series [series, hidden].
        """
        own, chosen = _columns(reals, self.real_places), _columns(codes, self.categorical_places)
        if overlap.start is None:
            return self._apart(own, chosen, context)
        real_rows, shared = overlap.rows(own, begin)
        code_rows, coded = overlap.rows(chosen, begin)
        if not all(coded) or not any([*coded, *shared]):
            return self._apart(own, chosen, context[overlap.series])
        if not all(shared):
            return _PartlyShared.of(self, own, (real_rows, code_rows, context), shared, overlap, begin)
        rows, steps = real_rows.new_empty(*real_rows.shape[:2], self.hidden), own.shape[1]
        self._apart(real_rows, code_rows, context)(slice(None), rows)
        return lambda piece, into: into.copy_(overlap.cut(rows.flatten(0, 1), piece, begin, steps))

    def _apart(self, reals: torch.Tensor, codes: torch.Tensor, context: torch.Tensor) -> Chosen:
        """Select from the inputs' own columns [n, steps, inputs] and a context [n, hidden], each window by itself."""
        weights = None if self.weights is None else self.weights(self.before(reals, codes, context))

        def chosen(piece: slice, into: torch.Tensor) -> None:
            each = None if weights is None else weights[piece]
            if self.reals is None:
                into.zero_()
            else:
                into.copy_(self.reals(reals[piece], None if each is None else each[..., len(self.tables) :]))
            for place, table in enumerate(self.tables):
                part = functional.embedding(codes[piece][..., place], table)
                into.add_(part) if each is None else into.addcmul_(part, each[..., place, None])

        return chosen

    def before(
        self, reals: torch.Tensor, codes: torch.Tensor, context: torch.Tensor, places: Sequence[int] | None = None
    ) -> torch.Tensor:
        """Return what the weights are found from, where of the reals only those at some places are given."""
        assert self.weights is not None
        asked = self.weights.context
        added = functional.linear(context[:, : asked.weight.shape[1]], asked.weight, asked.bias)
        found = added[:, None].repeat(1, codes.shape[1], 1)
        for place, table in enumerate(self.weights.tables):
            found += functional.embedding(codes[..., place], table)
        return self.with_reals(found, reals, places)

    def with_reals(self, before: torch.Tensor, reals: torch.Tensor, places: Sequence[int] | None) -> torch.Tensor:
        """Add to it, in place, what some reals add."""
        assert self.weights is not None
        weight = self.weights.reals.weight
        before.flatten(0, 1).addmm_(reals.flatten(0, 1), (weight if places is None else weight[:, places]).T)
        return before


@dataclass(frozen=True)
class _PartlyShared:
    """A selection where windows share some of the inputs: their rows are found once, and the others added."""

    selection: Selection
    reals: Reals
    """The networks of the others, at `places`, and `own`, their columns [windows, steps, reals]."""
    places: list[int]
    own: torch.Tensor
    shared: list[int]
    """What of all inputs, categorical ones first, is shared; `vectors` [rows, shared · hidden] is what it becomes."""
    vectors: torch.Tensor
    weights: torch.Tensor
    """How much each of all inputs counts [windows, steps, inputs]."""
    overlap: Overlap
    begin: int

    @classmethod
    def of(
        cls,
        selection: Selection,
        own: torch.Tensor,
        rows: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
        shared: Sequence[bool],
        overlap: Overlap,
        begin: int,
    ) -> "_PartlyShared":
        """Find what is shared from rows (series, span, …) of reals and categoricals and from a context (series, hidden)."""
        assert selection.reals is not None
        reals, codes, context = rows
        known = [place for place, one in enumerate(shared) if one]
        other = [place for place, one in enumerate(shared) if not one]
        vectors = [functional.embedding(codes[..., place], table) for place, table in enumerate(selection.tables)]
        if known:
            vectors.append(selection.reals.only(known).each(reals[..., known]).flatten(2))
        count = len(selection.tables)
        before = selection.before(reals[..., known], codes, context, known).flatten(0, 1)
        before = overlap.cut(before, slice(None), begin, own.shape[1])
        rest = own[..., other]
        assert selection.weights is not None
        return cls(
            selection,
            selection.reals.only(other),
            other,
            rest,
            [*range(count), *(count + place for place in known)],
            torch.cat(vectors, dim=-1).flatten(0, 1),
            selection.weights(selection.with_reals(before, rest, other)),
            overlap,
            begin,
        )

    def __call__(self, piece: slice, into: torch.Tensor) -> None:
        """Write what some windows have selected [windows, steps, hidden]."""
        weights = self.weights[piece]
        first = len(self.selection.tables)
        found = self.reals(self.own[piece], _columns(weights, [first + place for place in self.places]))
        vectors = self.overlap.cut(self.vectors, piece, self.begin, self.own.shape[1])
        vectors = vectors.unflatten(-1, (len(self.shared), -1))
        last = len(self.shared) - 1
        for number, place in enumerate(self.shared):
            made = into if number == last else found
            torch.addcmul(found, vectors[..., number, :], weights[..., place, None], out=made)


def _columns(x: torch.Tensor, places: list[int]) -> torch.Tensor:
    """Return columns of the last axis, without copying those that follow each other."""
    if places and places == list(range(places[0], places[0] + len(places))):
        return x[..., places[0] : places[-1] + 1]
    return x[..., places]
