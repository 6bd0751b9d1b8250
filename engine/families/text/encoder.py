"""TextEncoder: texts to token ids as a model was trained on them, with the targets that it learned; kept as JSON.
Must not know which network reads the ids."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from engine.families.supervised.targets import TargetEncoding
from engine.families.text.ragged import Ragged
from engine.families.text.tokenizing import ROLES
from engine.training.loader import Batch


def tokens_in(batch: Batch) -> int | torch.Tensor:
    """Return how many tokens a network reads of a batch, filling left out."""
    return batch["mask"].sum() if "mask" in batch else batch["input_ids"].numel()


@dataclass(frozen=True)
class TextEncoder:
    """A tokenizer, the most tokens of a sample, and the targets; `task` is classification, regression or none."""

    tokenizer: PreTrainedTokenizerFast
    max_length: int
    task: str = ""
    targets: tuple[TargetEncoding, ...] = ()
    framed: bool = True
    """Whether texts stand between the begin and the end token."""

    @property
    def pad(self) -> int:
        """The id that fills sequences up."""
        found = self.tokenizer.pad_token_id
        return int(found) if isinstance(found, int) else 0

    @property
    def vocabulary(self) -> int:
        """How many ids there are."""
        return len(self.tokenizer)

    def encode(self, texts: Sequence[str], seconds: Sequence[str] | None = None) -> tuple[Ragged, Ragged | None]:
        """Return the ids of texts, cut at the most tokens, and which of two texts each token is of, where there are two."""
        backend = self.tokenizer.backend_tokenizer
        backend.enable_truncation(self.max_length)
        try:
            given: list[Any] = list(texts) if seconds is None else list(zip(texts, seconds, strict=True))
            found = backend.encode_batch_fast(given, add_special_tokens=self.framed)
            # A text of nothing still is a row.
            ids = [one.ids or [self.pad] for one in found]
            kinds = None if seconds is None else Ragged.of([one.type_ids or [0] for one in found])
        finally:
            backend.no_truncation()
        return Ragged.of(ids), kinds

    def description(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        return {
            "tokenizer": json.loads(self.tokenizer.backend_tokenizer.to_str()),
            "roles": {role: token for role in ROLES if isinstance(token := getattr(self.tokenizer, role), str)},
            "max_length": self.max_length,
            "task": self.task,
            "targets": [one.model_dump(mode="json") for one in self.targets],
            "framed": self.framed,
        }

    @classmethod
    def of(cls, described: dict[str, Any]) -> "TextEncoder":
        """Rebuild from what `description` gave."""
        made = Tokenizer.from_str(json.dumps(described["tokenizer"]))
        wrapped = PreTrainedTokenizerFast(
            tokenizer_object=made, clean_up_tokenization_spaces=False, **described["roles"]
        )
        targets = tuple(TargetEncoding.model_validate(one) for one in described["targets"])
        return cls(wrapped, int(described["max_length"]), described["task"], targets, bool(described["framed"]))


@dataclass(frozen=True)
class Sequences:
    """Token ids of rows, of which of two texts they are, and the rows' targets [n, targets], if any; on one device."""

    ids: Ragged
    kinds: Ragged | None
    target: torch.Tensor | None
    pad: int

    def batch(self, rows: np.ndarray, _chance: torch.Generator | None = None) -> Batch:
        """Return rows filled up to the longest: input_ids and mask [n, length], kinds and target where there are any."""
        ids, real = self.ids.padded(rows, self.pad)
        batch = {"input_ids": ids, "mask": real}
        if self.kinds is not None:
            batch["kinds"] = self.kinds.padded(rows, 0)[0]
        if self.target is not None:
            batch["target"] = self.target[torch.from_numpy(rows).to(self.target.device)]
        return batch

    def to(self, device: torch.device) -> "Sequences":
        """Return the tensors on a device."""
        kinds = None if self.kinds is None else self.kinds.to(device)
        target = None if self.target is None else self.target.to(device)
        return Sequences(self.ids.to(device), kinds, target, self.pad)
