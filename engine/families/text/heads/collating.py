"""Lists of ids padded into a batch for a head. Knows no model; names are those that transformers' heads take."""

from collections.abc import Sequence

import torch

from engine.families.text.heads import IGNORED
from engine.families.text.heads.features import AnswerFeature, TaggedFeature

Batch = dict[str, torch.Tensor]


def pad(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    """Return (B, longest) int64; at least one place wide."""
    width = max([1, *map(len, rows)])
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows], dtype=torch.long)


def texts_batch(ids: Sequence[Sequence[int]], padding: int, labels: torch.Tensor | None = None) -> Batch:
    """Return input_ids and attention_mask, and labels where there are."""
    batch = {"input_ids": pad(ids, padding), "attention_mask": pad([[1] * len(one) for one in ids], 0)}
    return batch if labels is None else {**batch, "labels": labels}


def tags_batch(features: Sequence[TaggedFeature], padding: int) -> Batch:
    """Return a batch of token classification."""
    return texts_batch([one.ids for one in features], padding, pad([one.labels for one in features], IGNORED))


def answers_batch(features: Sequence[AnswerFeature], padding: int) -> Batch:
    """Return a batch of question answering."""
    return {
        **texts_batch([one.ids for one in features], padding),
        "token_type_ids": pad([one.types for one in features], 0),
        "start_positions": torch.tensor([one.start for one in features]),
        "end_positions": torch.tensor([one.end for one in features]),
    }


def choices_batch(rows: Sequence[Sequence[Sequence[int]]], padding: int, right: torch.Tensor | None = None) -> Batch:
    """Return a batch of multiple choice, (B, choices, L), from the ids of each prompt with each ending."""
    flat = texts_batch([choice for row in rows for choice in row], padding)
    batch = {name: one.view(len(rows), -1, one.shape[1]) for name, one in flat.items()}
    return batch if right is None else {**batch, "labels": right}


def sequences_batch(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], padding: int) -> Batch:
    """Return a batch of seq2seq; the model itself shifts labels to the right for its decoder."""
    return texts_batch(sources, padding, pad(targets, IGNORED))
