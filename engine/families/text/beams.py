"""Beam search: several texts are written beside each other, and the most probable ones are kept at each step, as
transformers' `generate(num_beams=…)` does it. Knows logits alone; which network they come from is its callers' matter."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from engine.runs.texts import Beam, Decoding
from engine.training.failures import RunFailed

TELL_EVERY_S = 0.1


class Steps(Protocol):
    """A network that writes, a row a text."""

    def __call__(self, ids: torch.Tensor, /) -> torch.Tensor:
        """Take a token for each row [k], and return the logits [k, vocabulary] of what comes next."""

    def select(self, rows: torch.Tensor, /) -> None:
        """Go on with these rows, in this order; one may be taken several times."""


@dataclass(frozen=True)
class Hypothesis:
    """Token ids that were written, without the end. `total` is the sum of their log-probabilities, that of the end with
    them where the text `ended`; `score` is that over their number to the power of the length penalty."""

    ids: tuple[int, ...]
    total: float
    score: float
    ended: bool


Told = Callable[[Sequence[tuple[int, ...]]], None]


@torch.no_grad()
def search(
    logits: torch.Tensor,
    step: Steps,
    end: int | None,
    decoding: Decoding,
    banned: torch.Tensor | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    told: Told = lambda _running: None,
) -> list[Hypothesis]:
    """Return the kept texts, the best first, after what gave the `logits` [1, vocabulary] of their first token.

    `told` hears the texts that are being written, the likeliest first. Raises RunFailed where the logits are no numbers.
    """
    running: list[tuple[int, ...]] = [()]
    totals = torch.zeros(1, dtype=torch.float64)
    finished: list[Hypothesis] = []
    for length in range(1, decoding.tokens + 1):
        candidates = _candidates(logits, totals, banned, 2 * decoding.beams)
        parents: list[int] = []
        tokens: list[int] = []
        kept: list[float] = []
        is_last = length == decoding.tokens
        for rank, (total, parent, token) in enumerate(candidates):
            ends = token == end
            if (ends or is_last) and rank < decoding.beams:
                ids = running[parent] if ends else (*running[parent], token)
                finished.append(Hypothesis(ids, total, total / length**decoding.length_penalty, ends))
            elif not ends and len(kept) < decoding.beams:
                parents, tokens, kept = [*parents, parent], [*tokens, token], [*kept, total]
        finished = sorted(finished, key=lambda one: -one.score)[: decoding.beams]
        running = [(*running[parent], token) for parent, token in zip(parents, tokens, strict=True)]
        if is_last or not running or _is_over(finished, kept[0], length, decoding):
            break
        if cancelled():
            half = [(total, total / length**decoding.length_penalty) for total in kept]
            finished += [Hypothesis(ids, *own, ended=False) for ids, own in zip(running, half, strict=True)]
            break
        told(running)
        totals = torch.tensor(kept, dtype=torch.float64)
        step.select(torch.tensor(parents, device=logits.device))
        logits = step(torch.tensor(tokens, device=logits.device))
    return sorted(finished, key=lambda one: -one.score)[: decoding.beams]


def _candidates(
    logits: torch.Tensor, totals: torch.Tensor, banned: torch.Tensor | None, most: int
) -> list[tuple[float, int, int]]:
    """Return the likeliest next tokens of all texts together: sum of log-probabilities, text and token."""
    chances = logits.detach().cpu().double().log_softmax(dim=1)
    if bool(torch.isnan(chances).any()):
        raise RunFailed("What the model says is not a number.", "Its training diverged: take an earlier checkpoint.")
    if banned is not None:
        chances[:, banned] = -torch.inf
    together = (totals[:, None] + chances).flatten()
    best = together.topk(min(most, len(together)))
    size = chances.shape[1]
    pairs = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    return [(total, place // size, place % size) for total, place in pairs if total > -torch.inf]


def _is_over(finished: Sequence[Hypothesis], best: float, length: int, decoding: Decoding) -> bool:
    """Whether there are enough texts that ended, and none that is being written would be better if it ended here."""
    if len(finished) < decoding.beams:
        return False
    return decoding.early_stopping or best / length**decoding.length_penalty <= finished[-1].score


def as_beams(kept: Sequence[Hypothesis], read: Callable[[Sequence[int]], str]) -> tuple[Beam, ...]:
    """Return kept texts as they read."""
    return tuple(
        Beam(text=read(one.ids), score=one.score, total=one.total, tokens=len(one.ids) + one.ended, ended=one.ended)
        for one in kept
    )


def telling(heard: Callable[[str], None], read: Callable[[Sequence[int]], str]) -> Told:
    """Return what tells now and then the texts that are being written, a line each, the likeliest first."""
    last = time.monotonic()

    def tell(running: Sequence[tuple[int, ...]]) -> None:
        nonlocal last
        if time.monotonic() - last > TELL_EVERY_S:
            heard("\n".join(" ".join(read(ids).split()) for ids in running))
            last = time.monotonic()

    return tell
