"""A worker imports what its run needs, and everything only while it does not know its run yet."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import families
from engine.jobs import worker
from engine.runs import RunStore
from engine.spec import DataSpec, RunSpec

Told = Callable[[str], list[str]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Tell a worker in this process something on its standard input, which then ends; returns what it imported."""
    monkeypatch.setattr(os, "nice", lambda _by: 0)
    warmed: list[str] = []
    monkeypatch.setattr(families, "warm_up", lambda family="": warmed.append(family or "all"))

    def tell(line: str) -> list[str]:
        reading, writing = os.pipe()
        os.write(writing, line.encode())
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            worker.main()
        return warmed

    return tell


@pytest.mark.skipif(os.name == "nt", reason="a pipe cannot be asked whether there is something in it")
@pytest.mark.parametrize("family", families.FAMILIES)
def test_that_a_worker_that_knows_its_run_imports_only_its_family(workspace: Path, told: Told, family: str) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(RunSpec(family=family, data=DataSpec(dataset="a" * 16)))
        store.claim(run.id, os.getpid(), 1.0)
    assert told(json.dumps({"workspace": str(workspace), "run": run.id}) + "\n") == [family]


@pytest.mark.skipif(os.name == "nt", reason="a pipe cannot be asked whether there is something in it")
def test_that_a_worker_whose_starter_is_gone_leaves_without_importing_anything(told: Told) -> None:
    assert told("") == []


def test_that_a_worker_that_waits_for_its_run_imports_everything(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_is_told", lambda: False)
    assert told("") == ["all"]
