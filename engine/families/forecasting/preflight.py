"""What a forecasting specification will do, before it does it: windows, steps, parameters, and what looks wrong.
Must not train."""

from collections.abc import Iterator
from pathlib import Path

from engine.families.findings import Finding, Preflight, Severity, named, sorted_findings
from engine.families.footprint import memory_findings, time_findings
from engine.families.forecasting import holiday_days
from engine.families.forecasting.ahead import ends_early
from engine.families.forecasting.calendar import usable
from engine.families.forecasting.fitting import Material, prepared_slowly
from engine.families.forecasting.folds import split
from engine.families.forecasting.footprint import footprint
from engine.families.forecasting.frequency import Frequency
from engine.families.forecasting.half_seen import half_seen
from engine.families.forecasting.invented import invented
from engine.families.forecasting.leaks import leaks
from engine.families.forecasting.library import BASELINES
from engine.families.forecasting.loading import training_plan
from engine.families.forecasting.loss_checks import of_loss
from engine.families.forecasting.running import read_series, trainable
from engine.families.forecasting.scores import intervals
from engine.families.forecasting.series import forecasting_of
from engine.families.forecasting.unsteady import unsteady
from engine.families.forecasting.window_loader import why_not
from engine.families.trainer_checks import check_catalogue, check_checkpoints, check_monitors
from engine.spec import RunSpec
from engine.training.failures import RunFailed


def preflight(workspace: Path, spec: RunSpec) -> Preflight:
    """Look at a specification and its data. Never raises for what a user could have got wrong: it becomes a finding.

    `rows` counts windows.
    """
    findings = [*_setting_findings(spec), *_holiday_findings(spec)]
    rows: dict[str, int] = {}
    size, parameters, trainings, batches = None, None, 0, 0
    if not any(one.severity == "error" for one in findings):
        try:
            read = read_series(workspace, spec)
            findings += ends_early(read, spec)
            series = trainable(read, spec)
            findings += [_finding("info", "data", note) for note in series.notes]
            findings += invented(series, spec)
            findings += leaks(series, spec)
            findings += unsteady(series, spec)
            findings += of_loss(series, spec)
            findings += _useless_dates(spec, series.frequency)
            folds = split(series, spec)
            findings += half_seen(series, spec, folds[0].train)
            trainings = len(folds)
            material = Material(spec, series, folds[0])
            span = material.fold.test
            valid = material.count(material.fold.valid, "validation")
            tests = material.count(span, "test")[0] if span is not None else 0
            rows = {"train": len(material.train), "valid": valid[0], "test": tests}
            batches = len(training_plan(material.train, spec, spec.trainer)[0].sizes)
            if reason := why_not(material.train):
                findings.append(_finding("info", "forecasting.windows", f"Windows are read the slow way: {reason}"))
            if slow := prepared_slowly(spec):
                findings.append(_finding("info", "data", slow))
            parameters = 0
            if spec.model.name not in BASELINES:
                size = footprint(material, *valid)
                parameters = size.parameters
                findings += memory_findings(spec, size, int(material.frame.memory_usage(deep=False).sum()))
        except RunFailed as failure:
            findings.append(_refusal(failure))
    trainer = spec.trainer
    findings += time_findings(spec, size, batches)
    return Preflight(
        parameters=parameters,
        memory_bytes=size.total_bytes if size else None,
        steps_per_epoch=batches,
        optimizer_steps=trainer.steps(-(-batches // trainer.accumulate_grad_batches)),
        trainings=trainings,
        rows=rows,
        warnings=sorted_findings(findings),
    )


def recorded_metrics(spec: RunSpec) -> tuple[str, ...]:
    """Return the metrics that a run measures after each epoch."""
    own = forecasting_of(spec)
    names = ["loss", "mae", "rmse", "smape", "mase"]
    if own.loss not in {"mae", "rmse", "smape", "mase", "poisson", "tweedie"}:
        names += ["quantile_loss", *(f"coverage_{percent}" for _, _, percent in intervals(own.quantiles))]
    targets = spec.data.roles.target
    if len(targets) < 2:
        return tuple(f"valid/{name}" for name in names)
    means = [name for name in names if name in {"loss", "smape", "mase"} or name.startswith("coverage_")]
    return tuple(f"valid/{name}" for name in (*means, *(f"{name}/{one}" for one in targets for name in names[1:])))


def _setting_findings(spec: RunSpec) -> Iterator[Finding]:
    yield from check_catalogue(spec)
    metrics = frozenset(recorded_metrics(spec))
    yield from check_monitors(spec, metrics, "forecasting")
    yield from check_checkpoints(spec, metrics)


def _holiday_findings(spec: RunSpec) -> Iterator[Finding]:
    code = forecasting_of(spec).inputs.holidays
    if not code:
        return
    try:
        holiday_days.check(code)
    except RunFailed as failure:
        yield _refusal(failure)


def _useless_dates(spec: RunSpec, frequency: Frequency) -> Iterator[Finding]:
    inputs = forecasting_of(spec).inputs
    if inputs.holidays and not holiday_days.usable(inputs.holidays, frequency):
        text = f"Holidays are told day by day, and steps are {frequency.words} apart: the model is not told of them."
        yield _finding("warning", "forecasting.inputs.holidays", text, "Leave them out.")
    kept = usable(inputs.calendar, frequency)
    if idle := [one.replace("year_day", "day of the year") for one in inputs.calendar if one not in kept]:
        text = f"{named(idle)} tell nothing where steps are {frequency.words} apart: the model is not told of them."
        yield _finding("warning", "forecasting.inputs.calendar", text, "Leave them out.")


def _refusal(failure: RunFailed) -> Finding:
    """Return a failure as an error, of the field that its sentence begins with."""
    field, colon, text = failure.cause.partition(": ")
    if not colon or " " in field or "." not in field:
        return _finding("error", "data", failure.cause, failure.advice)
    return _finding("error", field, text[:1].upper() + text[1:], failure.advice)


def _finding(severity: Severity, field: str, text: str, fix: str = "") -> Finding:
    return Finding(severity=severity, field=field, text=text, fix=fix)
