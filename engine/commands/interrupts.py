"""Ctrl-C as something that a command counts and obeys in its own time. Must not decide what it means."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Collect Ctrl-C instead of being interrupted by it."""
    collected: list[int] = []

    def collect(number: int, _frame: FrameType | None) -> None:
        collected.append(number)

    before: Any = signal.signal(signal.SIGINT, collect)
    try:
        yield collected
    finally:
        signal.signal(signal.SIGINT, before)
