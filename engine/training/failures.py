"""The two ways a training loop is left early: somebody asked for it, or an error that has a name."""

from dataclasses import dataclass
from enum import StrEnum


class Stopped(BaseException):
    """Raised at an optimizer boundary to unwind the loop at once, because a stop was requested, or with `to_rest` a pause.

    No Exception on purpose: it must pass through every `except Exception` of the libraries.
    """

    def __init__(self, to_rest: bool = False) -> None:
        super().__init__()
        self.to_rest = to_rest


class FaultKind(StrEnum):
    """The causes of a failure that a change of the specification can mend."""

    GPU_MEMORY = "gpu memory"
    HOST_MEMORY = "host memory"
    DIVERGED = "diverged"
    GAPS = "gaps"
    TEXT = "text"
    COLUMN_GONE = "column gone"
    BATCH_OF_ONE = "batch of one"
    DEVICE = "device"
    PRECISION = "precision"
    DISK_FULL = "disk full"


@dataclass(frozen=True)
class Fault:
    """A recognised cause, with what belongs to it: the columns and their role, or the optimizer step."""

    kind: FaultKind
    columns: tuple[str, ...] = ()
    role: str = ""
    step: int = 0


class RunFailed(Exception):
    """A failure with a plain cause and what the user can do about it; `fault` is the cause for programs."""

    def __init__(self, cause: str, advice: str = "", fault: Fault | None = None) -> None:
        super().__init__(f"{cause} {advice}".strip())
        self.cause = cause
        self.advice = advice
        self.fault = fault


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that there was too little memory, on the host or on a GPU."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or "out of memory" in text or "can't allocate memory" in text
