"""A text model for other programs: as a folder that transformers opens, and as a network of plain tensors."""

import os
import shutil
from pathlib import Path

import torch
from torch import nn

from engine.families.portable import Inputs, Portable
from engine.families.text.adapters import merge
from engine.families.text.classic.language_model import RnnLanguageModel
from engine.families.text.networks import text_of
from engine.families.text.tokenizing import save_tokenizer
from engine.families.text.trained import TrainedText
from engine.families.text.transformers_models import TransformersNetwork
from engine.spec import LABELLED
from engine.training.failures import RunFailed
from engine.training.randomness import generator

TRACED = (*LABELLED, "masked-lm", "causal-lm", "rnn-lm", "token-classification")
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


class _ByPlace(nn.Module):
    """A text network that takes its inputs by place: input_ids, mask, and where there are two texts, kinds."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        if isinstance(self.network, RnnLanguageModel):
            found: torch.Tensor = self.network(inputs[0])[0]
            return found
        logits: torch.Tensor = self.network(dict(zip(("input_ids", "mask", "kinds"), inputs, strict=False)))["logits"]
        return logits


def portable(model: TrainedText) -> Portable:
    """Return a text model as a network of plain tensors: int64 ids and a bool mask [rows, length] to its logits."""
    own, vocabulary = text_of(model.spec), model.encoder.vocabulary
    if own.task not in TRACED:
        raise RunFailed(
            f"A model for {own.task} takes more than one text at a time and is not traced.", "Choose --folder."
        )
    is_recurrent = isinstance(model.network, RnnLanguageModel)
    names = ("input_ids",) if is_recurrent else ("input_ids", "mask")
    if own.columns.second and not is_recurrent:
        names = (*names, "kinds")
    model.network.eval()

    def example(rows: int) -> Inputs:
        length = min(LENGTH + rows, own.max_length)
        ids = torch.randint(vocabulary, (rows, length), generator=generator(0, rows))
        mask = torch.ones_like(ids, dtype=torch.bool)
        mask[-1, length // 2 :] = False
        kinds = (torch.arange(length) >= length // 2).long().expand(rows, length).contiguous()
        return (ids, mask, kinds)[: len(names)]

    return Portable(_ByPlace(model.network), names, ((0, 1),) * len(names), example)
