"""Series that move together are given one normal distribution: its likelihood, and each series' own part of it."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_forecasting.metrics import MultivariateNormalDistributionLoss
from torch import distributions

from engine.families.forecasting.joint_normals import JointNormals
from engine.families.forecasting.loss_checks import of_loss
from engine.families.forecasting.preflight import preflight
from engine.families.forecasting.series import prepare
from engine.runs import Outcome, OutcomeKind, RunStore
from engine.spec import RunSpec

HORIZON, RANK = 3, 10
LEVELS = [0.1, 0.5, 0.9]


def loss_and_output(
    count: int, transformation: str | None = None, seed: int = 0
) -> tuple[JointNormals, torch.Tensor, torch.Tensor]:
    """A loss, what a network gave for so many windows, rescaled, and a truth that can be."""
    source = torch.Generator().manual_seed(seed)
    loss = JointNormals(quantiles=LEVELS)
    given = torch.randn(count, HORIZON, 2 + RANK, generator=source)
    scale = torch.stack([torch.randn(count, generator=source), 0.5 + torch.rand(count, generator=source)], dim=-1)
    output = loss.rescale_parameters(given, scale, SimpleNamespace(transformation=transformation))
    return loss, output, 0.2 + 0.6 * torch.rand(count, HORIZON, generator=source)


def together_of(sizes: list[int]) -> list[torch.Tensor]:
    """The places of groups of these sizes that follow each other, of the first ones and of the others."""
    places = torch.arange(max(sizes)).expand(len(sizes), -1)
    starts = torch.tensor([0, *sizes[:-1]]).cumsum(0)
    together = torch.where(places < torch.tensor(sizes)[:, None], places + starts[:, None], sum(sizes))
    return [one for one in (together[:2], together[2:]) if len(one)]


def by_torch(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The negative log-likelihood of windows of one moment, by torch's distribution with the whole covariance."""
    output, target = output.double().transpose(0, 1), target.double().T
    factors = output[..., 4:]
    covariance = factors @ factors.mT + torch.diag_embed(output[..., 3])
    normal = distributions.MultivariateNormal(output[..., 2], covariance)
    scaled = distributions.AffineTransform(output[..., 0], output[..., 1], event_dim=1)
    return -distributions.TransformedDistribution(normal, [scaled]).log_prob(target).sum()


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 14), min_size=1, max_size=4), seed=st.integers(0, 999))
def test_that_the_loss_is_the_likelihood_of_each_moments_windows(sizes: list[int], seed: int) -> None:
    loss, output, target = loss_and_output(sum(sizes), seed=seed)
    found = loss.joint_loss(output, target, together_of(sizes))
    parts = zip(output.split(sizes), target.split(sizes), strict=True)
    expected = sum(by_torch(*part) for part in parts) / target.numel()
    torch.testing.assert_close(found.double(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("transformation", [None, "log", "log1p", "softplus", "logit"])
def test_that_it_is_the_librarys_for_one_moment(transformation: str | None) -> None:
    loss, output, target = loss_and_output(5, transformation)
    theirs: Any = MultivariateNormalDistributionLoss(quantiles=LEVELS)
    theirs._transformation = transformation
    output = output.double()
    output[..., 0] = output[:1, :, 0]  # the library scales all series by the first step's numbers
    expected = theirs.loss(output, target.double()) / len(target) / target.numel()
    torch.testing.assert_close(loss.joint_loss(output, target.double()), expected)


@pytest.mark.parametrize(("transformation", "moved"), [("count", 1), ("relu", 0)])
def test_that_a_target_that_is_moved_alone_is_as_likely(transformation: str, moved: int) -> None:
    loss, output, target = loss_and_output(5)
    expected = loss.joint_loss(output, target + moved)
    torch.testing.assert_close(loss_and_output(5, transformation)[0].joint_loss(output, target), expected)


def test_that_gradients_are_those_of_the_whole_covariance() -> None:
    loss, output, target = loss_and_output(6)
    output = output.double().requires_grad_()
    (mine,) = torch.autograd.grad(loss.joint_loss(output, target.double()), output)
    (theirs,) = torch.autograd.grad(by_torch(output, target) / target.numel(), output)
    torch.testing.assert_close(mine, theirs)


def test_that_quantiles_and_draws_are_of_each_series_own_part() -> None:
    loss, output, _ = loss_and_output(4)
    spread = (output[..., 3] + output[..., 4:].square().sum(-1)).sqrt() * output[..., 1]
    mean = output[..., 2] * output[..., 1] + output[..., 0]
    expected = torch.stack(
        [mean + spread * float(distributions.Normal(0, 1).icdf(torch.tensor(one))) for one in LEVELS], -1
    )
    torch.testing.assert_close(loss.to_quantiles(output), expected, rtol=1e-4, atol=1e-4)
    torch.manual_seed(0)
    drawn = loss.sample(output[:, 0], 20_000)  # as DeepAR asks, step by step
    assert drawn.shape == (4, 20_000)
    torch.testing.assert_close(drawn.mean(-1), mean[:, 0], rtol=0, atol=0.1)
    torch.testing.assert_close(drawn.std(-1), spread[:, 0], rtol=0.03, atol=0)
    # Paths of one window share nothing: they are drawn for themselves.
    alike = loss.sample(output[:1, 0].expand(2, -1), 20_000)
    assert abs(float(torch.corrcoef(alike)[0, 1])) < 0.03


def test_that_numbers_that_are_none_become_a_loss_that_is_none() -> None:
    loss, output, target = loss_and_output(3)
    output[1, 0, 5] = torch.nan
    assert loss.joint_loss(output, target).isnan()


@pytest.mark.parametrize(
    ("shops_kept", "inputs", "fields"),
    [
        (["north"], {"series": True}, {"forecasting.loss"}),
        (["north", "west"], {}, {"forecasting.inputs.series"}),
        (["north", "west"], {"series": True}, set()),
    ],
)
def test_that_series_it_cannot_tell_apart_are_warned_of(
    shops_kept: list[str],
    inputs: dict[str, bool],
    fields: set[str],
    shops: pd.DataFrame,
    snapshot: Callable[..., str],
    workspace: Path,
    make_shop_spec: Callable[..., RunSpec],
) -> None:
    snapshot(shops[shops["shop"].isin(shops_kept)])
    spec = make_shop_spec("deepar", forecasting__loss="multivariate_normal", forecasting__inputs=inputs)
    found = preflight(workspace, spec)
    assert {one.field for one in found.warnings if one.severity == "warning"} == fields
    assert not any(one.severity == "error" for one in found.warnings)
    # A batch of 16 windows is 16 moments of one shop, or 8 of two.
    assert found.steps_per_epoch == -(-found.rows["train"] // 16)


@pytest.mark.parametrize(("batch_size", "told"), [(2, 1), (3, 0)])
def test_that_it_is_told_where_a_batch_cannot_hold_all_series(
    batch_size: int, told: int, shops: pd.DataFrame, make_shop_spec: Callable[..., RunSpec]
) -> None:
    changes = {"forecasting__loss": "multivariate_normal", "forecasting__inputs": {"series": True}}
    spec = make_shop_spec("deepar", trainer__batch_size=batch_size, **changes)
    found = list(of_loss(prepare(shops, spec), spec))
    assert [one.field for one in found] == ["trainer.batch_size"] * told
    assert all(one.severity == "info" and "2 of 3 series" in one.text for one in found)


@pytest.fixture
def shaken(snapshot: Callable[..., str]) -> None:
    """Six series of 120 steps, half of them moved up and half down by the same shocks."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    shocks = rng.normal(size=120)
    frames = [
        pd.DataFrame(
            {
                "time": pd.date_range("2024-01-01", periods=120, freq="h"),
                "shop": f"shop {place}",
                "sales": 10 * place + (1 if place % 2 else -1) * shocks + 0.2 * rng.normal(size=120),
            }
        )
        for place in range(6)
    ]
    snapshot(pd.concat(frames, ignore_index=True))


@pytest.mark.usefixtures("shaken")
def test_that_it_learns_how_series_move_together(
    workspace: Path, make_shop_spec: Callable[..., RunSpec], train: Callable[[RunSpec], tuple[Outcome, str]]
) -> None:
    losses = {}
    for name in ("normal", "multivariate_normal"):
        outcome, run_id = train(
            make_shop_spec(
                "deepar",
                forecasting__loss=name,
                forecasting__inputs={"series": True},
                forecasting__windows={"encoder_length": 3, "horizon": 1},
                model__params={"hidden_size": 8, "rnn_layers": 1},
                trainer__epochs=12,
                trainer__batch_size=48,
                trainer__optimizer={"name": "Adam", "learning_rate": 0.02},
            )
        )
        assert outcome.kind is OutcomeKind.FINISHED
        with RunStore(workspace) as store:
            losses[name] = store.series(run_id, "valid/loss").values.min()
    # Of one shock and little noise: 0.5 ln(2πe) each alone, and with the others far less.
    assert 1.2 < losses["normal"] < 1.7
    assert losses["multivariate_normal"] < losses["normal"] - 0.5
