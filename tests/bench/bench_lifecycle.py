"""Measures what it costs that no run can be lost: recording, pausing, and going on after a pause.

A real worker for pausing and resuming; recording against the same training with a recorder that drops what it is told.
"""

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from figures import Row, row, show

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

ROWS, COLUMNS, EPOCHS, REPEATS = 20_000, 10, 6, 9
PAUSES = 5


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        rows = [recording(Path(folder) / "recording"), *pausing(Path(folder) / "pausing")]
    show(rows, options.json)


def recording(workspace: Path) -> Row:
    """Compare the processor time of trainings with and without recording, in turns: the median of their ratios.

    Processor time of the whole process, the recorder's thread with it, since other work on the machine does not count.
    """
    import torch

    torch.set_num_threads(1)
    spec = _spec(workspace, ROWS, EPOCHS)
    for silent in (False, True):
        _train(workspace, spec, silent)
    ratios = []
    for turn in range(REPEATS):
        order = (True, False) if turn % 2 else (False, True)
        taken = {silent: _train(workspace, spec, silent) for silent in order}
        ratios.append(taken[False] / taken[True])
    cost = float(np.median(ratios)) - 1
    return row("recording against the recorder off, tiny MLP, batch 64", f"{cost:+.1%}", "≤ 2 %", cost <= 0.02)


def _train(workspace: Path, spec: "object", silent: bool) -> float:
    """Return the processor time that the loop took."""
    from engine.families.tabular import running
    from engine.runs import RunStore
    from engine.training.loop import Loop
    from engine.training.recorder import Recorder

    with RunStore(workspace) as store:
        run_id = store.create_run(spec).id  # type: ignore[arg-type]
    taken: list[float] = []
    run = Loop.run

    def timed(*arguments: object, **named: object) -> None:
        begun = time.process_time()
        run(*arguments, **named)  # type: ignore[arg-type]
        taken.append(time.process_time() - begun)

    Loop.run = timed  # type: ignore[method-assign]
    try:
        with Recorder(workspace, run_id) as recorder:
            if silent:
                for name in ("metric", "metrics", "points", "progress", "event", "summary"):
                    setattr(recorder, name, _nothing)
            running.run_recorded(recorder)
    finally:
        Loop.run = run  # type: ignore[method-assign]
    return sum(taken)


def _nothing(*_: object, **__: object) -> None:
    """Take what is recorded, and drop it."""


def pausing(workspace: Path) -> list[Row]:
    """Time pauses, from the wish to a run that rests, and resumes, from the wish to a new step, on a warm standby."""
    from engine.jobs.supervisor import Supervisor
    from engine.runs import RunStatus, RunStore

    spec = _spec(workspace, 2_000, 100_000)
    supervisor = Supervisor(workspace)
    pauses, resumes, last = [], [], [0]
    with RunStore(workspace) as store:
        run_id = store.create_run(spec).id  # type: ignore[arg-type]
        supervisor.warm_up()
        supervisor.start(run_id)
        try:
            for _ in range(PAUSES):
                _until(lambda: _last_step(store, run_id) > 0)
                time.sleep(6)  # the next standby warms up meanwhile
                begun = time.perf_counter()
                supervisor.pause(run_id)
                _until(lambda: store.run(run_id).status is RunStatus.PAUSED)
                pauses.append(time.perf_counter() - begun)
                supervisor.wait(run_id, 30)
                last.append(_last_step(store, run_id))
                begun = time.perf_counter()
                supervisor.resume(run_id)
                _until(lambda: _last_step(store, run_id) > last[-1])
                resumes.append(time.perf_counter() - begun)
        finally:
            supervisor.kill(run_id)
            supervisor.wait(run_id, 30)
            supervisor.close()
    pause, resume = float(np.median(pauses)), float(np.median(resumes))
    return [
        row("pause takes effect (one step is below 1 ms)", f"{pause * 1e3:.0f} ms", "≤ 200 ms", pause <= 0.2),
        row("resume to the first new step, warm standby", f"{resume:.2f} s", "≤ 2 s", resume <= 2),
    ]


def _until(holds: Callable[[], bool], timeout: float = 90) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.002)


def _last_step(store: "object", run_id: str) -> int:
    infos = store.series_keys(run_id)  # type: ignore[attr-defined]
    return max((info.last_step for info in infos if info.key == "train/loss"), default=0)


def _spec(workspace: Path, rows: int, epochs: int) -> "object":
    from engine import datasets
    from engine.spec import DataSpec, EarlyStoppingSpec, ModelSpec, Roles, RunSpec, TrainerSpec

    workspace.mkdir()
    source = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{place}": source.normal(size=rows) for place in range(COLUMNS)})
    frame["y"] = np.where(frame["x0"] + frame["x1"] > 0, "yes", "no")
    frame.to_csv(workspace / "table.csv", index=False)
    dataset = datasets.import_file(workspace, workspace / "table.csv", None)
    roles = Roles(target=("y",), continuous=tuple(f"x{place}" for place in range(COLUMNS)))
    return RunSpec(
        data=DataSpec(dataset=dataset.id, name="table", roles=roles),
        model=ModelSpec(params={"layers": "32-16"}),
        trainer=TrainerSpec(
            epochs=epochs, batch_size=64, threads=1, early_stopping=EarlyStoppingSpec(enabled=False), device="cpu"
        ),
    )


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main()
