"""A level that an implicit quantile network is asked for has one answer, and draws differ."""

from typing import Any

import torch

from engine.families.forecasting.implicit_quantiles import ImplicitQuantiles


def test_that_a_level_has_one_answer_and_draws_differ_from_forecast_to_forecast() -> None:
    torch.manual_seed(0)
    loss: Any = ImplicitQuantiles([0.1, 0.5, 0.9])
    loss._transformation = None
    given = torch.randn(1, 1, 18).expand(5, 4, 18)
    levels = loss.to_quantiles(given)
    assert torch.equal(levels, loss.to_quantiles(given)) and levels.shape == (5, 4, 3)
    drawn = loss.sample(given, 3)
    assert drawn.shape == (5, 4, 3) and len(drawn.unique()) == 60
