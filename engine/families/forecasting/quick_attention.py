"""Attention: what the library's Temporal Fusion Transformer sees of earlier steps, folded for forecasting: no keys are made.
Must not train: dropout is left out."""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from engine.families.forecasting.quick_layers import Affine, Gate, through

SCORES_AT_ONCE = 1 << 17
"""Scores of queries that stay in a processor core's own cache."""
SAFE_EXPONENT = 60.0
"""Exponentials of up to this and down to its negative, and sums of many, are far from the ends of float32."""


@dataclass(frozen=True)
class Attention:
    """Attention of several heads over the same values. A head's score of two steps is query·key, a bilinear form of the
    steps themselves: `form` is the form of every head, so that no keys are made; what is the same for all steps that are
    looked at does not count."""

    heads: int
    form: Affine
    values: Affine
    """What is looked up of a step, and behind it a 1, [size + 1]."""
    gate: Gate
    """What was looked up, of each head [heads · size], becomes the heads' mean, behind the layers that follow."""
    causal: bool
    longest: float
    """No step is longer than this."""

    @classmethod
    def of(cls, module: Any, gate: Affine, norm: Any, causal: bool) -> "Attention":
        """Fold queries, keys and the scale; and the heads' mean, the layer behind it and the `gate`. `norm` is the layer
        normalisation that steps come from.
        """
        forms = [
            through(Affine.of(query), Affine(module.d_k**-0.5 * key.weight.T))
            for query, key in zip(module.q_layers, module.k_layers, strict=True)
        ]
        value = Affine.of(module.v_layer)
        one = Affine(torch.zeros_like(value.weight[:1]), torch.ones_like(value.offset[:1]))
        mean = Affine((module.w_h.weight / module.n_head).repeat(1, module.n_head))
        longest = float(norm.weight.abs().max() * len(norm.weight) ** 0.5 + norm.bias.norm())
        return cls(
            module.n_head,
            Affine.stacked(forms),
            Affine.stacked([value, one]),
            Gate.of(through(mean, gate)),
            causal,
            longest,
        )

    def __call__(self, every: torch.Tensor, begin: int) -> torch.Tensor:
        """Return what the steps from `begin` on see of all [n, steps, hidden], gated and added to them
        [n, steps from begin, hidden]."""
        count, steps, hidden = every.shape
        own = steps - begin
        asked = self.form(every[:, begin:]).view(count, own * self.heads, hidden)
        seen = self._by_exponentials(asked, every) if self._are_small(asked) else self._fused(asked, every)
        return self.gate(seen.reshape(count, own, -1), every[:, begin:])

    def _are_small(self, asked: torch.Tensor) -> bool:
        """Whether no score can be large, so that the largest need not be taken from it; asked only where that is sooner."""
        if not asked.is_cpu:
            return False
        longest = (asked.square() @ asked.new_ones(asked.shape[-1], 1)).amax().sqrt()
        return float(longest) * self.longest < SAFE_EXPONENT  # never so with NaN

    def _by_exponentials(self, asked: torch.Tensor, every: torch.Tensor) -> torch.Tensor:
        """Return what is looked up of steps [n, steps, hidden], weighed by the softmax of their scores, for each of [n,
        queries, hidden]: [n, queries, size]."""
        allowed, values = self._allowed(asked, every), self.values(every)
        queries, steps = asked.shape[1], every.shape[1]
        found = asked.new_empty(len(asked), queries, values.shape[2] - 1)
        at_once = max(1, SCORES_AT_ONCE // (queries * steps))
        kept = asked.new_empty(min(at_once, len(asked)), queries, steps)  # the same memory stays in the cache
        for query, step, value, seen in zip(
            *(one.split(at_once) for one in (asked, every, values, found)), strict=True
        ):
            weights = torch.bmm(query, step.mT, out=kept[: len(query)]).exp_()
            if allowed is not None:
                weights[..., -allowed.shape[1] :] *= allowed
            summed = weights @ value
            torch.div(summed[..., :-1], summed[..., -1:], out=seen)
        return found

    def _fused(self, asked: torch.Tensor, every: torch.Tensor) -> torch.Tensor:
        """Return the same by torch's own attention, which bears any scores."""
        allowed, looked = self._allowed(asked, every), every[:, None]
        if allowed is not None:
            allowed = functional.pad(allowed.log(), (every.shape[1] - allowed.shape[1], 0))
        seen = functional.scaled_dot_product_attention(asked[:, None], looked, looked, allowed, scale=1.0)[:, 0]
        return self.values(seen)[..., :-1]  # of a mean of steps, which is the mean of theirs

    def _allowed(self, asked: torch.Tensor, every: torch.Tensor) -> torch.Tensor | None:
        """Return the library's own rule, where it is asked for, 1 or 0 [queries, steps of the forecast]: a step of the
        forecast sees the past and, of the forecast, the steps before it."""
        if not self.causal:
            return None
        own = asked.shape[1] // self.heads
        return every.new_ones(own, own).tril(-1).repeat_interleave(self.heads, dim=0)
