"""What a form shows of texts before training: pure data, which the family fills and the window draws."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

ChipKind = Literal["plain", "special", "unknown", "padding"]
ChipMark = Literal["", "masked", "replaced", "kept", "answer", "center"]
MOST_TYPED = 20_000
"""Letters of a typed text that are cut into tokens."""
MOST_CHIPS = 512
"""Tokens of one text that are shown."""


class Chip(BaseModel):
    """A token as it reads, with its id. `raw` is the tokenizer's own name for it; `note` stands under it: the token that
    was there before it was hidden, or its tag."""

    model_config = ConfigDict(frozen=True)

    text: str
    raw: str
    id: int
    kind: ChipKind = "plain"
    mark: ChipMark = ""
    note: str = ""


class SeenPart(BaseModel):
    """Tokens that the model is given together; `left_out` are not shown, since there are too many."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    chips: tuple[Chip, ...] = ()
    left_out: int = 0
    is_right: bool = False


class SeenSample(BaseModel):
    """One sample of a batch: what the model is given, and in words what it is to say."""

    model_config = ConfigDict(frozen=True)

    parts: tuple[SeenPart, ...]
    label: str = ""


class Lengths(BaseModel):
    """Lengths of the training texts in tokens as the model counts them: each length that there is, ascending, and how
    many texts have it."""

    model_config = ConfigDict(frozen=True)

    tokens: tuple[int, ...] = ()
    texts: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many texts were measured."""
        return sum(self.texts)

    @property
    def longest(self) -> int:
        """Tokens of the longest text."""
        return self.tokens[-1] if self.tokens else 0

    def above(self, limit: int) -> int:
        """Return how many texts have more tokens than `limit`."""
        return sum(count for length, count in zip(self.tokens, self.texts, strict=True) if length > limit)

    def share_above(self, limit: int) -> float:
        """Return the share of texts that have more tokens than `limit`."""
        return self.above(limit) / self.count if self.count else 0.0

    def quantile(self, share: float) -> int:
        """Return the fewest tokens that this share of the texts does not exceed."""
        if not self.tokens:
            return 0
        reached = np.cumsum(self.texts)
        return self.tokens[int(np.searchsorted(reached, share * reached[-1] - 1e-9))]

    @classmethod
    def of(cls, lengths: "np.ndarray") -> "Lengths":
        """Count lengths."""
        tokens, texts = np.unique(lengths, return_counts=True)
        return cls(tokens=tuple(tokens.tolist()), texts=tuple(texts.tolist()))


class TokenizerView(BaseModel):
    """A tokenizer on these texts. Shares are of 1; `unknown_*` are None where it knows everything by its nature."""

    model_config = ConfigDict(frozen=True)

    kind: str = ""
    folder: str = ""
    vocabulary: int = 0
    allowed: int | None = None
    unknown_train: float | None = None
    unknown_valid: float | None = None
    per_word: float = 0.0


class TextView(BaseModel):
    """Lengths, the tokenizer and the first batch of a specification. Without `is_whole` only `lengths.count` of `texts`
    training texts were looked at; without `is_exact` the run's own first batch may be another. `cuts` says whether
    longer texts lose their ends; else they become several samples. `notes` are sentences."""

    model_config = ConfigDict(frozen=True)

    task: str = ""
    max_length: int = 0
    cuts: bool = True
    is_whole: bool = True
    is_exact: bool = True
    texts: int = 0
    lengths: Lengths = Lengths()
    tokenizer: TokenizerView = TokenizerView()
    batch: int = 0
    padding: float = 0.0
    samples: tuple[SeenSample, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""


class TypedTokens(BaseModel):
    """The tokens of a typed text; `letters_left_out` were too many to be cut."""

    model_config = ConfigDict(frozen=True)

    part: SeenPart = SeenPart()
    tokens: int = 0
    letters_left_out: int = 0


class TokenFacts(BaseModel):
    """What a check tells of lengths and tokenizer in figures: tokens at the median, at 95 % and at the most, and which
    share of the texts is longer than a sample may be; `cuts` says whether those lose their ends."""

    model_config = ConfigDict(frozen=True)

    limit: int
    median: int
    p95: int
    longest: int
    share_longer: float
    cuts: bool
    tokenizer: TokenizerView

    @classmethod
    def of(cls, lengths: Lengths, limit: int, cuts: bool, tokenizer: TokenizerView) -> "TokenFacts":
        """Return the figures of lengths at a limit."""
        return cls(
            limit=limit,
            median=lengths.quantile(0.5),
            p95=lengths.quantile(0.95),
            longest=lengths.longest,
            share_longer=lengths.share_above(limit),
            cuts=cuts,
            tokenizer=tokenizer,
        )
