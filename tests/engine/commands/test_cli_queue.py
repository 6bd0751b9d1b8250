"""The queue, tags and groups from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.runs import RunStatus, RunStore

Call = Callable[..., Any]


@pytest.fixture
def queued(tensorbench: Call, tmp_path: Path) -> list[str]:
    """Three short runs that wait."""
    path = tmp_path / "wine.toml"
    assert tensorbench("new", "tabular", "--data", "wine", "-o", path).code == 0
    short = ("--set", "trainer.epochs=1", "--queue", "--json")
    told = [json.loads(tensorbench("train", path, "--name", name, *short).out) for name in ("one", "two", "six")]
    assert [one["place"] for one in told] == [1, 2, 3]
    return [one["id"] for one in told]


def order(tensorbench: Call) -> list[str]:
    return [run["id"] for run in json.loads(tensorbench("queue", "--json").out)["waiting"]]


def test_that_the_queue_is_listed_and_put_in_another_order(tensorbench: Call, queued: list[str]) -> None:
    a, b, c = queued
    assert order(tensorbench) == [a, b, c]
    assert tensorbench("queue", "move", "six", "--first").code == 0
    assert order(tensorbench) == [c, a, b]
    assert tensorbench("queue", "move", "one", "--last").code == 0
    assert tensorbench("queue", "move", "one", "--before", "two").code == 0
    assert order(tensorbench) == [c, a, b]
    assert tensorbench("queue").out.splitlines()[0].split("\t")[:3] == ["1", c, "six"]


def test_that_what_does_not_wait_is_refused_in_one_line(tensorbench: Call, queued: list[str]) -> None:
    removed = tensorbench("queue", "remove", "two")
    assert removed.code == 0 and order(tensorbench) == [queued[0], queued[2]]
    for arguments in (("move", "two", "--last"), ("move", "one", "--before", "two"), ("remove", "two"), ("limit", "0")):
        answer = tensorbench("queue", *arguments)
        assert answer.code == 2 and answer.err.count("\n") == 1, answer
    assert tensorbench("queue", "limit", "2").out == "2 at once on each device\n"
    assert json.loads(tensorbench("queue", "limit", "--json").out) == {"limit": 2}


def test_that_the_terminal_works_the_queue_off_in_order(tensorbench: Call, queued: list[str], workspace: Path) -> None:
    tensorbench("queue", "remove", "two")
    answer = tensorbench("queue", "run")
    assert answer.code == 0, answer.err
    begun = [line.split()[0] for line in answer.out.splitlines() if " starts: " in line]
    assert begun == [queued[0], queued[2]] and answer.out.count(" is finished") == 2
    with RunStore(workspace) as store:
        first, last = store.run(queued[0]), store.run(queued[2])
        assert first.status is RunStatus.FINISHED and last.status is RunStatus.FINISHED
        assert first.ended is not None and last.started is not None and first.ended <= last.started
    assert order(tensorbench) == []


def test_that_a_run_that_ended_early_waits_again(tensorbench: Call, queued: list[str]) -> None:
    tensorbench("queue", "remove", "one")
    assert tensorbench("queue", "add", "one").code == 0
    assert order(tensorbench) == [queued[1], queued[2], queued[0]]
    assert json.loads(tensorbench("show", "one", "--json").out)["attempt"] == 2
    assert tensorbench("queue", "add", "one").code == 2


def test_that_tags_and_groups_are_shown(tensorbench: Call, queued: list[str]) -> None:
    tensorbench("tag", "one", "night", "good one")
    tensorbench("tag", "one", "night", "--remove")
    tensorbench("group", "one", "sweep")
    shown = next(run for run in json.loads(tensorbench("runs", "--json").out) if run["name"] == "one")
    assert shown["tags"] == ["good one"] and shown["group"] == "sweep" and shown["queue_place"] == 1
    assert "good one" in tensorbench("show", "one").out
    tensorbench("group", "one")
    assert json.loads(tensorbench("show", "one", "--json").out)["group"] == ""
