"""One training of one fold: windows to the device, network built, and what the loop needs put together.
Must not judge by the test or decide how the run ended."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd
import torch
from torch import nn

from engine.families.findings import counted
from engine.families.fitting import FLOPS_A_PARAMETER, Training, has_first_weights
from engine.families.folds import Fitted, State
from engine.families.forecasting import library
from engine.families.forecasting.datasets import Names, count_windows, keep_every, longest_lag, make_dataset, to_frame
from engine.families.forecasting.folds import Fold, Span
from engine.families.forecasting.forecaster import Forecaster, build, parameter_count
from engine.families.forecasting.judging import Heard, judge
from engine.families.forecasting.live import LiveForecaster
from engine.families.forecasting.loading import Loader, judging_loader, rows_of, training_loader
from engine.families.forecasting.placement import Placement, naive_scales, season_of
from engine.families.forecasting.recipe import Recipe
from engine.families.forecasting.scores import Scores, joined
from engine.families.forecasting.series import Floats, Series, forecasting_of
from engine.families.forecasting.together import in_order_of_time
from engine.families.forecasting.trained import TrainedForecaster, windows_at_once
from engine.families.forecasting.window_loader import WindowBatch
from engine.families.live_file import ShownLive
from engine.spec import JOINT, RunSpec
from engine.training.changes import changed
from engine.training.failures import RunFailed
from engine.training.hardware import choose_device, choose_threads, data_type
from engine.training.loop import Task
from engine.training.randomness import seed_everything
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place


@dataclass(frozen=True)
class Material:
    """The series of a run and one fold of them, as data sets of windows; each is made when it is first asked for."""

    spec: RunSpec
    series: Series
    fold: Fold

    @property
    def name(self) -> str:
        """Return the name of the fold's folder."""
        return self.fold.name

    @property
    def prefix(self) -> str:
        """Return what begins the keys of the fold's metrics."""
        return self.fold.prefix

    @cached_property
    def names(self) -> Names:
        """The inputs' plain names."""
        return Names.of(self.spec)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All rows under plain names."""
        return to_frame(self.series, self.names)

    @cached_property
    def train(self) -> Any:
        """The training windows, on whose rows alone encoders and scalers are fitted."""
        span = self.fold.train
        rows = self.frame[(self.series.step >= span.first) & (self.series.step <= span.last)]
        dataset = self._made(rows, None, None, "training")
        own = self.names.spec
        keep_every(dataset, own.windows.step, own.loss in JOINT)
        return dataset

    @cached_property
    def recipe(self) -> Recipe:
        """What was fitted on the training rows."""
        return Recipe.of(self.train, self.series.frequency)

    @cached_property
    def of_targets(self) -> "list[Material]":
        """The same for each target alone, for what is judged by target; their windows are not made anew."""
        count = len(self.series.targets)
        return [self] if count == 1 else [replace(self, series=self.series.of_target(place)) for place in range(count)]

    def scores(self) -> list[Scores]:
        """Return new scores, one a target."""
        own = self.names.spec
        return [Scores(one.scales, own.windows.horizon, own.quantiles) for one in self.of_targets]

    @cached_property
    def scales(self) -> Floats:
        """What MASE divides each series' errors of the (first) target by."""
        return naive_scales(self.series, self.fold.train.last, season_of(self.series, self.names.spec))

    def part(self, span: Span, name: str) -> tuple[Any, Placement]:
        """Return the windows that forecast steps of a span, and where they lie. Raises RunFailed where there is none."""
        dataset = self.windows(span, name)
        return dataset, Placement.of(dataset, self.series, self.names.spec.windows.horizon)

    def windows(self, span: Span, name: str) -> Any:
        """Return the windows that forecast steps of a span. Raises RunFailed where there is none."""
        own = self.names.spec
        first = span.first - own.windows.encoder_length - longest_lag(own)
        rows = self.frame[(self.series.step >= first) & (self.series.step <= span.last)]
        dataset = self._made(rows, self.recipe, span.first, name)
        keep_every(dataset, own.windows.evaluation_step, own.loss in JOINT)
        if own.loss in JOINT:
            in_order_of_time(dataset)
        return dataset

    def count(self, span: Span, name: str) -> tuple[int, int]:
        """Return how many windows forecast steps of a span, and how many rows these have, without making them.
        Raises RunFailed where there is none."""
        own = self.names.spec
        every = own.windows.evaluation_step
        found = count_windows(self.series, own, span.first, span.last, every, own.loss in JOINT)
        if not found[0]:
            self.windows(span, name)  # says why
        return found

    def _made(self, rows: pd.DataFrame, recipe: Recipe | None, first: int | None, name: str) -> Any:
        try:
            return make_dataset(rows, self.names, self.series.frequency, recipe, first)
        except ValueError as error:
            if str(error) != "there is no window":
                raise
            own = self.names.spec.windows
            raise RunFailed(
                f"The {name} has no window: no series has {own.encoder_length:,} steps to look back on and "
                f"{own.horizon:,} to forecast there.",
                "Look back on fewer steps (forecasting.windows.encoder_length), forecast fewer "
                "(forecasting.windows.horizon), or split "
                "elsewhere (split.test).",
            ) from error


def fit(
    recorder: Recorder, material: Material, states: StateKeeper, place: Place, resumed: State | None = None
) -> Fitted[TrainedForecaster]:
    """Train on a fold, or go on from the content of a state. Raises RunFailed where that cannot be done; a model that was
    good before is saved first.

    Raises Stopped for a pause, and where a stop came before the first epoch was over.
    """
    spec = recorder.spec
    trainer = changed(spec.trainer, [recorder.changes[place] for place in resumed["changes"]] if resumed else ())
    device = choose_device(trainer)
    seed_everything(trainer.seed)
    forecaster = build(spec, material.recipe)
    network = forecaster.network
    count = parameter_count(network)
    passes = _passes(spec.model.name, forecasting_of(spec).windows.encoder_length)
    torch.set_num_threads(choose_threads(trainer, FLOPS_A_PARAMETER * count * trainer.batch_size * passes))
    network.to(device, data_type(trainer))
    has_first_weights(network, recorder, resumed)
    valid, placed = material.part(material.fold.valid, "validation")
    if slow := prepared_slowly(spec):
        recorder.log(slow)
    recorder.log(_description(material, len(valid), count, device))
    at_once = windows_at_once(spec, trainer.batch_size)
    live = LiveForecaster(recorder, placed, material.fold.name)
    training = Training(
        recorder,
        trainer,
        device,
        material,
        _Task(forecaster, judging_loader(valid, spec, at_once, device), placed, material, live.heard),
        training_loader(material.train, spec, trainer, device, recorder.log),
        model=lambda: TrainedForecaster(spec, material.recipe, forecaster),
        quiet=library.quiet,
        heard=lambda watch: ShownLive(watch, live),
    )
    try:
        return training.run(states, place, resumed)
    finally:
        live.finish()


class _Task(Task[WindowBatch]):
    """What the loop asks of a forecaster."""

    def __init__(
        self, forecaster: Forecaster, valid: Loader, placed: Placement, material: Material, heard: Heard
    ) -> None:
        self._forecaster, self._valid, self._placed, self._material = forecaster, valid, placed, material
        self._heard = heard

    @property
    def network(self) -> nn.Module:
        """Return what is trained."""
        return self._forecaster.network

    def rows(self, batch: WindowBatch) -> int:
        """Return how many windows a batch has."""
        return rows_of(batch)

    def loss(self, batch: WindowBatch) -> torch.Tensor:
        """Return the mean loss of a batch."""
        return self._forecaster.loss(batch)

    def validate(self) -> dict[str, float]:
        """Return loss and metrics of the validation windows."""
        scores = self._material.scores()
        seed = self._material.spec.trainer.seed
        loss = judge(self._forecaster, self._valid, self._placed, scores, seed, self._heard)
        return {"loss": loss, **joined(self._material.names.targets, [one.overall() for one in scores])}


def _description(material: Material, valid: int, parameters: int, device: torch.device) -> str:
    """Say what is about to be trained, for the log."""
    fold, frequency = material.fold, material.series.frequency
    threads = f", {torch.get_num_threads()} thread(s)" if device.type == "cpu" else ""
    name = f"{fold.name}: " if fold.name else ""
    return (
        f"{name}{parameters:,} parameters; {counted(len(material.train), 'window')} to train "
        f"({fold.train.text(frequency)}), {valid:,} to validate ({fold.valid.text(frequency)}); on {device}{threads}."
    )


def prepared_slowly(spec: RunSpec) -> str:
    """Return a sentence where windows are made ready with the library's own code, else "" (`window_fitting.takes_over`)."""
    if len(spec.data.roles.target) < 2:
        return ""
    return "Several targets are made ready with the library's own code, which takes longer and more memory."


def _passes(name: str, encoder_length: int) -> int:
    """Return how often a network uses its weights for one window: those that go step by step, once a step."""
    return encoder_length if name in {"tft", "deepar", "recurrent", "xlstm"} else 1
