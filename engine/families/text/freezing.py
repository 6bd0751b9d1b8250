"""Which weights keep still: feature extraction against fine-tuning. Must not train."""

from typing import Any

from torch import nn

from engine.families.text.networks import text_of
from engine.families.text.transformers_models import TransformersNetwork
from engine.spec import RunSpec
from engine.training.failures import RunFailed

LAYERS = ("encoder.layer", "transformer.layer", "layers", "h", "encoder.block", "encoder.layers")
"""Where the base models of transformers keep their layers, from the lowest."""


def freeze(network: nn.Module, spec: RunSpec) -> None:
    """Keep those weights of a network still that a specification says; adapters have said it already. Raises RunFailed
    where nothing is left to train, or a model has fewer layers.
    """
    own = text_of(spec)
    wish = own.freezing
    if not isinstance(network, TransformersNetwork) or own.lora.enabled:
        return
    base: Any = network.model.base_model
    if wish.head_only:
        _keep_still(base)
    if wish.embeddings:
        _keep_still(base.get_input_embeddings())
    if wish.layers and not wish.head_only:
        layers = layers_of(base)
        if wish.layers > len(layers):
            raise RunFailed(
                f"The model has {len(layers)} layers, so {wish.layers} cannot keep still.",
                "Keep fewer layers still (text.freezing.layers).",
            )
        for layer in layers[: wish.layers]:
            _keep_still(layer)
    if not any(one.requires_grad for one in network.parameters()):
        raise RunFailed("No weight is left to train.", "Keep fewer layers still (text.freezing).")


def layers_of(base: nn.Module) -> list[nn.Module]:
    """Return a base model's layers from the lowest; empty where it keeps them in a place of its own."""
    for path in LAYERS:
        found: Any = base
        for part in path.split("."):
            found = getattr(found, part, None)
        if isinstance(found, nn.ModuleList):
            return list(found)
    return []


def _keep_still(part: nn.Module) -> None:
    for parameter in part.parameters():
        parameter.requires_grad_(False)
