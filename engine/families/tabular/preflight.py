"""What a specification will do, before it does it: rows, steps, parameters, memory, and everything that looks wrong.
Puts the checks together and never trains; what is looked for stands in checks, leaks and setting_checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from engine.families import trainer_checks
from engine.families.findings import Finding, Preflight, sorted_findings
from engine.families.footprint import memory_findings, time_findings
from engine.families.supervised.splitting import Fold
from engine.families.tabular import checks, leaks, setting_checks
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.footprint import footprint
from engine.families.tabular.frames import load
from engine.families.tabular.splitting import split
from engine.spec import RunSpec, TrainerSpec, from_json, to_json
from engine.training.failures import RunFailed
from engine.training.loader import BatchPlan

CHECKED_ROWS = 200_000  # of longer tables every n-th row is looked at, so that the form is answered in time


@dataclass(frozen=True)
class _Look:
    """What the data told: findings, rows by part, how many trainings, and an encoder with the right sizes."""

    findings: tuple[Finding, ...]
    rows: dict[str, int]
    trainings: int
    encoder: Encoder | None
    table_bytes: int


def preflight(workspace: Path, spec: RunSpec) -> Preflight:
    """Look at a specification and its data. Never raises for what a user could have got wrong: it becomes a finding."""
    findings = list(_setting_findings(spec))
    look = _look(workspace, to_json(_relevant(spec))) if spec.data.roles.target and spec.data.roles.features else None
    told = {one.field.split(".")[0] for one in findings if one.severity == "error"}
    seen = look.findings if look else _missing_columns(workspace, spec)
    # A split that its settings rule out fails on the data too, in other words.
    findings += [one for one in seen if not (one.field == "split" and one.severity == "error" and "split" in told)]
    classes = [len(target.classes) for target in look.encoder.targets] if look and look.encoder else []
    metrics = setting_checks.recorded_metrics(spec, classes)
    findings += trainer_checks.check_monitors(spec, metrics, spec.tabular.task)
    findings += trainer_checks.check_checkpoints(spec, metrics)
    train_rows = look.rows.get("train", 0) if look else 0
    trainer = spec.trainer
    plan = BatchPlan.of(train_rows, trainer.batch_size, trainer.drop_last) if train_rows else BatchPlan(())
    batches = len(plan.sizes)
    steps = -(-batches // trainer.accumulate_grad_batches)
    if train_rows:
        findings += trainer_checks.check_steps(spec, plan, train_rows, steps)
    size = None
    if look and look.encoder and not _has_error(findings, "model", "tabular"):
        size, trouble = footprint(spec, look.encoder, train_rows, look.rows.get("valid", 0))
        findings += trouble
        findings += memory_findings(spec, size, look.table_bytes)
        findings += time_findings(spec, size, batches)
    return Preflight(
        parameters=size.parameters if size else None,
        memory_bytes=size.total_bytes if size else None,
        steps_per_epoch=batches,
        optimizer_steps=trainer.steps(steps),
        trainings=look.trainings if look else 0,
        rows=look.rows if look else {},
        warnings=sorted_findings(findings),
    )


def _has_error(findings: list[Finding], *rooms: str) -> bool:
    return any(one.severity == "error" and one.field.split(".")[0] in rooms for one in findings)


def _setting_findings(spec: RunSpec) -> Iterator[Finding]:
    yield from setting_checks.check_split_column(spec)
    yield from trainer_checks.check_catalogue(spec)
    yield from setting_checks.check_balance(spec)


def _relevant(spec: RunSpec) -> RunSpec:
    """Return only what the data's findings depend on, so that moving another setting does not look at it again."""
    return RunSpec(data=spec.data, split=spec.split, tabular=spec.tabular, trainer=TrainerSpec(seed=spec.trainer.seed))


def _missing_columns(workspace: Path, spec: RunSpec) -> tuple[Finding, ...]:
    from engine.datasets import DatasetError, load_dataset

    try:
        dataset = load_dataset(workspace, spec.data.dataset)
    except DatasetError as error:
        fix = "Import the file again."
        return (Finding(severity="error", field="data.dataset", text=str(error), fix=fix),)
    return tuple(checks.check_columns([column.name for column in dataset.columns], spec))


@lru_cache(maxsize=8)
def _look(workspace: Path, relevant: str) -> _Look:
    """Look at the data. Snapshots never change, so the same question has the same answer."""
    spec = from_json(relevant)
    if gone := _missing_columns(workspace, spec):
        return _Look(gone, {}, 0, None, 0)
    try:
        frame = load(workspace, spec)
    except RunFailed as failure:
        return _Look((_finding(failure, "data.dataset"),), {}, 0, None, 0)
    every = max(1, -(-len(frame) // CHECKED_ROWS))
    findings = list(checks.check_data(frame.iloc[::every], spec, thinned=every > 1))
    findings += leaks.check_targets_among_inputs(frame.iloc[::every], spec)
    table_bytes = int(frame.memory_usage(deep=False).sum())
    try:
        folds = split(frame, spec)
    except RunFailed as failure:
        if not any(one.severity == "error" for one in findings):
            findings.append(_finding(failure, "split"))
        return _Look(tuple(findings), {}, 0, None, table_bytes)
    fold = folds[0]
    findings += leaks.check_parts(frame, fold, spec)
    findings += leaks.check_doubles(*_thinned(frame, fold, every), spec)
    rows = {"train": len(fold.train), "valid": len(fold.valid), "test": len(fold.test)}
    return _Look(tuple(findings), rows, len(folds), _sizes(frame, fold, spec), table_bytes)


def _finding(failure: RunFailed, field: str) -> Finding:
    return Finding(severity="error", field=field, text=failure.cause, fix=failure.advice)


def _thinned(frame: pd.DataFrame, fold: Fold, every: int) -> tuple[pd.DataFrame, Fold]:
    """Return fewer validation and test rows of a long table, beside all its training rows."""
    if every == 1:
        return frame, fold
    return frame, Fold(fold.train, fold.valid[::every], fold.test[::every])


def _sizes(frame: pd.DataFrame, fold: Fold, spec: RunSpec) -> Encoder | None:
    """Return an encoder that has the sizes of the run's own; scaling, which takes long, has no effect on them."""
    plain = {"continuous_transform": "none", "target_transform": "none"}
    preprocess = spec.tabular.preprocess.model_copy(update=plain)
    tabular = spec.tabular.model_copy(update={"preprocess": preprocess})
    try:
        return Encoder.fit(frame, np.asarray(fold.train), spec.model_copy(update={"tabular": tabular}))
    except (ValueError, TypeError):
        return None
