"""One training, whatever its family: the loop with everything around it, from the plan of its batches to the best weights.
Must not know what is trained."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import nn

from engine.families.folds import Fitted, Fold, M, State
from engine.families.live_taps import LiveTaps
from engine.spec import RunSpec, TrainerSpec
from engine.training.checkpoints import CheckpointKeeper, Patience
from engine.training.failures import Fault, FaultKind, RunFailed, Stopped
from engine.training.loader import EpochLoader
from engine.training.loop import Loop, Task
from engine.training.origin import take_weights
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.steps import StepLog
from engine.training.watch import Listener, Place, Watch

T = TypeVar("T")
FLOPS_A_PARAMETER = 6.0
"""Of a step, for each row: two forward, four backward."""


@dataclass(frozen=True)
class Training(Generic[T, M]):
    """Everything that is ready for the loop. `model` wraps the network as it stands; `heard` may stand between the loop
    and what listens to it.
    """

    recorder: Recorder
    trainer: TrainerSpec
    device: torch.device
    fold: Fold
    task: Task[T]
    loader: EpochLoader[T]
    model: Callable[[], M]
    quiet: Callable[[], AbstractContextManager[None]] = nullcontext
    heard: Callable[[Watch], Listener] = lambda watch: watch

    def run(self, states: StateKeeper, place: Place, resumed: State | None) -> Fitted[M]:
        """Train, or go on from the content of a state, and take the best weights.

        Raises Stopped for a pause, and where a stop came before the first epoch was over; RunFailed where the training
        fails, after a model that was good before has been saved.
        """
        keeper = CheckpointKeeper(self._folder, self.trainer.checkpoints, self.recorder, self.fold.prefix)
        stopped, early = self._loop(keeper, states, place, resumed)
        if keeper.best is None:
            raise Stopped if stopped else _no_best(self.recorder.spec)
        return Fitted(self._best(keeper), keeper.best_epoch, keeper.best_value or 0.0, stopped, early)

    @property
    def _folder(self) -> Path:
        """Where checkpoints of the fold are kept."""
        return self.recorder.folder / self.fold.name / "checkpoints"

    def _loop(
        self, keeper: CheckpointKeeper, states: StateKeeper, place: Place, resumed: State | None
    ) -> tuple[bool, str]:
        """Run the loop; whether it was stopped on request, and why it ended early if it did by itself."""
        recorder, trainer, plan = self.recorder, self.trainer, self.loader.plan
        if plan.note:
            recorder.log(plan.note)
        steps = -(-len(plan.sizes) // trainer.accumulate_grad_batches)
        patience = Patience(trainer.early_stopping)
        watch = Watch(recorder, states, keeper, patience, trainer, steps, place, self.task.network, resumed)
        if resumed is not None:
            self.loader.load_state_dict({name: resumed["training"][name] for name in ("epoch", "batch")})
        unit = {"tokens": "tokens", "pairs": "pairs"}.get(recorder.spec.speed_unit, "rows")
        log = StepLog(recorder, self.device, self.fold.prefix, progressed=watch.progressed, unit=unit)
        state = resumed["training"] if resumed else None
        taps = LiveTaps(recorder, self.task.network, self.fold.name, steps)
        loop = Loop(self.task, self.loader, trainer, self.device, log, self.heard(watch), state, taps)
        watch.begin(loop, self.device)
        if resumed is not None and resumed["is_over"] and resumed["epochs"] == watch.epochs():
            return False, watch.ended_early
        try:
            with self.quiet(), taps:
                loop.run()
        except Stopped as stopped:
            if stopped.to_rest:
                raise
            return True, ""
        except RunFailed:
            if keeper.best is not None:
                self._best(keeper).save(self._folder.parent)
                recorder.log(f"The model of epoch {keeper.best_epoch}, the best before the failure, is kept.")
            raise
        return False, watch.ended_early

    def _best(self, keeper: CheckpointKeeper) -> M:
        assert keeper.best is not None
        self.task.network.load_state_dict(keeper.best)
        self.task.network.eval()
        return self.model()


def has_first_weights(network: nn.Module, recorder: Recorder, resumed: State | None) -> bool:
    """Give a network the weights of a state or of another run; whether there were any."""
    if resumed is not None:
        network.load_state_dict(resumed["training"]["network"])
        return True
    origin = recorder.spec.origin
    if origin is None:
        return False
    take_weights(network, recorder.workspace, origin)
    recorder.log(f"The first weights are those of run {origin.run} ({origin.checkpoint}).")
    return True


def _no_best(spec: RunSpec) -> RunFailed:
    return RunFailed(
        f"No epoch had a usable {spec.trainer.checkpoints.monitor}: it was NaN each time.",
        "Lower the learning rate, or let the checkpoints watch valid/loss.",
        Fault(FaultKind.DIVERGED),
    )
