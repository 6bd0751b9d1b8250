"""PlainEncoder: ids of many texts at once. Text repeats its words, so that each is tokenised once and then looked up,
where a tokenizer treats words one by one; the library's own way everywhere else. Gives the library's ids, always."""

import json
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

Encoded = tuple[NDArray[np.int32], NDArray[np.int64]]
"""The ids of all texts one after the other, and how many each has."""

MOST_WORDS, MOST_LETTERS = 500_000, 32 * 2**20
# Each of these gives the same whether a text is cut before a single space or not.
WORD_BY_WORD = {"BertPreTokenizer", "ByteLevel", "Metaspace", "Whitespace", "WhitespaceSplit", "Punctuation", "Digits"}
LETTER_BY_LETTER = {"NFC", "NFD", "NFKC", "NFKD", "Lowercase", "BertNormalizer", "StripAccents"}
_UNEVEN = re.compile(r"\s\s|^\s|\s$")
_BETWEEN = re.compile(r"(?<=\S) (?=\S)")


class PlainEncoder:
    """Encodes whole texts without special tokens around them."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._backend = tokenizer.backend_tokenizer
        self._by_word = is_word_by_word(json.loads(self._backend.to_str()))
        self._index: dict[str, int] = {}
        self._ids: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._starts: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._lengths: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._letters = 0

    def __call__(self, texts: list[str]) -> Encoded:
        """Return the ids of texts."""
        if not self._by_word:
            return _joined(self._library(texts))
        odd = [place for place, text in enumerate(texts) if "\0" in text]
        whole = dict(zip(odd, self._library([texts[place] for place in odd]), strict=True))
        return self._looked_up(texts, whole)

    def _library(self, texts: list[str]) -> list[list[int]]:
        return [one.ids for one in self._backend.encode_batch_fast(texts, add_special_tokens=False)] if texts else []

    def _looked_up(self, texts: list[str], whole: dict[int, list[int]]) -> Encoded:
        """Look words up, of which all but the first begin with a space; `whole` are texts that stay uncut."""
        words: list[str] = []
        counts = np.empty(len(texts), dtype=np.int64)
        for place, text in enumerate(texts):
            # A key that no word can be: it ends in a zero.
            cut = [f"{place}\0"] if place in whole else _cut(text)
            words += cut
            counts[place] = len(cut)
        self._learn(words, whole)
        index = np.fromiter(map(self._index.__getitem__, words), dtype=np.int64, count=len(words))
        ids, lengths = self._gather(index)
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        per_text = np.diff(ends[bounds])
        for place in whole:
            del self._index[f"{place}\0"]
        return ids, per_text

    def _learn(self, words: list[str], whole: dict[int, list[int]]) -> None:
        if len(self._index) > MOST_WORDS or self._letters > MOST_LETTERS:
            self._forget()
        new = [word for word in set(words) - self._index.keys() if not word.endswith("\0")]
        keys = [*new, *(f"{place}\0" for place in whole)]
        if not keys:
            return
        ids, lengths = _joined([*self._library(new), *whole.values()])
        first = len(self._lengths)
        self._index.update(zip(keys, range(first, first + len(keys)), strict=True))
        self._starts = np.concatenate([self._starts, len(self._ids) + np.cumsum(lengths) - lengths])
        self._lengths = np.concatenate([self._lengths, lengths])
        self._ids = np.concatenate([self._ids, ids])
        self._letters += sum(map(len, new)) + sum(map(len, whole.values()))

    def _gather(self, index: NDArray[np.int64]) -> Encoded:
        lengths = self._lengths[index]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        shift = np.repeat(self._starts[index] - (ends - lengths), lengths)
        shift += np.arange(total)
        return self._ids[shift], lengths

    def _forget(self) -> None:
        self._index.clear()
        self._ids = np.empty(0, dtype=np.int32)
        self._starts = self._lengths = np.empty(0, dtype=np.int64)
        self._letters = 0


def _cut(text: str) -> list[str]:
    """Cut before every space that stands alone between two words."""
    marked = _BETWEEN.sub("\0 ", text) if _UNEVEN.search(text) else text.replace(" ", "\0 ")
    return marked.split("\0")


def is_word_by_word(described: dict[str, Any]) -> bool:
    """Whether a tokenizer, as its JSON describes it, gives the same ids when texts are cut before single spaces."""
    steps = _kinds(described.get("pre_tokenizer"), "pretokenizers")
    normal = _kinds(described.get("normalizer"), "normalizers")
    added = described.get("added_tokens") or []
    plain = all(" " not in one["content"] and not one["rstrip"] and not one["single_word"] for one in added)
    byte_level = described.get("pre_tokenizer") or {}
    prefixed = bool(byte_level.get("add_prefix_space")) or byte_level.get("prepend_scheme") == "first"
    return bool(steps) and steps <= WORD_BY_WORD and normal <= LETTER_BY_LETTER and plain and not prefixed


def _kinds(step: dict[str, Any] | None, inner: str) -> set[str]:
    if step is None:
        return set()
    if step["type"] == "Sequence":
        return {kind for one in step[inner] for kind in _kinds(one, inner)}
    return {str(step["type"])}


def _joined(listed: Iterable[list[int]]) -> Encoded:
    held = list(listed)
    lengths = np.fromiter(map(len, held), dtype=np.int64, count=len(held))
    flat = np.fromiter((token for one in held for token in one), dtype=np.int32, count=int(lengths.sum()))
    return flat, lengths
