"""The shorter way through a Temporal Fusion Transformer gives the library's numbers, and is taken only where it does."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import torch
from torch.nn import functional

from engine.families.forecasting.library import quiet
from engine.families.forecasting.quick_attention import Attention
from engine.families.forecasting.quick_layers import Affine, Gate
from engine.families.forecasting.quick_rows import Overlap
from engine.families.forecasting.quick_tft import QuickTft
from tests.engine.families.forecasting.shorter_ways import both_ways, built

Make = Callable[..., Any]
ROLES = {"target": ["sales"], "group": ["shop"]}
MANY = {**ROLES, "continuous": ["price", "size"], "categorical": ["weather", "day"]}
INPUTS = {"known": ["price", "day"], "static": ["size"], "series": True, "calendar": ["hour"]}
SETTINGS: dict[str, dict[str, Any]] = {
    "target alone": {},
    "two inputs": {"data__roles": {**ROLES, "continuous": ["price"]}, "forecasting__inputs": {"known": ["price"]}},
    "everything": {"data__roles": MANY, "forecasting__inputs": INPUTS},
    "as wide as the inputs": {"data__roles": MANY, "model__params": {"hidden_size": 8, "hidden_continuous_size": 8}},
    "two layers": {"model__params": {"lstm_layers": 2, "attention_head_size": 2}, "forecasting__inputs": INPUTS,
                   "data__roles": MANY},
    "scaled by series": {"data__roles": MANY, "forecasting__inputs": INPUTS,
                         "forecasting__scaling": {"normaliser": "series"}},
    "told places in the window": {"data__roles": MANY, "forecasting__inputs": {**INPUTS, "relative_time": True},
                                  "forecasting__scaling": {"normaliser": "series"}},
    "told its own scale": {"data__roles": MANY, "forecasting__inputs": {**INPUTS, "target_scales": True},
                           "forecasting__scaling": {"normaliser": "encoder"}},
    "sees what is known later": {"model__params": {"causal_attention": False}},
}  # fmt: skip


def ready(shops: pd.DataFrame, spec: Any) -> tuple[Any, dict[str, torch.Tensor]]:
    """Return a forecaster with weights that are not at their beginning, and a batch."""
    forecaster, (x, _) = built(shops, spec, 40)
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in forecaster.network.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
    forecaster.network.eval()
    return forecaster, x


@pytest.mark.parametrize("name", SETTINGS)
def test_that_it_forecasts_what_the_library_does(name: str, shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft", **SETTINGS[name]))
    quick = QuickTft(forecaster.network)
    with quiet(), torch.inference_mode():
        assert quick.takes(x)
        expected = forecaster.network(x)["prediction"]
        torch.testing.assert_close(quick(x)["prediction"], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", SETTINGS)
def test_that_it_learns_what_the_library_does(name: str, shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft", **SETTINGS[name]))
    network, batch = forecaster.network.train(), (x, (x["decoder_target"], None))
    found = []
    for _ in both_ways(forecaster, QuickTft(network), x):
        with quiet():
            loss = forecaster.loss(batch)
            loss.backward()
        found.append([loss.detach(), *(one.grad for one in network.parameters() if one.grad is not None)])
    assert len(found[0]) == len(found[1])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4 * max(1.0, float(theirs.abs().max())))


def test_that_who_watches_a_layer_hears_of_it_and_changes_nothing(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft", **SETTINGS["everything"]))
    network, batch = forecaster.network.train(), (x, (x["decoder_target"], None))
    layers = ("pos_wise_ff", "multihead_attn", "encoder_variable_selection.flattened_grn.gate_norm.glu")
    heard, found = [], []
    for is_watched in (True, False):
        hooks = [network.get_submodule(name).register_forward_hook(lambda *_: heard.append(1)) for name in layers]
        for hook in hooks if not is_watched else ():
            hook.remove()
        torch.manual_seed(1)
        network.zero_grad()
        with quiet():
            forecaster.loss(batch).backward()
        found.append([one.grad for one in network.parameters() if one.grad is not None])
        for hook in hooks:
            hook.remove()
    assert len(heard) == len(layers)
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@pytest.mark.parametrize("causal", [True, False])
def test_that_attention_by_exponentials_is_torchs_own(causal: bool) -> None:
    torch.manual_seed(3)
    form, gate = Affine(0.5 * torch.randn(12, 6)), Gate(Affine(torch.randn(6, 4)), Affine(torch.randn(6, 4)))
    values = Affine(torch.cat([torch.randn(2, 6), torch.zeros(1, 6)]), torch.tensor([0.5, -0.5, 1.0]))
    attention = Attention(2, form, values, gate, causal, longest=6**0.5)
    steps = functional.layer_norm(torch.randn(50, 9, 6), (6,))
    asked = form(steps[:, 5:]).view(50, 8, 6)
    assert attention._are_small(asked)
    torch.testing.assert_close(attention._by_exponentials(asked, steps), attention._fused(asked, steps))
    assert not attention._are_small(asked * 100)
    assert not attention._are_small(asked * torch.nan)


def test_that_scores_of_any_size_are_borne(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft"))
    network, quick = forecaster.network, QuickTft(forecaster.network)
    with quiet(), torch.inference_mode():
        for scale in (0.1, 100.0):
            for one in network.multihead_attn.q_layers:
                one.weight.mul_(scale)
            torch.testing.assert_close(quick(x)["prediction"], network(x)["prediction"], rtol=1e-5, atol=1e-5)


def test_that_what_windows_share_is_seen_not_trusted(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft", **SETTINGS["scaled by series"]))
    network, quick, size = (
        forecaster.network,
        QuickTft(forecaster.network),
        forecaster.network.hparams.x_reals.index("r1"),
    )
    other = {name: one.clone() for name, one in x.items()}
    other["encoder_cont"][3, 5] += 1.0  # one window holds other numbers at a step than those that share it
    changing = {name: one.clone() for name, one in x.items()}
    changing["encoder_cont"][3, :, size] += 1.0  # what is static differs within a series
    apart = {name: one[:1] for name, one in x.items()}
    with quiet(), torch.inference_mode():
        for batch, shares in ((x, True), (other, True), (changing, False), (apart, False)):
            assert (Overlap.of(batch, quick._static_columns(batch)).start is not None) is shares
            torch.testing.assert_close(quick(batch)["prediction"], network(batch)["prediction"], rtol=1e-5, atol=1e-5)


def test_that_weights_that_were_changed_or_loaded_count(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft"))
    network, quick = forecaster.network, QuickTft(forecaster.network)
    with quiet(), torch.no_grad():
        before = quick(x)["prediction"]
        network.load_state_dict({name: 0.9 * one for name, one in network.state_dict().items()})
        after = quick(x)["prediction"]
        assert not torch.allclose(before, after, atol=1e-3)
        torch.testing.assert_close(after, network(x)["prediction"], rtol=1e-5, atol=1e-5)


def test_that_steps_of_a_training_count(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft"))
    optimizer = torch.optim.AdamW(forecaster.network.parameters(), lr=0.1, fused=True)
    batch = x, (x["decoder_target"], None)
    for _ in range(2):
        with quiet(), torch.no_grad():
            expected = forecaster.network(x)["prediction"].sort(dim=-1).values
            torch.testing.assert_close(forecaster.forecast(batch)[0].quantiles, expected, rtol=1e-5, atol=1e-5)
        forecaster.loss(batch).backward()
        optimizer.step()


def test_that_what_it_cannot_do_is_left_to_the_library(shops: pd.DataFrame, make_shop_spec: Make) -> None:
    forecaster, x = ready(shops, make_shop_spec("tft"))
    quick = QuickTft(forecaster.network)
    with torch.no_grad():
        assert quick.takes(x)
        shorter = x["encoder_lengths"].clone()
        shorter[3] -= 2
        assert not quick.takes({**x, "encoder_lengths": shorter})
        assert not quick.takes({**x, "encoder_cont": x["encoder_cont"].double()})
        with torch.autocast("cpu", torch.bfloat16):
            assert not quick.takes(x)
        forecaster.network.train()
        assert not quick.takes(x)
    shared, x = ready(shops, make_shop_spec("tft", model__params={"share_single_variable_networks": True}))
    with torch.no_grad():
        assert not QuickTft(shared.network).takes(x)
