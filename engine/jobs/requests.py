"""What a request to a lab is made of, for both tables of requests."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Method = Callable[..., object]


@dataclass(frozen=True)
class Call:
    """What a request function gets beside its parameters."""

    workspace: Path
    progress: Callable[[object], None]
    cancelled: Callable[[], bool]


class RequestError(Exception):
    """A request that cannot be answered; the message is shown to the user."""
