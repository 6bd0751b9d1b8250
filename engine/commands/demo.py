"""The window's main job in the terminal, for a machine without a display: import a sample, train, draw, tell where."""

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine import datasets
from engine.catalog import run_name
from engine.commands.new_spec import new_spec
from engine.commands.output import DONE, RUN_FAILED, duration
from engine.commands.training import tell, watched_run
from engine.jobs.processes import this_process
from engine.runs import OutcomeKind, RunStore
from engine.spec import with_settings

SETTINGS = {"name": '"first run"', "trainer.epochs": "30"}


def demo_command(workspace: Path, pictures: Callable[[Path, str], Sequence[Path]] | None) -> int:
    """Import a sample, train a model on it with live progress, and say where the run and its pictures are."""
    started = time.monotonic()
    print("There is no display here, so this is the window's main job in the terminal:")
    print("learn from 569 tumours which are malignant and which are benign.\n")
    dataset = datasets.import_sample(workspace, "breast_cancer")
    print(f"Imported {dataset.name}: {dataset.rows} rows × {len(dataset.columns)} columns")
    spec = with_settings(new_spec(workspace, dataset), SETTINGS)
    print(f"Training {spec.model.name} for {spec.trainer.epochs} epochs …\n", flush=True)
    with RunStore(workspace) as store:
        run_id = store.create_run(spec, holder=this_process(), name=run_name(spec)).id
    run = watched_run(workspace, run_id, quiet=False)
    done = run.outcome is not None and run.outcome.kind is OutcomeKind.FINISHED
    with RunStore(workspace) as store:
        tell(store, run)
    if done and pictures is not None:
        drawn = pictures(workspace, run.id)
        for place, path in enumerate(drawn):
            print(f"{'pictures' if place == 0 else '':<23} {path}")
    print(f"\n{'Done' if done else 'Ended'} in {duration(time.monotonic() - started)}. The workspace: {workspace}")
    print(f"Next, with a table of your own: {_program()} new tabular --data YOUR.csv --target COLUMN -o spec.toml")
    return DONE if done else RUN_FAILED


def _program() -> str:
    """Return how the command line is called here: by its path, unless it is found without one."""
    path = Path(sys.executable).with_name("tensorbench")
    if shutil.which("tensorbench") or not path.exists():
        return "tensorbench"
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
