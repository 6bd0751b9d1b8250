"""A multivariate quantile function turns noise into paths: its gradient, its score and its forecasts."""

from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.forecasting.quantile_functions import NUMBERS, PATHS, ConvexGradient, QuantileFunctions

LEVELS = [0.1, 0.5, 0.9]


def convex_of(size: int, seed: int) -> tuple[ConvexGradient, torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    return ConvexGradient(size, 5, 8).double(), torch.randn(3, 7, size).double() * 3, torch.randn(3, 5).double()


@settings(deadline=None)
@given(size=st.integers(1, 6), seed=st.integers(0, 999))
def test_that_the_gradient_is_that_of_its_potential_and_rises(size: int, seed: int) -> None:
    convex, at, context = convex_of(size, seed)
    at.requires_grad_()
    (expected,) = torch.autograd.grad(convex.potential(at, context).sum(), at)
    found = convex(at, context)
    torch.testing.assert_close(found, expected)
    # The gradient of a convex function is monotone: it never turns back.
    moved, along = found[:, 1:] - found[:, :1], at[:, 1:] - at[:, :1]
    assert ((moved * along).sum(-1) >= 0).all()


def test_that_of_one_step_it_is_a_quantile_function() -> None:
    convex, _, context = convex_of(1, 0)
    levels = torch.linspace(-3, 3, 50).double()[None, :, None].expand(3, -1, -1)
    assert (convex(levels, context).diff(dim=1) > 0).all()


def output_of(loss: QuantileFunctions, horizon: int, count: int = 4, transformation: str | None = None) -> torch.Tensor:
    scale = torch.stack([torch.arange(float(count)), 1 + torch.rand(count)], dim=-1)
    return loss.rescale_parameters(
        torch.randn(count, horizon, NUMBERS), scale, SimpleNamespace(transformation=transformation)
    )


def test_that_a_forecast_does_not_depend_on_those_beside_it_nor_on_chance() -> None:
    torch.manual_seed(0)
    loss = QuantileFunctions(3, LEVELS)
    output = output_of(loss, 3)
    chance = torch.get_rng_state()
    with torch.inference_mode():
        whole = loss.sample(output)
        assert whole.shape == (4, 3, PATHS) and torch.equal(torch.get_rng_state(), chance)
        torch.testing.assert_close(loss.sample(output[2:3]), whole[2:3])
    assert len(whole[0].unique()) == 3 * PATHS


def test_that_paths_can_be_learned_from_after_forecasts_were_made() -> None:
    loss = QuantileFunctions(7, LEVELS)
    output = output_of(loss, 7)
    with torch.inference_mode():
        loss.sample(output)
    loss.sample(output).sum().backward()
    assert loss.convex.first.weight.grad is not None


def test_that_the_score_is_the_energy_score_of_its_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    loss = QuantileFunctions(2, LEVELS)
    output, truth = output_of(loss, 2), torch.randn(4, 2)
    noise = torch.randn(4, 50, 2)
    monkeypatch.setattr(torch, "randn", lambda *_shape, **_kind: noise)
    paths = loss._paths(output, noise)
    away = (paths - truth[:, None]).norm(dim=-1).mean(-1)
    pairs = [(paths[:, one] - paths[:, two]).norm(dim=-1) for one in range(50) for two in range(50) if one != two]
    torch.testing.assert_close(loss.loss(output, truth), away - torch.stack(pairs).mean(0) / 2)


@pytest.mark.parametrize("transformation", ["log", "log1p", "softplus", "logit"])
def test_that_paths_stay_where_a_transformed_target_can_be(transformation: str) -> None:
    torch.manual_seed(0)
    loss = QuantileFunctions(2, LEVELS)
    paths = loss.sample(output_of(loss, 2, transformation=transformation))
    assert paths.isfinite().all() and (paths > -1).all()
    assert transformation != "logit" or (paths < 1).all()


def test_that_paths_become_those_of_what_is_learned() -> None:
    """Two steps that are always alike, and far from a normal distribution: both about two, or both about minus two."""
    torch.manual_seed(0)
    loss = QuantileFunctions(2, LEVELS)
    given = torch.zeros(64, 2, NUMBERS)
    scale = torch.tensor([[0.0, 1.0]]).expand(64, -1)
    output = loss.rescale_parameters(given, scale, SimpleNamespace(transformation=None))
    optimizer = torch.optim.Adam(loss.convex.parameters(), lr=0.1)
    for _ in range(300):
        side = 4.0 * torch.randint(2, (64, 1)) - 2
        loss.loss(output, side + 0.2 * torch.randn(64, 2)).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    one, two = loss.sample(output[:1])[0].detach()
    assert float(torch.corrcoef(torch.stack([one, two]))[0, 1]) > 0.95
    assert 0.4 < float((one > 0).float().mean()) < 0.6
    assert float((one.abs() < 1).float().mean()) < 0.2  # a normal distribution as wide has 0.38
