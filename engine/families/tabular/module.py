"""The LightningModule around a pytorch-tabular network: loss, optimizer steps, and what each of them tells.
It logs nothing per step through Lightning; what is recorded goes through a StepLog in one copy now and then."""

from collections.abc import Callable, Sequence
from typing import Any

import pytorch_lightning as pl
import torch
from torch import nn
from torch.optim import Optimizer

from engine.families.tabular.encoding import TargetEncoding
from engine.families.tabular.measures import measure
from engine.families.tabular.objective import Objective, penalty
from engine.spec import TrainerSpec
from engine.training.failures import Stopped
from engine.training.loader import Batch
from engine.training.optimizers import make_optimizer
from engine.training.schedules import make_scheduler, waits_for_validation
from engine.training.steps import StepLog

EpochEnd = Callable[[int, int, dict[str, float]], bool]


class TabularModule(pl.LightningModule):
    """Trains one network. `epoch_ended` is told (epoch from 1, step, metrics) after each validation and says whether to
    end; `stop_wanted` is asked after each optimizer step.
    """

    def __init__(
        self,
        network: nn.Module,
        objective: Objective,
        targets: Sequence[TargetEncoding],
        settings: TrainerSpec,
        steps_per_epoch: int,
        log: StepLog,
        epoch_ended: EpochEnd,
        stop_wanted: Callable[[], bool],
    ) -> None:
        super().__init__()
        self.network = network
        self.objective = objective
        self._targets = targets
        self._settings = settings
        self._steps_per_epoch = steps_per_epoch
        self._log = log
        self._epoch_ended = epoch_ended
        self._stop_wanted = stop_wanted
        self._losses: list[torch.Tensor] = []
        self._right: list[torch.Tensor] = []
        self._rows_seen = 0
        self._norm: torch.Tensor | None = None
        self._step = 0
        self._outputs: list[torch.Tensor] = []
        self._truths: list[torch.Tensor] = []
        self._counts_right = objective.task == "classification" and len(targets) == 1

    def training_step(self, batch: Batch, _index: int) -> torch.Tensor:
        """Return the loss of a batch, with what the model itself adds to it."""
        output = self.network(batch)
        raw, target = self.objective.raw(output), batch["target"]
        loss = self.objective.loss(raw, target)
        for key, value in output.items():
            if "regularization" in key:
                loss = loss + value
        extra = penalty(self.network)
        loss = loss if extra is None else loss + extra
        self._losses.append(loss.detach())
        if self._counts_right:
            self._right.append((raw.detach().argmax(dim=1) == target[:, 0]).sum())
        self._rows_seen += len(target)
        self._log.count_rows(len(target))
        return loss

    def validation_step(self, batch: Batch, _index: int) -> None:
        """Keep a batch's output; the split is measured as a whole."""
        self._outputs.append(self.objective.raw(self.network(batch)).float())
        self._truths.append(batch["target"])

    def configure_optimizers(self) -> Optimizer:
        """Return the optimizer; the schedule is stepped here, after each optimizer step."""
        optimizer = make_optimizer(self.network.parameters(), self._settings)
        self._scheduler = make_scheduler(optimizer, self._settings, self._steps_per_epoch * self._settings.epochs)
        self._optimizer = optimizer
        return optimizer

    def transfer_batch_to_device(self, batch: Batch, _device: torch.device, _dataloader_idx: int) -> Batch:
        """Return the batch: the data lives on the device already."""
        return batch

    def on_before_optimizer_step(self, _optimizer: Optimizer) -> None:
        """Take the gradient's norm, before it is clipped; it stays on the device."""
        gradients = [parameter.grad for parameter in self.network.parameters() if parameter.grad is not None]
        self._norm = torch.nn.utils.get_total_norm(gradients) if gradients else None

    def on_train_epoch_start(self) -> None:
        """Begin to count training time."""
        self._log.restart_clock()

    def on_train_batch_end(self, _outputs: Any, _batch: Batch, _index: int) -> None:
        """After an optimizer step: record it, move the schedule, and leave at once where a stop is wanted."""
        if self.trainer.global_step == self._step:
            return
        self._step = self.trainer.global_step
        loss = self._losses[0] if len(self._losses) == 1 else torch.stack(self._losses).mean()
        self._losses.clear()
        rate = float(self._optimizer.param_groups[0]["lr"])
        self._log.add(self._step, self._step / self._steps_per_epoch, loss, self._norm, rate)
        if not waits_for_validation(self._scheduler):
            self._scheduler.step()
        if self._stop_wanted():
            self._log.copy()
            raise Stopped

    def on_validation_epoch_start(self) -> None:
        """Hand over the training steps before time goes to validation."""
        self._log.copy(end_of_epoch=True)

    def on_validation_epoch_end(self) -> None:
        """Measure the validation split, and end the training where nothing more is to be gained."""
        metrics = {
            f"valid/{key}": value
            for key, value in measure(self.objective, self._targets, self._outputs, self._truths).items()
        }
        self._outputs.clear()
        self._truths.clear()
        if self._right:
            metrics["train/accuracy"] = float(torch.stack(self._right).sum()) / max(1, self._rows_seen)
            self._right.clear()
        self._rows_seen = 0
        if waits_for_validation(self._scheduler):
            self._scheduler.step(metrics["valid/loss"])  # type: ignore[arg-type]
        if self._epoch_ended(self.current_epoch + 1, self._step, metrics):
            self.trainer.should_stop = True
