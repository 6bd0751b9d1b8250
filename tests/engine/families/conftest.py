"""Small rows and series, specifications on them, and models trained for a moment, for the tests of the families."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from engine.spec import DataSpec, ModelSpec, Roles, RunSpec, TabularSpec, TrainerSpec, parse

STEPS = 60  # of each series


@pytest.fixture
def small_frame() -> pd.DataFrame:
    """240 rows: numbers a and b, a category, a date, an identifier to be ignored, a class and a number to predict."""
    rng = np.random.default_rng(7)
    rows = 240
    a, b = rng.normal(size=rows), rng.normal(size=rows)
    colour = rng.choice(["blue", "green", "red"], rows)
    score = a + 0.5 * (colour == "red") + 0.2 * rng.normal(size=rows)
    return pd.DataFrame(
        {
            "name": [f"row {i}" for i in range(rows)],
            "a": a,
            "b": b,
            "colour": colour,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D"),
            "kind": np.where(score > 0.3, "yes", "no"),
            "price": 100 + 20 * score,
        }
    )


@pytest.fixture
def snapshot(workspace: Path) -> Callable[..., str]:
    """Writes a frame as a dataset's snapshot and returns the dataset's id."""

    def write(frame: pd.DataFrame, dataset: str = "d" * 16) -> str:
        folder = workspace / "datasets" / dataset
        folder.mkdir(parents=True)
        with duckdb.connect() as db:
            db.register("frame", frame)
            db.sql("SELECT * FROM frame").write_parquet(str(folder / "data.parquet"))
            described = db.sql("DESCRIBE SELECT * FROM frame").fetchall()
        columns = [{"name": row[0], "type": _TYPES.get(str(row[1]), "text")} for row in described]
        description: dict[str, Any] = {
            "id": dataset,
            "name": "small",
            "source": "small.csv",
            "rows": len(frame),
            "columns": columns,
            "rejected": 0,
            "created": time.time(),
            "options": {"format": "csv"},
            "bytes": 1,
        }
        (folder / "dataset.json").write_text(json.dumps(description), encoding="utf-8")
        return dataset

    return write


_TYPES = {
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "datetime",
    "TIMESTAMP_NS": "datetime",
    "TIMESTAMP_S": "datetime",
    "TIMESTAMP_MS": "datetime",
}


def small_spec(task: str = "classification", target: tuple[str, ...] = (), **parts: Any) -> RunSpec:
    """A specification for `small_frame` with a network of one small layer."""
    roles = Roles(
        target=target or (("kind",) if task == "classification" else ("price",)),
        continuous=("a", "b"),
        categorical=("colour",),
        date=("day",),
    )
    settings: dict[str, Any] = {
        "data": DataSpec(dataset="d" * 16, name="small", roles=roles),
        "model": ModelSpec(params={"layers": "16"}),
        "tabular": TabularSpec(task=task),  # type: ignore[arg-type]
        "trainer": TrainerSpec(epochs=3, batch_size=32, device="cpu"),
    }
    return RunSpec(**{**settings, **parts})


@pytest.fixture
def make_spec() -> Callable[..., RunSpec]:
    """Makes a specification for `small_frame`; named parts replace the defaults."""
    return small_spec


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


def with_changes(content: dict[str, Any], changes: Mapping[str, Any]) -> RunSpec:
    """Return a specification of this content; dotted keys, with __ for the dot, replace its parts."""
    for key, value in changes.items():
        *path, last = key.split("__")
        place = content
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return parse(content)


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
    return with_changes(content, changes)


@pytest.fixture
def make_shop_spec() -> Callable[..., RunSpec]:
    """Makes a specification for `shops`: (model, forecasting__windows__horizon=…)."""
    return shop_spec


@pytest.fixture
def fit() -> Callable[..., Any]:
    """Trains a model for a moment: (frame, spec, rows) → TrainedModel."""

    def train(frame: pd.DataFrame, spec: RunSpec, rows: np.ndarray, steps: int = 60) -> Any:
        import torch

        from engine.families.supervised.objective import Objective
        from engine.families.tabular import network
        from engine.families.tabular.encoding import Encoder
        from engine.families.tabular.trained import TrainedModel

        torch.set_num_threads(1)  # tests run beside each other
        encoder = Encoder.fit(frame, rows, spec)
        model = network.build(spec, encoder)
        tensors, objective = encoder.transform(frame, rows), Objective.of(encoder)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        batch = tensors.batch(slice(None))
        model.train()
        for _ in range(steps):
            optimizer.zero_grad()
            objective.loss(objective.raw(model(batch)), tensors.target).backward()
            optimizer.step()
        model.eval()
        return TrainedModel(spec, encoder, model)

    return train


@pytest.fixture
def reviews() -> pd.DataFrame:
    """240 sentences of four to nine words, of which one says whether it is “good” or “bad”, and how much so."""
    rng = np.random.default_rng(5)
    words = [f"word{place}" for place in range(20)]
    liked, disliked = ["good", "fine", "great"], ["bad", "dull", "poor"]
    rows = []
    for _ in range(240):
        label = bool(rng.random() < 0.5)
        degree = int(rng.integers(3))
        around = rng.choice(words, rng.integers(3, 9)).tolist()
        around.insert(int(rng.integers(len(around))), (liked if label else disliked)[degree])
        rows.append((" ".join(around), "good" if label else "bad", (1.0 + degree) * (1 if label else -1)))
    return pd.DataFrame(rows, columns=["text", "label", "score"])


def review_spec(task: str = "text-classifier", model: str = "word_average", **changes: Any) -> RunSpec:
    """A specification for `reviews`; dotted keys replace its parts."""
    classes = task in ("text-classifier", "sequence-classification")
    content: dict[str, Any] = {
        "family": "text",
        "data": {"dataset": "d" * 16, "name": "reviews"},
        "split": {"kind": "stratified" if classes else "random"},
        "model": {"name": model, "params": _SMALL.get(model, {})},
        "text": {
            "task": task,
            "columns": {"labels": ["label"]} if classes else {},
            "tokenizer": {"kind": "words"},
            "max_length": 16,
        },
        "trainer": {"epochs": 3, "batch_size": 32, "device": "cpu", "threads": 1},
    }
    return with_changes(content, changes)


_TINY = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
_SMALL: dict[str, dict[str, Any]] = {
    "word_average": {"embedding_dim": 16},
    "text_cnn": {"embedding_dim": 8, "filters": 4, "widths": [1, 2]},
    "lstm_lm": {"embedding_dim": 16, "hidden_size": 16, "layers": 2, "bptt": 9},
    "gru_lm": {"embedding_dim": 16, "hidden_size": 16, "layers": 1, "bptt": 9},
    "bert": _TINY,
    "gpt2": {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_inner": 16},
    "word2vec": {"dimension": 8, "least_count": 1, "subsample": 0.01},
}


@pytest.fixture
def make_review_spec() -> Callable[..., RunSpec]:
    """Makes a specification for `reviews`; dotted keys replace its parts."""
    return review_spec
