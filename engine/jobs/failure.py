"""From an exception to an outcome in plain words: what happened, and what to change; the traceback stays at hand."""

import errno

from engine.runs import Outcome, StoreError
from engine.spec import SpecError
from engine.training.failures import RunFailed


def explain(error: BaseException, traceback: str) -> Outcome:
    """Return the outcome that a run ends with after this exception."""
    if isinstance(error, RunFailed):
        return Outcome.failed(error.cause, error.advice, traceback)
    if isinstance(error, StoreError | SpecError):
        return Outcome.failed(str(error), traceback=traceback)
    if _is_out_of_memory(error):
        where = "The GPU" if "cuda" in str(error).lower() else "The machine"
        return Outcome.failed(
            f"{where} ran out of memory.",
            "Halve the batch size and double the gradient accumulation, or choose a smaller model.",
            traceback,
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Outcome.failed(
            "The disk is full.", "Free some space and start again; what was recorded is kept.", traceback
        )
    last = traceback.strip().splitlines()[-1] if traceback.strip() else str(error)
    return Outcome.failed(
        f"An unexpected error ended the run: {last}",
        "The details may tell which setting to change. If the settings are sound, this is a fault of the program.",
        traceback,
    )


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or "out of memory" in text or "can't allocate memory" in text
