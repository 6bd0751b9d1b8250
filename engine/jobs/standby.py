"""A lab process that waits with its libraries imported, to take the place of one that crashed or was ended."""

import subprocess
import time
from collections.abc import Callable

import psutil

from engine.jobs.processes import kill_tree

QUIET_S = 1.0
"""The lab must have had nothing to do for so long before another is started, which takes a core for some seconds."""
AGAIN_S = 60.0
"""Where one could not be started, or ended by itself, another is tried after so long."""
UNUSED_S = 900.0
"""A lab that nobody asked anything for so long needs no other beside it."""
IDLE_CORES, LOOK_S = 1.8, 0.5
"""Where about so many cores have had nothing to do lately, another is started together with the lab itself."""
ROOM, LEAST_ROOM = 2 << 30, 1 << 30
"""Bytes of memory that must be free for one to be started, and to be kept. It takes a quarter of the second."""


class Standby:
    """Keeps one process ready. Not safe to call from two threads at once."""

    def __init__(self, spawn: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._spawn = spawn
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0
        self._cores = Cores()

    @property
    def pid(self) -> int | None:
        """The process that waits, or None where there is none."""
        return self._process.pid if self._process is not None else None

    def tend(self, quiet_since: float | None) -> None:
        """Start one where it is wanted, and let go of one that is not; to be called now and then.

        `quiet_since` is since when (`time.monotonic`) the lab has had nothing to do; None while it works, and before its
        first answer, so that who never asks it for anything pays for none.
        """
        now = time.monotonic()
        self._cores.look(now)
        quiet = None if quiet_since is None else now - quiet_since
        if self._process is not None:
            has_ended = self._process.poll() is not None
            if has_ended or (quiet is not None and quiet > UNUSED_S) or _free() < LEAST_ROOM:
                self.close()
                self._not_before = now + AGAIN_S
        elif quiet is not None and QUIET_S <= quiet <= UNUSED_S and now >= self._not_before:
            self._start()

    def begin(self) -> None:
        """Start one beside a lab that begins itself, where that takes nothing from it: should the lab end before it has
        answered for the first time, most of what has to be imported is imported.
        """
        if self._process is None and self._cores.idle >= IDLE_CORES and time.monotonic() >= self._not_before:
            self._start()

    def _start(self) -> None:
        if _free() < ROOM:
            return
        try:
            self._process = self._spawn()
        except OSError:
            self._not_before = time.monotonic() + AGAIN_S

    def take(self) -> subprocess.Popen[bytes] | None:
        """Hand over the process; None where there is none."""
        process, self._process = self._process, None
        if process is None or process.poll() is None:
            return process
        _close_pipes(process)
        return None

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            kill_tree(process.pid)
            _close_pipes(process)
            process.wait(timeout=10)


class Cores:
    """How many of the machine's cores have had nothing to do lately."""

    def __init__(self) -> None:
        self.idle = 0.0
        self._looked, self._rested = time.monotonic(), psutil.cpu_times().idle

    def look(self, now: float) -> None:
        """Look again, if the last time is long enough ago to tell."""
        if (passed := now - self._looked) >= LOOK_S:
            rested = psutil.cpu_times().idle
            self.idle = (rested - self._rested) / passed
            self._looked, self._rested = now, rested


def _free() -> int:
    return int(psutil.virtual_memory().available)


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            continue
