"""StepLog: what every optimizer step gave, kept on the device and handed to the recorder in one copy about every 100 ms.
No step is left out, and a loss that is no number is found, recorded and named."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from engine.runs import Points
from engine.training.failures import Fault, FaultKind, RunFailed
from engine.training.hardware import memory_in_use
from engine.training.recorder import Recorder

COPY_EVERY_S = 0.1
RATE_EVERY_S = 1.0


@dataclass
class _Waiting:
    """Steps that are not copied yet; the lists have one length. Losses and norms are tensors on the device."""

    steps: list[int] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    losses: list[torch.Tensor] = field(default_factory=list)
    norms: list[torch.Tensor] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)


class StepLog:
    """Collects the steps of one training; `prefix` begins every key, `stage` names the loss (train or pretrain)."""

    def __init__(
        self,
        recorder: Recorder,
        device: torch.device,
        prefix: str = "",
        stage: str = "train",
        progressed: Callable[[int, float, float], None] | None = None,
        unit: str = "rows",
    ) -> None:
        """`progressed` is told (step, epoch, units a second) after each copy; `unit` is what the speed counts."""
        self._recorder = recorder
        self._device = device
        self._loss_key = f"{prefix}{stage}/loss"
        extra = prefix if stage == "train" else f"{prefix}{stage}/"
        self._norm_key, self._rate_key = f"{extra}grad_norm", f"{extra}lr"
        self._speed_key, self._memory_key = f"{extra}{unit}_per_second", f"{extra}device/memory"
        self._progressed = progressed
        self._waiting = _Waiting()
        self._amount: int | torch.Tensor = 0
        self._copied_at = self._rated_at = time.monotonic()
        self._speed = 0.0

    def add(self, step: int, epoch: float, loss: torch.Tensor, norm: torch.Tensor | None, rate: float) -> None:
        """Take one optimizer step; copies what waits when 100 ms have gone by. Raises RunFailed for a NaN loss."""
        waiting = self._waiting
        waiting.steps.append(step)
        waiting.epochs.append(epoch)
        waiting.times.append(time.time())
        waiting.losses.append(loss)
        if norm is not None:
            waiting.norms.append(norm)
        waiting.rates.append(rate)
        if time.monotonic() - self._copied_at >= COPY_EVERY_S:
            self.copy()

    def count(self, amount: int | torch.Tensor) -> None:
        """Count what was trained on, for the speed; a tensor stays on its device until the next copy."""
        self._amount = self._amount + amount

    def restart_clock(self) -> None:
        """Begin a new stretch of training: time spent on validation in between is not training time."""
        self._rated_at = time.monotonic()
        self._amount = 0

    def copy(self, end_of_epoch: bool = False) -> None:
        """Hand everything that waits to the recorder. Raises RunFailed where a loss is NaN or infinite."""
        waiting, self._waiting = self._waiting, _Waiting()
        self._copied_at = time.monotonic()
        if not waiting.steps:
            return
        numbers = torch.stack([*waiting.losses, *waiting.norms]).float().tolist()
        losses, norms = numbers[: len(waiting.losses)], numbers[len(waiting.losses) :]
        columns = {self._loss_key: losses, self._rate_key: waiting.rates}
        if len(norms) == len(losses):
            columns[self._norm_key] = norms
        for key, values in columns.items():
            self._recorder.points(key, Points(waiting.steps, values, waiting.times, waiting.epochs))
        self._record_speed(waiting, end_of_epoch)
        if self._progressed is not None:
            self._progressed(waiting.steps[-1], waiting.epochs[-1], self._speed)
        for step, loss in zip(waiting.steps, losses, strict=True):
            if not math.isfinite(loss):
                self._fail(step, loss)

    def _record_speed(self, waiting: _Waiting, end_of_epoch: bool) -> None:
        elapsed = time.monotonic() - self._rated_at
        if elapsed < RATE_EVERY_S and not end_of_epoch and self._speed:
            return
        if not (amount := float(self._amount)):
            return
        self._speed = amount / max(elapsed, 1e-9)
        self._recorder.metrics(
            waiting.steps[-1],
            waiting.epochs[-1],
            {self._speed_key: self._speed, self._memory_key: float(memory_in_use(self._device))},
        )
        self.restart_clock()

    def _fail(self, step: int, loss: float) -> None:
        what = "not a number (NaN)" if math.isnan(loss) else "infinite"
        self._recorder.event("nan", step=step, key=self._loss_key)
        raise RunFailed(
            f"The training loss became {what} at step {step:,}.",
            "Lower the learning rate (ten times less is a good first try), clip gradients (gradient_clip = 1), or use "
            "32-true precision. Inputs of very different size: choose the “standard” or “quantile_normal” transform; "
            "look at the missing-value policy too.",
            Fault(FaultKind.DIVERGED, step=step),
        )
