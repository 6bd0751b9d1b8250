"""What takes long with a large corpus, done once for each content and kept in the workspace: its tokenizer and its ids.
Tells how far it is, and hears the wish to stop. Must not know what is learned."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tokenizers
from transformers import PreTrainedTokenizerFast

from engine.amounts import percent
from engine.families.text.encoder import TextEncoder
from engine.families.text.encoding import PlainEncoder
from engine.families.text.token_arrays import TokenArray
from engine.families.text.token_cache import FOLDER, KEY_DIGITS, column_tokens
from engine.families.text.tokenizing import TrainedTokenizer, train_tokenizer
from engine.spec.nlp import TokenizerSpec
from engine.training.failures import Stopped
from engine.training.recorder import Recorder
from engine.training.weights import write_whole

Heard = Callable[[str, float], None]
"""Hears what is being done and what share of it is over; may raise Stopped."""
LETTERS_KEPT = 2**20
"""Letters of a corpus from which its tokenizer and ids are kept."""
AT_ONCE = 1_000


def unheard(_what: str, _share: float) -> None:
    """Hear nothing."""


def heard_by(recorder: Recorder) -> Heard:
    """Return what tells a run's progress, and raises Stopped where the run is to stop."""

    def hear(what: str, share: float) -> None:
        if recorder.stop_requested:
            raise Stopped
        recorder.progress(stage=f"{what}, {percent(share)}")

    return hear


@dataclass(frozen=True)
class BigColumn:
    """A column of a snapshot whose `texts` are not blank."""

    workspace: Path
    dataset: str
    name: str
    texts: int

    def tokens(self, tokenizer: PreTrainedTokenizerFast, hear: Heard) -> TokenArray:
        """Return the ids of all texts, from the cache where they are. Raises RunFailed, OSError, Stopped."""

        def progress(done: int) -> None:
            hear("making tokens", done / max(1, self.texts))

        return column_tokens(self.workspace, self.dataset, self.name, tokenizer, progress)

    def tokenizer(self, texts: Sequence[str], spec: TokenizerSpec, hear: Heard) -> TrainedTokenizer:
        """Return the tokenizer of texts, from the cache where it is. Raises RunFailed, OSError, Stopped."""
        path = self.workspace / FOLDER / f"{_key(texts, spec)}.json"
        if (kept := _read(path)) is not None:
            return kept
        made = train_tokenizer(_Batches(texts, hear), spec)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"encoder": TextEncoder(made.tokenizer, 0).description(), "notes": made.notes}
        write_whole(path, json.dumps(content, ensure_ascii=False).encode())
        return made


def tokens_of(texts: list[str], tokenizer: PreTrainedTokenizerFast) -> TokenArray:
    """Return the ids of a few texts."""
    ids, lengths = PlainEncoder(tokenizer)(texts)
    return TokenArray(ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


@dataclass(frozen=True)
class _Batches:
    """Texts by the thousand, as often as they are asked for."""

    texts: Sequence[str]
    hear: Heard

    def __iter__(self) -> Iterator[list[str]]:
        for first in range(0, len(self.texts), AT_ONCE):
            self.hear("training the tokenizer", first / len(self.texts))
            yield list(self.texts[first : first + AT_ONCE])


def _read(path: Path) -> TrainedTokenizer | None:
    """Return a kept tokenizer, or None where there is none that can be read: it can be made again."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return TrainedTokenizer(TextEncoder.of(content["encoder"]).tokenizer, tuple(content["notes"]))
    except (OSError, ValueError, KeyError):
        return None


def _key(texts: Sequence[str], spec: TokenizerSpec) -> str:
    found = hashlib.sha256(f"{tokenizers.__version__}\0{spec.model_dump_json()}".encode())
    for text in texts:
        found.update(text.encode(errors="surrogatepass"))
        found.update(b"\0")
    return found.hexdigest()[:KEY_DIGITS]
