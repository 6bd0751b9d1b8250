"""What the engine thread reads for the columns of the Runs page: in slices, each value once."""

from pathlib import Path

import pytest

from app.run_values import SLICE, RunValues
from engine.runs import Points, RunStore
from engine.spec import DataSpec, RunSpec


@pytest.fixture
def store(workspace: Path):
    with RunStore(workspace) as store:
        yield store


def run_with(store: RunStore, *values: float) -> str:
    run_id = store.create_run(RunSpec(data=DataSpec(dataset="abc"))).id
    add(store, run_id, *values)
    return run_id


def add(store: RunStore, run_id: str, *values: float) -> None:
    places = list(range(len(values)))
    floats = [float(place) for place in places]
    store.append(run_id, {"loss": Points(places, list(values), floats, floats)})


def test_that_a_column_is_read_once_and_then_only_what_changed(store):
    values = RunValues()
    first, second = run_with(store, 0.5), run_with(store, 0.7)
    assert values.want(store, ["last:loss"]) == {"last:loss": {first: 0.5, second: 0.7}}
    assert values.want(store, ["last:loss"]) == {}
    add(store, first, 0.4)
    assert values.changed(store, [first]) == {"last:loss": {first: 0.4}}
    assert values.want(store, []) == {} and values.changed(store, [first]) == {}


def test_that_whole_series_are_read_in_slices_and_told_together(store):
    values = RunValues()
    ids = [run_with(store, 0.5, place / 10, 0.9) for place in range(3)]
    assert values.want(store, ["min:loss"]) == {} and values.waiting
    assert values.go_on(store) == {"min:loss": {ids[0]: 0.0, ids[1]: 0.1, ids[2]: 0.2}}
    assert not values.waiting and SLICE > 3


def test_that_a_best_value_that_changes_while_others_are_read_is_not_told_as_it_was(store, monkeypatch):
    monkeypatch.setattr("app.run_values.SLICE", 1)
    values = RunValues()
    older, newer = run_with(store, 0.5), run_with(store, 0.7)
    values.want(store, ["min:loss"])
    assert values.go_on(store) == {}  # the newest first
    add(store, newer, 0.1)
    assert values.changed(store, [newer]) == {"min:loss": {newer: 0.1}}
    assert values.go_on(store) == {"min:loss": {older: 0.5, newer: 0.1}}


def test_that_a_best_value_of_a_growing_run_looks_at_its_new_points_too(store):
    values = RunValues()
    run_id = run_with(store, 0.5, 0.3)
    values.want(store, ["min:loss"])
    values.go_on(store)
    for value, best in ((0.4, 0.3), (float("nan"), 0.3), (0.2, 0.2)):
        add(store, run_id, value)
        assert values.changed(store, [run_id]) == {"min:loss": {run_id: best}}


def test_that_settings_are_read_on_from_where_they_were_known(store):
    values = RunValues()
    run_with(store, 0.5)
    values.ask_fields()
    assert values.go_on_fields(store) is None and values.waiting
    settings, metrics = values.go_on_fields(store)
    assert "trainer.batch_size" in settings and metrics == ["loss"] and not values.waiting
    values.ask_fields()
    assert values.go_on_fields(store) == (settings, metrics)
