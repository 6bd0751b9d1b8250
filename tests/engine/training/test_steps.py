"""The step log: every step reaches the recorder, exact, and a loss that is no number ends the run in words."""

import math
from typing import Any

import pytest
import torch

from engine.runs import Points
from engine.training.failures import RunFailed
from engine.training.steps import StepLog


class HeardRecorder:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.series: dict[str, Points] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []

    def points(self, key: str, points: Points) -> None:
        self.series.setdefault(key, Points()).extend(points)

    def metrics(self, step: int, epoch: float, values: dict[str, float], when: float | None = None) -> None:
        for key, value in values.items():
            self.series.setdefault(key, Points()).add(step, value, epoch, when)

    def event(self, kind: str, **payload: Any) -> None:
        self.events.append((kind, payload))


def add(log: StepLog, step: int, loss: float) -> None:
    log.count(4)
    log.add(step, step / 10, torch.tensor(loss), torch.tensor(2.0 * loss), 0.1 / step)


def test_that_every_step_is_recorded_with_loss_norm_and_rate() -> None:
    heard = HeardRecorder()
    log = StepLog(heard, torch.device("cpu"))  # type: ignore[arg-type]
    for step in range(1, 501):
        add(log, step, 1.0 / step)
    log.copy(end_of_epoch=True)
    loss = heard.series["train/loss"]
    assert loss.steps == list(range(1, 501))
    assert loss.values == pytest.approx([1.0 / step for step in range(1, 501)])
    assert heard.series["grad_norm"].values == pytest.approx([2.0 / step for step in range(1, 501)])
    assert heard.series["lr"].values == [0.1 / step for step in range(1, 501)]
    assert heard.series["rows_per_second"].values[-1] > 0
    assert heard.series["device/memory"].values[-1] > 0


def test_that_keys_begin_with_the_fold_and_name_the_stage() -> None:
    heard = HeardRecorder()
    log = StepLog(heard, torch.device("cpu"), prefix="fold2/", stage="pretrain")  # type: ignore[arg-type]
    add(log, 1, 0.5)
    log.copy()
    assert {"fold2/pretrain/loss", "fold2/pretrain/lr"} <= set(heard.series)


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_that_a_loss_that_is_no_number_is_recorded_and_fails_the_run_with_advice(wrong: float) -> None:
    heard = HeardRecorder()
    log = StepLog(heard, torch.device("cpu"))  # type: ignore[arg-type]
    add(log, 1, 0.5)
    add(log, 2, wrong)
    with pytest.raises(RunFailed, match="step 2") as failed:
        log.copy()
    assert "learning rate" in failed.value.advice
    assert heard.events == [("nan", {"step": 2, "key": "train/loss"})]
    assert len(heard.series["train/loss"].values) == 2
    assert not math.isfinite(heard.series["train/loss"].values[1])
