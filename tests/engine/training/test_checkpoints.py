"""Checkpoints: the best stay, the others go, names are filled in from metrics, and what is watched must exist."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.spec import CheckpointSpec, EarlyStoppingSpec
from engine.training.checkpoints import CheckpointKeeper, Patience
from engine.training.failures import RunFailed
from engine.training.validation import Validation


class HeardRecorder:
    """Keeps the events."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def event(self, kind: str, **payload: Any) -> None:
        self.events.append((kind, payload))


def keep(folder: Path, losses: list[float], **settings: Any) -> tuple[CheckpointKeeper, HeardRecorder]:
    recorder = HeardRecorder()
    keeper = CheckpointKeeper(folder, CheckpointSpec(**settings), recorder)  # type: ignore[arg-type]
    model = torch.nn.Linear(1, 1)
    for epoch, loss in enumerate(losses, start=1):
        torch.nn.init.constant_(model.weight, float(epoch))
        keeper.offer(Validation(epoch, epoch, epoch * 10), {"valid/loss": loss, "valid/accuracy": 1 - loss}, model)
    return keeper, recorder


def names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.safetensors"))


def test_that_the_best_k_stay(tmp_path: Path) -> None:
    keeper, recorder = keep(tmp_path, [0.5, 0.2, 0.4, 0.1, 0.9], top_k=2)
    assert names(tmp_path) == ["epoch=002-step=000020", "epoch=004-step=000040"]
    assert (keeper.best_epoch, keeper.best_value) == (4, 0.1)
    assert [payload["epoch"] for kind, payload in recorder.events if kind == "best"] == [1, 2, 4]
    assert float(load_file(tmp_path / "epoch=004-step=000040.safetensors")["weight"]) == 4.0
    assert json.loads((tmp_path / "epoch=004-step=000040.json").read_text())["epoch"] == 4


def test_that_the_best_weights_are_those_of_the_best_epoch_even_when_no_file_is_kept(tmp_path: Path) -> None:
    keeper, _ = keep(tmp_path, [0.5, 0.2, 0.4], top_k=0)
    assert keeper.best is not None
    assert float(keeper.best["weight"]) == 2.0
    assert names(tmp_path) == []


def test_that_a_metric_may_rank_upwards_and_name_the_file(tmp_path: Path) -> None:
    keep(
        tmp_path,
        [0.5, 0.2, 0.4],
        monitor="valid/accuracy",
        mode="max",
        filename="{epoch}-{valid-accuracy:.2f}",
    )
    assert names(tmp_path) == ["2-0.80"]


def test_that_a_value_that_is_no_number_is_never_the_best(tmp_path: Path) -> None:
    keeper, _ = keep(tmp_path, [0.5, math.nan, 0.4])
    assert keeper.best_epoch == 3


@pytest.mark.parametrize("template", ["{nothing}", "{epoch", "{epoch.__class__}", "{0}"])
def test_that_a_template_that_cannot_be_filled_in_is_named(tmp_path: Path, template: str) -> None:
    with pytest.raises(RunFailed, match="template"):
        keep(tmp_path, [0.5], filename=template)


def test_that_names_cannot_leave_the_folder(tmp_path: Path) -> None:
    keep(tmp_path / "inside", [0.5], filename="../{epoch}")
    assert not list(tmp_path.glob("*.safetensors"))
    assert len(names(tmp_path / "inside")) == 1


def test_that_a_metric_that_is_not_measured_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="valid/f1") as failed:
        keep(tmp_path, [0.5], monitor="valid/f1")
    assert "valid/accuracy" in failed.value.advice


def test_that_patience_ends_after_as_many_epochs_without_improvement() -> None:
    patience = Patience(EarlyStoppingSpec(patience=2, min_delta=0.01))
    losses = (1.0, 0.9, 0.895, 0.899)
    over = [patience.is_over({"valid/loss": loss}, epoch) for epoch, loss in enumerate(losses, start=1)]
    assert over == [False, False, False, True]
    assert patience.words(4, "epoch") == (
        "Stopped early after epoch 4: the validation loss was no better for 2 epochs; the best was epoch 2."
    )
    resumed = Patience(patience.settings)
    resumed.restore(patience.state())
    assert resumed == patience


def test_that_switched_off_early_stopping_never_ends() -> None:
    patience = Patience(EarlyStoppingSpec(enabled=False, patience=1))
    assert not any(patience.is_over({"valid/loss": 1.0}, epoch) for epoch in range(5))
