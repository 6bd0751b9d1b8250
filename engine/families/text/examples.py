"""What one example of each task is, as plain frozen data in columns. Reads nothing and knows no tokenizer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelledTexts:
    """Texts, perhaps with second ones. Targets: int64 codes (N,), or float32 (N,) numbers or (N, labels) of 0 and 1.

    `rows` are positions in the snapshot; `names` are the classes' or labels' names, none for numbers.
    """

    texts: list[str]
    seconds: list[str] | None
    targets: NDArray[np.int64] | NDArray[np.float32]
    names: tuple[str, ...]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaggedSentences:
    """Tokens with one tag each, and where each sentence stands in the snapshot."""

    tokens: list[list[str]]
    tags: list[list[str]]
    names: tuple[str, ...]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Questions:
    """Questions with contexts; answers and where they begin, in characters. No answer: it cannot be answered."""

    ids: list[str]
    questions: list[str]
    contexts: list[str]
    answers: list[list[str]]
    starts: list[list[int]]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """A prompt with as many endings in every row; `right` is the place of the right one, int64 (N,)."""

    prompts: list[str]
    endings: list[tuple[str, ...]]
    right: NDArray[np.int64]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextPairs:
    """What is read and what is to be written."""

    sources: list[str]
    targets: list[str]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()
