"""A forecasting run from beginning to end: even series, folds by time, fit each, evaluate, save, say how it ended."""

from typing import Any

from engine.families.folds import Fitted, State, check, ended, fit_folds, kept_words, save, with_early
from engine.families.forecasting import repairs, unfit
from engine.families.forecasting.datasets import longest_lag
from engine.families.forecasting.evaluation import evaluate, evaluate_folds, words
from engine.families.forecasting.fitting import Material, fit
from engine.families.forecasting.folds import split
from engine.families.forecasting.library import BASELINES
from engine.families.forecasting.series import Series, columns_of, described, forecasting_of, prepare
from engine.families.forecasting.trained import TrainedForecaster
from engine.families.frames import read_snapshot
from engine.runs import Outcome
from engine.spec import RunSpec
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place


def run_recorded(recorder: Recorder) -> Outcome:
    """Train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    recorder.progress(stage="preparing the data")
    check(recorder)
    series = load_series(recorder.workspace, recorder.spec)
    for note in series.notes:
        recorder.log(note)
    recorder.log(_told(series))
    materials = [Material(recorder.spec, series, fold) for fold in split(series, recorder.spec)]
    if recorder.spec.model.name in BASELINES:
        models = [TrainedForecaster(one.spec, one.recipe, None) for one in materials]
        return _concluded(recorder, models, materials, "Nothing is learned by this model.")

    def fit_one(
        material: Material, states: StateKeeper, place: Place, state: State | None
    ) -> Fitted[TrainedForecaster]:
        return fit(recorder, material, states, place, state)

    fitted = fit_folds(recorder, materials, fit_one, TrainedForecaster.load)
    if not fitted:
        return ended(recorder, fitted, len(materials))
    stopped = fitted[-1].stopped or len(fitted) < len(materials)
    detail = with_early(fitted, kept_words(recorder.spec.trainer.checkpoints.monitor, fitted[-1]))
    outcome = _concluded(recorder, [one.model for one in fitted], materials[: len(fitted)], detail)
    return Outcome.stopped() if stopped else outcome


def load_series(workspace: Any, spec: RunSpec) -> Series:
    """Return the series of a run's dataset, ready for windows. Raises RunFailed where the data cannot be used."""
    return trainable(read_series(workspace, spec), spec)


def read_series(workspace: Any, spec: RunSpec) -> Series:
    """Return the even series of a run's dataset as they are there. Raises RunFailed where it cannot be used."""
    return prepare(read_snapshot(workspace, spec, columns_of(spec), spec.data.roles.group), spec)


def trainable(series: Series, spec: RunSpec) -> Series:
    """Return series of which every row has a target, and which are long enough by the specification's policy. Raises
    RunFailed where there is none, or where the specification asks of them what they cannot give."""
    own = forecasting_of(spec)
    future = repairs.is_future(series)
    if future.any():
        series = series.rows(~future).noted(
            f"{int(future.sum()):,} rows at the ends of series have no target: left out."
        )
    unfit.refuse(series, spec)
    least = own.windows.encoder_length + own.windows.horizon + longest_lag(own)
    return repairs.with_inputs(repairs.long_enough(series, least, own.timeline.short_series), own.inputs.known)


def _concluded(recorder: Recorder, models: list[TrainedForecaster], materials: list[Material], detail: str) -> Outcome:
    """Save the newest model, evaluate all of them, and say how good they are."""
    save(recorder, models[-1])
    if materials[0].fold.name:
        evaluation = evaluate_folds(models, materials, recorder)
    else:
        evaluation = evaluate(models[0], materials[0], recorder)
    return Outcome.finished(f"{detail} {words(evaluation)}".strip())


def _told(series: Series) -> str:
    found = described(series)
    lengths = (
        f"{found['shortest']:,}"
        if found["shortest"] == found["longest"]
        else (f"{found['shortest']:,} to {found['longest']:,}")
    )
    count = "1 series" if found["series"] == 1 else f"{found['series']:,} series"
    return f"{count} of {lengths} steps, {series.frequency.words} apart."
