"""A tabular run from beginning to end: split, fit each fold, evaluate, save, and say how it ended."""

from engine.families.folds import Fitted, State, best_of, check, ended, fit_folds, save
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
        return ended(recorder, fitted, len(folds))
    best = best_of(recorder, fitted).model
    save(recorder, best)
    if isinstance(spec.split, KFoldSplit):
        evaluate_folds([one.model for one in fitted], frame, folds[: len(fitted)], recorder, spec)
    else:
        evaluate(best, frame, folds[0], recorder, spec)
    return ended(recorder, fitted, len(folds))
