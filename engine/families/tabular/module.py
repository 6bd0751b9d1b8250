"""The LightningModule around a pytorch-tabular network: loss, optimizer steps, and what each of them tells.
It logs nothing per step through Lightning; what is recorded goes through a StepLog in one copy now and then."""

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
import torch
from torch import nn
from torch.nn.utils import clip_grad_value_, clip_grads_with_norm_, get_total_norm
from torch.optim import Optimizer

from engine.families.tabular.measures import Measures
from engine.families.tabular.objective import Objective, penalty
from engine.spec import TrainerSpec
from engine.training.loader import Batch
from engine.training.optimizers import make_optimizer
from engine.training.randomness import random_state, restore_random_state
from engine.training.schedules import make_scheduler, move_to, waits_for_validation
from engine.training.steps import StepLog
from engine.training.watch import Listener

_SET_EACH_STEP = frozenset({"_current_fx_name", "_step", "_batch", "_norm"})


class TabularModule(pl.LightningModule):
    """Trains one network, and tells a listener of steps and epochs.

    Lightning runs the epochs and the precision; the optimizer is stepped here, because its automatic optimization
    passes some fifteen hooks a step, which cost a small network as much as its own computation.
    """

    def __init__(
        self,
        network: nn.Module,
        objective: Objective,
        settings: TrainerSpec,
        batches: int,
        log: StepLog,
        listener: Listener,
        resumed: Mapping[str, Any] | None = None,
    ) -> None:
        """`batches` are those of an epoch; `resumed` is the state of a module that this one goes on for."""
        super().__init__()
        self.automatic_optimization = False
        self.network = network
        self.objective = objective
        self._settings = settings
        self._batches = batches
        self._accumulate = settings.accumulate_grad_batches
        self._steps_per_epoch = -(-batches // self._accumulate)
        self._log = log
        self._listener = listener
        self._resumed = resumed
        self._losses: list[torch.Tensor] = []
        self._norm: torch.Tensor | None = None
        self._step = int(resumed["step"]) if resumed else 0
        self._epoch = int(resumed["epoch"]) if resumed else 0  # those that are over, from the run's beginning
        self._first_epoch = self._epoch
        self._batch = int(resumed["batch"]) if resumed else 0  # those of this epoch that are over
        self._trained = Measures(objective, ranked=False)
        self._validated = Measures(objective)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set plain attributes without nn.Module's search for parameters: Lightning sets one around every hook, which
        took a tenth of a small network's step.
        """
        if name in _SET_EACH_STEP:
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)

    def configure_optimizers(self) -> Optimizer:
        """Return the optimizer; the schedule is stepped here, after each optimizer step."""
        self._parameters_trained = [one for one in self.network.parameters() if one.requires_grad]
        self._optimizer = make_optimizer(self._parameters_trained, self._settings)
        self._scheduler = make_scheduler(self._optimizer, self._settings, self._steps_per_epoch * self._settings.epochs)
        self._plateau = waits_for_validation(self._scheduler)
        if self._resumed is not None:
            self._optimizer.load_state_dict(self._resumed["optimizer"])
            self._scheduler.load_state_dict(self._resumed["scheduler"])
        return self._optimizer

    def on_train_start(self) -> None:
        """Take up what else a state holds, once everything is on its device."""
        if self._resumed is not None:
            self._trained.restore(self._resumed["trained"], self.device)
            if self._resumed["precision"]:
                self.trainer.precision_plugin.load_state_dict(self._resumed["precision"])
        self._listener.started()

    def state(self) -> dict[str, Any]:
        """Return all that another module needs to go on from here as if it were this one."""
        return {
            "step": self._step,
            "epoch": self._epoch,
            "batch": self._batch,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "scheduler": self._scheduler.state_dict(),
            "precision": self.trainer.precision_plugin.state_dict(),
            "trained": self._trained.state(),
            "random": random_state(),
        }

    def is_sound(self) -> bool:
        """Whether every weight is a number. Raises RunFailed where a loss was none."""
        self._log.copy()
        return all(bool(torch.isfinite(one).all()) for one in self._parameters_trained)

    def change(self, settings: TrainerSpec) -> None:
        """Go on with another learning rate or number of epochs; the schedule is the one of the new settings."""
        rate = settings.optimizer.learning_rate
        is_new_rate = rate != self._settings.optimizer.learning_rate
        self._settings = settings
        self.trainer.fit_loop.max_epochs = max(settings.epochs - self._first_epoch, self.current_epoch + 1)
        self._optimizer.defaults["lr"] = rate
        if self._plateau:
            for group in self._optimizer.param_groups if is_new_rate else ():
                group["lr"] = rate
            return
        for group in self._optimizer.param_groups:
            group["lr"] = group["initial_lr"] = rate
        self._scheduler = make_scheduler(self._optimizer, settings, self._steps_per_epoch * settings.epochs)
        move_to(self._scheduler, self._step)

    def transfer_batch_to_device(self, batch: Batch, _device: torch.device, _dataloader_idx: int) -> Batch:
        """Return the batch: the data lives on the device already."""
        return batch

    def on_train_epoch_start(self) -> None:
        """Begin to count training time."""
        self._log.restart_clock()

    def training_step(self, batch: Batch, _index: int) -> None:
        """Go forward and backward on a batch; after the last batch of a step, step."""
        if self._resumed is not None:
            # Not before this: what was prepared until now has drawn from the same sources of chance.
            restore_random_state(self._resumed["random"])
            self._resumed = None
        if not batch:
            return  # every batch of the epoch had been taken; what is left is its validation
        index = self._batch
        self._batch = index + 1
        target = batch["target"]
        output = self.network(batch)
        raw = self.objective.raw(output)
        loss = self.objective.loss(raw, target)
        for key, value in output.items():
            if "regularization" in key:
                loss = loss + value
        extra = penalty(self.network)
        loss = loss if extra is None else loss + extra
        first = index - index % self._accumulate
        window = min(self._accumulate, self._batches - first)
        self.manual_backward(loss if window == 1 else loss / window)
        self._losses.append(loss.detach())
        self._trained.add(raw, target)
        self._log.count_rows(len(target))
        if index + 1 == first + window:
            self._take_step()

    def on_before_optimizer_step(self, _optimizer: Optimizer) -> None:
        """Take the gradient's norm, which stays on the device, and clip. In 16-mixed the gradient is unscaled here."""
        gradients = [one.grad for one in self._parameters_trained if one.grad is not None]
        self._norm = get_total_norm(gradients) if gradients else None
        limit = self._settings.gradient_clip
        if limit and self._norm is not None:
            if self._settings.gradient_clip_algorithm == "norm":
                clip_grads_with_norm_(self._parameters_trained, limit, self._norm)
            else:
                clip_grad_value_(self._parameters_trained, limit)

    def _take_step(self) -> None:
        """Step, record the step, move the schedule, and leave at once where a stop is wanted."""
        optimizer: Any = self.optimizers()
        optimizer.step()
        for parameter in self._parameters_trained:
            parameter.grad = None
        self._step += 1
        loss = self._losses[0] if len(self._losses) == 1 else torch.stack(self._losses).mean()
        self._losses.clear()
        rate = float(self._optimizer.param_groups[0]["lr"])
        self._log.add(self._step, self._step / self._steps_per_epoch, loss, self._norm, rate)
        if not self._plateau:
            self._scheduler.step()
        self._listener.boundary(self._step)

    def on_validation_epoch_start(self) -> None:
        """Hand over the training steps before time goes to validation."""
        self._log.copy(end_of_epoch=True)

    def validation_step(self, batch: Batch, _index: int) -> None:
        """Keep a batch's output; the split is measured as a whole."""
        self._validated.add(self.objective.raw(self.network(batch)), batch["target"])

    def on_validation_epoch_end(self) -> None:
        """Measure the epoch, and end the training where nothing more is to be gained."""
        valid = self._validated.compute()
        extra = penalty(self.network)
        if extra is not None:
            valid["loss"] += float(extra)
        metrics = {f"valid/{key}": value for key, value in valid.items()}
        # The loss of training is recorded by step; the mean over an epoch whose weights move would tell less.
        trained = {key: value for key, value in self._trained.compute().items() if key.split("/")[0] != "loss"}
        metrics |= {f"train/{key}": value for key, value in trained.items()}
        if self._plateau:
            self._scheduler.step(valid["loss"])  # type: ignore[arg-type]
        self._epoch, self._batch = self._epoch + 1, 0
        if self._listener.epoch_ended(self._epoch, self._step, metrics):
            self.trainer.should_stop = True
