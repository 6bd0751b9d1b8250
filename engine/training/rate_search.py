"""The learning-rate range test (Smith 2017): a fresh network takes steps while the rate grows exponentially.
It changes no run and keeps nothing; must not know what is learned, or be used to train."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import TypeVar

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict
from torch import nn

from engine.spec import TrainerSpec
from engine.training.failures import RunFailed
from engine.training.loader import EpochLoader
from engine.training.optimizers import make_optimizer

T = TypeVar("T")
LOWEST, HIGHEST, STEPS = 1e-7, 1.0, 120
SMOOTHING = 0.9
DIVERGED = 4.0  # times the lowest smoothed loss
TELL_EVERY = 5
FEWEST_STEPS = 40  # of a slow model: the rate then grows faster, over the same range
LONGEST_S = 60.0
TIMED = 3  # steps after the first, which tell how long the others will take
SKIPPED = 10  # first steps, whose smoothed loss still wanders
REACH = 0.5  # decades of the rate to either side over which a fall is measured, so that noise is none


class LrCurve(BaseModel):
    """Smoothed loss at each learning rate, and the rate at its steepest fall (None where it never fell)."""

    model_config = ConfigDict(frozen=True)

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Search:
    """How a search is watched: `progress` hears {"rates", "losses"} so far, `cancelled` is asked before each step. A model
    whose steps would take more than `longest` seconds takes fewer, larger ones, and ends at that limit; a note says so."""

    progress: Callable[[object], None]
    cancelled: Callable[[], bool]
    longest: float = LONGEST_S
    clock: Callable[[], float] = time.monotonic

    def leave_if_cancelled(self) -> None:
        """Raise RunFailed where nobody wants to know any more."""
        if self.cancelled():
            raise RunFailed("The search for a learning rate was cancelled.")


class _Budget:
    """How many steps a search takes within its time: all of them, or fewer once the first have been timed."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds, self._clock = seconds, clock
        self._started = clock()
        self._warm = 0.0
        self.steps = STEPS
        self.over = False

    @property
    def note(self) -> str:
        """What the user is told about it."""
        if self.over:
            return f"The model is slow: the search ended after {self._seconds:.0f} seconds, at the rate reached then."
        if self.steps < STEPS:
            return f"The model is slow: {self.steps} steps were taken instead of {STEPS}, so the curve is coarser."
        return ""

    def after(self, step: int) -> None:
        """Look at the clock when step number `step`, from 0, is over."""
        now = self._clock()
        if step == 0:
            self._warm = now  # the first step also allocates
        elif step == TIMED:
            each = (now - self._warm) / TIMED
            affordable = int((self._seconds - (now - self._started)) / max(each, 1e-9))
            self.steps = min(STEPS, max(FEWEST_STEPS, affordable))
        if now - self._started > self._seconds:
            self.over = True


def sweep(
    network: nn.Module, loss: Callable[[T], torch.Tensor], loader: EpochLoader[T], trainer: TrainerSpec, search: Search
) -> LrCurve:
    """Let a network, in training mode, take steps on a loader's batches; `loss` gives a batch's loss with its graph.

    Raises RunFailed where it is cancelled.
    """
    budget = _Budget(search.longest, search.clock)
    optimizer = make_optimizer(network.parameters(), trainer)
    rates: list[float] = []
    losses: list[float] = []
    average = 0.0
    rate = LOWEST
    batches = (batch for _ in cycle([0]) for batch in loader)
    for step, batch in enumerate(batches):
        search.leave_if_cancelled()
        average = SMOOTHING * average + (1 - SMOOTHING) * _step(loss, optimizer, batch, rate)
        smoothed = average / (1 - SMOOTHING ** (step + 1))
        if not math.isfinite(smoothed) or (step > SKIPPED and smoothed > DIVERGED * max(min(losses), 1e-12)):
            break
        rates.append(rate)
        losses.append(smoothed)
        budget.after(step)
        if step % TELL_EVERY == 0 or budget.steps < STEPS:
            search.progress({"rates": rates, "losses": losses})
        if step + 1 >= budget.steps or budget.over:
            break
        # From here to the highest rate in the steps that are left.
        rate *= (HIGHEST / rate) ** (1 / (budget.steps - 1 - step))
    suggestion, trouble = _suggestion(rates, losses)
    note = " ".join(sentence for sentence in (trouble, budget.note) if sentence)
    return LrCurve(rates=tuple(rates), losses=tuple(losses), suggestion=suggestion, note=note)


def _step(loss: Callable[[T], torch.Tensor], optimizer: torch.optim.Optimizer, batch: T, rate: float) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    found = loss(batch)
    found.backward()
    optimizer.step()
    return float(found.detach())


def _suggestion(rates: list[float], losses: list[float]) -> tuple[float | None, str]:
    if len(rates) <= SKIPPED + 2:
        return None, "The loss rose at once: the data or the settings leave nothing to suggest."
    # Beyond the lowest loss the curve only leaps about, and a steep leap down is no advice.
    end = SKIPPED + int(np.argmin(losses[SKIPPED:])) + 1
    slopes = _slopes(np.log10(rates)[SKIPPED:end], np.asarray(losses)[SKIPPED:end])
    steepest = int(np.argmin(slopes))
    if slopes[steepest] >= 0:
        return None, "The loss never fell, so no learning rate can be suggested."
    return rates[SKIPPED + steepest], ""


def _slopes(decades: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """The slope at each place: of the straight line through what lies within REACH of it, [places]."""
    slopes = np.zeros(len(decades))
    for place, middle in enumerate(decades):
        near = np.abs(decades - middle) <= REACH
        apart = decades[near] - decades[near].mean()
        spread = float(apart @ apart)
        slopes[place] = apart @ losses[near] / spread if spread else 0.0
    # At the ends half of the neighbours are missing, and what is left is too few to tell a fall from noise.
    whole = (decades - decades[0] >= REACH) & (decades[-1] - decades >= REACH)
    return np.where(whole, slopes, 0.0) if whole.any() else slopes
