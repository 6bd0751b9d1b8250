"""How large a training is, whatever is trained: parameters and bytes, and what is told of too much of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.families.findings import Finding
from engine.spec import RunSpec, TrainerSpec

_MOMENTS = {"SGD": 1, "Adagrad": 1, "RMSprop": 2}  # numbers that an optimizer keeps for each parameter; Adam's kin: 2
# Measured for six models, a process grows by 8 MB at its first step, and by 1.0 to 2.0 times the bytes in its tensors.
SPARE_TENTHS, WORKSPACE_BYTES = 14, 8_000_000
SLOW_EPOCH_S = 60.0
PROCESS_BYTES = 500_000_000  # what a worker holds with its libraries before it has any data


@dataclass(frozen=True)
class Footprint:
    """Trained parameters, and bytes on the training device: network with gradients and optimizer, the rows that live
    there, and what one batch takes at most, or the first look at the data where that is more. `step_seconds` is roughly
    what a step takes on two cores. None stands for what could not be traced."""

    parameters: int
    model_bytes: int
    data_bytes: int
    batch_bytes: int | None
    step_seconds: float | None = None

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.model_bytes + self.data_bytes + (self.batch_bytes or 0)


def bytes_of_weights(parameters: int, trainer: TrainerSpec) -> int:
    """Return what weights, gradients and the optimizer's numbers take."""
    return parameters * bytes_a_number(trainer) * (2 + _MOMENTS.get(trainer.optimizer.name, 2))


def bytes_of_batch(peak_bytes: int, trainer: TrainerSpec) -> int:
    """Return what a batch takes at most, of the bytes that its tensors take at once in single precision."""
    return WORKSPACE_BYTES + peak_bytes * SPARE_TENTHS // 10 * bytes_a_number(trainer) // 4


def bytes_a_number(trainer: TrainerSpec) -> int:
    """Return the bytes of a weight."""
    return 8 if trainer.precision == "64-true" else 4


def time_findings(spec: RunSpec, size: Footprint | None, batches: int) -> Iterator[Finding]:
    """Yield what an epoch will roughly take on the processor, where that is long."""
    import torch

    device = spec.trainer.device
    on_processor = device == "cpu" or (device == "auto" and not torch.cuda.is_available())
    if size is None or size.step_seconds is None or not on_processor:
        return
    seconds = size.step_seconds * batches
    if seconds >= SLOW_EPOCH_S:
        unit, each = ("hours", 3600) if seconds >= 5400 else ("minutes", 60) if seconds >= 90 else ("seconds", 1)
        text = f"An epoch takes very roughly {seconds / each:,.0f} {unit} on this machine's processor."
        fix = "Take the small preset, a smaller model or fewer rows, or train on a GPU."
        yield Finding(severity="info", field="model.params", text=text, fix=fix)


def memory_findings(spec: RunSpec, size: Footprint | None, table_bytes: int) -> Iterator[Finding]:
    """Yield what a run needs of memory, with its table in a worker's own, where that is too much for this machine."""
    import psutil
    import torch

    if size is None:
        return
    device = spec.trainer.device
    on_gpu = torch.cuda.is_available() and device != "cpu"
    if on_gpu:
        index = int(device.partition(":")[2] or 0)
        free = torch.cuda.get_device_properties(index).total_memory if index < torch.cuda.device_count() else 0
        needed, where = size.total_bytes, "the GPU has"
    else:
        free, where = psutil.virtual_memory().available, "are free here"
        needed = size.total_bytes + 2 * table_bytes + PROCESS_BYTES
    if free and needed > 0.9 * free:
        amounts = f"About {needed / 1e9:,.1f} GB are needed"
        text = (
            f"{amounts}, and {where} {free / 1e9:,.1f} GB." if on_gpu else f"{amounts}; {free / 1e9:,.1f} GB {where}."
        )
        fix = "Take a smaller batch, a smaller model or fewer rows."
        yield Finding(severity="warning", field="trainer.batch_size", text=text, fix=fix)
