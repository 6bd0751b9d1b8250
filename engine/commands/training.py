"""train and predict: start a run, watch it in the terminal, use its model."""

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from engine.commands.output import DONE, RUN_FAILED, BadInput, as_json, complain, duration, number, table
from engine.commands.runs import described, show_run
from engine.commands.text_plot import text_curves
from engine.jobs.supervisor import Supervisor
from engine.runs import OutcomeKind, RunRecord, RunStore
from engine.spec import RunSpec, read, with_settings

LOOK_EVERY_S = 0.2


def train_command(options: Namespace) -> int:
    """Train a specification, here and now or detached."""
    spec = read(options.spec)
    if settings := dict(_setting(text) for text in options.set):
        spec = with_settings(spec, settings)
    if options.name:
        spec = spec.model_copy(update={"name": options.name})
    if options.detach:
        with RunStore(options.workspace) as store:
            run = store.create_run(spec)
        Supervisor(options.workspace).start_detached(run.id)
        if options.json:
            as_json({"id": run.id})
        else:
            print(f"{run.id} trains in the background; `tensorbench show {run.id}` tells how far it is")
        return DONE
    return train(options.workspace, spec, quiet=options.json)


def train(workspace: Path, spec: RunSpec, quiet: bool = False) -> int:
    """Train a specification to its end, with live progress; returns the exit code."""
    with RunStore(workspace) as store:
        run = store.create_run(spec)
    supervisor = Supervisor(workspace)
    supervisor.start_alone(run.id)
    with _progress(quiet) as (progress, task):
        run = _watch(workspace, run.id, supervisor, progress, task)
    if quiet:
        as_json(described(run))
    else:
        _tell(workspace, run)
    finished = run.outcome is not None and run.outcome.kind in {OutcomeKind.FINISHED, OutcomeKind.STOPPED}
    if not finished and run.outcome is not None:
        complain(f"{run.id} {run.outcome.title.lower()}: {run.outcome.cause} {run.outcome.advice}")
    return DONE if finished else RUN_FAILED


def _watch(
    workspace: Path, run_id: str, supervisor: Supervisor, progress: Progress | None, task: TaskID | None
) -> RunRecord:
    """Wait for the end of a run, telling its progress. Ctrl-C asks it to stop; a second one ends it at once."""
    interrupts = 0
    with RunStore(workspace) as store:
        while True:
            try:
                ended = supervisor.wait(run_id, LOOK_EVERY_S)
                run = store.run(run_id)
                if progress is not None and task is not None:
                    _show_progress(progress, task, run)
                if ended:
                    return run
            except KeyboardInterrupt:
                interrupts += 1
                complain(
                    "stopping at the next step; press Ctrl-C again to end at once" if interrupts == 1 else "ending"
                )
                supervisor.stop(run_id) if interrupts == 1 else supervisor.kill(run_id)


@contextmanager
def _progress(quiet: bool) -> Iterator[tuple[Progress | None, TaskID | None]]:
    if quiet or not sys.stdout.isatty():
        yield None, None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"))
    with Progress(*columns, console=Console()) as progress:
        yield progress, progress.add_task("starting", total=1.0, detail="")


def _show_progress(progress: Progress, task: TaskID, run: RunRecord) -> None:
    at = run.progress
    parts = [f"epoch {at.epoch:.1f}/{at.total_epochs}"] if at.total_epochs else []
    if at.rows_per_second:
        parts.append(f"{at.rows_per_second:,.0f} rows/s")
    if at.seconds_left is not None:
        parts.append(f"{duration(at.seconds_left)} left")
    progress.update(task, completed=at.fraction, description=at.stage or run.status.value, detail="  ".join(parts))


def _tell(workspace: Path, run: RunRecord) -> None:
    with RunStore(workspace) as store:
        curves = {
            key: store.series(run.id, key, axes=())
            for key in ("train/loss", "valid/loss")
            if any(info.key == key for info in store.series_keys(run.id))
        }
        folder = store.run_folder(run.id)
    if curves:
        print(text_curves({key: (series.steps, series.values) for key, series in curves.items()}, "optimizer step"))
        print()
    show_run(run, str(folder))


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadInput(f"--set {text}: write it as KEY=VALUE, such as trainer.epochs=5")
    return key.strip(), value.strip()


def predict_command(options: Namespace) -> int:
    """Use a run's model on a file."""
    from engine.families.tabular.prediction import predict

    with RunStore(options.workspace) as store:
        run = store.find(options.run)
    report = predict(
        options.workspace, run.id, options.file, out=options.output, limit=20, allow_missing=options.allow_missing
    )
    if options.json:
        as_json(report)
        return DONE
    for column, values in report.unseen.items():
        shown = ", ".join(list(values)[:3])
        complain(f"{column}: {sum(values.values()):,} rows have values never seen in training, such as {shown}")
    for note in report.notes:
        complain(note)
    if options.output is None:
        table(report.columns, report.preview)
    else:
        print(f"{report.rows:,} predictions in {options.output}")
    for name, value in report.metrics.items():
        print(f"{name} {number(value)}")
    return DONE


def demo(workspace: Path) -> int:
    """Do the window's main job in the terminal: import a sample, train, draw, say where everything is."""
    from engine import datasets
    from engine.commands.data import new_spec

    started = time.monotonic()
    print("No display was found, so here is the same job in the terminal: breast cancer, malignant or benign?\n")
    dataset = datasets.import_sample(workspace, "breast_cancer")
    print(f"Imported {dataset.name}: {dataset.rows} rows × {len(dataset.columns)} columns, as {dataset.id}")
    spec = new_spec(workspace, dataset, None, None, None)
    spec = with_settings(spec, {"trainer.epochs": "30", "trainer.batch_size": "64", "name": "first run"})
    print(f"Training {spec.model.name} for {spec.trainer.epochs} epochs …\n")
    code = train(workspace, spec)
    print(f"\nDone in {time.monotonic() - started:.0f} s. Workspace: {workspace}")
    return code
