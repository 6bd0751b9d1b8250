"""runs, show, metrics, log, stop: what the workspace knows about its runs. Must not start one."""

import csv
import json
import shlex
import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from engine.commands import reporting
from engine.commands.output import DONE, BadInput, as_json, complain, duration, number, pairs, size, table
from engine.commands.watching import print_curves
from engine.jobs.supervisor import Supervisor
from engine.runs import RunRecord, RunStore, SeriesInfo, StoreError
from engine.training.disk import DiskUse, disk_use

LINES_AT_ONCE = 100_000


def find(store: RunStore, text: str) -> RunRecord:
    """Return the run that a text names: an id, the beginning of one, a name, or “last”. Raises StoreError, BadInput."""
    if text != "last":
        return store.find(text)
    runs = store.runs()
    if not runs:
        raise BadInput(f"there is no run in {store.workspace} yet")
    return runs[0]


def runs_command(options: Namespace) -> int:
    """List the runs, newest first."""
    trouble = _reconcile(options.workspace)
    with RunStore(options.workspace) as store:
        runs, note = store.runs(), store.note or trouble
    if note:
        complain(note)
    if options.json:
        as_json([described(run) for run in runs])
        return DONE
    rows = [
        [run.id, run.name, run.status.value, duration(run.duration), _result(run), _when(run.created)] for run in runs
    ]
    table(["id", "name", "status", "time", "result", "created"], rows, right=["time"])
    return DONE


def show_command(options: Namespace) -> int:
    """Tell everything about one run."""
    trouble = _reconcile(options.workspace)
    with RunStore(options.workspace) as store:
        if note := store.note or trouble:
            complain(note)
        run = find(store, options.run)
        folder = store.run_folder(run.id)
        series = store.series_keys(run.id)
        if sys.stdout.isatty() and not options.json:
            print_curves(store, run.id)
    if options.json:
        as_json(
            {
                **described(run),
                "folder": folder,
                "disk": asdict(_disk(run, folder)),
                "metrics": _told(series),
                "evaluation": reporting.read(folder),
            }
        )
        return DONE
    show_run(run, folder)
    return DONE


def show_run(run: RunRecord, folder: Path) -> None:
    """Print one run for people."""
    values: dict[str, object] = {"run": f"{run.id}  {run.name}"}
    if run.outcome is None:
        values["status"] = f"{run.status.value}  {run.progress.stage}".strip()
    else:
        values["status"] = " ".join(part for part in (run.status.value + ":", run.outcome.cause) if part)
        if run.outcome.advice:
            values["advice"] = run.outcome.advice
        for place, fix in enumerate(run.outcome.fixes, start=1):
            values[f"fix {place}"] = f"{fix.label}:  {' '.join(_as_option(*change) for change in fix.changes.items())}"
    if (spec := run.spec_or_none) is not None:
        values["model"] = f"{spec.model.name} on {spec.data.name or spec.data.dataset}"
        if spec.text is not None:
            values["task"] = spec.text.task
        target = spec.data.roles.target if spec.text is None else spec.text.columns.labels
        if target:
            values["target"] = ", ".join(target)
    values["created"] = _when(run.created)
    values["time"] = duration(run.duration)
    if run.progress.total_epochs:
        values["epochs"] = f"{run.progress.epoch:.4g} of {run.progress.total_epochs:g}"
    if run.note:
        values["note"] = run.note
    if run.tags:
        values["tags"] = ", ".join(run.tags)
    if run.group:
        values["group"] = run.group
    values.update({key: number(value) for key, value in sorted(run.summary.items())})
    values["folder"] = folder
    use = _disk(run, folder)
    values["disk"] = f"{size(use.total)}, of which {size(use.checkpoints + use.state)} are checkpoints"
    if use.tokens:
        values["tokens"] = f"{size(use.tokens)}, kept for all texts; `tensorbench clear --tokens` frees them"
    pairs(values)


def _disk(run: RunRecord, folder: Path) -> DiskUse:
    return disk_use(folder, folder.parents[1] if run.reads_texts else None)


def metrics_command(options: Namespace) -> int:
    """List a run's metrics, print every point of one, or score its model on a new file."""
    if options.data is not None:
        if options.key is not None:
            raise BadInput("--data scores the model on a file; leave KEY out")
        from engine.commands.predicting import score_command

        return score_command(options)
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
        known = store.series_keys(run.id)
        if options.key is None:
            evaluation = reporting.read(store.run_folder(run.id))
            if options.report:
                if evaluation is None:
                    raise BadInput(f"the run {run.id} has no results yet: they come when it is finished or stopped")
                reporting.report(evaluation, options.json)
            elif options.json:
                as_json(_told(known))
            else:
                rows = [[info.key, f"{info.count:,}", number(info.last_value)] for info in known]
                rows += reporting.measured(evaluation)
                table(["metric", "points", "last"], rows, right=["points", "last"])
            return DONE
        if options.key not in {info.key for info in known}:
            has = ", ".join(info.key for info in known) or "none yet"
            raise BadInput(f"the run {run.id} has no metric “{options.key}”; it has {has}")
        series = store.series(run.id, options.key)
    assert series.times is not None and series.epochs is not None
    # Epochs are recorded in 32 bits: more digits than those would be noise.
    columns = [series.steps, series.epochs.astype(float).round(6), series.times, series.values]
    names = ("step", "epoch", "time", "value")
    if options.json:
        as_json({name: column.tolist() for name, column in zip(names, columns, strict=True)})
        return DONE
    writer = csv.writer(sys.stdout, delimiter="," if options.csv else "\t", lineterminator="\n")
    writer.writerow(names)
    for start in range(0, len(series.steps), LINES_AT_ONCE):
        part = [column[start : start + LINES_AT_ONCE].tolist() for column in columns]
        writer.writerows(zip(*part, strict=True))
    return DONE


def log_command(options: Namespace) -> int:
    """Print a run's log."""
    with RunStore(options.workspace) as store:
        lines = store.log(find(store, options.run).id)
    if options.json:
        as_json([{"time": line.time, "level": line.level, "text": line.text} for line in lines])
        return DONE
    for line in lines:
        print(f"{datetime.fromtimestamp(line.time):%H:%M:%S}  {line.level:<7}  {line.text}")
    return DONE


def stop_command(options: Namespace) -> int:
    """Ask a run to stop at its next step and keep its model."""
    supervisor = Supervisor(options.workspace)
    supervisor.reconcile()
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
    if run.status.is_over:
        raise BadInput(f"the run {run.id} is not at work: it is {run.status.value}")
    supervisor.stop(run.id)
    if options.json:
        as_json({"id": run.id, "asked": "stop"})
    else:
        print(f"{run.id} was asked to stop")
    return DONE


def described(run: RunRecord) -> dict[str, Any]:
    """Return a run as JSON shows it."""
    return {
        "id": run.id,
        "name": run.name,
        "status": run.status.value,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "duration": run.duration,
        "stage": run.progress.stage,
        "step": run.progress.step,
        "epoch": run.progress.epoch,
        "starred": run.starred,
        "note": run.note,
        "tags": list(run.tags),
        "group": run.group,
        "attempt": run.attempt,
        "queue_place": run.queue_place,
        "changes": [asdict(change) for change in run.changes],
        "summary": dict(run.summary),
        "outcome": run.outcome,
        "spec": json.loads(run.spec_json),
    }


def _reconcile(workspace: Path) -> str:
    """Give runs whose worker is gone their outcome; returns why that cannot be done. What is there is told all the same."""
    try:
        Supervisor(workspace).reconcile()
    except StoreError as error:
        return str(error)
    return ""


def _as_option(key: str, value: JsonValue) -> str:
    return "--set " + shlex.quote(f"{key}={json.dumps(value, ensure_ascii=False)}")


def _told(series: list[SeriesInfo]) -> dict[str, Any]:
    return {info.key: {"points": info.count, "last_step": info.last_step, "last": info.last_value} for info in series}


def _result(run: RunRecord) -> str:
    shown = [key for key in run.summary if key.startswith("test/")] or list(run.summary)
    return "  ".join(f"{key} {number(run.summary[key])}" for key in shown[:2])


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"
