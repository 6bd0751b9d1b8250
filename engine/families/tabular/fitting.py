"""One training of one fold: data to the device, network built, and what the loop needs put together.
Must not evaluate on test rows or decide how the run ended."""

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from engine.families.fitting import FLOPS_A_PARAMETER, Training, has_first_weights
from engine.families.folds import Fitted, State
from engine.families.supervised.objective import Objective, balanced_weights
from engine.families.supervised.splitting import Fold
from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder, Tensors
from engine.families.tabular.pretraining import conclude, pretrain
from engine.families.tabular.task import TabularTask
from engine.families.tabular.trained import TrainedModel, rows_at_once
from engine.spec import RunSpec, TrainerSpec
from engine.training.changes import changed
from engine.training.failures import Fault, FaultKind, RunFailed
from engine.training.hardware import choose_device, choose_threads, data_type
from engine.training.loader import BatchPlan, ResidentLoader
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place


def fit(
    recorder: Recorder,
    spec: RunSpec,
    frame: pd.DataFrame,
    fold: Fold,
    states: StateKeeper,
    place: Place | None = None,
    resumed: State | None = None,
) -> Fitted[TrainedModel]:
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
    _take_first_weights(model, spec, train, recorder, fold.prefix, resumed)
    plan = BatchPlan.of(len(train), trainer.batch_size, trainer.drop_last)
    balance = train.target[:, 0] if spec.tabular.balance.balanced_sampling else None
    at_once = max(trainer.batch_size, rows_at_once(spec, encoder))
    validation = ResidentLoader(_parts(valid), BatchPlan.of(len(valid), at_once, merge_single=False))
    training = Training(
        recorder,
        trainer,
        device,
        fold,
        TabularTask(model, _objective(spec, encoder, train).to(device, data_type(trainer)), validation),
        ResidentLoader(_parts(train), plan, trainer.seed, balance),
        model=lambda: TrainedModel(spec, encoder, model),
        quiet=library.quiet,
    )
    try:
        return training.run(states, place or Place(prefix=fold.prefix), resumed)
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise _batch_of_one(plan) from error


def _take_first_weights(
    model: nn.Module, spec: RunSpec, train: Tensors, recorder: Recorder, prefix: str, resumed: State | None
) -> None:
    """Give the network the weights that training begins with: of a state, of another run, or from pre-training."""
    is_pretrained = spec.tabular.pretrain.enabled
    if resumed is not None and is_pretrained:
        conclude(model, spec)
    if has_first_weights(model, recorder, resumed):
        if resumed is None and is_pretrained:
            conclude(model, spec)
    elif is_pretrained:
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


def _description(model: nn.Module, fold: Fold, device: torch.device) -> str:
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
