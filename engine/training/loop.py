"""Loop: epochs of batches, each a forward and a backward pass, with optimizer steps between them; it can be left at any
optimizer boundary and gone on with to the bit. Must not know what a batch holds or what a metric means."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import nn
from torch.nn.utils import clip_grad_value_, clip_grads_with_norm_, get_total_norm

from engine.spec import TrainerSpec
from engine.training.hardware import arithmetic
from engine.training.loader import EpochLoader
from engine.training.optimizers import has_sparse, make_optimizer
from engine.training.randomness import random_state, restore_random_state
from engine.training.schedules import make_scheduler, move_to, waits_for_validation
from engine.training.steps import StepLog
from engine.training.validation import Validation
from engine.training.watch import Listener

T = TypeVar("T")


class Task(ABC, Generic[T]):
    """What is learned: a network, its loss on a batch, and how good it is."""

    @property
    @abstractmethod
    def network(self) -> nn.Module:
        """Return what is trained."""

    @abstractmethod
    def rows(self, batch: T) -> int:
        """Return how many samples a batch has; 0 for one that stands for nothing."""

    def amount(self, batch: T) -> int | torch.Tensor:
        """Return how much of what the run's speed counts (rows, tokens, pairs) a batch has; a tensor is not waited for."""
        return self.rows(batch)

    @abstractmethod
    def loss(self, batch: T) -> torch.Tensor:
        """Return the mean loss of a batch, with its graph."""

    @abstractmethod
    def validate(self) -> dict[str, float]:
        """Return the metrics of the validation split, “loss” among them. The network is in evaluation mode."""

    def trained(self) -> dict[str, float]:
        """Return metrics of the batches that were trained on since the last call."""
        return {}

    def state(self) -> Mapping[str, Any]:
        """Return what was gathered for `trained` so far, so that another task can go on from here."""
        return {}

    def restore(self, state: Mapping[str, Any], device: torch.device) -> None:
        """Go on from another task's state."""


class Onlooker(Protocol):
    """Who looks at the tensors of optimizer steps, and changes nothing."""

    def before(self) -> None:
        """Hear that the first batch of a step is about to be computed."""

    def after(self, step: int) -> None:
        """Hear that this step's gradients are whole; they are neither clipped nor used yet."""


class NoOnlooker:
    """Nobody looks."""

    def before(self) -> None:
        """Do nothing."""

    def after(self, step: int) -> None:
        """Do nothing."""


class Loop(Generic[T]):
    """Trains a task. `resumed` is the state of a loop that this one goes on for; the loader stands where that one did."""

    def __init__(
        self,
        task: Task[T],
        loader: EpochLoader[T],
        settings: TrainerSpec,
        device: torch.device,
        log: StepLog,
        listener: Listener,
        resumed: Mapping[str, Any] | None = None,
        onlooker: Onlooker | None = None,
    ) -> None:
        self._onlooker = onlooker or NoOnlooker()
        self._task, self._loader, self._settings = task, loader, settings
        self._device, self._log, self._listener = device, log, listener
        self._resumed = resumed
        self._batches = len(loader.plan.sizes)
        self._accumulate = settings.accumulate_grad_batches
        self._steps_per_epoch = -(-self._batches // self._accumulate)
        self._step = int(resumed["step"]) if resumed else 0
        self._epoch = int(resumed["epoch"]) if resumed else 0
        self._batch = int(resumed["batch"]) if resumed else 0
        self._validated = int(resumed.get("validated", 0)) if resumed else 0
        self._losses: list[torch.Tensor] = []
        self._parameters = [one for one in task.network.parameters() if one.requires_grad]
        self._is_sparse = has_sparse(task.network)
        self._optimizer = make_optimizer(self._parameters, settings, self._is_sparse)
        self._total = settings.steps(self._steps_per_epoch)
        self._scheduler = make_scheduler(self._optimizer, settings, self._total)
        self._plateau = waits_for_validation(self._scheduler)
        self._scaler = torch.amp.GradScaler(device.type, enabled=settings.precision == "16-mixed")
        if resumed is not None:
            self._optimizer.load_state_dict(resumed["optimizer"])
            self._scheduler.load_state_dict(resumed["scheduler"])
            if resumed["precision"]:
                self._scaler.load_state_dict(resumed["precision"])
            task.restore(resumed.get("trained") or {}, device)

    def run(self) -> None:
        """Train until the last epoch, or until the listener says that it is over. Raises Stopped, RunFailed."""
        self._listener.started()
        is_over = False
        while not is_over and (self._step < self._total or self._batch):
            is_over = self._train_epoch() or self._step >= self._total

    def state(self) -> dict[str, Any]:
        """Return all that another loop needs to go on from here as if it were this one."""
        return {
            "step": self._step,
            "epoch": self._epoch,
            "batch": self._batch,
            "validated": self._validated,
            "network": self._task.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "scheduler": self._scheduler.state_dict(),
            "precision": self._scaler.state_dict(),
            "trained": self._task.state(),
            "random": random_state(),
        }

    def is_sound(self) -> bool:
        """Whether every weight is a number. Raises RunFailed where a loss was none."""
        self._log.copy()
        return all(bool(torch.isfinite(one).all()) for one in self._parameters)

    def change(self, settings: TrainerSpec) -> None:
        """Go on with another learning rate or number of epochs; the schedule is the one of the new settings."""
        rate = settings.optimizer.learning_rate
        is_new_rate = rate != self._settings.optimizer.learning_rate
        self._settings, self._total = settings, settings.steps(self._steps_per_epoch)
        self._optimizer.defaults["lr"] = rate
        if self._plateau:
            for group in self._optimizer.param_groups if is_new_rate else ():
                group["lr"] = rate
            return
        for group in self._optimizer.param_groups:
            group["lr"] = group["initial_lr"] = rate
        self._scheduler = make_scheduler(self._optimizer, settings, self._total)
        move_to(self._scheduler, self._step)

    def _train_epoch(self) -> bool:
        """Train on what is left of an epoch, or on so much of it as the settings want of the last one, and validate where
        that is due; whether the training is over.
        """
        self._begin_stretch()
        if not self._is_cut():
            for batch in self._loader:
                self._go_on()
                # Before the next batch rather than after the last one: a run may have been left in between.
                if 0 < self._batch < self._batches and self._is_due():
                    if self._validate():
                        return True
                    self._begin_stretch()
                if self._task.rows(batch):
                    self._train(batch)
                if self._is_cut():
                    break
        self._go_on()
        self._log.copy(end_of_epoch=True)
        is_due = self._is_due()
        if not self._is_cut():  # else a training that goes on further begins with the rest of this epoch
            self._epoch, self._batch = self._epoch + 1, 0
        return is_due and self._validate()

    def _begin_stretch(self) -> None:
        """Begin to train, or go on with it after a validation."""
        self._task.network.train()
        self._log.restart_clock()

    def _is_due(self) -> bool:
        """Whether a validation comes before the next batch."""
        every = self._settings.validate_every_steps
        if self._validated == self._step:
            return False
        return self._step >= self._total or (not self._step % every if every else self._batch == self._batches)

    def _is_cut(self) -> bool:
        """Whether the training ends here, in the middle of an epoch."""
        return self._step >= self._total and 0 < self._batch < self._batches

    def _go_on(self) -> None:
        if self._resumed is not None:
            # Not before this: what was prepared until now has drawn from the same sources of chance.
            restore_random_state(self._resumed["random"])
            self._resumed = None

    def _train(self, batch: T) -> None:
        """Go forward and backward on a batch; after the last batch of a step, step."""
        first = self._batch - self._batch % self._accumulate
        window = min(self._accumulate, self._batches - first)
        if self._batch == first:
            self._onlooker.before()
        self._batch += 1
        with arithmetic(self._settings, self._device):
            loss = self._task.loss(batch)
        self._scaler.scale(loss if window == 1 else loss / window).backward()
        self._losses.append(loss.detach())
        self._log.count(self._task.amount(batch))
        if self._batch == first + window:
            self._take_step()

    def _take_step(self) -> None:
        self._scaler.unscale_(self._optimizer)
        self._onlooker.after(self._step + 1)
        norm = self._clipped()
        self._scaler.step(self._optimizer)
        self._scaler.update()
        for parameter in self._parameters:
            parameter.grad = None
        self._step += 1
        loss = self._losses[0] if len(self._losses) == 1 else torch.stack(self._losses).mean()
        self._losses.clear()
        rate = float(self._optimizer.param_groups[0]["lr"])
        self._log.add(self._step, self._step / self._steps_per_epoch, loss, norm, rate)
        if not self._plateau:
            self._scheduler.step()
        self._listener.boundary(self._step)

    def _clipped(self) -> torch.Tensor | None:
        """Return the gradient's norm, which stays on the device, after clipping as the settings say."""
        gradients = [_values(one) for one in self._parameters if one.grad is not None]
        if not gradients:
            return None
        norm = get_total_norm(gradients)
        limit = self._settings.gradient_clip
        if limit and self._settings.gradient_clip_algorithm == "norm":
            self._shorten(gradients, limit, norm)
        elif limit:
            clip_grad_value_(self._parameters, limit)
        return norm

    def _shorten(self, gradients: list[torch.Tensor], limit: float, norm: torch.Tensor) -> None:
        if not self._is_sparse:
            clip_grads_with_norm_(self._parameters, limit, norm)
            return
        for values in gradients:
            values.mul_((limit / (norm + 1e-6)).clamp(max=1))

    def _validate(self) -> bool:
        """Measure the network as it stands; whether the training is over."""
        self._log.copy(end_of_epoch=True)
        self._task.network.eval()
        with torch.no_grad(), arithmetic(self._settings, self._device):
            valid = self._task.validate()
        if self._plateau:
            self._scheduler.step(valid["loss"])  # type: ignore[arg-type]
        self._validated = self._step
        metrics = {f"valid/{key}": value for key, value in valid.items()}
        metrics |= {f"train/{key}": value for key, value in self._task.trained().items()}
        at = Validation.at(self._step, self._steps_per_epoch, self._settings.validate_every_steps)
        return self._listener.validated(at, metrics)


def _values(parameter: nn.Parameter) -> torch.Tensor:
    """Return a parameter's gradient, of a sparse one the rows that it has, each once."""
    assert parameter.grad is not None
    if not parameter.grad.is_sparse:
        return parameter.grad
    parameter.grad = parameter.grad.coalesce()
    return parameter.grad.values()
