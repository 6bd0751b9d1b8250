"""Workers and windows are killed at random moments: nothing that was shown is lost, and nothing dead is “running”."""

from typing import Any

import pytest

from engine.runs import RunStatus

KILLS = 50
VICTIMS = (("worker",), ("window",), ("worker", "window"), ("window", "worker"))


def test_that_three_kills_lose_nothing_that_was_shown(story: Any) -> None:
    assert story.kill(["worker"], longest=0.3).status is RunStatus.CRASHED
    assert story.kill(["window"], longest=0.3).status is RunStatus.RUNNING  # and the next window has adopted it
    assert story.kill(["worker"], longest=0.3).status is RunStatus.INTERRUPTED
    assert story.witness.points > 100


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_that_fifty_kills_lose_nothing_and_every_run_comes_out_as_if_nobody_had_killed_it(story: Any) -> None:
    while story.kills < KILLS:
        victims = story.chance.choice(VICTIMS)
        early = story.chance.random() < 0.15
        run = story.kill(victims, longest=6.0, early=early)
        story.expect_no_orphans()
        print(f"{story.kills} {'+'.join(victims)}{' early' if early else ''}: {run.id} {run.status}, attempt "
              f"{run.attempt}, step {run.progress.step:,}, {story.witness.points:,} points seen")  # fmt: skip
    finished = story.finish()
    story.witness.testify()
    reference = story.recorded(story.undisturbed())
    for run_id in finished:
        assert story.recorded(run_id) == reference, run_id
