"""Scores, masked scores and weights on the way of an attention."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.tensors.given import Given, Part, Shape, each_own, nothing
from engine.tensors.reach import Along, ByAxes, Mask, Nothing, Reach, Sifted, Through
from engine.tensors.reaches import stretched

Q, K, MASK = (0, "query"), (1, "key"), (3, "attn_mask")


def attention(step: Given) -> list[Part]:
    """Q · Kᵀ scaled, with what may not be seen at −∞, and the softmax of each row."""
    q, k = step.given(*Q), step.given(*K)
    keys = k
    if step.given(7, "enable_gqa", False):
        k = k.repeat_interleave(q.shape[-3] // k.shape[-3], -3)
    scale = step.given(6, "scale")
    scores = q @ k.mT * (q.shape[-1] ** -0.5 if scale is None else scale)
    like = (*((0, axis) for axis in range(q.ndim - 1)), (1, k.ndim - 2))
    if len(like) != scores.ndim or step.result.ndim != scores.ndim:
        return []
    mask = step.given(*MASK)
    masked = masked_scores(scores, mask, step.given(5, "is_causal", False))
    seen = _seen(scores, masked)
    links = _Links(step, q, keys, tuple(scores.shape), seen)
    over = f"√{q.shape[-1]}" if scale is None else f"· {scale:g}"
    text = f"Q · Kᵀ {'/ ' if scale is None else ''}{over}"
    found = [Part("scores", text, scores, like, links.from_result(links.alive), links.of_scores(None))]
    if masked is not scores:
        made = links.of_scores(seen, mask)
        text = "what a query may not see is −∞"
        found.append(Part("masked", text, masked, like, links.from_masked(), made, ((0, links.masked_of_scores()),)))
    weights = masked.softmax(-1)
    reach, made = links.from_result(None), links.of_weights(mask)
    earlier = ((len(found) - 1, links.weights_of(masked is not scores)),)
    return [*found, Part("weights", "softmax of each row", weights, like, reach, made, earlier)]


def masked_scores(scores: Tensor, mask: Any, is_causal: bool) -> Tensor:
    """Return the scores of an attention with its mask, a truth or what is added, or up to the query's own place."""
    if is_causal:
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
        return scores.masked_fill(~seen, float("-inf"))
    if not isinstance(mask, Tensor):
        return scores
    return scores.masked_fill(~mask, float("-inf")) if mask.dtype == torch.bool else scores + mask


def _seen(scores: Tensor, masked: Tensor) -> Mask:
    """Which scores their mask lets through."""
    if masked is scores:
        return np.ones(tuple(scores.shape), dtype=bool)
    found: Mask = ~((masked == float("-inf")) & (scores > float("-inf"))).cpu().numpy()
    return found


class _Links:
    """The reaches between operands, scores [batch, queries, keys] and the result. Where a query sees one key alone, its
    weight is 1 whatever the score: such scores do not count."""

    def __init__(self, step: Given, q: Tensor, k: Tensor, shape: Shape, seen: Mask) -> None:
        self.step, self.shape, self.result = step, shape, tuple(step.result.shape)
        self.seen = seen
        self.alive: Mask = seen & (seen.sum(axis=-1, keepdims=True) > 1)
        rank = len(shape)
        self.to_q = ByAxes(
            tuple(q.shape), shape, (*stretched(tuple(q.shape[:-2]), shape[:-2]), Along(rank - 2), Along())
        )
        lead = list(stretched(tuple(k.shape[:-2]), shape[:-2]))
        if lead and step.given(7, "enable_gqa", False):
            heads = np.arange(shape[-3]) // (shape[-3] // k.shape[-3])
            lead[-1] = Along(rank - 3, heads[:, None] == np.arange(k.shape[-3]))
        self.to_k = ByAxes(tuple(k.shape), shape, (*lead, Along(rank - 1), Along()))

    def from_result(self, counted: Mask | None) -> Reach:
        """A cell of the result reads the row of its query."""
        lead = stretched(self.shape[:-2], self.result[:-2])
        row = ByAxes(self.shape, self.result, (*lead, Along(len(self.result) - 2), Along()))
        return row if counted is None else Sifted(row, of_operand=counted)

    def from_masked(self) -> Reach:
        """Any masked score counts but the only one of its row that is not −∞."""
        return self.from_result(self.alive | ~self.seen)

    def of_scores(self, seen: Mask | None, mask: Any = None) -> tuple[Reach, ...]:
        """A score is made of a row of Q and one of K; one that may not be seen is −∞ whatever these are."""
        made: dict[tuple[int, str], Reach] = {
            Q: self.to_q if seen is None else Sifted(self.to_q, of_result=seen),
            K: self.to_k if seen is None else Sifted(self.to_k, of_result=seen),
        }
        return self.step.made(self.shape, made if mask is None else made | {MASK: self._to_mask(mask)})

    def of_weights(self, mask: Any) -> tuple[Reach, ...]:
        """A weight is made of all scores of its row that count."""
        row, through = self._row(), Sifted(self._row(), self.alive, self.alive)
        made: dict[tuple[int, str], Reach] = {Q: Through((through, self.to_q)), K: Through((through, self.to_k))}
        if isinstance(mask, Tensor):
            made[MASK] = Through((row, self._to_mask(mask)))
        return self.step.made(self.shape, made)

    def masked_of_scores(self) -> Reach:
        """A masked score is its score, where that may be seen."""
        return Sifted(each_own(self.shape), of_result=self.seen)

    def weights_of(self, is_masked: bool) -> Reach:
        """A weight reads its row, of masked scores also what is −∞ there."""
        if is_masked:
            return Sifted(self._row(), of_operand=self.alive | ~self.seen)
        return Sifted(self._row(), self.alive, self.alive)

    def _row(self) -> ByAxes:
        rank = len(self.shape)
        return ByAxes(self.shape, self.shape, tuple(Along(axis, reads_all=axis == rank - 1) for axis in range(rank)))

    def _to_mask(self, mask: Any) -> ByAxes | Nothing:
        if not isinstance(mask, Tensor):
            return nothing((), self.shape)
        return ByAxes(tuple(mask.shape), self.shape, stretched(tuple(mask.shape), self.shape))
