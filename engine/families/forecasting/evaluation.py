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
from engine.families.forecasting.judging import Arrays, judge
from engine.families.forecasting.library import BASELINES, quiet
from engine.families.forecasting.loading import judging_loader
from engine.families.forecasting.placement import Placement, season_of
from engine.families.forecasting.reporting import report_of, table_of
from engine.families.forecasting.scores import Scores, joined
from engine.families.forecasting.series import Floats, Ints, forecasting_of
from engine.families.forecasting.trained import TrainedForecaster, windows_at_once
from engine.runs.evaluation import Evaluation, FoldScore
from engine.training.recorder import Recorder

MOST_ROWS = 2_000_000
"""Forecast steps that are written down one by one; of more, evenly drawn windows are."""
BATCH = 8_192


@dataclass(frozen=True)
class Judged:
    """Forecasts of one target in all windows of a split, or in those that are kept, with the scores over all of them.

    Material and placement are those of the target alone, the `place`th one; the data set has all targets.
    """

    target: str
    place: int
    material: Material
    placed: Placement
    scores: Scores
    baselines: dict[str, Scores]
    kept: Ints
    point: Floats
    quantiles: Floats | None
    dataset: Any = None


def judged(model: TrainedForecaster, material: Material, part: str) -> list[Judged]:
    """Forecast the windows of a split, “valid” or “test”, and score each target."""
    own = forecasting_of(material.spec)
    span = material.fold.test if part == "test" else material.fold.valid
    assert span is not None
    dataset, placed = material.part(span, "test" if part == "test" else "validation")
    truths, materials = placed.of_targets(), material.of_targets
    every = max(1, -(-len(placed) * own.windows.horizon * len(truths) // MOST_ROWS))
    kept = np.arange(0, len(placed), every)
    heard: list[list[Arrays]] = [[] for _ in truths]

    def keep(windows: slice, found: Sequence[Arrays]) -> None:
        chosen = kept[(kept >= windows.start) & (kept < windows.stop)] - windows.start
        for one, (point, quantiles) in zip(heard, found, strict=True):
            one.append((point[chosen], None if quantiles is None else quantiles[chosen]))

    scores = material.scores()
    if model.forecaster is None:
        for windows in _parts(len(placed)):
            found = [forecast_of(material.spec.model.name, material, truth, windows) for truth in truths]
            for one, truth, point in zip(scores, truths, found, strict=True):
                one.add(placed.number[windows], truth.actual(windows), point)
            keep(windows, [(point, None) for point in found])
    else:
        model.forecaster.network.eval()
        device = next(model.forecaster.network.parameters()).device
        import torch

        with quiet(), torch.inference_mode():
            loader = judging_loader(dataset, material.spec, windows_at_once(material.spec, 1), device)
            judge(model.forecaster, loader, placed, scores, material.spec.trainer.seed, keep)
    # By series, also where windows were judged in the order of time.
    order = np.lexsort((placed.row[kept], placed.number[kept]))
    return [
        Judged(
            target=material.names.targets[place],
            place=place,
            material=materials[place],
            placed=truth,
            scores=scores[place],
            baselines={name: _baseline(name, materials[place], truth) for name in BASELINES},
            kept=kept[order],
            point=np.concatenate([point for point, _ in heard[place]])[order],
            quantiles=_joined_levels([levels for _, levels in heard[place]], order),
            dataset=dataset,
        )
        for place, truth in enumerate(truths)
    ]


def _joined_levels(found: list[Floats | None], order: Ints) -> Floats | None:
    levels = [one for one in found if one is not None]
    return np.concatenate(levels)[order] if levels else None


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
    metrics = {part: overall(one) for part, one in found.items()}
    notes = []
    if shown == "valid":
        notes.append("There is no test: these figures are of the validation, which also chose the epoch.")
    tables = [table_of(one, part) for part, one in found.items()]
    return _finish(recorder, [model], [found[shown]], shown, metrics, tables, (), notes)


def evaluate_folds(
    models: Sequence[TrainedForecaster], materials: Sequence[Material], recorder: Recorder
) -> Evaluation:
    """Evaluate a backtest: each stretch is forecast by the model that knew only what was before it."""
    recorder.progress(stage="evaluating")
    found = [judged(model, material, "test") for model, material in zip(models, materials, strict=True)]
    by_fold = [{f"test/{key}": value for key, value in overall(one).items()} for one in found]
    metrics = {"test": {one.metric.removeprefix("test/"): one.mean for one in fold_scores(by_fold)}}
    tables = [table_of(one, one[0].material.fold.name) for one in found]
    notes = ["Each stretch is forecast by a model that knew only what was before it; metrics are means over the folds."]
    return _finish(
        recorder, models, found, "test", metrics, tables, fold_scores([_beside(one) for one in found]), notes
    )


def _beside(found: Sequence[Judged]) -> dict[str, float]:
    """Return the metrics over a fold's windows as test/metric, each with the baselines' behind it, as baseline/metric."""
    told = {"test": overall(found), **{name: overall(found, name) for name in BASELINES}}
    return {f"{who}/{key}": scores[key] for key in told["test"] for who, scores in told.items() if key in scores}


def _finish(
    recorder: Recorder,
    models: Sequence[TrainedForecaster],
    found: list[list[Judged]],
    shown: str,
    metrics: dict[str, dict[str, float]],
    tables: list[pd.DataFrame],
    folds: tuple[FoldScore, ...],
    notes: list[str],
) -> Evaluation:
    recorder.progress(stage="writing results")
    written = sum(len(one[0].kept) for one in found)
    every = sum(len(one[0].placed) for one in found)
    if written < every:
        notes.append(f"{written:,} of {every:,} windows are written down one by one; metrics are over all of them.")
    by_target = [[fold[place] for fold in found] for place in range(len(found[0]))]
    reports = tuple(
        report_of(one, recorder.spec).model_copy(update={"insight": insight_of(models, one, recorder)})
        for one in by_target
    )
    evaluation = Evaluation(
        task="forecasting",
        split=shown,
        rows=every,
        metrics=metrics,
        forecast=reports[0],
        further_forecasts=reports[1:],
        folds=folds,
        notes=tuple(notes),
    )
    series, table = found[0][0].material.series, pd.concat(tables, ignore_index=True)
    behind = 1 + len(series.identifiers.columns)
    days = table.columns[behind : behind + 2] if series.are_days else ()
    write_table(recorder.folder / PREDICTIONS_FILE, table, days)
    write_evaluation(recorder.folder, evaluation)
    recorder.artifact("evaluation", "evaluation", recorder.folder / EVALUATION_FILE)
    recorder.artifact("predictions", "table", recorder.folder / PREDICTIONS_FILE)
    for place, one in enumerate(by_target):
        name = f"forecasts of {one[0].target}" if place else "forecasts"
        recorder.artifact(name, "forecasts", write_forecasts(recorder.folder, one))
    recorder.summary({f"{shown}/{key}": value for key, value in metrics[shown].items()})
    return evaluation


def overall(found: Sequence[Judged], baseline: str = "") -> dict[str, float]:
    """Return the metrics over all windows, of a baseline where one is named; of several targets as metric/target."""
    scores = [one.baselines[baseline] if baseline else one.scores for one in found]
    return joined([one.target for one in found], [one.overall() for one in scores])


def _baseline(name: str, material: Material, placed: Placement) -> Scores:
    scores = Scores(material.scales, placed.horizon)
    for windows in _parts(len(placed)):
        scores.add(placed.number[windows], placed.actual(windows), forecast_of(name, material, placed, windows))
    return scores


def _parts(count: int) -> list[slice]:
    return [slice(begin, min(count, begin + BATCH)) for begin in range(0, count, BATCH)]


def words(evaluation: Evaluation) -> str:
    """Say in a sentence how good the model is beside the baselines."""
    told: list[str] = []
    for report in evaluation.forecasts:
        mae = evaluation.metrics_of(report).get("mae")
        if mae is None:
            continue
        naive = {name: metrics.get("mae", float("nan")) for name, metrics in report.baselines.items()}
        beside = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in naive.items())
        over = "" if told else f" over {counted(evaluation.rows, 'window')}"
        of = f" of {report.target}" if evaluation.further_forecasts else ""
        told.append(f"MAE{of} {mae:.4g}{over} ({beside})")
    return f"{'; '.join(told)}." if told else ""
