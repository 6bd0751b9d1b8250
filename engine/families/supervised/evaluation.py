"""What predictions are worth: exact metrics and reports on the rows kept for it, written into the run's folder.
Puts the parts together; metrics, curves and tables are computed in modules of their own. Must not run a model."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from engine.families.files import EVALUATION_FILE, PREDICTIONS_FILE, write_evaluation
from engine.families.findings import named
from engine.families.folds import Fold
from engine.families.supervised.predicted import Predicted
from engine.families.supervised.reports import (
    MAX_CONFUSION,
    classification_report,
    regression_report,
    worst_rows,
)
from engine.families.supervised.scores import Ints, row_log_loss
from engine.families.supervised.tables import original_rows, write_predictions
from engine.runs import RunStore
from engine.runs.evaluation import (
    ClassificationReport,
    Evaluation,
    FoldScore,
    Importance,
    RegressionReport,
    WorstRows,
)
from engine.spec import RunSpec
from engine.training.recorder import Recorder


def metrics_of(predicted: Predicted) -> dict[str, float]:
    """Return the metrics; with several targets those of each as metric/target, and the mean of what has no unit."""
    targets = predicted.targets
    each = [predicted.scores(index) for index in range(len(targets))]
    if len(targets) == 1:
        return each[0]
    scores = {
        f"{key}/{target.name}": value for target, one in zip(targets, each, strict=True) for key, value in one.items()
    }
    for key in ("accuracy", "balanced_accuracy", "f1_macro", "f1_micro", "log_loss", "r2", "mape"):
        if all(key in one for one in each):
            scores[key] = float(np.mean([one[key] for one in each]))
    return scores


def conclude(
    predicted: Mapping[str, Predicted],
    shown: str,
    frame: pd.DataFrame,
    recorder: Recorder,
    task: str,
    folds: tuple[FoldScore, ...] = (),
    importance_metric: str = "",
    importance: tuple[Importance, ...] = (),
    notes: Sequence[str] = (),
) -> Evaluation:
    """Score the predictions of each part (valid, test), report on the one that is `shown`, write the files, set the run's
    summary.
    """
    recorder.progress(stage="writing results")
    main, spec = predicted[shown], recorder.spec
    classification, regression = _reports(main)
    evaluation = Evaluation(
        task=task,
        split=shown,
        rows=len(main),
        metrics={part: metrics_of(one) for part, one in predicted.items()},
        classification=classification,
        regression=regression,
        importance_metric=importance_metric,
        importance=importance,
        worst=_worst(main, frame, recorder.workspace, spec),
        folds=folds,
        notes=(*_notes(main, shown, bool(folds)), *notes),
    )
    write_predictions(recorder.folder / PREDICTIONS_FILE, predicted, frame)
    write_evaluation(recorder.folder, evaluation)
    recorder.artifact("evaluation", "evaluation", recorder.folder / EVALUATION_FILE)
    recorder.artifact("predictions", "table", recorder.folder / PREDICTIONS_FILE)
    means = {one.metric: one.mean for one in folds}
    recorder.summary(means or {f"{shown}/{key}": value for key, value in evaluation.metrics[shown].items()})
    return evaluation


def best_of_folds(recorder: Recorder, spec: RunSpec, folds: Sequence[Fold]) -> dict[str, float]:
    """Return the mean over the folds of the best value that each fold's epochs reached, as it was recorded."""
    watched = spec.trainer.checkpoints
    recorder.flush()
    with RunStore(recorder.workspace) as store:
        series = [store.series(recorder.run_id, fold.prefix + watched.monitor, axes=()).values for fold in folds]
    finite = [values[np.isfinite(values)] for values in series]
    if not all(len(values) for values in finite):
        return {}
    best = [values.max() if watched.mode == "max" else values.min() for values in finite]
    return {f"best/{watched.monitor}": float(np.mean(best))}


def _reports(main: Predicted) -> tuple[tuple[ClassificationReport, ...], tuple[RegressionReport, ...]]:
    classification, regression = [], []
    for index, target in enumerate(main.targets):
        if not main.valid(index):
            continue
        actual = main.actual[:, index]
        if main.values is None:
            known = actual >= 0
            chances = main.probabilities[index][known]
            classification.append(
                classification_report(target.name, target.classes, actual[known].astype(np.int64), chances)
            )
        else:
            known = np.isfinite(actual)
            truth = actual[known].astype(np.float64)
            regression.append(regression_report(target.name, truth, main.values[known, index]))
    return tuple(classification), tuple(regression)


def _notes(main: Predicted, shown: str, pooled: bool) -> list[str]:
    notes = []
    if pooled:
        notes.append("Each row is judged by the model of the fold that did not learn from it.")
    elif shown == "valid":
        notes.append("There are no test rows: these figures are of the validation rows, which also chose the epoch.")
    for index, target in enumerate(main.targets):
        if not main.valid(index):
            notes.append(
                f"The model's predictions of “{target.name}” are not all numbers (NaN), so there are no metrics."
            )
        elif main.values is None:
            absent = [name for code, name in enumerate(target.classes) if not (main.actual[:, index] == code).any()]
            if absent:
                notes.append(f"No row here has {named(absent)} as “{target.name}”; no curve is drawn for it.")
            if len(target.classes) > MAX_CONFUSION:
                notes.append(f"“{target.name}” has {len(target.classes)} classes; the rarer ones are shown as one.")
    return notes


def _worst(main: Predicted, frame: pd.DataFrame, workspace: Path, spec: RunSpec) -> WorstRows | None:
    targets = main.targets
    if not len(main) or not all(main.valid(index) for index in range(len(targets))):
        return None
    losses, shown = np.zeros(len(main)), []
    for index, target in enumerate(targets):
        actual = main.actual[:, index]
        if main.values is None:
            codes = actual.astype(np.int64)
            losses += np.where(codes >= 0, row_log_loss(codes, main.probabilities[index]), 0.0)
            names = np.array([*target.classes, None], dtype=object)
            shown += [(f"predicted {target.name}", names[main.codes(index)]), (f"actual {target.name}", names[codes])]
        else:
            values = main.values[:, index]
            spread = float(np.nanstd(actual)) or 1.0
            losses += np.nan_to_num(np.abs(values - actual)) / (spread if len(targets) > 1 else 1.0)
            shown += [(f"predicted {target.name}", values), (f"actual {target.name}", actual)]
    title = "loss" if main.values is None else "absolute error" if len(targets) == 1 else "error in standard deviations"

    def read(rows: Ints) -> pd.DataFrame:
        return original_rows(workspace, spec, frame, rows)

    return worst_rows(main.rows, losses, shown, title, read)
