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
@pytest.mark.timeout(3000)
def test_that_fifty_kills_lose_nothing_that_was_shown(story: Any) -> None:
    for _ in range(KILLS):
        victims = story.chance.choice(VICTIMS)
        early = story.chance.random() < 0.15
        run = story.kill(victims, longest=6.0, early=early)
        story.expect_no_orphans()
        print(f"{'+'.join(victims)}{' early' if early else ''}: {run.status}, {story.witness.points:,} points seen")
