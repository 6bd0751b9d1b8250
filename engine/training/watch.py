"""Watch: hears of a training's steps and epochs; records them, keeps checkpoints and states, heeds wishes, says when to
end. Must not know how a step is made."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch

from engine.runs import Change, StoreError
from engine.spec import TrainerSpec
from engine.training.changes import changed, words
from engine.training.checkpoints import CheckpointKeeper, Patience
from engine.training.failures import Stopped
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.validation import Validation


class Trained(Protocol):
    """What makes the steps."""

    def state(self) -> dict[str, Any]:
        """Return all that another one needs to go on from here as if it were this one."""

    def change(self, settings: TrainerSpec) -> None:
        """Go on with other settings."""

    def is_sound(self) -> bool:
        """Whether every weight is a number. Raises RunFailed where a loss was none."""


class Listener(Protocol):
    """Who hears of a training's steps and epochs."""

    def started(self) -> None:
        """Hear that everything is ready for the first step."""

    def boundary(self, step: int) -> None:
        """Hear of an optimizer step; may raise Stopped."""

    def validated(self, at: Validation, metrics: dict[str, float]) -> bool:
        """Hear of a validation's metrics and say whether to end."""


@dataclass(frozen=True)
class Place:
    """Which training of how many this is, for the progress of the whole run; `over` are the ends of those before it:
    the best epoch, its value, and why the training ended early."""

    index: int = 0
    count: int = 1
    prefix: str = ""
    over: tuple[tuple[float, float, str], ...] = ()


@dataclass
class Watch:
    """What happens beside the steps of one training. `resumed` is the content of the state that it goes on from."""

    recorder: Recorder
    states: StateKeeper
    keeper: CheckpointKeeper
    patience: Patience
    trainer: TrainerSpec
    steps_per_epoch: int
    place: Place
    network: torch.nn.Module
    resumed: Mapping[str, Any] | None = None
    _module: Trained | None = None
    _started: float = 0.0
    _first: int = 0
    _made: list[int] = field(default_factory=list)
    _waiting: list[tuple[int, Change]] = field(default_factory=list)
    is_over: bool = False
    ended_early: str = ""
    """Why the training ended before its last epoch, as a sentence."""

    def begin(self, module: Trained, device: torch.device) -> None:
        """Tell that training begins, or goes on, with a module that trains on a device."""
        self._module, self._started = module, time.monotonic()
        if self.resumed is not None:
            self._first = int(self.resumed["training"]["step"])
            self._made = [int(place) for place in self.resumed["changes"]]
            self.keeper.restore(self.resumed["keeper"], device)
            self.patience.restore(self.resumed["patience"])
            self.ended_early = str(self.resumed.get("ended_early", ""))
            if self.resumed["epochs"] != self.epochs():
                self.patience.waited, self.ended_early = 0, ""  # who adds epochs wants them trained
            self.recorder.log(f"Resumed after step {self._first:,}.")
        self._waiting = [pair for pair in enumerate(self.recorder.changes) if pair[0] not in self._made]
        self._waiting.sort(key=lambda pair: pair[1].step)
        stage = f"training fold {self.place.index + 1} of {self.place.count}" if self.place.count > 1 else "training"
        step = self.place.index * self._steps + self._first
        self.recorder.progress(stage=stage, step=step, epoch=self._first / self.steps_per_epoch)
        self._tell_length()

    def epochs(self) -> float:
        """Return how many epochs there will be, with every change that is known."""
        return changed(self.trainer, self.recorder.changes).epochs

    def started(self) -> None:
        """Make the changes that were wished for before the first step."""
        self._make_waiting(self._first)

    def progressed(self, step: int, epoch: float, rows_per_second: float) -> None:
        """Tell how far the run is."""
        elapsed, done = time.monotonic() - self._started, max(1, step - self._first)
        left = elapsed / done * (self._steps - step + self._steps * (self.place.count - 1 - self.place.index))
        self.recorder.progress(
            step=self.place.index * self._steps + step,
            epoch=epoch,
            rows_per_second=rows_per_second,
            seconds_left=max(0.0, left),
        )

    def boundary(self, step: int) -> None:
        """Heed wishes and write a state where one is due, after an optimizer step. Raises Stopped."""
        if self._waiting and self._waiting[0][1].step <= step:
            self._make_waiting(step)
        if self.recorder.has_wish:
            self._heed(step)
        elif self.states.is_due(step):
            self._write(step)

    def validated(self, at: Validation, metrics: dict[str, float]) -> bool:
        """Record a validation's metrics; whether early stopping ends the training."""
        prefix = self.place.prefix
        self.recorder.metrics(
            at.step, at.step / self.steps_per_epoch, {prefix + key: value for key, value in metrics.items()}
        )
        self.keeper.offer(at, metrics, self.network)
        best = self.keeper.best_value
        if best is not None and not prefix:
            self.recorder.summary({f"best/{self.trainer.checkpoints.monitor}": best})
        over = self.patience.is_over(metrics, at.epoch)
        if over and at.step < self._steps:
            unit = "validation" if self.trainer.validate_every_steps else "epoch"
            self.ended_early = self.patience.words(at.epoch, unit)
            self.recorder.log(self.ended_early)
        self.is_over = over or at.step >= self._steps
        if self.states.is_due_after(at, self.is_over):
            self._write(at.step)
        return over

    def _heed(self, step: int) -> None:
        self.recorder.has_wish = False
        for name, value in self.recorder.take_changes():
            change = Change(step, step / self.steps_per_epoch, name, value, time.time())
            self._make(self.recorder.changed(change), change)
        if self.recorder.stop_requested or self.recorder.pause_requested:
            self._write(step)
            raise Stopped(to_rest=not self.recorder.stop_requested)
        if self.recorder.checkpoint_requested:
            self._write(step)

    def _make_waiting(self, step: int) -> None:
        while self._waiting and self._waiting[0][1].step <= step:
            self._make(*self._waiting.pop(0))

    def _make(self, place: int, change: Change) -> None:
        """Make the change of this place among all. Those of the same setting that were wished for before it, to be made
        at a later step, are not made any more: the last word counts.
        """
        assert self._module is not None
        self.trainer = changed(self.trainer, [change])
        dropped = [one for one, other in self._waiting if one < place and other.field == change.field]
        self._waiting = [pair for pair in self._waiting if pair[0] not in dropped]
        self._made += [*dropped, place]
        self._module.change(self.trainer)
        self.recorder.log(words(change))
        self._tell_length()

    def _write(self, step: int) -> None:
        """Write a state, unless a weight is no longer a number. A full disk costs this state, never the one before."""
        assert self._module is not None
        if not self._module.is_sound():
            return
        try:
            self.states.write(self._content, step)
        except (OSError, StoreError) as error:
            reason = getattr(error, "strerror", None) or error
            self.recorder.log(f"The checkpoint of step {step:,} could not be written: {reason}.", "warning")

    def _content(self) -> dict[str, Any]:
        assert self._module is not None
        return {
            "fold": self.place.index,
            "over": [list(one) for one in self.place.over],
            "epochs": self.trainer.epochs,
            "is_over": self.is_over,
            "ended_early": self.ended_early,
            "changes": self._made,
            "keeper": self.keeper.state(),
            "patience": self.patience.state(),
            "training": self._module.state(),
        }

    @property
    def _steps(self) -> int:
        return self.trainer.steps(self.steps_per_epoch)

    def _tell_length(self) -> None:
        self.recorder.progress(total_steps=self._steps * self.place.count, total_epochs=self.trainer.epochs)
