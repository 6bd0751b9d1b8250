"""The shorter way through N-HiTS gives the library's numbers and gradients."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import torch
from pytorch_forecasting.metrics import QuantileLoss

from engine.families.forecasting.forecaster import quantile_losses
from engine.families.forecasting.library import quiet
from engine.families.forecasting.quick_nhits import QuickNhits
from engine.training.taps import first_tensor
from tests.engine.families.forecasting.shorter_ways import both_ways, built

Make = Callable[..., Any]
MANY = {"target": ["sales"], "group": ["shop"], "continuous": ["price", "size"], "categorical": ["weather", "day"]}
INPUTS = {"known": ["price", "day"], "static": ["size"], "series": True, "calendar": ["hour"]}
SETTINGS: dict[str, dict[str, Any]] = {
    "target alone": {},
    "everything": {"data__roles": MANY, "forecasting__inputs": INPUTS},
    "drops out": {"data__roles": MANY, "forecasting__inputs": INPUTS, "model__params": {"dropout": 0.2}},
    "counts the backcast": {"data__roles": MANY, "forecasting__inputs": INPUTS, "forecasting__loss": "mae",
                            "model__params": {"backcast_loss_ratio": 0.5}},
    "uses blocks twice": {"data__roles": MANY, "forecasting__inputs": INPUTS, "model__params": {
        "n_blocks": [2, 1], "n_layers": [2, 2], "pooling_sizes": [4, 2], "downsample_frequencies": [2, 1],
        "hidden_size": 8, "naive_level": False}},
    "pools means": {"data__roles": MANY, "forecasting__inputs": INPUTS, "model__params": {
        "pooling_mode": "average", "interpolation_mode": "nearest", "static_hidden_size": 0}},
    "is of another kind": {"model__params": {"activation": "SELU"}},
}  # fmt: skip


def ready(shops: pd.DataFrame, spec: Any) -> tuple[Any, Any]:
    """Return a forecaster that learns, and a batch."""
    forecaster, batch = built(shops, spec, 16)
    forecaster.network.train()
    return forecaster, batch


@pytest.mark.parametrize("name", SETTINGS)
def test_that_losses_and_gradients_are_the_librarys(name: str, shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, batch = ready(shops, make_shop_spec("nhits", **SETTINGS[name]))
    network = forecaster.network
    found = []
    for _ in both_ways(forecaster, QuickNhits(network), batch[0]):
        with quiet():
            loss = forecaster.loss(batch)
            loss.backward()
            forecaster.loss(batch).backward()  # of a step of several batches
            forecast = forecaster.forecast(batch)[0].point
        grads = [torch.zeros_like(one) if one.grad is None else one.grad for one in network.parameters()]
        with torch.no_grad():
            judged = forecaster.forecast(batch)[0].point
            network.eval()
            judged = torch.stack([judged, forecaster.forecast(batch)[0].point])
            network.train()
        found.append((loss, forecast, judged, *grads))
    torch.testing.assert_close(found[0], found[1], rtol=1e-6, atol=1e-6)


def test_that_who_watches_a_layer_sees_what_the_library_makes(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, batch = ready(shops, make_shop_spec("nhits", **SETTINGS["everything"]))
    network, found, grads = forecaster.network, [], []
    for _ in both_ways(forecaster, QuickNhits(network), batch[0]):
        heard: dict[str, torch.Tensor] = {}
        layers = [(name, one) for name, one in network.named_modules() if name.startswith("model")]
        assert len(layers) > 20

        def hear(made: Any, name: str, heard: dict[str, torch.Tensor]) -> None:
            tensor = first_tensor(made)
            if tensor is not None and name not in heard:
                heard[name] = tensor.detach().clone()

        for watched in (True, False):
            hooks = [
                one.register_forward_hook(lambda _module, _given, made, name=name, heard=heard: hear(made, name, heard))
                for name, one in layers
                if watched
            ]
            torch.manual_seed(1)
            network.zero_grad()
            with quiet():
                forecaster.loss(batch).backward()
            grads.append([one.grad.clone() for one in network.parameters() if one.grad is not None])
            for hook in hooks:
                hook.remove()
        found.append(heard)
    assert found[0].keys() == found[1].keys()
    for name, tensor in found[1].items():
        torch.testing.assert_close(found[0][name], tensor, rtol=1e-5, atol=1e-5, msg=name)
    for watched, alone in zip(grads[0], grads[1], strict=True):
        assert torch.equal(watched, alone)


def test_that_weights_that_do_not_learn_are_left_alone(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, batch = ready(shops, make_shop_spec("nhits", **SETTINGS["everything"]))
    for name, one in forecaster.network.named_parameters():
        one.requires_grad_("blocks.1" in name)
    with quiet():
        forecaster.loss(batch).backward()
    for name, one in forecaster.network.named_parameters():
        assert (one.grad is not None) is ("blocks.1" in name)


def test_that_quantiles_are_judged_as_the_library_does() -> None:
    torch.manual_seed(2)
    levels, target = [0.02, 0.5, 0.9], torch.randn(5, 4)
    prediction = torch.randn(5, 4, 3, requires_grad=True)
    with torch.no_grad():
        prediction[0, 0, 0] = target[0, 0]  # where both sides are equal
    ours = quantile_losses(prediction, target, levels)
    theirs = QuantileLoss(levels).loss(prediction, target)
    assert torch.equal(ours, theirs)
    grads = [torch.autograd.grad(one.sum(), prediction)[0] for one in (ours, theirs)]
    torch.testing.assert_close(*grads, rtol=1e-6, atol=1e-6)
