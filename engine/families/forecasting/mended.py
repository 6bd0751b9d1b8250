"""What is wrong with networks of pytorch-forecasting 1.8, mended on each that is built. Must not change their weights."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from engine.families.forecasting.library import quiet


def mend(name: str, network: Any, losses: Sequence[Any]) -> None:
    """Mend a network with these losses, one a target, in place."""
    # The library keeps its losses as modules; their sums are not ours to save.
    network.logging_metrics = nn.ModuleList()
    # What mixed precision halves would round a distribution's parameters to numbers that they cannot be.
    network.transform_output = _not_in_halves(network.transform_output, network)
    if name == "xlstm":
        # It normalises each forecast over the other windows of the batch: it would depend on them.
        network.instance_norm = nn.Identity()
        for one in network.modules():
            if hasattr(one, "init_hidden"):
                one.init_hidden = _in_the_format_of_weights(one.init_hidden, one)
    if name in {"deepar", "recurrent"}:
        network.output_to_prediction = _not_in_halves(network.output_to_prediction, network)
    if name == "tft":
        for one in (network.encoder_variable_selection, network.decoder_variable_selection):
            if not one.input_sizes:
                one.forward = _in_the_format_of_context(one.forward)
    if len(losses) > 1:
        # A sum of losses does not show their weights to the network; a single loss is a part of it.
        if any(True for loss in losses for _ in loss.parameters()):
            network.losses_of_targets = nn.ModuleList(losses)
        if name == "nhits":
            _scale_backcasts(network)


def _in_the_format_of_context(select: Callable[[Any, torch.Tensor], Any]) -> Callable[[Any, torch.Tensor], Any]:
    """Return a selection among no inputs that gives its zeros in the format of the other numbers, not in single precision.
    It is no hook, since those stand for somebody who listens."""

    def forward(x: Any, context: torch.Tensor) -> Any:
        return tuple(one.to(context.dtype) for one in select(x, context))

    return forward


def _in_the_format_of_weights(begin: Callable[..., Any], module: nn.Module) -> Callable[..., Any]:
    """Return what gives a module's first states in the format of its weights, not in single precision."""

    def init_hidden(*given: Any, **named: Any) -> Any:
        return _as(begin(*given, **named), next(module.parameters()).dtype)

    return init_hidden


def _not_in_halves(predict: Callable[..., Any], network: nn.Module) -> Callable[..., Any]:
    """Return what makes forecasts of outputs in the format of the weights, where mixed precision has halved them."""

    def whole(*outputs: Any, **named: Any) -> Any:
        dtype = next(one.dtype for one in network.parameters() if one.is_floating_point())
        if "prediction" in named:
            named["prediction"] = _as(named["prediction"], dtype)
        return predict(*(_as(one, dtype) for one in outputs[:1]), *outputs[1:], **named)

    return whole


def _as(value: Any, dtype: torch.dtype) -> Any:
    """Return tensors, in a nest of lists and tuples, in a format."""
    return type(value)(_as(one, dtype) for one in value) if isinstance(value, list | tuple) else value.to(dtype)


def _scale_backcasts(network: Any) -> None:
    """Bring backcasts of several targets to their units as numbers: they are treated like parameters of a distribution."""
    with quiet():
        from pytorch_forecasting.metrics import MultiHorizonMetric

    scaled = network.transform_output

    def transform_output(prediction: Any, target_scale: Any, loss: Any = None) -> Any:
        is_backcast = isinstance(prediction, list | tuple) and all(one.shape[-1] == 1 for one in prediction)
        return scaled(prediction, target_scale=target_scale, loss=MultiHorizonMetric() if is_backcast else loss)

    network.transform_output = transform_output
