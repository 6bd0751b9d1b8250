"""Series and specifications as a person could put them together, sound or not, and what must be so for each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from engine.catalog import forecasting_models, model, problems
from engine.datasets import import_file
from engine.families import run
from engine.families.forecasting.prediction import predict
from engine.families.forecasting.preflight import preflight
from engine.families.forecasting.scoring import score
from engine.runs import RunStore
from engine.spec import RunSpec, parse
from engine.training.failures import RunFailed
from engine.training.recorder import Recorder

NUMBERS, CATEGORIES, STATIC = ("price", "size"), ("weather", "kind"), ("size", "kind")
SCALES: dict[str, dict[str, Any]] = {
    "poisson": {"transformation": "log1p"},
    "tweedie": {"transformation": "log1p"},
    "lognormal": {"transformation": "log1p"},
    "beta": {"transformation": "logit", "center": True},
    "negative_binomial": {"transformation": "none", "center": False},
}
"""What a loss asks of the scale; else nearly all that is drawn would be refused."""
SIZES: dict[str, dict[str, Any]] = {"timexer": {"hidden_size": 16, "n_heads": 2}, "nbeats_kan": {}}
KINDS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "numbers": lambda y: y,
    "large": lambda y: 1e4 * y,
    "below zero": lambda y: y - 15,
    "counts": lambda y: np.round(np.abs(y)),
    "shares": lambda y: 1 / (1 + np.exp(10 - y)),
    "all alike": lambda y: 0 * y + 5,
}
FITTING = {"negative_binomial": "counts", "beta": "shares", "poisson": "counts"}


def a_table(draw: st.DrawFn, loss: str) -> pd.DataFrame:
    """One to five series, some too short, some with gaps and missing inputs."""
    source = np.random.default_rng(draw(st.integers(0, 999)))
    frequency = draw(st.sampled_from(["h", "D", "W", "MS", "15min", ""]))
    kind = FITTING.get(loss) if draw(st.booleans()) else None
    frames = []
    for place in range(draw(st.sampled_from([2, 1, 3, 5]))):
        rows = draw(st.sampled_from([45, 60, 30, 10, 3]))
        begin = draw(st.sampled_from([0, 5]))
        times = pd.date_range("2024-01-01", periods=rows, freq=frequency) if frequency else begin + np.arange(rows)
        plain = 10 + 3 * place + 2 * np.sin(np.arange(rows) / 3) + 0.3 * source.normal(size=rows)
        y = KINDS[kind or draw(st.sampled_from(list(KINDS)))](plain)
        frame = pd.DataFrame(
            {
                "time": times,
                "shop": f"shop {place}",
                "y": y,
                "z": 2 * y + source.normal(size=rows),
                "price": source.normal(size=rows),
                "weather": source.choice(["rain", "sun", "snow"], rows),
                "size": float(place),
                "kind": "ab"[place % 2],
            }
        )
        if draw(st.booleans()):
            frame = frame.drop(index=source.choice(rows, rows // 15, replace=False))
        if draw(st.booleans()):
            frame.loc[frame.index[1], "price"] = np.nan
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


@st.composite
def runs(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A table, and a specification for it without its dataset."""
    info = model(draw(st.sampled_from([one.name for one in forecasting_models()])))
    loss = draw(st.sampled_from(info.losses or ("quantile",)))
    table = a_table(draw, loss)
    one_of = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    columns = [name for name in (*NUMBERS, *CATEGORIES) if info.inputs and draw(st.booleans())]
    static = [name for name in columns if name in STATIC]
    moving = [name for name in columns if name not in STATIC]
    inputs = {
        "known": moving if not info.unknown_inputs else [name for name in moving if draw(st.booleans())],
        "static": static,
        "calendar": draw(st.lists(st.sampled_from(["hour", "weekday", "month", "year_day"]), unique=True, max_size=2)),
        "series": draw(st.booleans()),
        "relative_time": info.relative_time and draw(st.booleans()),
        "target_scales": draw(st.booleans()),
        "lags": one_of({}, {}, {"y": [1, 3]}, {"y": [12]}),
    }
    scaling = {
        "normaliser": one_of("auto", "encoder", "last", "series", "all", "none"),
        "method": one_of("standard", "robust"),
        "center": draw(st.booleans()),
        "transformation": one_of("none", "none", "log", "log1p", "softplus", "relu", "logit", "count"),
    }
    horizon = one_of(1, 3, 6)
    small, has_size = SIZES.get(info.name, {"hidden_size": 8}), any(one.name == "hidden_size" for one in info.params)
    content = {
        "family": "forecasting",
        "data": {
            "name": "drawn",
            "roles": {
                "target": one_of(["y"], ["y"], ["y", "z"]),
                "group": ["shop"],
                "continuous": [name for name in columns if name in NUMBERS],
                "categorical": [name for name in columns if name in CATEGORIES],
            },
        },
        "split": one_of(
            {"kind": "holdout"},
            {"kind": "holdout", "valid_steps": 8, "test_steps": 9, "gap": 2},
            {"kind": "holdout", "test": 0},
            {"kind": "rolling", "folds": 2, "test_steps": horizon},
        ),
        "model": {"name": info.name, "params": small if has_size or info.name in SIZES else {}},
        "forecasting": {
            "timeline": {
                "column": "time",
                "missing_steps": one_of("forward", "interpolate", "zero"),
                "short_series": one_of("drop", "pad"),
            },
            "windows": {
                "encoder_length": one_of(12, 2, 5, 25),
                "horizon": horizon,
                "step": one_of(1, 2, 5),
                "evaluation_step": one_of(1, 3),
            },
            "inputs": inputs if info.inputs else {},
            "scaling": {**scaling, **SCALES.get(loss, {})},
            "loss": loss,
            "quantiles": one_of([0.1, 0.5, 0.9], [0.5], [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]),
        },
        "trainer": {
            "epochs": 1,
            "batch_size": one_of(16, 1, 7, 64, 1_000),
            "device": "cpu",
            "threads": 1,
            "precision": one_of("32-true", "32-true", "bf16-mixed", "64-true"),
            "gradient_clip": one_of(0, 1.0),
            "drop_last": draw(st.booleans()),
            "accumulate_grad_batches": one_of(1, 2),
        },
    }
    return table, content


def check(folder: Path, table: pd.DataFrame, content: dict[str, Any]) -> str:
    """Import, look at, train, forecast, score. Return how far it came; only RunFailed and words may stop it."""
    file = folder / "drawn.csv"
    table.to_csv(file, index=False)
    workspace = folder / "workspace"
    workspace.mkdir()
    spec: RunSpec = parse({**content, "data": {**content["data"], "dataset": import_file(workspace, file).id}})
    if problems(spec):
        return "problem"
    found = preflight(workspace, spec)
    if errors := [one for one in found.warnings if one.severity == "error"]:
        assert all(one.text and "Error" not in one.text for one in errors), errors
        return "refused"
    with RunStore(workspace) as store:
        run_id = store.create_run(spec).id
    try:
        with Recorder(workspace, run_id) as recorder:
            run(recorder)
    except RunFailed as failure:
        # Only what the numbers of a training do is not known before it.
        assert "loss became" in failure.cause, failure.cause
        return "failed"
    report = predict(workspace, run_id, file, allow_missing=True)
    assert report.rows > 0
    assert score(workspace, run_id, file).count > 0
    return "trained"
