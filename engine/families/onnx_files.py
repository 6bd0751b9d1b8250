"""A network as an ONNX file, which is asked at once, through onnxruntime, whether it gives what the network gives."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from tqdm import tqdm

from engine.families.portable import (
    FEW,
    TIMED_ROWS,
    Halved,
    Portable,
    Written,
    as_half,
    compared,
    of_any_length,
    shapes,
    silent,
    timed,
    told,
    whole,
)

HALF = torch.float16
"""ONNX's operators know bfloat16 only in part; float16 is what its runtimes compute with."""
FATAL_ALONE = 4


def write_onnx(portable: Portable, path: Path) -> Written:
    """Write an ONNX file. Raises RunFailed where the network cannot be written, or onnxruntime cannot run the file."""
    with quiet(), torch.no_grad(), told("ONNX"), of_any_length():
        program: Any = torch.onnx.export(
            portable.network,
            portable.example(FEW),
            dynamo=True,
            verbose=False,
            input_names=list(portable.names),
            output_names=["output"],
            dynamic_shapes=shapes(portable),
        )
    with whole(path) as part, torch.no_grad(), told("ONNX"):
        program.save(str(part), external_data=False)
        difference, notes = compared(portable, by_onnxruntime(part, portable.names))
    return Written(path, difference, notes)


def write_half_onnx(portable: Portable, path: Path) -> tuple[Written, Halved]:
    """Write an ONNX file of float16 numbers, and measure it in onnxruntime beside one of float32. Raises RunFailed."""
    inputs = portable.example(FEW)
    with TemporaryDirectory(prefix="tensorbench-") as scratch:
        full = write_onnx(portable, Path(scratch) / "full.onnx")
        if not full.notes:
            inputs = portable.example(TIMED_ROWS)
        before, long = timed(by_onnxruntime(full.path, portable.names), inputs)
    written = write_onnx(as_half(portable, HALF), path)
    with told("ONNX"):
        after, short = timed(by_onnxruntime(path, portable.names), inputs)
    difference = float((after - before).abs().max())
    return written, Halved(portable, long / short, difference, "float16")


def by_onnxruntime(path: Path, names: tuple[str, ...]) -> Callable[..., torch.Tensor]:
    """Return what an ONNX file gives on the CPU. An input that its network does not use is none of the file's."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = FATAL_ALONE  # the rest would go to standard error
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    taken = {one.name for one in session.get_inputs()}

    def run(*inputs: torch.Tensor) -> torch.Tensor:
        given = {name: one.numpy() for name, one in zip(names, inputs, strict=True) if name in taken}
        try:
            return torch.from_numpy(session.run(None, given)[0])
        except Exception as error:  # its own exceptions have no other base
            raise RuntimeError(str(error)) from error

    return run


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the exporter from telling which packages it could use besides, and its progress bars from leaving a thread."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "torch.export")]
    levels, interval = [one.level for one in loggers], tqdm.monitor_interval
    for one in loggers:
        one.setLevel(logging.CRITICAL)
    tqdm.monitor_interval = 0
    try:
        with silent():
            yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)
        tqdm.monitor_interval = interval
