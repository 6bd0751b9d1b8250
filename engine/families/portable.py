"""A network as files that other programs run without ours: TorchScript, torch.export; and in half precision.
Must not know what the network was trained for. ONNX stands in onnx_files.py."""

import copy
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.training.failures import RunFailed

Inputs = tuple[torch.Tensor, ...]
FEW, MANY = 2, 3
"""Rows of the inputs that a network is traced with, and of those that it is compared on."""
TOLERANCE = 1e-3
HALF_TOLERANCE = 3e-2
"""How far, as a share of the largest output above 1, a file's answer may be from its network's: more is not rounding."""
TIMES, TIMED_ROWS = 7, 32


@dataclass(frozen=True)
class Portable:
    """A network on the CPU whose forward takes `*inputs`, tensors by place, and returns one.

    `example` makes inputs for so many rows, of another length with each number of rows where that may vary; `varies` has,
    for each input, the axes whose length may. `original` computes the same another way that cannot be written, and is
    what a file is judged by; `notes` are for whoever uses the file.
    """

    network: nn.Module
    names: tuple[str, ...]
    varies: tuple[tuple[int, ...], ...]
    example: Callable[[int], Inputs]
    original: nn.Module | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """A file, how far its answers are from the network's at most, and what is to be known about it."""

    path: Path
    difference: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Halved:
    """A network with numbers of half the size, how many times as fast it is here, and its largest difference."""

    portable: Portable
    speed_up: float
    difference: float
    format: str


class _Half(nn.Module):
    """Gives numbers to a network in its format, and takes its output back as float32."""

    def __init__(self, network: nn.Module, dtype: torch.dtype) -> None:
        super().__init__()
        self.network, self.dtype = network, dtype

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return what the network gives."""
        output: torch.Tensor = self.network(*(one.to(self.dtype) if one.is_floating_point() else one for one in inputs))
        return output.float()


def as_half(portable: Portable, dtype: torch.dtype) -> Portable:
    """Return a network with numbers of a smaller format; the one given stays as it is."""
    return replace(portable, network=_Half(copy.deepcopy(portable.network).to(dtype), dtype), original=None)


def halved(portable: Portable) -> Halved:
    """Return a network in bfloat16, compared with itself as it was, on this machine's CPU. Raises RunFailed."""
    inputs = portable.example(TIMED_ROWS)
    before, long = timed(portable.network, inputs)
    half = as_half(portable, torch.bfloat16)
    try:
        after, short = timed(half.network, inputs)
    except (RuntimeError, TypeError, NotImplementedError) as error:
        raise RunFailed(f"This network does not compute in bfloat16: {_first(error)}", "Leave --half out.") from error
    difference = float((after - before.float()).abs().max())
    return Halved(half, long / short, difference, "bfloat16")


def write_torchscript(portable: Portable, path: Path) -> Written:
    """Write a file that torch.jit.load opens. Raises RunFailed where the network cannot be traced."""
    with silent(), torch.no_grad(), told("TorchScript"):
        traced: Any = torch.jit.trace(portable.network, portable.example(FEW), check_trace=False, strict=False)
        difference, notes = compared(portable, traced)
    with whole(path) as part, silent():
        torch.jit.save(traced, str(part))
    return Written(path, difference, notes)


def write_exported(portable: Portable, path: Path) -> Written:
    """Write a .pt2 file that torch.export.load opens. Raises RunFailed where the network cannot be exported."""
    if path.suffix != ".pt2":
        raise RunFailed(f"{path.name}: torch.export writes files that end in .pt2.", "Choose that ending.")
    with silent(), torch.no_grad(), told("torch.export"):
        with of_any_length():
            exported = torch.export.export(portable.network, portable.example(FEW), dynamic_shapes=shapes(portable))
        difference, notes = compared(portable, exported.module())
    with whole(path) as part, silent():
        torch.export.save(exported, str(part))
    return Written(path, difference, notes)


def shapes(portable: Portable) -> tuple[tuple[dict[int, Any], ...]]:
    """Return which axes of `*inputs` vary. torch finds out by itself within which bounds."""
    return (tuple(dict.fromkeys(axes, torch.export.Dim.AUTO) for axes in portable.varies),)


def compared(portable: Portable, made: Callable[..., torch.Tensor]) -> tuple[float, tuple[str, ...]]:
    """Return the largest difference on inputs of another size; where only the size that was traced works, on that."""
    other, same = portable.example(MANY), portable.example(FEW)
    tolerance = HALF_TOLERANCE if isinstance(portable.network, _Half) else TOLERANCE
    judge = portable.original or portable.network
    try:
        wanted = judge(*other)
        difference = float((made(*other) - wanted).abs().max())
        if difference < tolerance * max(1.0, float(wanted.abs().max())):
            return difference, ()
    except (RuntimeError, AssertionError, ValueError, TypeError):
        pass
    sizes = ", ".join(f"{name} {list(one.shape)}" for name, one in zip(portable.names, same, strict=True))
    difference = float((made(*same) - judge(*same)).abs().max())
    return difference, (f"The file takes inputs of these sizes alone: {sizes}.",)


def timed(network: Callable[..., torch.Tensor], inputs: Inputs) -> tuple[torch.Tensor, float]:
    """Return a network's output and the median of its seconds."""
    seconds: list[float] = []
    with torch.no_grad(), silent():
        output: torch.Tensor = network(*inputs)
        for _ in range(TIMES):
            began = time.perf_counter()
            network(*inputs)
            seconds.append(time.perf_counter() - began)
    return output, statistics.median(seconds)


@contextmanager
def silent() -> Iterator[None]:
    """Tracing warns of every branch that it meets; what matters is compared afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def of_any_length() -> Iterator[None]:
    """Let torch.export take a recurrent layer as a loop: torch 2.13 else looks at each place, and fixes their number."""
    from torch.export._patches import (
        register_gru_while_loop_decomposition,
        register_lstm_while_loop_decomposition,
    )

    torch.compiler.reset()  # sizes that an export before this one met would be taken for granted
    with register_lstm_while_loop_decomposition(), register_gru_while_loop_decomposition():
        yield


@contextmanager
def told(what: str) -> Iterator[None]:
    """Put whatever a tracer raises into words: the network cannot be written for `what`."""
    try:
        yield
    except RunFailed:
        raise
    except Exception as error:  # tracers raise whatever they like
        raise RunFailed(f"This network cannot be written for {what}: {_first(error)}", "Try another format.") from error


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place beside a file, and in the end move what was written there to the file's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise RunFailed(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _first(error: BaseException) -> str:
    while error.__cause__ is not None:  # what went wrong first says it plainest
        error = error.__cause__
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
