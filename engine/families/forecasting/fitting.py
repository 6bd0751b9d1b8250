"""One training of one fold: windows to the device, network built, the loop run, the best weights taken.
Must not judge by the test or decide how the run ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import nn

from engine.families.forecasting import library
from engine.families.forecasting.datasets import Names, keep_every, longest_lag, make_dataset, to_frame
from engine.families.forecasting.folds import Fold, Span
from engine.families.forecasting.forecaster import Forecaster, build, parameter_count
from engine.families.forecasting.judging import Heard, judge
from engine.families.forecasting.live import LiveForecaster, ShownLive
from engine.families.forecasting.loading import Loader, loader_of, rows_of
from engine.families.forecasting.placement import Placement, naive_scales, season_of
from engine.families.forecasting.recipe import Recipe
from engine.families.forecasting.scores import Scores
from engine.families.forecasting.series import Floats, Series, forecasting_of
from engine.families.forecasting.trained import TrainedForecaster, windows_at_once
from engine.families.forecasting.window_loader import WindowBatch
from engine.families.tabular.findings import counted
from engine.spec import RunSpec, TrainerSpec
from engine.training.changes import changed
from engine.training.checkpoints import CheckpointKeeper, Patience
from engine.training.failures import Fault, FaultKind, RunFailed, Stopped
from engine.training.hardware import choose_device, choose_threads, data_type
from engine.training.loader import BatchPlan
from engine.training.loop import Loop
from engine.training.origin import take_weights
from engine.training.randomness import seed_everything
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.steps import StepLog
from engine.training.watch import Place, Watch

FLOPS_A_PARAMETER = 6.0


@dataclass(frozen=True)
class Fitted:
    """A trained model with the best weights, and whether the training was stopped on request."""

    model: TrainedForecaster
    best_epoch: int
    best_value: float
    stopped: bool


@dataclass(frozen=True)
class Material:
    """The series of a run and one fold of them, as data sets of windows; each is made when it is first asked for."""

    spec: RunSpec
    series: Series
    fold: Fold

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
        keep_every(dataset, self.names.spec.windows.step)
        return dataset

    @cached_property
    def recipe(self) -> Recipe:
        """What was fitted on the training rows."""
        return Recipe.of(self.train, self.series.frequency)

    @cached_property
    def scales(self) -> Floats:
        """What MASE divides each series' errors by."""
        return naive_scales(self.series, self.fold.train.last, season_of(self.series, self.names.spec))

    def part(self, span: Span, name: str) -> tuple[Any, Placement]:
        """Return the windows that forecast steps of a span, and where they lie. Raises RunFailed where there is none."""
        own = self.names.spec
        first = span.first - own.windows.encoder_length - longest_lag(own)
        rows = self.frame[(self.series.step >= first) & (self.series.step <= span.last)]
        dataset = self._made(rows, self.recipe, span.first, name)
        keep_every(dataset, own.windows.evaluation_step)
        return dataset, Placement.of(dataset, self.series, own.windows.horizon)

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
                "Look back on fewer steps (forecasting.windows.encoder_length), forecast fewer (horizon), or split "
                "elsewhere (split).",
            ) from error


def fit(
    recorder: Recorder,
    material: Material,
    states: StateKeeper,
    place: Place,
    resumed: Mapping[str, Any] | None = None,
) -> Fitted:
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
    windows = forecasting_of(spec).windows
    work = FLOPS_A_PARAMETER * count * trainer.batch_size * _passes(spec.model.name, windows.encoder_length)
    torch.set_num_threads(choose_threads(trainer, work))
    network.to(device, data_type(trainer))
    if resumed is not None:
        network.load_state_dict(resumed["training"]["network"])
    elif spec.origin is not None:
        take_weights(network, recorder.workspace, spec.origin)
        recorder.log(f"The first weights are those of run {spec.origin.run} ({spec.origin.checkpoint}).")
    training = _Training(recorder, spec, trainer, material, forecaster, device)
    recorder.log(training.description(count))
    keeper = CheckpointKeeper(training.folder, trainer.checkpoints, recorder, material.fold.prefix)
    stopped = training.run(states, keeper, place, resumed)
    if keeper.best is None:
        raise Stopped if stopped else _no_best(spec)
    network.load_state_dict(keeper.best)
    network.eval()
    model = TrainedForecaster(spec, material.recipe, forecaster)
    return Fitted(model, keeper.best_epoch, keeper.best_value or 0.0, stopped)


class _Task:
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
        own = self._material.names.spec
        scores = Scores(self._material.scales, own.windows.horizon, own.quantiles)
        seed = self._material.spec.trainer.seed
        loss = judge(self._forecaster, self._valid, self._placed, scores, seed, self._heard)
        return {"loss": loss, **scores.overall()}


class _Training:
    """Everything that is ready for the loop."""

    def __init__(
        self,
        recorder: Recorder,
        spec: RunSpec,
        trainer: TrainerSpec,
        material: Material,
        forecaster: Forecaster,
        device: torch.device,
    ) -> None:
        self.recorder, self.spec, self.trainer = recorder, spec, trainer
        self.material, self.forecaster, self.device = material, forecaster, device
        self.train = material.train
        self.valid, self.placed = material.part(material.fold.valid, "validation")

    @property
    def folder(self) -> Path:
        """Where checkpoints of the fold are kept."""
        return self.recorder.folder / self.material.fold.name / "checkpoints"

    def description(self, parameters: int) -> str:
        """Say what is about to be trained, for the log."""
        fold, frequency = self.material.fold, self.material.series.frequency
        threads = f", {torch.get_num_threads()} thread(s)" if self.device.type == "cpu" else ""
        name = f"{fold.name}: " if fold.name else ""
        return (
            f"{name}{parameters:,} parameters; {counted(len(self.train), 'window')} to train "
            f"({fold.train.text(frequency)}), {len(self.valid):,} to validate ({fold.valid.text(frequency)}); "
            f"on {self.device}{threads}."
        )

    def run(
        self, states: StateKeeper, keeper: CheckpointKeeper, place: Place, resumed: Mapping[str, Any] | None
    ) -> bool:
        """Run the loop; returns whether it was stopped on request. Raises Stopped for a pause."""
        trainer, fold = self.trainer, self.material.fold
        plan = BatchPlan.of(len(self.train), trainer.batch_size, trainer.drop_last)
        if plan.note:
            self.recorder.log(plan.note.replace("row", "window"))
        steps = -(-len(plan.sizes) // trainer.accumulate_grad_batches)
        network = self.forecaster.network
        patience = Patience(trainer.early_stopping)
        watch = Watch(self.recorder, states, keeper, patience, trainer, steps, place, network, resumed)
        loader = loader_of(self.train, plan, trainer.seed, self.device, self.recorder.log)
        if resumed is not None:
            loader.load_state_dict({name: resumed["training"][name] for name in ("epoch", "batch")})
        at_once = windows_at_once(self.spec, trainer.batch_size)
        valid = loader_of(self.valid, BatchPlan.of(len(self.valid), at_once, merge_single=False), None, self.device)
        log = StepLog(self.recorder, self.device, fold.prefix, progressed=watch.progressed)
        live = LiveForecaster(self.recorder, self.placed, fold.name)
        task = _Task(self.forecaster, valid, self.placed, self.material, live.heard)
        shown = ShownLive(watch, live)
        loop = Loop(task, loader, trainer, self.device, log, shown, resumed["training"] if resumed else None)
        watch.begin(loop, self.device)
        if resumed is not None and resumed["is_over"] and resumed["epochs"] == watch.epochs():
            return False
        try:
            with library.quiet():
                loop.run()
        except Stopped as stopped:
            if stopped.to_rest:
                raise
            return True
        except RunFailed:
            self._keep_best(keeper)
            raise
        finally:
            live.finish()
        return False

    def _keep_best(self, keeper: CheckpointKeeper) -> None:
        """Save the model of the best epoch before a failure."""
        if keeper.best is not None:
            self.forecaster.network.load_state_dict(keeper.best)
            TrainedForecaster(self.spec, self.material.recipe, self.forecaster).save(self.folder.parent)
            self.recorder.log(f"The model of epoch {keeper.best_epoch}, the best before the failure, is kept.")


def _passes(name: str, encoder_length: int) -> int:
    """Return how often a network uses its weights for one window: those that go step by step, once a step."""
    return encoder_length if name in {"tft", "deepar", "recurrent", "xlstm"} else 1


def _no_best(spec: RunSpec) -> RunFailed:
    return RunFailed(
        f"No epoch had a usable {spec.trainer.checkpoints.monitor}: it was NaN each time.",
        "Lower the learning rate, or let the checkpoints watch valid/loss.",
        Fault(FaultKind.DIVERGED),
    )
