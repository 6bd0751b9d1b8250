"""Where a run computes: device, number format and CPU threads, chosen by rules that give the same answer each time.
Raises RunFailed for a wish that this machine cannot meet; must not know about models."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

from engine.spec import TrainerSpec
from engine.training.failures import Fault, FaultKind, RunFailed

WORK_FOR_THREADS = 2e9
"""Floating-point operations a step from which a second thread pays: below, starting and joining threads costs more."""
_DEVICE = Fault(FaultKind.DEVICE)
_PRECISION = Fault(FaultKind.PRECISION)


def auto_device() -> str:
    """Return the device that “auto” stands for on this machine: a GPU where there is one."""
    return "cuda:0" if torch.cuda.is_available() else "cpu"


def choose_device(trainer: TrainerSpec) -> torch.device:
    """Return the device of a run; “auto” takes a GPU where there is one."""
    wanted = trainer.device
    if wanted == "auto":
        wanted = auto_device()
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise RunFailed("No CUDA GPU can be used on this machine.", "Set the device to auto or cpu.", _DEVICE)
    if wanted == "mps" and not torch.backends.mps.is_available():
        raise RunFailed("No Apple GPU can be used on this machine.", "Set the device to auto or cpu.", _DEVICE)
    device = torch.device(wanted)
    if device.type == "cuda":
        index = device.index or 0
        if index >= torch.cuda.device_count():
            raise RunFailed(
                f"There is no GPU {index}: this machine has {torch.cuda.device_count()}.",
                "Choose one of those, or auto.",
                _DEVICE,
            )
        device = torch.device("cuda", index)
    if trainer.precision == "16-mixed" and device.type == "cpu":
        raise RunFailed(
            "16-mixed needs a GPU: a CPU does not compute in it.", "Set the precision to bf16-mixed or 32.", _PRECISION
        )
    if trainer.precision == "64-true" and device.type == "mps":
        raise RunFailed(
            "An Apple GPU does not compute in 64 bits.",
            "Set the precision to 32-true, or the device to cpu.",
            _PRECISION,
        )
    return device


def data_type(trainer: TrainerSpec) -> torch.dtype:
    """Return the format that data and weights are kept in; mixed precision converts within a step."""
    return torch.float64 if trainer.precision == "64-true" else torch.float32


@contextmanager
def arithmetic(trainer: TrainerSpec, device: torch.device) -> Iterator[None]:
    """Compute a forward pass in the run's precision: mixed ones cast within it, and in 64-true what a network makes on its
    way is of 64 bits as well.
    """
    formats = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
    if dtype := formats.get(trainer.precision):
        with torch.autocast(device.type, dtype):
            yield
        return
    if trainer.precision != "64-true":
        yield
        return
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(usual)


def choose_threads(trainer: TrainerSpec, work_per_step: float) -> int:
    """Return the number of CPU threads: as told, else one for small steps and all physical cores for large ones.

    A rule rather than a measurement, because sums depend on the number of threads in their last bits, and a run must
    be repeatable to the bit.
    """
    if trainer.threads:
        return trainer.threads
    if work_per_step < WORK_FOR_THREADS:
        return 1
    return max(1, psutil.cpu_count(logical=False) or os.cpu_count() or 1)


def memory_in_use(device: torch.device) -> int:
    """Return the bytes that the run holds on its device; on the CPU what the process holds."""
    if device.type == "cuda":
        return int(torch.cuda.memory_allocated(device))
    return int(psutil.Process().memory_info().rss)
