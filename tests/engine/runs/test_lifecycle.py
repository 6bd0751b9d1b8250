"""A run's life in the store: how long it was worked on, and what becomes of it when its starter goes."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runs import AUTO_DEVICE, Holder, Outcome, Progress, RunStatus, RunStore
from engine.spec import DataSpec, RunSpec, TrainerSpec

ME = Holder(os.getpid(), 1.0)


class Clock:
    """The time, which goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "time", made.time)
    return made


@pytest.fixture
def store(workspace: Path) -> Iterator[RunStore]:
    with RunStore(workspace) as opened:
        yield opened


def spec(device: str = "auto") -> RunSpec:
    return RunSpec(data=DataSpec(dataset="abc"), trainer=TrainerSpec(device=device))


def begin(store: RunStore) -> str:
    run = store.create_run(spec()).id
    assert store.claim(run, 1, 1.0)
    return run


def test_that_a_pause_does_not_count_as_duration(store: RunStore, clock: Clock) -> None:
    run = begin(store)
    clock.now += 10
    assert store.run(run).duration == pytest.approx(10)
    store.rest(run, 1)
    clock.now += 3600
    assert store.run(run).duration == pytest.approx(10)
    assert store.reopen(run, holder=ME)
    clock.now += 100  # it waits for a worker
    assert store.run(run).duration == pytest.approx(10)
    assert store.claim(run, 2, 1.0)
    clock.now += 5
    assert store.run(run).duration == pytest.approx(15)
    store.finish(run, Outcome.finished())
    clock.now += 50
    ended = store.run(run)
    assert ended.duration == pytest.approx(15) and ended.ended == clock.now - 50


def test_that_the_time_between_an_end_and_its_resumption_does_not_count(store: RunStore, clock: Clock) -> None:
    run = begin(store)
    clock.now += 10
    store.finish(run, Outcome.crashed(-9))
    clock.now += 1000
    store.reopen(run, waiting=True)
    clock.now += 1000
    assert store.take(run, ME) and store.claim(run, 2, 1.0)
    clock.now += 7
    store.finish(run, Outcome.stopped())
    assert store.run(run).duration == pytest.approx(17)


def test_that_a_run_taken_out_of_the_queue_and_put_back_lasts_from_its_first_start(
    store: RunStore, clock: Clock
) -> None:
    run = store.create_run(spec()).id
    store.finish(run, Outcome.stopped())
    clock.now += 300
    store.reopen(run, waiting=True)
    clock.now += 100
    assert store.take(run, ME) and store.claim(run, 1, 1.0)
    clock.now += 7
    store.finish(run, Outcome.finished())
    assert store.run(run).duration == pytest.approx(7)


def test_that_a_run_found_dead_lasted_until_its_last_sign_of_life(store: RunStore, clock: Clock) -> None:
    run = begin(store)
    clock.now += 10
    store.append(run, progress=Progress(step=5))
    clock.now += 8 * 3600  # the machine was off over night
    store.finish(run, Outcome.interrupted())
    assert store.run(run).duration == pytest.approx(10)
    store.reopen(run)
    store.claim(run, 2, 1.0)
    clock.now += 4
    assert store.run(run).duration == pytest.approx(14)


def test_that_a_run_whose_starter_died_after_reopening_it_is_resumable_again(store: RunStore) -> None:
    run = begin(store)
    store.finish(run, Outcome.crashed(-9))
    assert store.reopen(run, holder=Holder(4242, 2.0))
    assert store.release_abandoned(lambda pid, started: True) == []
    assert store.run(run).status is RunStatus.QUEUED and store.queue_state().working == 1
    assert store.release_abandoned(lambda pid, started: False) == []
    after = store.run(run)
    assert after.status is RunStatus.INTERRUPTED and after.outcome is not None
    assert "before one had taken it" in after.outcome.cause
    assert store.reopen(run)


def test_that_a_new_run_whose_starter_died_is_resumable(store: RunStore) -> None:
    run = store.create_run(spec(), holder=Holder(4242, 2.0)).id
    store.release_abandoned(lambda pid, started: False)
    assert store.run(run).status is RunStatus.INTERRUPTED


def test_that_a_run_which_could_not_be_started_is_given_up_honestly(store: RunStore) -> None:
    direct = store.create_run(spec(), holder=ME).id
    waiting = store.create_run(spec(), waiting=True).id
    assert store.take(waiting, ME)
    store.release(direct)
    store.release(waiting)
    assert store.run(direct).status is RunStatus.INTERRUPTED
    assert store.queue_state().waiting == (waiting,)


def test_that_of_two_who_reopen_a_run_one_is_told_no(store: RunStore, workspace: Path) -> None:
    run = begin(store)
    store.rest(run, 1)
    with RunStore(workspace) as other:
        assert store.reopen(run, waiting=True)
        assert not other.reopen(run, holder=ME)
    assert store.queue_state().waiting == (run,)


def test_that_the_limit_counts_the_automatic_device_as_the_one_it_is(store: RunStore) -> None:
    store.set_setting(AUTO_DEVICE, "cuda:0")
    ids = [store.create_run(spec(device), waiting=True).id for device in ("auto", "cuda", "cpu", "cuda:1")]
    assert [store.take_next(ME) for _ in range(3)] == [ids[0], ids[2], ids[3]]
    assert store.take_next(ME) is None
