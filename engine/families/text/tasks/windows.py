"""Questions with long contexts: cut into windows that share some tokens, and spans found in them. Knows no network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.families.text.encoder import TextEncoder
from engine.families.text.ragged import Ints, Ragged
from engine.training.loader import Batch

LONGEST_ANSWER = 30
"""Tokens of an answer at most."""


@dataclass(frozen=True)
class Windows:
    """Windows of questions: ids, which of two texts each token is of, and whether it is of the context (`inside`).

    `question` [windows] says whose a window is; `first`, `last` [tokens] where each token stands in its context, in
    characters; `span` [windows, 2] the tokens at which the answer begins and ends, 0 where it is not in the window.
    """

    ids: Ragged
    kinds: Ragged
    inside: Ragged
    question: Ints
    first: Ints
    last: Ints
    span: torch.Tensor
    pad: int

    @property
    def lengths(self) -> Ints:
        """Return how many tokens each window has."""
        return self.ids.lengths

    def batch(self, rows: Ints, _chance: torch.Generator | None = None) -> Batch:
        """Return input_ids, mask, kinds and inside [n, length], and span [n, 2]."""
        ids, real = self.ids.padded(rows, self.pad)
        kinds, inside = self.kinds.padded(rows, 0)[0], self.inside.padded(rows, 0)[0]
        span = self.span[torch.from_numpy(rows).to(self.span.device)]
        return {"input_ids": ids, "mask": real, "kinds": kinds, "inside": inside.bool(), "span": span}

    def place(self, window: int, token: int) -> tuple[int, int]:
        """Return where a token of a window begins and ends in its context."""
        at = int(self.ids.starts[window]) + token
        return int(self.first[at]), int(self.last[at])


@dataclass(frozen=True)
class Found:
    """The best span of each window: its tokens, its score, and the log of the sum of all spans' exp(score); `none` is the
    score of having no answer.
    """

    begin: Ints
    end: Ints
    score: NDArray[np.float64]
    total: NDArray[np.float64]
    none: NDArray[np.float64]


def windows_of(
    encoder: TextEncoder,
    questions: Sequence[str],
    contexts: Sequence[str],
    stride: int,
    answers: Sequence[tuple[int, int] | None],
    device: torch.device,
) -> Windows:
    """Return questions as windows; `answers` are the characters at which each begins and ends. Questions of more than half
    a window are cut.
    """
    backend = encoder.tokenizer.backend_tokenizer
    room = encoder.max_length - backend.num_special_tokens_to_add(True)
    asked, longest = _shortened(encoder, questions, max(1, room // 2))
    shared = max(0, min(stride, room - longest - 1))
    backend.enable_truncation(encoder.max_length, stride=shared, strategy="only_second")
    try:
        found = backend.encode_batch(list(zip(asked, contexts, strict=True)))
    finally:
        backend.no_truncation()
    parts = [(place, one) for place, whole in enumerate(found) for one in (whole, *whole.overflowing)]
    offsets = np.array([pair for _, one in parts for pair in one.offsets], dtype=np.int64).reshape(-1, 2)
    inside = [[int(which == 1) for which in one.sequence_ids] for _, one in parts]
    spans = [
        _span(np.array(one.offsets), np.array(its, dtype=bool), answers[place])
        for (place, one), its in zip(parts, inside, strict=True)
    ]
    return Windows(
        Ragged.of([one.ids for _, one in parts], device),
        Ragged.of([one.type_ids for _, one in parts], device),
        Ragged.of(inside, device),
        np.array([place for place, _ in parts], dtype=np.int64),
        offsets[:, 0],
        offsets[:, 1],
        torch.tensor(spans, dtype=torch.long, device=device).reshape(-1, 2),
        encoder.pad,
    )


def best_spans(start: torch.Tensor, end: torch.Tensor, inside: torch.Tensor) -> Found:
    """Return the best spans within the contexts of windows, from the scores [n, length] of their beginnings and ends."""
    low = torch.finfo(torch.float32).min / 4
    begins = start.float().masked_fill(~inside, low)
    ends = end.float().masked_fill(~inside, low)
    length = begins.shape[1]
    scores = torch.stack(
        [
            torch.nn.functional.pad(begins[:, : length - more] + ends[:, more:], (0, more), value=2 * low)
            for more in range(min(LONGEST_ANSWER, length))
        ],
        dim=1,
    ).flatten(1)
    score, best = scores.max(dim=1)
    begin, more = best % length, best // length
    none = start[:, 0].float() + end[:, 0].float()
    numbers = [one.double().cpu().numpy() for one in (score, scores.logsumexp(dim=1), none)]
    return Found(begin.cpu().numpy(), (begin + more).cpu().numpy(), *numbers)


def _shortened(encoder: TextEncoder, questions: Sequence[str], most: int) -> tuple[list[str], int]:
    """Return questions cut at so many tokens, and how many the longest has."""
    found = encoder.tokenizer.backend_tokenizer.encode_batch(list(questions), add_special_tokens=False)
    asked = [
        text[: one.offsets[most - 1][1]] if len(one.ids) > most else text
        for text, one in zip(questions, found, strict=True)
    ]
    return asked, max((min(most, len(one.ids)) for one in found), default=0)


def _span(offsets: NDArray[np.int64], inside: NDArray[np.bool_], answer: tuple[int, int] | None) -> tuple[int, int]:
    """Return the tokens with the first and the last letter of an answer, or zeros where one of them is not there."""
    if answer is None:
        return 0, 0
    begins = np.flatnonzero(inside & (offsets[:, 0] <= answer[0]) & (answer[0] < offsets[:, 1]))
    ends = np.flatnonzero(inside & (offsets[:, 0] < answer[1]) & (answer[1] <= offsets[:, 1]))
    return (int(begins[0]), int(ends[-1])) if len(begins) and len(ends) else (0, 0)
