"""Workers and windows are killed at random moments: nothing that was shown is lost, and nothing dead is “running”."""

from typing import Any

import pytest

from engine.runs import RunStatus
from engine.spec import with_settings

KILLS = {"tabular": 50, "forecasting": 20}
VICTIMS = (("worker",), ("window",), ("worker", "window"), ("window", "worker"))


@pytest.mark.parametrize("family", ["tabular"], indirect=True)
def test_that_three_kills_lose_nothing_and_the_run_comes_out_as_if_nobody_had_killed_it(story: Any) -> None:
    story.spec = with_settings(story.spec, {"trainer.epochs": "300"})
    assert story.kill(["worker"], longest=0.3).status is RunStatus.CRASHED
    assert story.kill(["window"], longest=0.3).status is RunStatus.RUNNING  # and the next window has adopted it
    assert story.kill(["worker", "window"], longest=0.3).status is RunStatus.INTERRUPTED
    (run_id,) = story.finish()
    assert story.store.run(run_id).attempt == 3
    assert story.witness.points > 1000 and story.witness.points_in_windows > 1000
    assert story.recorded(run_id) == story.recorded(story.undisturbed())


@pytest.mark.soak
@pytest.mark.parametrize("family", ["tabular"], indirect=True)
def test_that_two_windows_show_every_point_of_runs_that_each_were_trained_once(story: Any) -> None:
    story.spec = with_settings(story.spec, {"trainer.epochs": "40"})
    ids = {story.store.create_run(story.spec, waiting=True).id for _ in range(2)}
    story.window.open()
    story.other.open()
    assert set(story.finish()) == ids
    story.expect_every_point_in(story.window)
    story.expect_every_point_in(story.other)
    one, two = (story.recorded(run_id) for run_id in ids)
    assert one == two and all(story.store.run(run_id).attempt == 1 for run_id in ids)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_that_many_kills_lose_nothing_and_every_run_comes_out_as_if_nobody_had_killed_it(
    story: Any, family: str
) -> None:
    while story.kills < KILLS[family]:
        victims = story.chance.choice(VICTIMS)
        early = story.chance.random() < 0.15
        run = story.kill(victims, longest=6.0, early=early)
        story.expect_no_orphans()
        print(f"{story.kills} {'+'.join(victims)}{' early' if early else ''}: {run.id} {run.status}, attempt "
              f"{run.attempt}, step {run.progress.step:,}, {story.witness.points:,} points seen", flush=True)  # fmt: skip
    finished = story.finish()
    print(f"{story.kills} kills, {story.ended} of which ended a run: {story.resumed} resumed, {len(finished)} runs "
          f"finished; {story.witness.points_in_windows:,} points shown in {len(story.window.shown)} windows, none lost",
          flush=True)  # fmt: skip
    reference = story.recorded(story.undisturbed())
    for run_id in finished:
        assert story.recorded(run_id) == reference, run_id
