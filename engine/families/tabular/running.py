"""A tabular run from beginning to end: split, fit each fold, evaluate, save, and say how it ended."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from engine.families.tabular.evaluation import evaluate, evaluate_folds
from engine.families.tabular.fitting import Fitted, fit
from engine.families.tabular.frames import load, usable_rows
from engine.families.tabular.splitting import Fold, split
from engine.families.tabular.trained import TrainedModel
from engine.runs import Outcome
from engine.spec import KFoldSplit
from engine.training.failures import RunFailed, Stopped
from engine.training.recorder import Recorder
from engine.training.state_files import FOLDER, fits_of, has_state
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place


def run_recorded(recorder: Recorder) -> Outcome:
    """Train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    spec = recorder.spec
    recorder.progress(stage="preparing the data")
    _check(recorder)
    frame = load(recorder.workspace, spec)
    for note in usable_rows(frame, spec).notes:
        recorder.log(note)
    folds = split(frame, spec)
    states = StateKeeper(recorder, spec.trainer.checkpoints, fits_of(spec, recorder.run_id))
    fitted = _fit_folds(recorder, frame, folds, states)
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


def _fit_folds(recorder: Recorder, frame: pd.DataFrame, folds: list[Fold], states: StateKeeper) -> list[Fitted]:
    """Train on each fold until one is stopped; a resumed run begins where its state stands. Raises Stopped for a pause."""
    resumed = _state(recorder, folds, states)
    fitted: list[Fitted] = []
    for index, fold in enumerate(folds):
        if resumed is not None and index < resumed["fold"]:
            epoch, value = resumed["over"][index]
            fitted.append(Fitted(TrainedModel.load(recorder.folder / fold.name), int(epoch), float(value), False))
            continue
        over = tuple((one.best_epoch, one.best_value) for one in fitted)
        place = Place(index, len(folds), fold.prefix, over)
        state = resumed if resumed is not None and index == resumed["fold"] else None
        try:
            fitted.append(fit(recorder, recorder.spec, frame, fold, states, place, state))
        except Stopped as stopped:
            if stopped.to_rest:
                raise
            break
        if fitted[-1].stopped:
            break
        if len(folds) > 1:
            # A run that is resumed in a later fold takes this one from here.
            fitted[-1].model.save(recorder.folder / fold.name)
    return fitted


def _state(recorder: Recorder, folds: list[Fold], states: StateKeeper) -> Mapping[str, Any] | None:
    """Return the content of the state that a resumed run goes on from, or None where it begins at its first step."""
    if not recorder.is_resumed:
        return None
    if not has_state(recorder.folder / FOLDER):
        recorder.resume_after(-1)
        recorder.log("There is no checkpoint yet: the run begins again at its first step.")
        return None
    resumed: Mapping[str, Any] = states.load()
    over = tuple(fold.prefix for fold in folds[: resumed["fold"]])
    recorder.resume_after(int(resumed["training"]["step"]), folds[resumed["fold"]].prefix, over)
    return resumed


def save(recorder: Recorder, model: TrainedModel) -> None:
    """Write the model's files into the run's folder and record them."""
    recorder.progress(stage="saving the model")
    model.save(recorder.folder)
    for name in ("model.safetensors", "model.json"):
        recorder.artifact(name, "model", recorder.folder / name)


def _check(recorder: Recorder) -> None:
    from engine.catalog import problems

    if found := problems(recorder.spec):
        raise RunFailed(found[0], " ".join(found[1:]))


def _best(fitted: list[Fitted], mode: str) -> TrainedModel:
    ranked = sorted(fitted, key=lambda one: one.best_value, reverse=mode == "max")
    return ranked[0].model


def _detail(fitted: list[Fitted], monitor: str) -> str:
    if len(fitted) > 1:
        return f"All {len(fitted)} folds were trained; the model of the best fold is kept."
    return f"The model of epoch {fitted[0].best_epoch} is kept: {monitor} was {fitted[0].best_value:.4g}."
