"""What a trained forecaster is worth: exact metrics on the windows kept for it, beside the baselines on the same ones,
written into the run's folder. Must not train or read tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.families.files import EVALUATION_FILE, PREDICTIONS_FILE, write_evaluation, write_table
from engine.families.findings import counted
from engine.families.fold_scores import fold_scores
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.forecasts import write_forecasts
from engine.families.forecasting.insight import insight_of
from engine.families.forecasting.judging import judge
from engine.families.forecasting.library import BASELINES, quiet
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.placement import Placement, season_of
from engine.families.forecasting.scores import Scores
from engine.families.forecasting.series import Floats, Ints, forecasting_of
from engine.families.forecasting.trained import TrainedForecaster, windows_at_once
from engine.families.output import distinct_names
from engine.runs.evaluation import Evaluation, FoldScore, ForecastExample, ForecastReport, SeriesScore
from engine.spec import RunSpec
from engine.training.loader import BatchPlan
from engine.training.recorder import Recorder

MOST_SERIES = 1_000
MOST_ROWS = 2_000_000
"""Forecast steps that are written down one by one; of more, evenly drawn windows are."""
EXAMPLES = 24
BATCH = 8_192


@dataclass(frozen=True)
class Judged:
    """Forecasts of all windows of a split, or of those that are kept, with the scores over all of them."""

    material: Material
    placed: Placement
    scores: Scores
    baselines: dict[str, Scores]
    kept: Ints
    point: Floats
    quantiles: Floats | None
    dataset: Any = None


def judged(model: TrainedForecaster, material: Material, part: str) -> Judged:
    """Forecast the windows of a split, “valid” or “test”, and score them."""
    own = forecasting_of(material.spec)
    span = material.fold.test if part == "test" else material.fold.valid
    assert span is not None
    dataset, placed = material.part(span, "test" if part == "test" else "validation")
    baselines = {name: _baseline(name, material, placed) for name in BASELINES}
    every = max(1, -(-len(placed) * own.windows.horizon // MOST_ROWS))
    kept = np.arange(0, len(placed), every)
    points: list[Floats] = []
    levels: list[Floats] = []

    def keep(windows: slice, point: Floats, quantiles: Floats | None) -> None:
        chosen = kept[(kept >= windows.start) & (kept < windows.stop)] - windows.start
        points.append(point[chosen])
        if quantiles is not None:
            levels.append(quantiles[chosen])

    scores = Scores(material.scales, own.windows.horizon, own.quantiles)
    if model.forecaster is None:
        for windows in _parts(len(placed)):
            point = forecast_of(material.spec.model.name, material, placed, windows)
            scores.add(placed.number[windows], placed.actual(windows), point)
            keep(windows, point, None)
    else:
        model.forecaster.network.eval()
        device = next(model.forecaster.network.parameters()).device
        plan = BatchPlan.of(len(dataset), windows_at_once(material.spec, 1), merge_single=False)
        import torch

        with quiet(), torch.inference_mode():
            loader = loader_of(dataset, plan, None, device)
            judge(model.forecaster, loader, placed, scores, material.spec.trainer.seed, keep)
    quantiles = np.concatenate(levels) if levels else None
    return Judged(material, placed, scores, baselines, kept, np.concatenate(points), quantiles, dataset)


def forecast_of(name: str, material: Material, placed: Placement, windows: slice) -> Floats:
    """Return a baseline's forecasts [n, horizon]."""
    if name == "last_value":
        return placed.last_value(windows)
    return placed.seasonal_naive(season_of(material.series, material.names.spec), windows)


def evaluate(model: TrainedForecaster, material: Material, recorder: Recorder) -> Evaluation:
    """Evaluate on validation and test, write the files, set the run's summary."""
    recorder.progress(stage="evaluating")
    parts = ["valid", *(["test"] if material.fold.test is not None else [])]
    found = {part: judged(model, material, part) for part in parts}
    shown = parts[-1]
    metrics = {part: one.scores.overall() for part, one in found.items()}
    notes = []
    if shown == "valid":
        notes.append("There is no test: these figures are of the validation, which also chose the epoch.")
    tables = [_table(one, part) for part, one in found.items()]
    return _finish(recorder, [model], [found[shown]], shown, metrics, tables, (), notes)


def evaluate_folds(
    models: Sequence[TrainedForecaster], materials: Sequence[Material], recorder: Recorder
) -> Evaluation:
    """Evaluate a backtest: each stretch is forecast by the model that knew only what was before it."""
    recorder.progress(stage="evaluating")
    found = [judged(model, material, "test") for model, material in zip(models, materials, strict=True)]
    by_fold = [{f"test/{key}": value for key, value in one.scores.overall().items()} for one in found]
    metrics = {"test": {one.metric.removeprefix("test/"): one.mean for one in fold_scores(by_fold)}}
    tables = [_table(one, one.material.fold.name) for one in found]
    notes = ["Each stretch is forecast by a model that knew only what was before it; metrics are means over the folds."]
    return _finish(recorder, models, found, "test", metrics, tables, fold_scores(by_fold), notes)


def _finish(
    recorder: Recorder,
    models: Sequence[TrainedForecaster],
    found: list[Judged],
    shown: str,
    metrics: dict[str, dict[str, float]],
    tables: list[pd.DataFrame],
    folds: tuple[FoldScore, ...],
    notes: list[str],
) -> Evaluation:
    recorder.progress(stage="writing results")
    written = sum(len(one.kept) for one in found)
    every = sum(len(one.placed) for one in found)
    if written < every:
        notes.append(f"{written:,} of {every:,} windows are written down one by one; metrics are over all of them.")
    evaluation = Evaluation(
        task="forecasting",
        split=shown,
        rows=every,
        metrics=metrics,
        forecast=_report(found, recorder.spec).model_copy(update={"insight": insight_of(models, found, recorder)}),
        folds=folds,
        notes=tuple(notes),
    )
    write_table(recorder.folder / PREDICTIONS_FILE, pd.concat(tables, ignore_index=True))
    write_evaluation(recorder.folder, evaluation)
    recorder.artifact("evaluation", "evaluation", recorder.folder / EVALUATION_FILE)
    recorder.artifact("predictions", "table", recorder.folder / PREDICTIONS_FILE)
    recorder.artifact("forecasts", "forecasts", write_forecasts(recorder.folder, found))
    recorder.summary({f"{shown}/{key}": value for key, value in metrics[shown].items()})
    return evaluation


def _baseline(name: str, material: Material, placed: Placement) -> Scores:
    scores = Scores(material.scales, placed.horizon)
    for windows in _parts(len(placed)):
        scores.add(placed.number[windows], placed.actual(windows), forecast_of(name, material, placed, windows))
    return scores


def _parts(count: int) -> list[slice]:
    return [slice(begin, min(count, begin + BATCH)) for begin in range(0, count, BATCH)]


def _report(found: list[Judged], spec: RunSpec) -> ForecastReport:
    """Return the report over all folds, as means of their metrics; windows to look at are those of the last one."""
    last = found[-1]
    series = last.material.series
    own = forecasting_of(spec)
    scored = _by_series([one.scores for one in found])
    ranked = sorted(scored, key=lambda number: -scored[number]["mae"])
    if len(ranked) > MOST_SERIES:
        ranked = [*ranked[: MOST_SERIES // 2], *ranked[-MOST_SERIES // 2 :]]
    names = series.names
    return ForecastReport(
        frequency=series.frequency.text,
        horizon=own.windows.horizon,
        season=season_of(series, own),
        quantiles=own.quantiles if last.quantiles is not None else (),
        baselines={name: _mean([one.baselines[name].overall() for one in found]) for name in BASELINES},
        steps=_by_step([one.scores for one in found]),
        baseline_steps={name: _by_step([one.baselines[name] for one in found]) for name in BASELINES},
        series=tuple(SeriesScore(series=names[number], metrics=scored[number]) for number in ranked),
        series_count=len(scored),
        examples=_examples(last, ranked),
    )


def _by_step(scores: list[Scores]) -> tuple[dict[str, float], ...]:
    """Return the metrics of each step ahead, means over the folds."""
    return tuple(_mean(list(folds)) for folds in zip(*(one.by_step() for one in scores), strict=True))


def _by_series(scores: list[Scores]) -> dict[int, dict[str, float]]:
    """Return the metrics of each series, means over the folds that forecast it."""
    folds = [one.by_series() for one in scores]
    numbers = sorted(set().union(*folds))
    return {number: _mean([fold[number] for fold in folds if number in fold]) for number in numbers}


def _mean(metrics: list[dict[str, float]]) -> dict[str, float]:
    return {one.metric: one.mean for one in fold_scores(metrics)}


def _examples(found: Judged, ranked: list[int]) -> tuple[ForecastExample, ...]:
    """Return windows to look at: of the worst and the best series, or evenly drawn ones of a single series."""
    half = EXAMPLES // 2
    chosen = ranked if len(ranked) <= EXAMPLES else [*ranked[:half], *ranked[-half:]]
    each = max(1, EXAMPLES // max(1, len(chosen)))
    places: list[int] = []
    numbers = found.placed.number[found.kept]
    for number in chosen:
        own = np.flatnonzero(numbers == number)
        if len(own):
            places += own[np.unique(np.linspace(0, len(own) - 1, each).round().astype(np.int64))].tolist()
    return tuple(_example(found, place) for place in places)


def _example(found: Judged, place: int) -> ForecastExample:
    series, window = found.material.series, int(found.kept[place])
    row, number = int(found.placed.row[window]), int(found.placed.number[window])
    begin = row - found.material.names.spec.windows.encoder_length
    quantiles = () if found.quantiles is None else tuple(tuple(one) for one in found.quantiles[place].T.tolist())
    return ForecastExample(
        series=series.names[number],
        origin=series.frequency.text_of(int(series.step[row - 1])),
        past=tuple(series.target[begin:row].tolist()),
        actual=tuple(found.placed.actual(slice(window, window + 1))[0].tolist()),
        forecast=tuple(found.point[place].tolist()),
        quantiles=quantiles,
    )


def _table(found: Judged, part: str) -> pd.DataFrame:
    """Return a row a window and step: series, origin, time, how many steps ahead, truth, forecast and quantiles."""
    series, placed, spec = found.material.series, found.placed, found.material.names.spec
    horizon = placed.horizon
    rows = placed.rows[found.kept].ravel()
    numbers = np.repeat(placed.number[found.kept], horizon)
    origins = np.repeat(series.step[placed.row[found.kept] - 1], horizon)
    target = found.material.spec.data.roles.target[0]
    columns: list[tuple[str, object]] = [("split", part)]
    columns += [(name, series.identifiers[name].to_numpy()[numbers]) for name in series.identifiers.columns]
    columns += [
        ("origin", series.frequency.times(origins)),
        (spec.timeline.column, series.frequency.times(series.step[rows])),
        ("step", np.tile(np.arange(1, horizon + 1), len(found.kept))),
        (target, series.target[rows]),
        (f"predicted {target}", found.point.ravel()),
    ]
    if found.quantiles is not None:
        levels = zip(spec.quantiles, found.quantiles.reshape(-1, len(spec.quantiles)).T, strict=True)
        columns += [(f"quantile {level:g}", values) for level, values in levels]
    names = distinct_names([name for name, _ in columns])
    return pd.DataFrame(dict(zip(names, [values for _, values in columns], strict=True)))


def words(evaluation: Evaluation) -> str:
    """Say in a sentence how good the model is beside the baselines."""
    report = evaluation.forecast
    mae = evaluation.metrics[evaluation.split].get("mae")
    if report is None or mae is None:
        return ""
    naive = {name: metrics.get("mae", float("nan")) for name, metrics in report.baselines.items()}
    told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in naive.items())
    return f"MAE {mae:.4g} over {counted(evaluation.rows, 'window')} ({told})."
