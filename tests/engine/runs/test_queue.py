"""The queue: runs wait in order, each is started once, and never more than the limit at once, whoever asks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.runs import Holder, Outcome, RunStatus, RunStore
from engine.spec import DataSpec, RunSpec, TrainerSpec

ROOT = Path(__file__).resolve().parents[3]
ME = Holder(os.getpid(), 1.0)


@pytest.fixture
def store(workspace: Path) -> Iterator[RunStore]:
    with RunStore(workspace) as opened:
        yield opened


def spec(name: str = "one", device: str = "auto") -> RunSpec:
    return RunSpec(name=name, data=DataSpec(dataset="abc"), trainer=TrainerSpec(device=device))


def waiting(store: RunStore, count: int, device: str = "auto") -> list[str]:
    return [store.create_run(spec(str(number), device), waiting=True).id for number in range(count)]


def test_that_runs_wait_in_the_order_they_came_and_are_taken_in_it(store: RunStore) -> None:
    ids = waiting(store, 3)
    assert [run.id for run in store.queue()] == ids
    store.set_queue_limit(5)
    assert [store.take_next(ME) for _ in range(4)] == [*ids, None]
    assert store.queue() == []


def test_that_a_run_started_directly_does_not_wait(store: RunStore) -> None:
    run = store.create_run(spec())
    assert run.queue_place is None and store.queue() == []
    assert store.enqueue(run.id) and not store.enqueue(run.id)
    assert store.queue_state().waiting == (run.id,)


def test_that_the_limit_counts_runs_at_work_on_the_device(store: RunStore) -> None:
    first, second = waiting(store, 2)
    other = waiting(store, 1, device="cpu")[0]
    assert store.take_next(ME) == first
    assert store.take_next(ME) == other  # another device has room of its own
    assert store.take_next(ME) is None
    assert store.claim(first, os.getpid(), 1.0)
    assert store.take_next(ME) is None
    store.finish(first, Outcome.finished())
    assert store.take_next(ME) == second


def test_that_the_first_gpu_is_one_device_under_both_its_names(store: RunStore) -> None:
    ids = [*waiting(store, 1, "cuda"), *waiting(store, 1, "cuda:0"), *waiting(store, 1, "cuda:1")]
    assert [store.take_next(ME) for _ in range(3)] == [ids[0], ids[2], None]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), max_size=8))
def test_that_moving_a_run_changes_only_its_own_place(store: RunStore, moves: list[tuple[int, int | None]]) -> None:
    for run in store.queue():
        store.finish(run.id, Outcome.stopped())
    ids = waiting(store, 6)
    expected = list(ids)
    for which, target in moves:
        run, before = ids[which], None if target is None else ids[target]
        assert store.move_in_queue(run, before)
        if run != before:
            expected.remove(run)
            expected.insert(len(expected) if before is None else expected.index(before), run)
    assert [run.id for run in store.queue()] == expected


def test_that_a_run_which_no_longer_waits_cannot_be_moved(store: RunStore) -> None:
    first, second = waiting(store, 2)
    store.take_next(ME)
    assert not store.move_in_queue(first, None)
    assert not store.move_in_queue(second, first)
    assert store.move_in_queue(second, None)


def test_that_a_waiting_run_is_claimed_by_no_worker(store: RunStore) -> None:
    (run,) = waiting(store, 1)
    assert not store.claim(run, os.getpid(), 1.0)
    store.take_next(ME)
    assert store.claim(run, os.getpid(), 1.0)


def test_that_a_stopped_or_trashed_run_leaves_the_queue(store: RunStore) -> None:
    first, second, third = waiting(store, 3)
    store.finish(first, Outcome.stopped())
    store.trash([second])
    assert [run.id for run in store.queue()] == [third]
    store.restore([second])
    assert [run.id for run in store.queue()] == [second, third]
    assert store.run(first).queue_place is None


def test_that_a_run_whose_starter_died_waits_again_where_it_waited(store: RunStore) -> None:
    first, second = waiting(store, 2)
    assert store.take_next(ME) == first
    store.hold(first, Holder(4242, 2.0))  # handed to a worker
    assert store.release_abandoned(lambda pid, started: True) == []
    assert store.take_next(ME) is None
    assert store.release_abandoned(lambda pid, started: (pid, started) != (4242, 2.0)) == [first]
    assert [run.id for run in store.queue()] == [first, second]


def test_that_a_claimed_run_stays_where_its_starter_died(store: RunStore) -> None:
    (run,) = waiting(store, 1)
    store.take_next(ME)
    store.claim(run, os.getpid(), 1.0)
    assert store.release_abandoned(lambda pid, started: False) == []
    assert store.run(run).status is RunStatus.STARTING and store.queue() == []


def test_that_a_run_started_directly_by_somebody_who_died_is_interrupted(store: RunStore) -> None:
    run = store.create_run(spec()).id
    store.hold(run, Holder(4242, 2.0))
    assert store.release_abandoned(lambda pid, started: False) == []
    assert store.run(run).status is RunStatus.INTERRUPTED


def test_that_queue_and_settings_are_there_when_the_workspace_is_opened_again(workspace: Path) -> None:
    with RunStore(workspace) as store:
        ids = waiting(store, 3)
        store.move_in_queue(ids[2], ids[0])
        store.set_queue_limit(2)
        store.set_setting("any", {"thing": [1, None]})
    with RunStore(workspace) as store:
        state = store.queue_state()
        assert state.waiting == (ids[2], ids[0], ids[1]) and state.limit == 2 and state.working == 0
        assert store.setting("any") == {"thing": [1, None]} and store.setting("none", 3) == 3


TAKER = """
import json, os, sys
from pathlib import Path
from engine.runs import Holder, Outcome, RunStore
taken, most = [], 0
with RunStore(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    while store.queue_state().waiting:
        run = store.take_next(Holder(os.getpid(), 1.0))
        if run is None:
            continue
        taken.append(run)
        assert store.claim(run, os.getpid(), 1.0)
        most = max(most, store.queue_state().working)
        store.finish(run, Outcome.finished())
print(json.dumps([taken, most]))
"""


def test_that_several_processes_start_each_run_once_and_keep_the_limit(workspace: Path) -> None:
    with RunStore(workspace) as store:
        ids = waiting(store, 40)
        store.set_queue_limit(2)
    command = [sys.executable, "-c", TAKER, str(workspace)]
    takers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for taker in takers:
        assert taker.stdout is not None and taker.stdout.readline() == "ready\n"
    said = []
    for taker in takers:
        assert taker.stdin is not None
        taker.stdin.write("\n")
        taker.stdin.flush()
    for taker in takers:
        said.append(json.loads(taker.communicate(timeout=60)[0]))
        assert taker.returncode == 0
    assert sorted(run for taken, _ in said for run in taken) == sorted(ids)
    assert max(most for _, most in said) <= 2
    with RunStore(workspace) as store:
        assert all(run.status is RunStatus.FINISHED for run in store.runs())


def test_that_tags_groups_and_views_are_kept(workspace: Path) -> None:
    with RunStore(workspace) as store:
        one, two = store.create_run(spec("a")).id, store.create_run(spec("b")).id
        store.set_tags(one, [" good  one", "night", "", "night"])
        store.set_group([one, two], "sweep 1")
        store.save_view("mine", {"columns": ["name"], "filter": "loss < 1"})
    with RunStore(workspace) as store:
        assert store.run(one).tags == ("good one", "night") and store.run(two).tags == ()
        assert {run.group for run in store.runs()} == {"sweep 1"}
        assert store.views() == {"mine": {"columns": ["name"], "filter": "loss < 1"}}
        store.delete_view("mine")
        assert store.views() == {}


def test_that_a_new_limit_tag_or_place_is_news_to_other_windows(workspace: Path) -> None:
    with RunStore(workspace) as store, RunStore(workspace) as other:
        first, second = waiting(store, 2)
        revision, *_ = other.changed_since(-1)
        store.set_tags(first, ["x"])
        store.move_in_queue(second, first)
        now, changed, _ = other.changed_since(revision)
        assert {run.id for run in changed} == {first, second}
        store.set_queue_limit(3)
        assert other.changed_since(now)[0] > now
