"""Devices, threads and optimizers: chosen by rule, refused in words."""

import pytest
import torch

from engine.spec import OptimizerSpec, TrainerSpec
from engine.training.failures import RunFailed
from engine.training.hardware import choose_device, choose_threads
from engine.training.optimizers import make_optimizer


def test_that_small_steps_get_one_thread_and_a_wish_is_met() -> None:
    assert choose_threads(TrainerSpec(), 1e6) == 1
    assert choose_threads(TrainerSpec(threads=3), 1e6) == 3
    assert choose_threads(TrainerSpec(), 1e12) >= 1


def test_that_half_precision_on_the_cpu_is_refused_with_another_choice() -> None:
    with pytest.raises(RunFailed) as failed:
        choose_device(TrainerSpec(device="cpu", precision="16-mixed"))
    assert "bf16-mixed" in failed.value.advice


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_that_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(RunFailed, match="GPU"):
        choose_device(TrainerSpec(device="cuda:1"))
    assert choose_device(TrainerSpec()).type in {"cpu", "mps"}


@pytest.mark.parametrize("name", ["AdamW", "Adam", "NAdam", "RAdam", "Adamax", "Adagrad", "RMSprop", "SGD"])
def test_that_every_optimizer_steps_downhill_with_its_own_settings(name: str) -> None:
    weight = torch.nn.Parameter(torch.tensor([3.0]))
    frozen = torch.nn.Parameter(torch.tensor([1.0]), requires_grad=False)
    spec = OptimizerSpec.model_validate({"name": name, "learning_rate": 0.01, "momentum": 0.5})
    optimizer = make_optimizer([weight, frozen], TrainerSpec(optimizer=spec))
    for _ in range(3):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
    assert weight.item() < 3.0
    assert frozen.item() == 1.0
    assert optimizer.param_groups[0]["lr"] == 0.01
    if name in {"SGD", "RMSprop"}:
        assert optimizer.param_groups[0]["momentum"] == 0.5
