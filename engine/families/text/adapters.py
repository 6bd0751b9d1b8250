"""Low-rank adapters (Hu et al. 2021) beside a transformer's weights, by peft, and layers that are computed again on the way
back. Must not train."""

from typing import Any

import torch
from torch import nn

from engine.families.text.transformers_models import TransformersNetwork
from engine.spec import TextSpec, TextTask
from engine.training.failures import RunFailed

ADAPTED: dict[str, tuple[str, ...]] = {
    "bert": ("query", "value"),
    "roberta": ("query", "value"),
    "electra": ("query", "value"),
    "distilbert": ("q_lin", "v_lin"),
    "gpt2": ("c_attn",),
    "llama": ("q_proj", "v_proj"),
    "bart": ("q_proj", "v_proj"),
    "t5": ("q", "v"),
}
"""Which layers of each kind of model get adapters: queries and values of attention, as in the paper."""
HEADED: tuple[TextTask, ...] = (
    "sequence-classification",
    "token-classification",
    "question-answering",
    "multiple-choice",
)
"""Tasks whose heads are new, so that they learn beside the adapters."""


def prepared(network: TransformersNetwork, own: TextSpec) -> TransformersNetwork:
    """Return a new network with the adapters and the checkpointing that a specification asks for."""
    if own.lora.enabled:
        _adapt(network, own)
    if own.activation_checkpointing:
        model: Any = network.model
        # The other kind, “reentrant”, gives no gradient where what comes in keeps still.
        model.activation_checkpointing_enable({"use_reentrant": False})
    return network


def merge(network: nn.Module) -> None:
    """Work a network's adapters into its weights: it gives what it gave, but for rounding, and has none any more."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for name, part in list(network.named_modules()):
        if isinstance(part, BaseTunerLayer):
            part.merge()
            network.set_submodule(name, part.get_base_layer())


def _adapt(network: TransformersNetwork, own: TextSpec) -> None:
    from peft import LoraConfig, inject_adapter_in_model

    model: Any = network.model
    kind = str(model.config.model_type)
    wish = own.lora
    if kind not in ADAPTED:
        raise RunFailed(
            f"It is not known where adapters stand in a model of the kind {kind}; it is for {', '.join(ADAPTED)}.",
            "Switch them off (text.lora.enabled), or begin with another model.",
        )
    config = LoraConfig(
        r=wish.rank,
        lora_alpha=wish.alpha,
        lora_dropout=wish.dropout,
        target_modules=list(ADAPTED[kind]),
        fan_in_fan_out=kind == "gpt2",
    )
    inject_adapter_in_model(config, model)
    base: set[torch.nn.Parameter] = set(model.base_model.parameters())
    for name, parameter in model.named_parameters():
        learns = "lora_" in name or (own.task in HEADED and parameter not in base)
        parameter.requires_grad_(learns)
