"""runs, show, metrics, log, stop: what the workspace knows about its runs."""

import csv
import sys
from argparse import Namespace
from datetime import datetime
from typing import Any

from engine.commands.output import DONE, BadInput, as_json, duration, number, pairs, table
from engine.jobs.supervisor import Supervisor
from engine.runs import RunRecord, RunStore
from engine.runs.evaluation import Evaluation


def runs_command(options: Namespace) -> int:
    """List the runs, newest first."""
    Supervisor(options.workspace).reconcile()
    with RunStore(options.workspace) as store:
        runs = store.runs()
    if options.json:
        as_json([described(run) for run in runs])
        return DONE
    rows = [
        [run.id, run.name, run.status.value, duration(run.duration), _summary(run), f"{_when(run.created)}"]
        for run in runs
    ]
    table(["id", "name", "status", "time", "result", "created"], rows, right=["time"])
    return DONE


def show_command(options: Namespace) -> int:
    """Tell everything about one run."""
    Supervisor(options.workspace).reconcile()
    with RunStore(options.workspace) as store:
        run = store.find(options.run)
        folder = store.run_folder(run.id)
        series = store.series_keys(run.id)
    if options.json:
        evaluation = folder / "evaluation.json"
        as_json(
            {
                **described(run),
                "folder": str(folder),
                "metrics": {info.key: {"points": info.count, "last": info.last_value} for info in series},
                "evaluation": Evaluation.model_validate_json(evaluation.read_text(encoding="utf-8"))
                if evaluation.exists()
                else None,
            }
        )
        return DONE
    show_run(run, str(folder))
    return DONE


def show_run(run: RunRecord, folder: str) -> None:
    """Print one run for people."""
    values: dict[str, object] = {"run": f"{run.id}  {run.name}", "status": run.status.value}
    if run.outcome is not None:
        values["outcome"] = (
            " ".join(part for part in (run.outcome.cause, run.outcome.advice) if part) or run.outcome.title
        )
    values["time"] = duration(run.duration)
    values["epochs"] = f"{run.progress.epoch:g} of {run.progress.total_epochs}"
    values.update({key: number(value) for key, value in sorted(run.summary.items())})
    values["folder"] = folder
    pairs(values)


def metrics_command(options: Namespace) -> int:
    """List a run's metrics, or print every point of one."""
    with RunStore(options.workspace) as store:
        run = store.find(options.run)
        known = store.series_keys(run.id)
        if options.key is None:
            if options.json:
                as_json([{"key": info.key, "points": info.count, "last": info.last_value} for info in known])
            else:
                table(["metric", "points", "last"], [[i.key, f"{i.count:,}", number(i.last_value)] for i in known])
            return DONE
        if options.key not in {info.key for info in known}:
            raise BadInput(f"the run {run.id} has no metric “{options.key}”; it has {', '.join(i.key for i in known)}")
        series = store.series(run.id, options.key)
    assert series.times is not None and series.epochs is not None
    columns = [series.steps.tolist(), series.epochs.tolist(), series.times.tolist(), series.values.tolist()]
    if options.json:
        as_json(dict(zip(("step", "epoch", "time", "value"), columns, strict=True)))
        return DONE
    writer = csv.writer(sys.stdout, delimiter="," if options.csv else "\t")
    writer.writerow(["step", "epoch", "time", "value"])
    writer.writerows(zip(*columns, strict=True))
    return DONE


def log_command(options: Namespace) -> int:
    """Print a run's log."""
    with RunStore(options.workspace) as store:
        lines = store.log(store.find(options.run).id)
    if options.json:
        as_json([{"time": line.time, "level": line.level, "text": line.text} for line in lines])
        return DONE
    for line in lines:
        print(f"{datetime.fromtimestamp(line.time):%H:%M:%S}  {line.level:<7}  {line.text}")
    return DONE


def stop_command(options: Namespace) -> int:
    """Ask a run to stop at its next step and keep its model."""
    with RunStore(options.workspace) as store:
        run = store.find(options.run)
    if run.status.is_over:
        raise BadInput(f"the run {run.id} is not at work: it is {run.status.value}")
    Supervisor(options.workspace).stop(run.id)
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
        "step": run.progress.step,
        "epoch": run.progress.epoch,
        "summary": dict(run.summary),
        "outcome": run.outcome.model_dump(mode="json") if run.outcome else None,
        "spec": run.spec_json,
    }


def _summary(run: RunRecord) -> str:
    shown = [key for key in run.summary if key.startswith("test/")] or list(run.summary)
    return "  ".join(f"{key} {number(run.summary[key])}" for key in shown[:2])


def _when(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"
