"""Makes a fresh forecaster and its windows ready for the search for a learning rate, as a training would. Must not train."""

from pathlib import Path

from engine.families.forecasting import library
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.forecaster import build
from engine.families.forecasting.loading import training_loader
from engine.families.forecasting.running import load_series
from engine.spec import RunSpec
from engine.training.failures import RunFailed
from engine.training.hardware import choose_device, data_type
from engine.training.randomness import seed_everything
from engine.training.rate_search import LrCurve, Search, sweep


def search_series(workspace: Path, spec: RunSpec, search: Search) -> LrCurve:
    """Search on the first fold's training windows. Raises RunFailed, also for a model that learns nothing."""
    if spec.model.name in library.BASELINES:
        raise RunFailed("This model learns nothing, and so has no learning rate.", "Choose a network.")
    series = load_series(workspace, spec)
    search.leave_if_cancelled()
    material = Material(spec, series, split(series, spec)[0])
    device = choose_device(spec.trainer)
    seed_everything(spec.trainer.seed)
    forecaster = build(spec, material.recipe)
    forecaster.network.to(device, data_type(spec.trainer)).train()
    search.leave_if_cancelled()
    loader = training_loader(material.train, spec, spec.trainer, device)
    with library.quiet():
        return sweep(forecaster.network, forecaster.loss, loader, spec.trainer, search)
