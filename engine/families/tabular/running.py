"""A tabular run from beginning to end: split, fit each fold, evaluate, save, and say how it ended."""

from engine.families.folds import Fitted, State, check, fit_folds, save
from engine.families.supervised.splitting import Fold
from engine.families.tabular.evaluation import evaluate, evaluate_folds
from engine.families.tabular.fitting import fit
from engine.families.tabular.frames import load, usable_rows
from engine.families.tabular.splitting import split
from engine.families.tabular.trained import TrainedModel
from engine.runs import Outcome
from engine.spec import KFoldSplit
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place


def run_recorded(recorder: Recorder) -> Outcome:
    """Train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    spec = recorder.spec
    recorder.progress(stage="preparing the data")
    check(recorder)
    frame = load(recorder.workspace, spec)
    for note in usable_rows(frame, spec).notes:
        recorder.log(note)
    folds = split(frame, spec)

    def fit_one(fold: Fold, states: StateKeeper, place: Place, state: State | None) -> Fitted[TrainedModel]:
        return fit(recorder, spec, frame, fold, states, place, state)

    fitted = fit_folds(recorder, folds, fit_one, TrainedModel.load)
    if not fitted:
        return Outcome.stopped("The run was stopped before its first epoch was over; there is no model yet.")
    best = fitted[0].model if len(fitted) == 1 else _best(fitted, spec.trainer.checkpoints.mode)
    save(recorder, best)
    stopped = fitted[-1].stopped or len(fitted) < len(folds)
    if isinstance(spec.split, KFoldSplit):
        evaluate_folds([one.model for one in fitted], frame, folds[: len(fitted)], recorder, spec)
    else:
        evaluate(best, frame, folds[0], recorder, spec)
    return Outcome.stopped() if stopped else Outcome.finished(_detail(fitted, spec.trainer.checkpoints.monitor))


def _best(fitted: list[Fitted[TrainedModel]], mode: str) -> TrainedModel:
    ranked = sorted(fitted, key=lambda one: one.best_value, reverse=mode == "max")
    return ranked[0].model


def _detail(fitted: list[Fitted[TrainedModel]], monitor: str) -> str:
    if len(fitted) > 1:
        return f"All {len(fitted)} folds were trained; the model of the best fold is kept."
    return f"The model of epoch {fitted[0].best_epoch} is kept: {monitor} was {fitted[0].best_value:.4g}."
