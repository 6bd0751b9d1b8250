"""The store keeps every point and every run, for any number of readers, and refuses in words what it cannot use."""

import multiprocessing
import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runs import Outcome, Points, Progress, RunStatus, RunStore, StoreError
from engine.spec import DataSpec, RunSpec


def spec(name: str = "") -> RunSpec:
    return RunSpec(name=name, data=DataSpec(dataset="abc", name="iris"))


def points(steps: list[int], values: list[float]) -> Points:
    return Points(list(steps), list(values), [float(step) for step in steps], [step / 10 for step in steps])


@settings(max_examples=40, deadline=None)
@given(
    batches=st.lists(
        st.lists(
            st.tuples(st.integers(-5, 10**12), st.floats(allow_nan=True, allow_infinity=True)), min_size=1, max_size=400
        ),
        max_size=12,
    )
)
def test_that_every_point_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, float]]]
) -> None:
    with RunStore(tmp_path_factory.mktemp("w")) as store:
        run = store.create_run(spec()).id
        for batch in batches:
            store.append(run, {"train/loss": points([step for step, _ in batch], [value for _, value in batch])})
        whole = [point for batch in batches for point in batch]
        series = store.series(run, "train/loss")
        assert series.steps.tolist() == [step for step, _ in whole]
        np.testing.assert_array_equal(series.values, [value for _, value in whole])
        later = store.series(run, "train/loss", start=len(whole) // 2)
        np.testing.assert_array_equal(later.values, [value for _, value in whole[len(whole) // 2 :]])


def test_that_small_writes_are_merged_into_large_chunks(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        for first in range(0, 5000, 10):
            steps = list(range(first, first + 10))
            store.append(run, {"train/loss": points(steps, [float(step) for step in steps])})
        series = store.series(run, "train/loss")
        assert series.values.tolist() == list(range(5000))
        assert series.times is not None and series.times.tolist() == list(range(5000))
    database = sqlite3.connect(workspace / "workspace.db")
    assert database.execute("SELECT count(*) FROM chunks").fetchone()[0] < 110
    database.close()


def test_that_a_reader_sees_only_what_is_new(workspace: Path) -> None:
    with RunStore(workspace) as writer, RunStore(workspace) as reader:
        first = writer.create_run(spec("first"))
        revision, changed, _ = reader.changed_since(-1)
        assert [run.id for run in changed] == [first.id]
        second = writer.create_run(spec("second"))
        writer.set_progress(first.id, Progress(stage="training", step=3, total_steps=6))
        revision, changed, _ = reader.changed_since(revision)
        assert [run.id for run in changed] == [second.id, first.id]
        assert changed[1].progress.fraction == 0.5
        assert reader.changed_since(revision) == (revision, [], [])


def test_that_the_first_outcome_stands(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        assert store.claim(run, os.getpid(), 1.0)
        assert not store.claim(run, os.getpid() + 1, 1.0)
        assert store.finish(run, Outcome.finished())
        assert not store.finish(run, Outcome.crashed(-9))
        store.set_status(run, RunStatus.RUNNING)
        assert store.run(run).status is RunStatus.FINISHED


def test_that_runs_go_to_the_trash_and_come_back_but_not_while_at_work(workspace: Path) -> None:
    with RunStore(workspace) as store:
        idle, busy = store.create_run(spec("idle")).id, store.create_run(spec("busy")).id
        store.claim(busy, os.getpid(), 1.0)
        revision = store.changed_since(-1)[0]
        assert store.trash([idle, busy]) == [idle]
        assert [run.id for run in store.runs()] == [busy]
        assert store.changed_since(revision)[2] == [idle]
        store.restore([idle])
        assert {run.id for run in store.runs()} == {idle, busy}


def test_that_a_run_is_found_by_the_start_of_its_id_or_its_name(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec("night run"))
        store.create_run(spec("other"))
        assert store.find(run.id[:5]).id == run.id
        assert store.find("night run").id == run.id
        for nothing in ("zzz", ""):
            with pytest.raises(StoreError, match="there is no run"):
                store.find(nothing)


def test_that_commands_are_taken_once(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        store.send(run, "stop", {"keep": True})
        assert [(command.kind, command.payload) for command in store.take_commands(run)] == [("stop", {"keep": True})]
        assert store.take_commands(run) == []


def test_that_log_events_artifacts_and_summary_are_kept(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        store.append(run, log=[(1.0, "info", "hello")], events=[(2.0, "best", {"epoch": 3})], summary={"a": 1.0})
        store.append(run, summary={"b": 2.0})
        (store.run_folder(run) / "model.json").write_text("{}")
        store.add_artifact(run, "model", "model", store.run_folder(run) / "model.json")
        assert store.run(run).summary == {"a": 1.0, "b": 2.0}
        assert [line.text for line in store.log(run)] == ["hello"]
        assert store.events(run)[0].payload == {"epoch": 3}
        assert store.artifacts(run)[0].path == "model.json"


def test_that_a_new_workspace_may_be_opened_by_several_at_once(workspace: Path) -> None:
    for turn in range(10):
        together = threading.Barrier(4)

        def open_and_close(place: Path = workspace / str(turn), together: threading.Barrier = together) -> None:
            together.wait()
            RunStore(place).close()

        with ThreadPoolExecutor(4) as pool:
            for opened in [pool.submit(open_and_close) for _ in range(4)]:
                opened.result()


NEW_IN = {2: ("attempt", "queue_place", "tags", "run_group", "changes"), 3: ("rested", "rests_since", "seen")}


@pytest.mark.parametrize("old", [1, 2])
def test_that_an_older_workspace_is_migrated_after_a_copy(workspace: Path, old: int) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec("old")).id
        store.append(run, {"train/loss": points([1, 2], [0.5, 0.25])})
    with closing(sqlite3.connect(workspace / "workspace.db")) as database:
        for column in (column for version, columns in NEW_IN.items() if version > old for column in columns):
            database.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        if old == 1:
            database.execute("DROP TABLE settings")
        database.execute(f"PRAGMA user_version = {old}")
        database.commit()
    with RunStore(workspace) as store:
        assert store.run(run).name == "old"
        assert store.series(run, "train/loss").values.tolist() == [0.5, 0.25]
        new = store.create_run(spec("new")).id
        assert store.run(new).name == "new"
    with closing(sqlite3.connect(workspace / f"workspace.db.version{old}")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (old,)
        assert copy.execute("SELECT name FROM runs").fetchall() == [("old",)]
    assert not list(workspace.glob("*.part"))


def test_that_a_newer_workspace_is_refused_and_left_untouched(workspace: Path) -> None:
    RunStore(workspace).close()
    database = sqlite3.connect(workspace / "workspace.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="newer Tensorbench"):
        RunStore(workspace)


def test_that_a_strangers_database_is_refused(workspace: Path) -> None:
    database = sqlite3.connect(workspace / "workspace.db")
    database.execute("CREATE TABLE cats (name TEXT)")
    database.close()
    with pytest.raises(StoreError, match="was not made by Tensorbench"):
        RunStore(workspace)


def test_that_a_damaged_database_is_refused_in_words(workspace: Path) -> None:
    (workspace / "workspace.db").write_bytes(b"this is not a database, but it is long enough to look at" * 40)
    with pytest.raises(StoreError, match="damaged or is not a database"):
        RunStore(workspace)


def test_that_a_workspace_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file stands where the folder should be")
    with pytest.raises(StoreError, match="Choose another folder"):
        RunStore(blocked / "workspace")


def _write_forever(workspace: str, run: str, ready: "multiprocessing.synchronize.Event") -> None:
    store = RunStore(Path(workspace))
    step = 0
    while True:
        steps = list(range(step, step + 7))
        store.append(run, {"train/loss": points(steps, [float(value) for value in steps])})
        step += 7
        if step > 700:
            ready.set()


def test_that_a_killed_writer_leaves_a_sound_store_with_everything_that_was_seen(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        context = multiprocessing.get_context("spawn")
        ready = context.Event()
        writer = context.Process(target=_write_forever, args=(str(workspace), run, ready))
        writer.start()
        assert ready.wait(60)
        seen = store.series(run, "train/loss").values
        writer.kill()
        writer.join()
        after = store.series(run, "train/loss").values
        assert after[: len(seen)].tolist() == seen.tolist()
        assert after.tolist() == list(range(len(after)))
        assert len(after) % 7 == 0
    database = sqlite3.connect(workspace / "workspace.db")
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    database.close()


def test_that_a_series_is_read_whole_while_it_grows(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec()).id
        context = multiprocessing.get_context("spawn")
        ready = context.Event()
        writer = context.Process(target=_write_forever, args=(str(workspace), run, ready))
        writer.start()
        try:
            assert ready.wait(60)
            for start in range(400):
                series = store.series(run, "train/loss", start=start)
                assert series.values.tolist() == list(range(start, start + len(series.values)))
        finally:
            writer.kill()
            writer.join()
