"""What a trained tabular model is worth on the rows kept for it, and how much of that hangs on each column.
Runs the models; what their predictions are worth is computed elsewhere."""

from collections.abc import Sequence

import pandas as pd

from engine.families.fold_scores import fold_scores
from engine.families.supervised.evaluation import best_of_folds, conclude, metrics_of
from engine.families.supervised.predicted import joined
from engine.families.supervised.scores import Ints
from engine.families.supervised.splitting import Fold
from engine.families.tabular.importance import importance_metric, permutation_importance
from engine.families.tabular.predicting import predict_rows
from engine.families.tabular.trained import TrainedModel
from engine.runs.evaluation import Evaluation, Importance
from engine.spec import RunSpec
from engine.training.recorder import Recorder

_Importance = tuple[tuple[Importance, ...], tuple[str, ...]]


def score(model: TrainedModel, frame: pd.DataFrame, rows: Ints) -> dict[str, float]:
    """Return the exact metrics of a model on rows of a frame, such as accuracy or rmse, without writing anything."""
    return metrics_of(predict_rows(model, frame, rows))


def evaluate(model: TrainedModel, frame: pd.DataFrame, fold: Fold, recorder: Recorder, spec: RunSpec) -> Evaluation:
    """Evaluate on the test rows (the validation rows where there are none), write the files, set the run's summary."""
    recorder.progress(stage="evaluating")
    parts = {"valid": fold.valid, "test": fold.test}
    predicted = {part: predict_rows(model, frame, rows) for part, rows in parts.items() if len(rows)}
    shown = "test" if "test" in predicted else "valid"
    columns, notes = _importance(model, frame, parts[shown], recorder, spec)
    task = spec.tabular.task
    return conclude(predicted, shown, frame, recorder, task, (), importance_metric(task), columns, notes)


def evaluate_folds(
    models: Sequence[TrainedModel], frame: pd.DataFrame, folds: Sequence[Fold], recorder: Recorder, spec: RunSpec
) -> Evaluation:
    """Evaluate a cross-validation: each row is judged by the model that did not learn from it.

    The reports are over all validation rows together; `folds` has each metric by fold with its mean and spread. Rows
    kept aside for testing are scored by every fold's model; their metrics are in `folds` alone. The run's summary has
    means over the folds, of what was watched for checkpoints too.
    """
    recorder.progress(stage="evaluating")
    validated = [predict_rows(model, frame, fold.valid) for model, fold in zip(models, folds, strict=True)]
    by_fold = [{f"valid/{key}": value for key, value in metrics_of(part).items()} for part in validated]
    for place, (model, fold) in enumerate(zip(models, folds, strict=True)):
        if len(fold.test):
            by_fold[place] |= {f"test/{key}": value for key, value in score(model, frame, fold.test).items()}
    columns, notes = _importance(models[-1], frame, folds[-1].valid, recorder, spec)
    recorder.summary(best_of_folds(recorder, spec, folds))
    task, scores = spec.tabular.task, fold_scores(by_fold)
    whole = {"valid": joined(validated)}
    return conclude(whole, "valid", frame, recorder, task, scores, importance_metric(task), columns, notes)


def _importance(model: TrainedModel, frame: pd.DataFrame, rows: Ints, recorder: Recorder, spec: RunSpec) -> _Importance:
    def tell(done: int, total: int) -> None:
        recorder.progress(stage=f"importance of columns ({done} of {total})")

    return permutation_importance(
        model, frame, rows, seed=spec.trainer.seed, progress=tell, stopped=lambda: recorder.stop_requested
    )
