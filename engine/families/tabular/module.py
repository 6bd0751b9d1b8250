"""The LightningModule around a pytorch-tabular network: loss, optimizer steps, and what each of them tells.
It logs nothing per step through Lightning; what is recorded goes through a StepLog in one copy now and then."""

from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl
import torch
from torch import nn
from torch.nn.utils import clip_grad_value_, clip_grads_with_norm_, get_total_norm
from torch.optim import Optimizer

from engine.families.tabular.measures import Measures
from engine.families.tabular.objective import Objective, penalty
from engine.spec import TrainerSpec
from engine.training.failures import Stopped
from engine.training.loader import Batch
from engine.training.optimizers import make_optimizer
from engine.training.schedules import make_scheduler, waits_for_validation
from engine.training.steps import StepLog

EpochEnd = Callable[[int, int, dict[str, float]], bool]
_SET_EACH_STEP = frozenset({"_current_fx_name", "_step", "_norm"})


class TabularModule(pl.LightningModule):
    """Trains one network. `epoch_ended` is told (epoch from 1, step, metrics) after each validation and says whether to
    end; `stop_wanted` is asked after each optimizer step.

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
        epoch_ended: EpochEnd,
        stop_wanted: Callable[[], bool],
    ) -> None:
        """`batches` are those of an epoch."""
        super().__init__()
        self.automatic_optimization = False
        self.network = network
        self.objective = objective
        self._settings = settings
        self._batches = batches
        self._accumulate = settings.accumulate_grad_batches
        self._steps_per_epoch = -(-batches // self._accumulate)
        self._log = log
        self._epoch_ended = epoch_ended
        self._stop_wanted = stop_wanted
        self._losses: list[torch.Tensor] = []
        self._norm: torch.Tensor | None = None
        self._step = 0
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
        return self._optimizer

    def transfer_batch_to_device(self, batch: Batch, _device: torch.device, _dataloader_idx: int) -> Batch:
        """Return the batch: the data lives on the device already."""
        return batch

    def on_train_epoch_start(self) -> None:
        """Begin to count training time."""
        self._log.restart_clock()

    def training_step(self, batch: Batch, index: int) -> None:
        """Go forward and backward on a batch; after the last batch of a step, step."""
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
        if self._stop_wanted():
            self._log.copy()
            raise Stopped

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
        if self._epoch_ended(self.current_epoch + 1, self._step, metrics):
            self.trainer.should_stop = True
