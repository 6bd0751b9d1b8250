"""The learning rate over the steps: the one function that makes a scheduler, from transformers' own shapes.
What is drawn before a run and what is used in it come from here; must not know about families."""

from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

from engine.spec import ScheduleSpec, TrainerSpec

GREEDIEST = 10.0
"""How many times the learning rate the greedy schedule may rise to."""


def warmup_steps(schedule: ScheduleSpec, total_steps: int) -> int:
    """Return the steps of warm-up: a share of all steps below 1, a number of steps from 1 on, at most all of them."""
    wanted = schedule.warmup * total_steps if schedule.warmup < 1 else schedule.warmup
    return min(round(wanted), total_steps)


def make_scheduler(optimizer: Optimizer, trainer: TrainerSpec, total_steps: int) -> LRScheduler:
    """Return transformers' scheduler for these settings; it is stepped once after each optimizer step.

    Those BY_VALIDATION are stepped after each validation instead, with its loss.
    """
    from transformers import get_scheduler

    schedule, total = trainer.schedule, max(1, total_steps)
    warmup = warmup_steps(schedule, total)
    name: str = schedule.name
    if name == "polynomial" and schedule.min_lr_ratio >= 1:
        # The library refuses an end that is not below the start; such a curve is flat after its warm-up.
        name = "constant_with_warmup"
    if name == "polynomial":
        # The library divides by the steps after warm-up.
        total = max(total, warmup + 1)
    scheduler: LRScheduler = get_scheduler(
        name,
        optimizer,
        num_warmup_steps=warmup,
        num_training_steps=total,
        scheduler_specific_kwargs=_settings(name, trainer, warmup, total),
    )
    return scheduler


def waits_for_validation(scheduler: LRScheduler) -> bool:
    """Whether the scheduler is stepped with the loss of each validation rather than after each step."""
    return not isinstance(scheduler, LambdaLR)


def move_to(scheduler: LRScheduler, step: int) -> None:
    """Let a scheduler that was just made stand where it would after so many steps."""
    assert isinstance(scheduler, LambdaLR)
    scheduler.last_epoch = step
    rates = [base * shape(step) for base, shape in zip(scheduler.base_lrs, scheduler.lr_lambdas, strict=True)]
    for group, rate in zip(scheduler.optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    scheduler._last_lr = rates


def _settings(name: str, trainer: TrainerSpec, warmup: int, total: int) -> dict[str, Any]:
    schedule = trainer.schedule
    floor = schedule.min_lr_ratio * trainer.optimizer.learning_rate
    waves, ratio = {"num_cycles": schedule.num_cycles}, schedule.min_lr_ratio
    settings: dict[str, dict[str, Any]] = {
        "cosine": waves,
        "cosine_with_restarts": {"num_cycles": max(1, round(schedule.num_cycles))},
        "polynomial": {"lr_end": floor, "power": schedule.power},
        "cosine_with_min_lr": {**waves, "min_lr_rate": ratio},
        "cosine_warmup_with_min_lr": {**waves, "min_lr_rate": ratio},
        "warmup_stable_decay": {
            **waves,
            "min_lr_ratio": ratio,
            "num_decay_steps": min(round(schedule.decay * total), total - warmup),
        },
        "reduce_lr_on_plateau": {
            "mode": "min",
            "patience": schedule.patience,
            "factor": schedule.factor,
            "min_lr": floor,
        },
        "greedy": {
            "patience": schedule.patience,
            "factor": schedule.factor,
            "min_lr": floor,
            "max_lr": GREEDIEST * trainer.optimizer.learning_rate,
        },
    }
    return settings.get(name, {})
