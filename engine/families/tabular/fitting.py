"""One training of one fold: data to the device, network built, Lightning's loop run, the best weights taken.
Must not evaluate on test rows or decide how the run ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray

from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder, Tensors
from engine.families.tabular.module import TabularModule
from engine.families.tabular.objective import Objective, balanced_weights
from engine.families.tabular.pretraining import conclude, pretrain
from engine.families.tabular.splitting import Fold
from engine.families.tabular.trained import TrainedModel, rows_at_once
from engine.spec import RunSpec, TrainerSpec
from engine.training.changes import changed
from engine.training.checkpoints import CheckpointKeeper, Patience
from engine.training.failures import Fault, FaultKind, RunFailed, Stopped
from engine.training.hardware import choose_device, choose_threads, data_type
from engine.training.loader import BatchPlan, ResidentLoader
from engine.training.origin import take_weights
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.steps import StepLog
from engine.training.watch import Place, Watch

FLOPS_A_PARAMETER = 6.0


@dataclass(frozen=True)
class Fitted:
    """A trained model with the best weights, and whether the training was stopped on request."""

    model: TrainedModel
    best_epoch: int
    best_value: float
    stopped: bool


def fit(
    recorder: Recorder,
    spec: RunSpec,
    frame: pd.DataFrame,
    fold: Fold,
    states: StateKeeper,
    place: Place | None = None,
    resumed: Mapping[str, Any] | None = None,
) -> Fitted:
    """Train on a fold, or go on from the content of a state. Raises RunFailed where that cannot be done; a model that was
    good before is saved first.

    Raises Stopped for a pause, and where a stop came before the first epoch was over.
    """
    trainer = changed(spec.trainer, [recorder.changes[place] for place in resumed["changes"]] if resumed else ())
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
    _first_weights(model, spec, train, recorder, fold.prefix, resumed)
    keeper = CheckpointKeeper(_folder(recorder, fold), trainer.checkpoints, recorder, fold.prefix)
    training = _Training(recorder, spec, trainer, encoder, model, train, valid, keeper, fold)
    stopped = training.run(states, place or Place(prefix=fold.prefix), resumed)
    if keeper.best is None:
        raise Stopped if stopped else _no_best(spec)
    model.load_state_dict(keeper.best)
    model.eval()
    return Fitted(TrainedModel(spec, encoder, model), keeper.best_epoch, keeper.best_value or 0.0, stopped)


@dataclass(frozen=True)
class _Training:
    """Everything that is ready for the loop."""

    recorder: Recorder
    spec: RunSpec
    trainer: TrainerSpec
    encoder: Encoder
    model: torch.nn.Module
    train: Tensors
    valid: Tensors
    keeper: CheckpointKeeper
    fold: Fold

    def run(self, states: StateKeeper, place: Place, resumed: Mapping[str, Any] | None) -> bool:
        """Run Lightning's loop; returns whether it was stopped on request. Raises Stopped for a pause."""
        trainer, device = self.trainer, self.train.device
        plan = BatchPlan.of(len(self.train), trainer.batch_size, trainer.drop_last)
        if plan.note:
            self.recorder.log(plan.note)
        steps = -(-len(plan.sizes) // trainer.accumulate_grad_batches)
        patience = Patience(trainer.early_stopping)
        watch = Watch(self.recorder, states, self.keeper, patience, trainer, steps, place, self.model, resumed)
        module = TabularModule(
            self.model,
            _objective(self.spec, self.encoder, self.train).to(device, data_type(trainer)),
            trainer,
            len(plan.sizes),
            StepLog(self.recorder, device, self.fold.prefix, progressed=watch.progressed),
            watch,
            resumed["training"] if resumed else None,
        )
        watch.begin(module, device)
        if resumed is not None and resumed["is_over"] and resumed["epochs"] == watch.epochs():
            return False
        first = int(resumed["training"]["epoch"]) if resumed else 0
        is_inside = bool(resumed and resumed["training"]["batch"])
        try:
            with library.quiet():
                loop = _lightning(trainer, device, max(watch.epochs() - first, int(is_inside)), is_inside)
                loop.fit(module, *self._loaders(plan, resumed))
        except Stopped as stopped:
            if stopped.to_rest:
                raise
            return True
        except ValueError as error:
            if "more than 1 value per channel" not in str(error):
                raise
            raise _batch_of_one(plan) from error
        except RunFailed:
            self._keep_best()
            raise
        return False

    def _loaders(self, plan: BatchPlan, resumed: Mapping[str, Any] | None) -> tuple[ResidentLoader, ResidentLoader]:
        balance = self.train.target[:, 0] if self.spec.tabular.balance.balanced_sampling else None
        loader = ResidentLoader(_parts(self.train), plan, self.trainer.seed, balance)
        if resumed is not None:
            loader.load_state_dict({name: resumed["training"][name] for name in ("epoch", "batch")})
        at_once = max(self.trainer.batch_size, rows_at_once(self.spec, self.encoder))
        return loader, ResidentLoader(_parts(self.valid), BatchPlan.of(len(self.valid), at_once, merge_single=False))

    def _keep_best(self) -> None:
        """Save the model of the best epoch before a failure."""
        if self.keeper.best is not None:
            self.model.load_state_dict(self.keeper.best)
            self.model.eval()
            TrainedModel(self.spec, self.encoder, self.model).save(_folder(self.recorder, self.fold).parent)
            self.recorder.log(f"The model of epoch {self.keeper.best_epoch}, the best before the failure, is kept.")


def _first_weights(
    model: torch.nn.Module,
    spec: RunSpec,
    train: Tensors,
    recorder: Recorder,
    prefix: str,
    resumed: Mapping[str, Any] | None,
) -> None:
    """Give the network the weights that training begins with: of a state, of another run, or from pre-training."""
    if resumed is not None:
        if spec.tabular.pretrain.enabled:
            conclude(model, spec)
        model.load_state_dict(resumed["training"]["network"])
        return
    if spec.origin is not None:
        take_weights(model, recorder.workspace, spec.origin)
        recorder.log(f"The first weights are those of run {spec.origin.run} ({spec.origin.checkpoint}).")
        if spec.tabular.pretrain.enabled:
            conclude(model, spec)
    elif spec.tabular.pretrain.enabled:
        pretrain(model, spec, train, recorder, prefix)


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


def _lightning(trainer: TrainerSpec, device: torch.device, epochs: int, is_inside: bool) -> pl.Trainer:
    """Return a loop over so many epochs. One that begins inside an epoch looks at the loader's length in each."""
    return pl.Trainer(
        accelerator={"cuda": "gpu"}.get(device.type, device.type),
        devices=[device.index or 0] if device.type == "cuda" else 1,
        precision=trainer.precision,
        max_epochs=epochs,
        reload_dataloaders_every_n_epochs=int(is_inside),
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
