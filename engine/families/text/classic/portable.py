"""Recurrent networks as files for other programs can hold them: unpacked, and the attention model's writing as one step
of plain operations, repeated as often as there are tokens. The numbers stay."""

import copy
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from engine.families.text.classic.classifiers import TextRnn
from engine.families.text.classic.reading_rows import WEIGHTS, UnpackedReader
from engine.families.text.classic.seq2seq import AttentionSeq2Seq


class PortableSeq2Seq(nn.Module):
    """An attention model that reads unpacked and writes in a loop which a tracer keeps as a loop."""

    def __init__(self, model: AttentionSeq2Seq) -> None:
        super().__init__()
        self.model = copy.deepcopy(model)
        self.model.reader = UnpackedReader(self.model.reader)  # type: ignore[assignment]

    def forward(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return what the model does."""
        own = self.model
        (read, compared, mask), state = own.read(batch["input_ids"], batch["mask"])
        vectors, least = own.embedding(batch["decoder_ids"]), torch.finfo(read.dtype).min
        states, weights = list(state.unbind(0)), _weights(own)
        if torch.compiler.is_exporting():
            told = _scanned(vectors, read, compared, mask, states, weights, least)
        else:
            loop: Any = torch.jit.script(_written) if torch.jit._trace.is_tracing() else _written
            told = loop(vectors, read, compared, mask, states, weights, least)
        return {"logits": own.head(told)}


def without_packing(network: nn.Module) -> nn.Module:
    """Return a network for files: itself, or a copy that reads and writes as tracers can follow, if it reads packed."""
    if isinstance(network, AttentionSeq2Seq):
        return PortableSeq2Seq(network)
    if not any(isinstance(one, TextRnn) for one in network.modules()):
        return network
    made = copy.deepcopy(network)
    for one in made.modules():
        if isinstance(one, TextRnn):
            one.reader = UnpackedReader(one.reader)
    return made


def _weights(model: AttentionSeq2Seq) -> list[torch.Tensor]:
    """Return what a step needs: five weights of attention and output, then four of each of the writer's layers."""
    told = [model.asked.weight, model.asked.bias, model.weighed.weight, model.narrow.weight, model.narrow.bias]
    layers = range(model.writer.num_layers)
    return [*told, *(getattr(model.writer, f"{name}_l{layer}") for layer in layers for name in WEIGHTS)]


def _step(
    vectors: torch.Tensor,
    read: torch.Tensor,
    compared: torch.Tensor,
    mask: torch.Tensor,
    states: list[torch.Tensor],
    weights: list[torch.Tensor],
    least: float,
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the vectors [n, embedding] that tell the token after vectors [n, embedding], and the states behind them."""
    asked = functional.linear(states[-1], weights[0], weights[1])
    scores = functional.linear(torch.tanh(compared + asked.unsqueeze(1)), weights[2]).squeeze(2)
    shares = scores.masked_fill(~mask, least).softmax(dim=1)
    context = (shares.unsqueeze(1) @ read).squeeze(1)
    out, behind = torch.cat([vectors, context], dim=1), torch.jit.annotate(list[torch.Tensor], [])
    for layer in range(len(states)):
        first = 5 + 4 * layer
        given = functional.linear(out, weights[first], weights[first + 2]).chunk(3, 1)
        kept = functional.linear(states[layer], weights[first + 1], weights[first + 3]).chunk(3, 1)
        update = torch.sigmoid(given[1] + kept[1])
        new = torch.tanh(given[2] + torch.sigmoid(given[0] + kept[0]) * kept[2])
        out = (1 - update) * new + update * states[layer]
        behind.append(out)
    return torch.tanh(functional.linear(torch.cat([vectors, context, out], dim=1), weights[3], weights[4])), behind


def _written(
    vectors: torch.Tensor,
    read: torch.Tensor,
    compared: torch.Tensor,
    mask: torch.Tensor,
    states: list[torch.Tensor],
    weights: list[torch.Tensor],
    least: float,
) -> torch.Tensor:
    """Return the vectors [n, target, embedding] that tell the token after each of vectors [n, target, embedding]."""
    told = torch.jit.annotate(list[torch.Tensor], [])
    for place in range(vectors.shape[1]):
        one, states = _step(vectors[:, place], read, compared, mask, states, weights, least)
        told.append(one)
    return torch.stack(told, dim=1)


def _scanned(
    vectors: torch.Tensor,
    read: torch.Tensor,
    compared: torch.Tensor,
    mask: torch.Tensor,
    states: list[torch.Tensor],
    weights: list[torch.Tensor],
    least: float,
) -> torch.Tensor:
    """Return what `_written` does, with the loop as an operation."""
    from torch._higher_order_ops.scan import scan  # torch 2.13 has no public name for it

    def body(states: list[torch.Tensor], one: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
        told, behind = _step(one, read, compared, mask, states, weights, least)
        return behind, told

    told: torch.Tensor = scan(body, [one.clone() for one in states], vectors.transpose(0, 1))[1]
    return told.transpose(0, 1)
