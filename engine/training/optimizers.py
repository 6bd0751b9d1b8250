"""From an OptimizerSpec to an optimizer of torch.optim, fused where that is safe. Must not know about models."""

import inspect
from collections.abc import Iterable
from typing import Any

import torch
from torch.optim import Optimizer

from engine.spec import OptimizerSpec, TrainerSpec


def make_optimizer(parameters: Iterable[torch.nn.Parameter], trainer: TrainerSpec, sparse: bool = False) -> Optimizer:
    """Return the optimizer for those parameters that need a gradient; `sparse` gradients are for `takes_sparse` alone."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    spec = trainer.optimizer
    kind = getattr(torch.optim, spec.name)
    if sparse:
        torch.sparse.check_sparse_tensor_invariants.disable()  # torch warns where nothing was said
    made: Optimizer = kind(trained, **_settings(spec), **({} if sparse else _fused(kind, trained, trainer)))
    return made


def takes_sparse(trainer: TrainerSpec) -> bool:
    """Whether gradients may be sparse: of the words of a batch alone, where no step moves any other word."""
    own = trainer.optimizer
    able = own.name == "Adagrad" or (own.name == "SGD" and own.momentum == 0)
    by_value = trainer.gradient_clip > 0 and trainer.gradient_clip_algorithm == "value"
    return able and own.weight_decay == 0 and not by_value and trainer.precision != "16-mixed"


def has_sparse(network: torch.nn.Module) -> bool:
    """Whether a network's tables give sparse gradients."""
    return any(isinstance(one, torch.nn.Embedding) and one.sparse for one in network.modules())


def _settings(spec: OptimizerSpec) -> dict[str, Any]:
    settings: dict[str, Any] = {"lr": spec.learning_rate, "weight_decay": spec.weight_decay}
    if spec.name in {"AdamW", "Adam", "NAdam", "RAdam", "Adamax"}:
        settings |= {"betas": (spec.beta1, spec.beta2), "eps": spec.epsilon}
    if spec.name in {"SGD", "RMSprop"}:
        settings["momentum"] = spec.momentum
    return settings


def _fused(kind: type[Optimizer], parameters: list[torch.nn.Parameter], trainer: TrainerSpec) -> dict[str, bool]:
    """Ask for one kernel over all parameters. Not in 16-mixed: a fused step unscales gradients only inside itself, so
    that their norm could be neither shown nor clipped.
    """
    able = "fused" in inspect.signature(kind).parameters
    safe = all(parameter.is_floating_point() and parameter.device.type in {"cpu", "cuda"} for parameter in parameters)
    return {"fused": True} if able and safe and parameters and trainer.precision != "16-mixed" else {}
