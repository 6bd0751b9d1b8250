"""Any setting and any metric as one value a run: what a table of runs asks of the store."""

import math
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.runs import Points, RunStore
from engine.spec import DataSpec, ModelSpec, Roles, RunSpec, TrainerSpec


def spec(batch_size: int = 64, **model: object) -> RunSpec:
    return RunSpec(
        data=DataSpec(dataset="abc", name="iris", roles=Roles(target=("kind",))),
        model=ModelSpec(name="category_embedding", params=model),
        trainer=TrainerSpec(batch_size=batch_size),
    )


def points(*values: float) -> Points:
    places = list(range(len(values)))
    return Points(places, list(values), [float(place) for place in places], [float(place) for place in places])


@pytest.fixture
def store(workspace: Path):
    with RunStore(workspace) as store:
        yield store


def test_that_settings_of_all_runs_are_named_once_and_read_with_their_kinds(store: RunStore) -> None:
    first, second = store.create_run(spec(32, layers="64-32")).id, store.create_run(spec(128)).id
    fields = store.spec_fields()
    assert {"trainer.batch_size", "model.params.layers", "data.roles.target", "origin"} <= set(fields)
    assert len(fields) == len(set(fields)) and not any("[" in field for field in fields)
    assert store.spec_values("trainer.batch_size") == {first: 32, second: 128}
    assert store.spec_values("model.params.layers") == {first: "64-32"}
    assert store.spec_values("data.roles.target", [second]) == {second: ["kind"]}
    assert store.spec_values("trainer.early_stopping.enabled", [first])[first] is True
    assert store.spec_values("origin") == {first: None, second: None}


def test_that_metrics_are_read_from_the_curves_and_else_from_the_summary(store: RunStore) -> None:
    curved, summed, bare = (store.create_run(spec()).id for _ in range(3))
    store.append(curved, {"valid/loss": points(0.5, 0.2, 0.3)}, summary={"valid/loss": 9.0})
    store.set_summary(summed, {"valid/loss": 0.7, "best/valid/loss": 0.6, "test/accuracy": 0.9})
    assert store.metric_keys() == ["test/accuracy", "valid/loss"]
    assert store.last_values("valid/loss") == {curved: 0.3, summed: 0.7}
    assert store.best_values("valid/loss", smaller_is_better=True) == {curved: 0.2, summed: 0.7}
    assert store.best_values("valid/loss", smaller_is_better=False, ids=[curved, bare]) == {curved: 0.5}


def test_that_nan_is_told_as_the_last_value_and_is_never_the_best(store: RunStore) -> None:
    run, broken = store.create_run(spec()).id, store.create_run(spec()).id
    store.append(run, {"loss": points(0.5, math.inf, math.nan)})
    store.append(broken, {"loss": points(math.nan)})
    assert math.isnan(store.last_values("loss")[run])
    best = store.best_values("loss", smaller_is_better=False)
    assert best[run] == 0.5 and math.isnan(best[broken])


def test_that_the_best_is_found_in_every_chunk(store: RunStore) -> None:
    run = store.create_run(spec()).id
    values = np.sin(np.arange(5000) / 700)
    store.append(run, {"loss": points(*values[:3000])})
    store.append(run, {"loss": points(*values[3000:])})
    assert store.best_values("loss", smaller_is_better=True) == {run: values.min()}


def test_that_a_store_that_was_made_without_an_index_gets_it_when_it_is_opened(workspace: Path) -> None:
    RunStore(workspace).close()
    with closing(sqlite3.connect(workspace / "workspace.db")) as database:
        database.execute("DROP INDEX runs_by_status")
        database.execute("DROP INDEX series_by_key")
    RunStore(workspace).close()
    with closing(sqlite3.connect(workspace / "workspace.db")) as database:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert {"runs_by_status", "series_by_key"} <= names
