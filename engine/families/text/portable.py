"""A text model for other programs: as a folder that transformers opens, and as a network of plain tensors."""

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.families.portable import Inputs, Portable
from engine.families.text.adapters import merge
from engine.families.text.classic.language_model import RnnLanguageModel
from engine.families.text.classic.portable import without_packing
from engine.families.text.classic.skip_gram import SkipGram
from engine.families.text.networks import text_of
from engine.families.text.tasks.generation import opening_of
from engine.families.text.tasks.writing import end_of
from engine.families.text.tokenizing import save_tokenizer
from engine.families.text.trained import TrainedText
from engine.families.text.transformers_models import TransformersNetwork
from engine.training.failures import RunFailed
from engine.training.randomness import generator

LENGTH = 8
"""Tokens of the texts that a network is traced with."""


def save_folder(model: TrainedText, folder: Path, half: bool = False) -> tuple[str, ...]:
    """Write config, safetensors and tokenizer so that from_pretrained opens the folder; returns what is to be known.

    Raises RunFailed for a network that is not transformers', or a folder that has something in it.
    """
    network, encoder = model.network, model.encoder
    if not isinstance(network, TransformersNetwork):
        raise RunFailed(
            f"{model.spec.model.name} is a network of our own, which transformers does not know.",
            "Write it with --torchscript, --torch-export or --onnx.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunFailed(f"{folder} is there already and not empty.", "Choose a new folder.")
    if text_of(model.spec).lora.enabled:
        merge(network)
    inner: nn.Module = network.model
    config = inner.config
    notes = []
    if encoder.task == "classification" and len(encoder.targets) == 1:
        config.id2label = dict(enumerate(encoder.targets[0].classes))  # type: ignore[union-attr]
        config.label2id = {name: place for place, name in enumerate(encoder.targets[0].classes)}  # type: ignore[union-attr]
        config.problem_type = "single_label_classification"  # type: ignore[union-attr]
    if encoder.task in {"tags", "labels"}:
        tags = encoder.task == "tags"
        told = encoder.targets[0].classes if tags else tuple(target.name for target in encoder.targets)
        config.id2label = dict(enumerate(told))  # type: ignore[union-attr]
        config.label2id = {name: place for place, name in enumerate(told)}  # type: ignore[union-attr]
        config.problem_type = None if tags else "multi_label_classification"  # type: ignore[union-attr]
    for target in encoder.targets if encoder.task == "regression" else ():
        config.problem_type = "regression"  # type: ignore[union-attr]
        notes.append(f"“{target.name}” is the output times {target.scale:.9g} plus {target.mean:.9g}.")
    encoder.tokenizer.model_max_length = encoder.max_length
    part = folder.with_name(f".{os.getpid()}.{folder.name}")
    try:
        inner.to(torch.bfloat16 if half else torch.float32).save_pretrained(str(part))  # type: ignore[operator]
        save_tokenizer(encoder.tokenizer, part)
        if folder.exists():
            folder.rmdir()
        part.replace(folder)
    except OSError as error:
        raise RunFailed(f"{folder} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    if not encoder.framed:
        notes.append("The model learned from texts without begin and end tokens: use add_special_tokens=False.")
    return tuple(notes)


def folder_difference(model: TrainedText, folder: Path) -> float:
    """Return how far a written folder's answers are at most from the network's that went into it."""
    given = portable(model)
    assert isinstance(model.network, TransformersNetwork)
    kind: Any = type(model.network.model)
    opened = kind.from_pretrained(folder, use_safetensors=True, local_files_only=True, trust_remote_code=False)
    inputs = given.example(2)
    with torch.no_grad():
        found = _ByPlace(TransformersNetwork(opened.eval()), given.names)(*inputs)
        return float((found.float() - given.network(*inputs).float()).abs().max())


class _ByPlace(nn.Module):
    """A text network that takes its inputs by place, in the order of `names`, and gives one tensor."""

    def __init__(self, network: nn.Module, names: tuple[str, ...]) -> None:
        super().__init__()
        self.network, self.names = network, names

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the logits; of answers those of beginning and end as the last axis, of words their vectors."""
        found: torch.Tensor
        if isinstance(self.network, RnnLanguageModel):
            found = self.network(inputs[0])[0]
            return found
        if isinstance(self.network, SkipGram):
            found = self.network.vectors(inputs[0])
            return found
        output: dict[str, torch.Tensor] = self.network(dict(zip(self.names, inputs, strict=True)))
        return torch.stack([output["start"], output["end"]], dim=-1) if "start" in output else output["logits"]


def portable(model: TrainedText) -> Portable:
    """Return a text model as a network of plain tensors: int64 ids and a bool mask [rows, length] to its logits; of
    multiple choice [rows, choices, length].
    """
    own, vocabulary = text_of(model.spec), model.encoder.vocabulary
    model.network.eval()
    names = _names(model)
    choices = len(own.columns.choices) if own.task == "multiple-choice" else 1

    def example(rows: int) -> Inputs:
        length = min(LENGTH + rows, own.max_length)
        # All of one row's choices are sequences of their own; without choices a row is one.
        ids = torch.randint(vocabulary, (rows * choices, length), generator=generator(0, rows))
        mask = torch.ones_like(ids, dtype=torch.bool)
        mask[-1, length // 2 :] = False
        kinds = (torch.arange(length) >= length // 2).long().expand(len(ids), length).contiguous()
        written = torch.randint(vocabulary, (rows, LENGTH // 2 + rows), generator=generator(1, rows))
        made = {"input_ids": ids, "mask": mask, "kinds": kinds}
        if choices > 1:
            made = {name: one.view(rows, choices, length) for name, one in made.items()}
        return tuple(written if name == "decoder_ids" else made[name] for name in names)

    varying = (0, 2) if choices > 1 else (0, 1)
    network, original = without_packing(model.network), _ByPlace(model.network, names)
    notes = (_writing(model),) if own.task == "seq2seq" else ()
    return Portable(_ByPlace(network, names), names, (varying,) * len(names), example, original, notes)


def _writing(model: TrainedText) -> str:
    """Return how a file that knows the next token alone is made to write."""
    opening = ", ".join(map(str, opening_of(model.network)))
    return (
        f"The file scores the token after each of decoder_ids. To write, begin with {opening}, put the best one behind "
        f"and ask again, until it is {end_of(model.encoder)}."
    )


def _names(model: TrainedText) -> tuple[str, ...]:
    """Return what a model's network takes."""
    own, network = text_of(model.spec), model.network
    if isinstance(network, RnnLanguageModel | SkipGram):
        return ("input_ids",)
    names: tuple[str, ...] = ("input_ids", "mask")
    is_paired = own.task == "question-answering" or bool(own.columns.second)
    is_paired |= own.task == "multiple-choice" and bool(own.columns.context or own.columns.question)
    if is_paired and isinstance(network, TransformersNetwork) and network.takes_kinds:
        names = (*names, "kinds")
    return (*names, "decoder_ids") if own.task == "seq2seq" else names
