"""The one door to transformers' networks: configs from a specification, networks from configs or from a local folder.
Reads safetensors only, never runs code that came with a folder, and asks no hub."""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers.utils import logging

from engine.catalog import settings
from engine.families.text.encoder import TextEncoder
from engine.spec import RunSpec, TextTask
from engine.training.failures import RunFailed
from engine.training.loader import Batch

logging.disable_progress_bar()  # it would be drawn on standard error, and leave a thread behind

CLASSES: dict[TextTask, str] = {
    "masked-lm": "AutoModelForMaskedLM",
    "causal-lm": "AutoModelForCausalLM",
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "multiple-choice": "AutoModelForMultipleChoice",
    "seq2seq": "AutoModelForSeq2SeqLM",
}
POSITIONS = ("max_position_embeddings", "n_positions")
OPENED_WITH = {"t5": "pad_token_id", "bart": "bos_token_id"}
"""The token that a new decoder is given first."""
LORA = ".lora_"
"""What the names of adapters' weights have."""
RESERVED = 2
"""Positions that RoBERTa and BART keep for themselves."""


class TransformersNetwork(nn.Module):
    """A network of transformers, asked in the words of our batches."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        config: Any = model.config
        self.takes_kinds = getattr(config, "type_vocab_size", 0) > 1

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return the logits under “logits”; of answers, those of beginning and end [n, length] under “start” and “end”."""
        more: dict[str, Any] = {"token_type_ids": batch["kinds"]} if self.takes_kinds and "kinds" in batch else {}
        if "decoder_ids" in batch:
            more |= {"decoder_input_ids": batch["decoder_ids"], "use_cache": False}
        found = self.model(input_ids=batch["input_ids"], attention_mask=batch["mask"].long(), **more)
        if hasattr(found, "start_logits"):
            return {"start": found.start_logits, "end": found.end_logits}
        return {"logits": found.logits}


def make_config(spec: RunSpec, encoder: TextEncoder) -> dict[str, Any]:
    """Return the config of a new network as plain data. Raises RunFailed naming what transformers refuses."""
    from transformers import AutoConfig

    tokenizer = encoder.tokenizer
    given: dict[str, Any] = {
        "vocab_size": encoder.vocabulary,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "sep_token_id": tokenizer.sep_token_id,
        "num_labels": outputs_of(encoder),
        **settings(spec.model),
    }
    if spec.model.name in OPENED_WITH:
        given["decoder_start_token_id"] = given[OPENED_WITH[spec.model.name]]
    try:
        config = AutoConfig.for_model(spec.model.name, **given)
        for name in POSITIONS:
            if hasattr(config, name) and name not in spec.model.params:
                setattr(config, name, max(int(getattr(config, name)), encoder.max_length + RESERVED))
    except (TypeError, ValueError) as error:
        raise RunFailed(
            f"{spec.model.name} cannot be made with these parameters: {error}.", "Correct them and try again."
        ) from error
    plain: dict[str, Any] = config.to_dict()
    return plain


def read_config(folder: Path, encoder: TextEncoder) -> dict[str, Any]:
    """Return the config of a folder's network, with our targets. Raises RunFailed where it cannot be used."""
    from transformers import AutoConfig

    check_folder(folder)
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if encoder.targets:
        config.num_labels = outputs_of(encoder)
    found = int(config.get_text_config().vocab_size)
    if encoder.vocabulary > found:
        raise RunFailed(
            f"The tokenizer has {encoder.vocabulary:,} tokens and the model of {folder} only {found:,}.",
            "Take the tokenizer that was saved with the model.",
        )
    kept_back = RESERVED if config.model_type == "roberta" else 0
    positions = min((getattr(config, name) for name in POSITIONS if hasattr(config, name)), default=None)
    if positions is not None and encoder.max_length > positions - kept_back:
        raise RunFailed(
            f"{encoder.max_length:,} tokens do not fit into the {positions - kept_back:,} positions of {folder}.",
            "Take fewer (text.max_length).",
        )
    plain: dict[str, Any] = config.to_dict()
    return plain


def build(config: dict[str, Any], task: TextTask, attention: str = "sdpa") -> TransformersNetwork:
    """Return a new network with weights by chance. Raises RunFailed naming what transformers refuses."""
    import transformers

    given = {name: value for name, value in config.items() if name != "model_type"}
    made = transformers.AutoConfig.for_model(config["model_type"], **given)
    kind = getattr(transformers, CLASSES[task])
    try:
        return TransformersNetwork(kind.from_config(made, attn_implementation=attention))
    except (TypeError, ValueError, KeyError) as error:
        raise RunFailed(
            f"{config['model_type']} cannot be made for {task}: {error}.", "Choose another model or other parameters."
        ) from error


def take_checkpoint(network: TransformersNetwork, folder: Path) -> tuple[str, ...]:
    """Give a network a folder's weights; returns sentences about those that were not there or not used."""
    kind = type(network.model)
    check_folder(folder)
    loaded, told = kind.from_pretrained(  # type: ignore[attr-defined]
        folder,
        config=network.model.config,
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
        ignore_mismatched_sizes=True,
    )
    weights = loaded.state_dict()
    # Adapters keep the layer that they stand beside as its “base_layer”, and are new themselves.
    given = {
        name: weights[name.replace(".base_layer.", ".")] for name in network.model.state_dict() if LORA not in name
    }
    network.model.load_state_dict(given, strict=not any(LORA in name for name in network.model.state_dict()))
    fresh = sorted({*told["missing_keys"], *(one[0] for one in told.get("mismatched_keys", ()))})
    if not fresh:
        return ()
    shown = ", ".join(fresh[:3]) + (" …" if len(fresh) > 3 else "")
    return (f"{len(fresh)} tensors are new, since the checkpoint has none for this task: {shown}.",)


def check_folder(folder: Path) -> None:
    """Raise RunFailed where a folder has no model that can be read safely."""
    if not folder.is_dir():
        raise RunFailed(
            f"“{folder}” is no folder here, and a model of a hub is fetched only where you allow it.",
            "Choose a folder that save_pretrained wrote, or fetch it: `new text --checkpoint NAME --allow-network`.",
        )
    if not (folder / "config.json").is_file():
        raise RunFailed(
            f"{folder} is no folder of a model: it has no config.json.",
            "Choose a folder that save_pretrained wrote.",
        )
    if any(folder.glob("*.safetensors")):
        return
    if any(folder.glob("pytorch_model*.bin")):
        raise RunFailed(
            f"{folder} keeps its weights in pytorch_model.bin, a format that can run code while it is read.",
            "Convert it once where you trust it: model.save_pretrained(folder, safe_serialization=True).",
        )
    raise RunFailed(f"{folder} has no weights: no .safetensors file.", "Choose a folder that save_pretrained wrote.")


def outputs_of(encoder: TextEncoder) -> int:
    """Return how many numbers a head gives for a text."""
    return sum(max(1, len(target.classes)) for target in encoder.targets) or 2
