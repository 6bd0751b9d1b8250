"""Writing the likeliest token after the other, or several texts beside each other: by transformers' encoder-decoders and by
our own. Must not read files."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from engine.families.text.beams import Hypothesis, Told, search
from engine.families.text.classic.seq2seq import AttentionSeq2Seq
from engine.families.text.transformers_models import TransformersNetwork
from engine.runs.texts import Decoding
from engine.training.loader import Batch


def opening_of(network: nn.Module) -> tuple[int, ...]:
    """Return the tokens that a network is given before it writes."""
    if isinstance(network, AttentionSeq2Seq):
        return network.opening
    assert isinstance(network, TransformersNetwork)
    config: Any = network.model.config
    start = getattr(config, "decoder_start_token_id", None)
    if start is None:
        return (int(config.pad_token_id or 0),)
    # BART as it was published begins with the end of a text before it, then the begin of its own.
    follows = start == config.eos_token_id and config.bos_token_id not in (None, start)
    return (int(start), int(config.bos_token_id)) if follows else (int(start),)


def greedy(
    network: nn.Module, batch: Batch, end: int, most: int, cancelled: Callable[[], bool] = lambda: False
) -> list[list[int]]:
    """Return for each row of a batch the ids that it is answered with, at most so many, without opening and end."""
    step, logits = _opened(network, batch)
    count, device = len(logits), logits.device
    written: list[torch.Tensor] = []
    over = torch.zeros(count, dtype=torch.bool, device=device)
    while len(written) < most and not bool(over.all()) and not cancelled():
        best = logits.argmax(dim=1).masked_fill(over, end)
        written.append(best)
        over = over | (best == end)
        if len(written) < most:
            logits = step(best)
    rows = torch.stack(written, dim=1).tolist() if written else [[] for _ in range(count)]
    return [row[: row.index(end)] if end in row else row for row in rows]


def beams(
    network: nn.Module,
    batch: Batch,
    end: int,
    decoding: Decoding,
    cancelled: Callable[[], bool] = lambda: False,
    told: Told = lambda _running: None,
) -> list[Hypothesis]:
    """Return the texts that a beam search keeps for a batch of one row, the best first."""
    step, logits = _opened(network, batch)
    return search(logits, step, end, decoding, cancelled=cancelled, told=told)


def _opened(network: nn.Module, batch: Batch) -> "tuple[_Own | _Transformer, torch.Tensor]":
    """Return a network that has read a batch, and its logits [n, vocabulary] of each row's first token."""
    step = _Own(network, batch) if isinstance(network, AttentionSeq2Seq) else _Transformer(network, batch)
    count, device = len(batch["input_ids"]), batch["input_ids"].device
    logits = torch.empty(0)
    for token in opening_of(network):
        logits = step(torch.full((count,), token, dtype=torch.long, device=device))
    return step, logits


class _Own:
    def __init__(self, network: AttentionSeq2Seq, batch: Batch) -> None:
        self._network = network
        self._memory, self._state = network.read(batch["input_ids"], batch["mask"])

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        logits, self._state = self._network.write(ids, self._memory, self._state)
        return logits

    def select(self, rows: torch.Tensor) -> None:
        read, compared, mask = self._memory
        self._memory = (read[rows], compared[rows], mask[rows])
        self._state = self._state[:, rows].contiguous()


class _Transformer:
    """Keeps what earlier steps computed, and reads the source once."""

    def __init__(self, network: nn.Module, batch: Batch) -> None:
        assert isinstance(network, TransformersNetwork)
        model: Any = network.model
        self._model = model
        self._mask = batch["mask"].long()
        encoder: Any = model.get_encoder()
        self._read = encoder(input_ids=batch["input_ids"], attention_mask=self._mask)
        self._past: Any = None

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        found = self._model(
            encoder_outputs=self._read,
            attention_mask=self._mask,
            decoder_input_ids=ids[:, None],
            past_key_values=self._past,
            use_cache=True,
        )
        self._past = found.past_key_values
        logits: torch.Tensor = found.logits[:, -1]
        return logits

    def select(self, rows: torch.Tensor) -> None:
        self._mask = self._mask[rows]
        self._read.last_hidden_state = self._read.last_hidden_state[rows]
        self._past.reorder_cache(rows)
