"""A trained forecaster judged by the truth in a new file, beside the baselines on the same windows. Must not train."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.datasets import ReadOptions
from engine.families.findings import counted
from engine.families.forecasting.evaluation import judged, overall
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import Fold, Span
from engine.families.forecasting.prediction import read_source
from engine.families.forecasting.recipe import Recipe
from engine.families.forecasting.running import trainable
from engine.families.forecasting.series import Series, forecasting_of, prepare
from engine.families.forecasting.trained import TrainedForecaster
from engine.families.prediction import ScoreReport
from engine.runs import RunStore
from engine.training.failures import RunFailed


@dataclass(frozen=True)
class NewMaterial(Material):
    """Series that a model has not learned from; what was fitted on its training rows is taken as it is."""

    fitted: Recipe

    @cached_property
    def recipe(self) -> Recipe:
        """What was fitted on the training rows."""
        return self.fitted


def score(
    workspace: Path,
    run_id: str,
    source: Path,
    options: ReadOptions | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ScoreReport:
    """Forecast every window of a file that has its truth, and compare. Raises RunFailed, DatasetError or StoreError."""
    with RunStore(workspace) as store:
        model = TrainedForecaster.load(store.run_folder(store.run(run_id).id))
    with TemporaryDirectory(prefix="tensorbench-") as scratch:
        frame, match, told = read_source(workspace, Path(scratch), model, source, options, cancelled)
        series = trainable(prepare(frame, model.spec, model.recipe.frequency), model.spec)
    if cancelled():
        raise RunFailed("Scoring was cancelled.", "Nothing was changed.")
    found = judged(model, material_of(model, series), "test")
    windows = len(found[0].placed)
    return ScoreReport(
        count=windows,
        what=f"{counted(windows, 'window')} of {counted(series.count, 'series', 'series')}",
        metrics=overall(found),
        baselines={name: overall(found, name) for name in found[0].baselines},
        notes=(*match.notes, *told, *series.notes, "MASE divides by the changes in this file."),
    )


def material_of(model: TrainedForecaster, series: Series) -> NewMaterial:
    """Return the series as windows that forecast every step that has enough before it."""
    windows = forecasting_of(model.spec).windows
    whole = Span(int(series.step.min()), int(series.step.max()))
    test = Span(whole.first + windows.encoder_length, whole.last)
    return NewMaterial(model.spec, series, Fold(whole, test, test), model.recipe)
