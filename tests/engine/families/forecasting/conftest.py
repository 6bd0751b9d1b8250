"""Small series, and specifications and runs on them, for the tests of the forecasting family."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.families import run
from engine.runs import Outcome, RunStore
from engine.spec import RunSpec, parse
from engine.training.recorder import Recorder

STEPS = 60


@pytest.fixture
def shops() -> pd.DataFrame:
    """Three shops of 60 hours: sales with a daily wave, a price that is known ahead, the weather, a weekday and a size."""
    rng = np.random.default_rng(3)
    times = pd.date_range("2024-01-01", periods=STEPS, freq="h")
    frames = []
    for place, shop in enumerate(("north", "south", "west")):
        wave = np.sin(2 * np.pi * np.arange(STEPS) / 24)
        price = rng.normal(size=STEPS)
        frames.append(
            pd.DataFrame(
                {
                    "time": times,
                    "shop": shop,
                    "sales": 20 + 5 * place + 3 * wave + price + 0.3 * rng.normal(size=STEPS),
                    "price": price,
                    "weather": rng.choice(["rain", "sun"], STEPS),
                    "day": times.day_name(),
                    "size": float(place),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def shop_spec(model: str = "nhits", **changes: Any) -> RunSpec:
    """A specification for `shops`; dotted keys replace its parts."""
    content: dict[str, Any] = {
        "family": "forecasting",
        "data": {"dataset": "d" * 16, "name": "shops", "roles": {"target": ["sales"], "group": ["shop"]}},
        "split": {"kind": "holdout", "valid_steps": 8, "test_steps": 12},
        "model": {"name": model, "params": {}},
        "forecasting": {"timeline": {"column": "time"}, "windows": {"encoder_length": 12, "horizon": 4}},
        "trainer": {"epochs": 2, "batch_size": 16, "device": "cpu", "threads": 1},
    }
    for key, value in changes.items():
        *path, last = key.split("__")
        place = content
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return parse(content)


@pytest.fixture
def make_shop_spec() -> Callable[..., RunSpec]:
    """Makes a specification for `shops`: (model, forecasting__windows__horizon=…)."""
    return shop_spec


@pytest.fixture
def train(workspace: Path) -> Callable[[RunSpec], tuple[Outcome, str]]:
    """Trains a specification whose snapshot is there, and returns how it ended and the run's id."""

    def done(spec: RunSpec) -> tuple[Outcome, str]:
        with RunStore(workspace) as store:
            run_id = store.create_run(spec).id
        with Recorder(workspace, run_id) as recorder:
            return run(recorder), run_id

    return done
