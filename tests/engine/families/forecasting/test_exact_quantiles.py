"""Quantiles of a distribution are those of its draws, without drawing."""

import pytest
import torch

from engine.families.forecasting.exact_quantiles import ExactBeta, ExactNegativeBinomial

LEVELS = [0.05, 0.5, 0.9]


@pytest.mark.parametrize("kind", [ExactBeta, ExactNegativeBinomial])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_that_quantiles_are_those_of_many_draws(kind: type, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    loss = kind(quantiles=LEVELS)
    mean = torch.tensor([[0.2, 0.7], [0.5, 0.9]] if kind is ExactBeta else [[2.0, 40.0], [7.5, 300.0]])
    given = torch.stack([mean, torch.tensor([[3.0, 20.0], [8.0, 5.0]]) * (1 if kind is ExactBeta else 0.05)], -1)
    chance = torch.get_rng_state()
    found = loss.to_quantiles(given.to(dtype))
    assert found.shape == (2, 2, 3) and found.dtype == dtype and torch.equal(chance, torch.get_rng_state())
    drawn = loss.map_x_to_distribution(given).sample((40_000,))
    expected = torch.quantile(drawn, torch.tensor(LEVELS), dim=0).movedim(0, -1)
    torch.testing.assert_close(found.float(), expected, rtol=0.03, atol=0.02 if kind is ExactBeta else 1.0)
    assert kind is ExactBeta or torch.equal(found, found.round())
