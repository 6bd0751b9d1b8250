"""One training of one fold: data to the device, network built, Lightning's loop run, the best weights taken.
Must not evaluate on test rows or decide how the run ended."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray

from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder, Tensors
from engine.families.tabular.module import TabularModule
from engine.families.tabular.objective import Objective, balanced_weights
from engine.families.tabular.pretraining import pretrain
from engine.families.tabular.splitting import Fold
from engine.families.tabular.trained import TrainedModel, rows_at_once
from engine.spec import RunSpec, TrainerSpec
from engine.training.checkpoints import CheckpointKeeper, Patience
from engine.training.failures import Fault, FaultKind, RunFailed, Stopped
from engine.training.hardware import choose_device, choose_threads, data_type
from engine.training.loader import BatchPlan, ResidentLoader
from engine.training.recorder import Recorder
from engine.training.steps import StepLog

FLOPS_A_PARAMETER = 6.0


@dataclass(frozen=True)
class Place:
    """Which training of how many this is, for the progress of the whole run."""

    index: int = 0
    count: int = 1


@dataclass(frozen=True)
class Fitted:
    """A trained model with the best weights, and whether the training was stopped on request."""

    model: TrainedModel
    best_epoch: int
    best_value: float
    stopped: bool


def fit(recorder: Recorder, spec: RunSpec, frame: pd.DataFrame, fold: Fold, place: Place) -> Fitted:
    """Train on a fold. Raises RunFailed where that cannot be done; a model that was good before is saved first.

    Raises Stopped where a stop came before the first epoch was over.
    """
    trainer = spec.trainer
    device = choose_device(trainer)
    encoder = Encoder.fit(frame, fold.train, spec)
    model = network.build(spec, encoder)
    train, valid = (_on_device(encoder, frame, rows, device, trainer) for rows in (fold.train, fold.valid))
    network.initialise(model, train)
    torch.set_num_threads(
        choose_threads(trainer, FLOPS_A_PARAMETER * network.parameter_count(model) * trainer.batch_size)
    )
    recorder.log(_description(model, fold, device))
    model.to(device, data_type(trainer))
    if spec.tabular.pretrain.enabled:
        pretrain(model, spec, train, recorder, fold.prefix)
    keeper = CheckpointKeeper(_folder(recorder, fold), trainer.checkpoints, recorder, fold.prefix)
    stopped = _run(recorder, spec, encoder, model, train, valid, keeper, fold, place)
    if keeper.best is None:
        raise Stopped if stopped else _no_best(spec)
    model.load_state_dict(keeper.best)
    model.eval()
    return Fitted(TrainedModel(spec, encoder, model), keeper.best_epoch, keeper.best_value or 0.0, stopped)


def _run(
    recorder: Recorder,
    spec: RunSpec,
    encoder: Encoder,
    model: torch.nn.Module,
    train: Tensors,
    valid: Tensors,
    keeper: CheckpointKeeper,
    fold: Fold,
    place: Place,
) -> bool:
    """Run Lightning's loop; returns whether it was stopped on request."""
    trainer, device = spec.trainer, train.device
    plan = BatchPlan.of(len(train), trainer.batch_size, trainer.drop_last)
    if plan.note:
        recorder.log(plan.note)
    steps_per_epoch = -(-len(plan.sizes) // trainer.accumulate_grad_batches)
    watch = _Watch(
        recorder, keeper, Patience(trainer.early_stopping), fold.prefix, steps_per_epoch, trainer, place, model
    )
    module = TabularModule(
        model,
        _objective(spec, encoder, train).to(device, data_type(trainer)),
        trainer,
        len(plan.sizes),
        StepLog(recorder, device, fold.prefix, progressed=watch.progressed),
        watch.epoch_ended,
        lambda: recorder.stop_requested,
    )
    balance = train.target[:, 0] if spec.tabular.balance.balanced_sampling else None
    loaders = (
        ResidentLoader(_parts(train), plan, trainer.seed, balance),
        ResidentLoader(
            _parts(valid),
            BatchPlan.of(len(valid), max(trainer.batch_size, rows_at_once(spec, encoder)), merge_single=False),
        ),
    )
    watch.begin()
    try:
        with library.quiet():
            _lightning(trainer, device).fit(module, *loaders)
    except Stopped:
        return True
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise _batch_of_one(plan) from error
    except RunFailed:
        if keeper.best is not None:
            model.load_state_dict(keeper.best)
            model.eval()
            TrainedModel(spec, encoder, model).save(_folder(recorder, fold).parent)
            recorder.log(f"The model of epoch {keeper.best_epoch}, the best before the failure, is kept.")
        raise
    return False


class _Watch:
    """Hears of steps and epochs: records metrics and progress, keeps checkpoints, says when to end."""

    def __init__(
        self,
        recorder: Recorder,
        keeper: CheckpointKeeper,
        patience: Patience,
        prefix: str,
        steps_per_epoch: int,
        trainer: TrainerSpec,
        place: Place,
        model: torch.nn.Module,
    ) -> None:
        self._model = model
        self._recorder = recorder
        self._keeper = keeper
        self._patience = patience
        self._prefix = prefix
        self._steps = steps_per_epoch * trainer.epochs
        self._trainer = trainer
        self._place = place
        self._started = 0.0

    def begin(self) -> None:
        """Tell that training begins."""
        self._started = time.monotonic()
        stage = (
            "training" if self._place.count == 1 else f"training fold {self._place.index + 1} of {self._place.count}"
        )
        self._recorder.progress(
            stage=stage, total_steps=self._steps * self._place.count, total_epochs=self._trainer.epochs
        )

    def progressed(self, step: int, epoch: float, rows_per_second: float) -> None:
        """Tell how far the run is."""
        elapsed = time.monotonic() - self._started
        left = elapsed / step * (self._steps - step + self._steps * (self._place.count - 1 - self._place.index))
        self._recorder.progress(
            step=self._place.index * self._steps + step,
            epoch=epoch,
            rows_per_second=rows_per_second,
            seconds_left=max(0.0, left),
        )

    def epoch_ended(self, epoch: int, step: int, metrics: dict[str, float]) -> bool:
        """Record an epoch's metrics; whether early stopping ends the training."""
        self._recorder.metrics(step, float(epoch), {self._prefix + key: value for key, value in metrics.items()})
        self._keeper.offer(epoch, step, metrics, self._model)
        best = self._keeper.best_value
        if best is not None and not self._prefix:
            self._recorder.summary({f"best/{self._trainer.checkpoints.monitor}": best})
        over = self._patience.is_over(metrics)
        if over and epoch < self._trainer.epochs:
            stop = self._trainer.early_stopping
            self._recorder.log(
                f"Early stopping after epoch {epoch}: {stop.monitor} has not improved for {stop.patience} epochs."
            )
        return over


def _on_device(
    encoder: Encoder, frame: pd.DataFrame, rows: NDArray[np.int64], device: torch.device, trainer: TrainerSpec
) -> Tensors:
    return encoder.transform(frame, rows).to(device, data_type(trainer))


def _parts(tensors: Tensors) -> dict[str, torch.Tensor]:
    return {"continuous": tensors.continuous, "categorical": tensors.categorical, "target": tensors.target}


def _objective(spec: RunSpec, encoder: Encoder, train: Tensors) -> Objective:
    if spec.tabular.task == "classification" and spec.tabular.balance.class_weights == "balanced":
        return Objective.of(
            encoder, balanced_weights(train.target, [len(target.classes) for target in encoder.targets])
        )
    return Objective.of(encoder)


def _lightning(trainer: TrainerSpec, device: torch.device) -> pl.Trainer:
    return pl.Trainer(
        accelerator={"cuda": "gpu"}.get(device.type, device.type),
        devices=[device.index or 0] if device.type == "cuda" else 1,
        precision=trainer.precision,
        max_epochs=trainer.epochs,
        num_sanity_val_steps=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
        inference_mode=True,
    )


def _folder(recorder: Recorder, fold: Fold) -> Path:
    return recorder.folder / fold.name / "checkpoints" if fold.name else recorder.folder / "checkpoints"


def _description(model: torch.nn.Module, fold: Fold, device: torch.device) -> str:
    parts = f"{len(fold.train):,} rows to train, {len(fold.valid):,} to validate, {len(fold.test):,} to test"
    threads = f", {torch.get_num_threads()} thread(s)" if device.type == "cpu" else ""
    name = f"{fold.name}: " if fold.name else ""
    return f"{name}{network.parameter_count(model):,} parameters; {parts}; on {device}{threads}."


def _batch_of_one(plan: BatchPlan) -> RunFailed:
    return RunFailed(
        f"This model normalises over the rows of a batch, and cannot learn from {min(plan.sizes)} row at a time.",
        "Take a larger batch size, or switch batch normalisation off (batch_norm_continuous_input, use_batch_norm).",
        Fault(FaultKind.BATCH_OF_ONE),
    )


def _no_best(spec: RunSpec) -> RunFailed:
    return RunFailed(
        f"No epoch had a usable {spec.trainer.checkpoints.monitor}: it was NaN each time.",
        "Lower the learning rate, or let the checkpoints watch valid/loss.",
        Fault(FaultKind.DIVERGED),
    )
