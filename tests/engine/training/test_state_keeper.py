"""States are written after the points that they stand behind, so that a kill at any moment loses neither."""

from pathlib import Path

import torch

from engine.runs import RunStore
from engine.spec import CheckpointSpec, DataSpec, RunSpec
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper


def test_that_a_state_is_never_ahead_of_the_recorded_points(workspace: Path) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(RunSpec(data=DataSpec(dataset="abc"))).id
        with Recorder(workspace, run) as recorder:
            keeper = StateKeeper(recorder, CheckpointSpec(), {"model": "m"})

            def content() -> dict[str, torch.Tensor]:
                recorder.metric("train/loss", 8, 0.5, 1.0)
                return {"weight": torch.ones(2)}

            path = keeper.write(content, 8)
            assert path.exists() and store.series(run, "train/loss").steps.tolist() == [8]
        assert float(keeper.load()["weight"].sum()) == 2.0
