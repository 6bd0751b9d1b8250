"""The learning-rate range test (Smith 2017): a fresh copy of the model trains while the rate grows exponentially.
It changes no run and keeps nothing; must not be used to train."""

import math
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict
from torch import nn

from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.frames import load
from engine.families.tabular.objective import Objective, penalty
from engine.families.tabular.splitting import split
from engine.spec import RunSpec
from engine.training.failures import RunFailed
from engine.training.hardware import choose_device, data_type
from engine.training.loader import Batch, BatchPlan, ResidentLoader
from engine.training.optimizers import make_optimizer

LOWEST, HIGHEST, STEPS = 1e-7, 1.0, 120
SMOOTHING = 0.9
DIVERGED = 4.0  # times the lowest smoothed loss
TELL_EVERY = 5
SKIPPED = 10  # first steps, whose smoothed loss still wanders


class LrCurve(BaseModel):
    """Smoothed loss at each learning rate, and the rate at its steepest fall (None where it never fell)."""

    model_config = ConfigDict(frozen=True)

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None = None
    note: str = ""


def find_learning_rate(
    workspace: Path, spec: RunSpec, progress: Callable[[object], None], cancelled: Callable[[], bool]
) -> LrCurve:
    """Run the test on the first fold's training rows; `progress` hears {"rates", "losses"} so far. Raises RunFailed."""
    frame = load(workspace, spec)
    rows = split(frame, spec)[0].train
    device = choose_device(spec.trainer)
    encoder = Encoder.fit(frame, rows, spec)
    model = network.build(spec, encoder)
    tensors = encoder.transform(frame, rows).to(device, data_type(spec.trainer))
    network.initialise(model, tensors)
    model.to(device, data_type(spec.trainer)).train()
    parts = {"continuous": tensors.continuous, "categorical": tensors.categorical, "target": tensors.target}
    loader = ResidentLoader(parts, BatchPlan.of(len(tensors), spec.trainer.batch_size), spec.trainer.seed)
    with library.quiet():
        return _sweep(model, Objective.of(encoder).to(device), loader, spec, progress, cancelled)


def _sweep(
    model: nn.Module,
    objective: Objective,
    loader: ResidentLoader,
    spec: RunSpec,
    progress: Callable[[object], None],
    cancelled: Callable[[], bool],
) -> LrCurve:
    optimizer = make_optimizer(model.parameters(), spec.trainer)
    rates: list[float] = []
    losses: list[float] = []
    average = 0.0
    batches = (batch for _ in cycle([0]) for batch in loader)
    for step, batch in zip(range(STEPS), batches, strict=False):
        if cancelled():
            raise RunFailed("The search for a learning rate was cancelled.")
        rate = LOWEST * (HIGHEST / LOWEST) ** (step / (STEPS - 1))
        loss = _step(model, objective, optimizer, batch, rate)
        average = SMOOTHING * average + (1 - SMOOTHING) * loss
        smoothed = average / (1 - SMOOTHING ** (step + 1))
        if not math.isfinite(smoothed) or (step > SKIPPED and smoothed > DIVERGED * max(min(losses), 1e-12)):
            break
        rates.append(rate)
        losses.append(smoothed)
        if step % TELL_EVERY == 0:
            progress({"rates": rates, "losses": losses})
    suggestion, note = _suggestion(rates, losses)
    return LrCurve(rates=tuple(rates), losses=tuple(losses), suggestion=suggestion, note=note)


def _step(model: nn.Module, objective: Objective, optimizer: torch.optim.Optimizer, batch: Batch, rate: float) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    output = model(batch)
    loss = objective.loss(objective.raw(output), batch["target"])
    extra = penalty(model)
    loss = loss if extra is None else loss + extra
    for key, value in output.items():
        if "regularization" in key:
            loss = loss + value
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def _suggestion(rates: list[float], losses: list[float]) -> tuple[float | None, str]:
    if len(rates) <= SKIPPED + 2:
        return None, "The loss rose at once: the data or the settings leave nothing to suggest."
    # Beyond the lowest loss the curve only leaps about, and a steep leap down is no advice.
    end = SKIPPED + int(np.argmin(losses[SKIPPED:])) + 1
    slopes = np.gradient(np.asarray(losses), np.log(rates))[SKIPPED:end]
    steepest = int(np.argmin(slopes))
    if slopes[steepest] >= 0:
        return None, "The loss never fell, so no learning rate can be suggested."
    return rates[SKIPPED + steepest], ""
