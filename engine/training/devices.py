"""What a model can train on here. Imports torch when asked, not before."""

import os
import platform

from pydantic import BaseModel, ConfigDict


class Device(BaseModel):
    """A device as TrainerSpec.device names it, with its label and memory in bytes (None where it is the machine's)."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: str
    memory: int | None = None


def devices() -> list[Device]:
    """Return the devices of this machine, the fastest first; the CPU is always the last."""
    import torch

    found = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        properties = torch.cuda.get_device_properties(index)
        found.append(Device(name=f"cuda:{index}", label=properties.name, memory=properties.total_memory))
    if torch.backends.mps.is_available():
        found.append(Device(name="mps", label="Apple GPU"))
    name = platform.processor() or platform.machine()
    return [*found, Device(name="cpu", label=f"CPU {name} · {os.cpu_count() or 1} cores".replace("  ", " "))]
