"""Whether there is room in memory for what has to be unpacked as a whole."""

import psutil

from engine.inspecting.unreadable import Unreadable

SHARE = 0.5  # of the memory that is free


def check_room(size: int, what: str) -> None:
    """Raise Unreadable where so many bytes are more than half of the memory that is free."""
    free = psutil.virtual_memory().available
    if size > free * SHARE:
        raise Unreadable(f"{what} needs {size / 2**30:.1f} GiB of memory; {free / 2**30:.1f} GiB are free.")
