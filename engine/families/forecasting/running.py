"""A forecasting run from beginning to end: even series, folds by time, fit each, evaluate, save, say how it ended."""

from collections.abc import Mapping
from typing import Any

from engine.families.forecasting import repairs
from engine.families.forecasting.datasets import longest_lag
from engine.families.forecasting.evaluation import evaluate, evaluate_folds, words
from engine.families.forecasting.fitting import Fitted, Material, fit
from engine.families.forecasting.folds import split
from engine.families.forecasting.library import BASELINES
from engine.families.forecasting.series import Series, columns_of, described, forecasting_of, prepare
from engine.families.forecasting.trained import TrainedForecaster
from engine.families.tabular.frames import read_columns
from engine.runs import Outcome
from engine.spec import RunSpec
from engine.training.failures import RunFailed, Stopped
from engine.training.recorder import Recorder
from engine.training.state_files import FOLDER, fits_of, has_state
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place


def run_recorded(recorder: Recorder) -> Outcome:
    """Train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    recorder.progress(stage="preparing the data")
    _check(recorder)
    series = load_series(recorder.workspace, recorder.spec)
    for note in series.notes:
        recorder.log(note)
    recorder.log(_told(series))
    materials = [Material(recorder.spec, series, fold) for fold in split(series, recorder.spec)]
    if recorder.spec.model.name in BASELINES:
        models = [TrainedForecaster(one.spec, one.recipe, None) for one in materials]
        return _concluded(recorder, models, materials, "Nothing is learned by this model.")
    states = StateKeeper(recorder, recorder.spec.trainer.checkpoints, fits_of(recorder.spec, recorder.run_id))
    fitted = _fit_folds(recorder, materials, states)
    if not fitted:
        return Outcome.stopped("The run was stopped before its first epoch was over; there is no model yet.")
    stopped = fitted[-1].stopped or len(fitted) < len(materials)
    monitor = recorder.spec.trainer.checkpoints.monitor
    detail = f"The model of epoch {fitted[-1].best_epoch} is kept: {monitor} was {fitted[-1].best_value:.4g}."
    outcome = _concluded(recorder, [one.model for one in fitted], materials[: len(fitted)], detail)
    return Outcome.stopped() if stopped else outcome


def load_series(workspace: Any, spec: RunSpec) -> Series:
    """Return the series of a run's dataset, ready for windows. Raises RunFailed where the data cannot be used."""
    from engine.datasets import parquet_path

    path = parquet_path(workspace, spec.data.dataset)
    if not path.is_file():
        raise RunFailed(
            f"The data of this run ({spec.data.name or spec.data.dataset}) is no longer in the workspace.",
            "Import the file again; the same content gets the same name, and the run can then be repeated.",
        )
    return trainable(prepare(read_columns(path, columns_of(spec)), spec), spec)


def trainable(series: Series, spec: RunSpec) -> Series:
    """Return series of which every row has a target, and which are long enough by the specification's policy."""
    own = forecasting_of(spec)
    future = repairs.is_future(series)
    if future.any():
        series = series.rows(~future).noted(
            f"{int(future.sum()):,} rows at the ends of series have no target: left out."
        )
    least = own.windows.encoder_length + own.windows.horizon + longest_lag(own)
    return repairs.with_inputs(repairs.long_enough(series, least, own.timeline.short_series))


def _fit_folds(recorder: Recorder, materials: list[Material], states: StateKeeper) -> list[Fitted]:
    """Train on each fold until one is stopped; a resumed run begins where its state stands. Raises Stopped for a pause."""
    resumed = _state(recorder, materials, states)
    fitted: list[Fitted] = []
    for index, material in enumerate(materials):
        folder = recorder.folder / material.fold.name
        if resumed is not None and index < resumed["fold"]:
            epoch, value = resumed["over"][index]
            fitted.append(Fitted(TrainedForecaster.load(folder), int(epoch), float(value), False))
            continue
        over = tuple((one.best_epoch, one.best_value) for one in fitted)
        place = Place(index, len(materials), material.fold.prefix, over)
        state = resumed if resumed is not None and index == resumed["fold"] else None
        try:
            fitted.append(fit(recorder, material, states, place, state))
        except Stopped as stopped:
            if stopped.to_rest:
                raise
            break
        if fitted[-1].stopped:
            break
        if len(materials) > 1:
            fitted[-1].model.save(folder)  # a run that is resumed in a later fold takes this one from here
    return fitted


def _state(recorder: Recorder, materials: list[Material], states: StateKeeper) -> Mapping[str, Any] | None:
    """Return the content of the state that a resumed run goes on from, or None where it begins at its first step."""
    if not recorder.is_resumed:
        return None
    if not has_state(recorder.folder / FOLDER):
        recorder.resume_after(-1)
        recorder.log("There is no checkpoint yet: the run begins again at its first step.")
        return None
    resumed: Mapping[str, Any] = states.load()
    over = tuple(one.fold.prefix for one in materials[: resumed["fold"]])
    recorder.resume_after(int(resumed["training"]["step"]), materials[resumed["fold"]].fold.prefix, over)
    return resumed


def _concluded(recorder: Recorder, models: list[TrainedForecaster], materials: list[Material], detail: str) -> Outcome:
    """Save the newest model, evaluate all of them, and say how good they are."""
    recorder.progress(stage="saving the model")
    models[-1].save(recorder.folder)
    for name in ("model.safetensors", "model.json"):
        recorder.artifact(name, "model", recorder.folder / name)
    if materials[0].fold.name:
        evaluation = evaluate_folds(models, materials, recorder)
    else:
        evaluation = evaluate(models[0], materials[0], recorder)
    return Outcome.finished(f"{detail} {words(evaluation)}".strip())


def _check(recorder: Recorder) -> None:
    from engine.catalog import problems

    if found := problems(recorder.spec):
        raise RunFailed(found[0], " ".join(found[1:]))


def _told(series: Series) -> str:
    found = described(series)
    lengths = (
        f"{found['shortest']:,}"
        if found["shortest"] == found["longest"]
        else (f"{found['shortest']:,} to {found['longest']:,}")
    )
    count = "1 series" if found["series"] == 1 else f"{found['series']:,} series"
    return f"{count} of {lengths} steps, {found['frequency']} apart."
