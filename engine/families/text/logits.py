"""A language model's head on chosen places alone: the layer over the vocabulary is most of a small network's
work, and a masked model is not asked for six of seven places. Gives what the whole forward pass gives there."""

from typing import Any

import torch
from torch import nn

from engine.training.loader import Batch


def logits_at(model: nn.Module, batch: Batch, wanted: torch.Tensor) -> torch.Tensor:
    """Return the logits [k, vocabulary] of the places [n, length] that are true, in their order."""
    asked: Any = model
    more = {"token_type_ids": batch["kinds"]} if "kinds" in batch and _takes_kinds(model) else {}
    given = {"input_ids": batch["input_ids"], "attention_mask": batch["mask"].long(), **more}
    head = _head(asked)
    if head is None:
        whole: torch.Tensor = asked(**given).logits
        return whole[wanted]
    found: torch.Tensor = head(asked.base_model(**given)[0][wanted])
    return found


def _takes_kinds(model: nn.Module) -> bool:
    config: Any = model.config
    return bool(getattr(config, "type_vocab_size", 0) > 1)


def _head(model: Any) -> Any:
    """Return what stands between hidden states and logits, or None where it is not known."""
    name = type(model).__name__
    if name == "BertForMaskedLM":
        return model.cls
    if name in {"RobertaForMaskedLM", "GPT2LMHeadModel", "LlamaForCausalLM"}:
        return model.lm_head
    if name == "DistilBertForMaskedLM":
        return lambda hidden: model.vocab_projector(
            model.vocab_layer_norm(model.activation(model.vocab_transform(hidden)))
        )
    if name == "ElectraForMaskedLM":
        return lambda hidden: model.generator_lm_head(model.generator_predictions(hidden))
    return None
