"""Runs on small series, for the tests of the forecasting family."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.families import run
from engine.runs import Outcome, RunStore
from engine.spec import RunSpec
from engine.training.recorder import Recorder


@pytest.fixture
def train(workspace: Path) -> Callable[[RunSpec], tuple[Outcome, str]]:
    """Trains a specification whose snapshot is there, and returns how it ended and the run's id."""

    def done(spec: RunSpec) -> tuple[Outcome, str]:
        with RunStore(workspace) as store:
            run_id = store.create_run(spec).id
        with Recorder(workspace, run_id) as recorder:
            return run(recorder), run_id

    return done
