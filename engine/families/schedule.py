"""The learning-rate curve that a run would follow, for drawing before it starts.
Asks the real scheduler for its rates; must not compute one itself."""

import torch
from pydantic import BaseModel, ConfigDict
from torch.optim.lr_scheduler import LambdaLR

from engine.spec import BY_VALIDATION, RunSpec
from engine.training.schedules import make_scheduler

MAX_POINTS = 500
STEPS_UNKNOWN = 100  # steps an epoch to draw with where the data is not known yet


class ScheduleCurve(BaseModel):
    """Learning rate by optimizer step; `note` says in words what the curve cannot show."""

    model_config = ConfigDict(frozen=True)

    steps: tuple[int, ...]
    rates: tuple[float, ...]
    total_steps: int
    note: str = ""


def schedule_curve(spec: RunSpec, steps_per_epoch: int | None = None) -> ScheduleCurve:
    """Return the rate that each optimizer step would use, at no more than 500 of the steps.

    `steps_per_epoch` counts optimizer steps; without it 100 are drawn an epoch.
    """
    known = steps_per_epoch or 0
    total = max(1, spec.trainer.steps(known if known > 0 else STEPS_UNKNOWN))
    steps = _spread(total)
    note = "" if known > 0 else f"Drawn with {STEPS_UNKNOWN} steps an epoch: the number of rows is not known yet."
    if spec.trainer.schedule.name in BY_VALIDATION:
        note = "The rate moves with the validation loss, which is seen only in the run."
    return ScheduleCurve(steps=tuple(steps), rates=tuple(_rates(spec, total, steps)), total_steps=total, note=note)


def _rates(spec: RunSpec, total: int, steps: list[int]) -> list[float]:
    rate = spec.trainer.optimizer.learning_rate
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler = make_scheduler(optimizer, spec.trainer, total)
    if not isinstance(scheduler, LambdaLR):
        return [rate] * len(steps)
    # All of transformers' schedules are functions of the step; asking them is exact and needs no walk over all steps.
    shape = scheduler.lr_lambdas[0]
    return [rate * float(shape(step)) for step in steps]


def _spread(count: int) -> list[int]:
    if count <= MAX_POINTS:
        return list(range(count))
    return [round(index * (count - 1) / (MAX_POINTS - 1)) for index in range(MAX_POINTS)]
