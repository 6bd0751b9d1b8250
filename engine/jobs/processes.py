"""Child processes: how they are spawned, recognised after a restart, and ended with all that they started."""

import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import psutil

from engine.runs import Holder

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
}

ONLINE = {**OFFLINE, "HF_HUB_OFFLINE": "0"}
"""For the one process that fetches a model which somebody asked for."""

KEEPING = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}
"""For a process that trains: glibc keeps what a step frees for the next one (up to 256 MiB), instead of giving it back to
the system and taking it anew, page by page. Other systems do not heed it. See mallopt(3)."""


def spawn(
    module: str,
    *arguments: str,
    log: Path | None = None,
    piped_output: bool = False,
    offline: bool = True,
    keeps_memory: bool = False,
) -> subprocess.Popen[bytes]:
    """Start `python -m module` in a session of its own, offline unless said otherwise, with a pipe to its standard input.

    Its own session keeps it alive when the window or the terminal goes; it learns of that by the end of its input. Where
    it `keeps_memory`, what it frees stays with it for what it needs next.
    """
    stderr = _opened(log)
    more = {**(OFFLINE if offline else ONLINE), **(KEEPING if keeps_memory else {})}
    try:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if piped_output else stderr,
            stderr=stderr,
            env={**os.environ, **more, "PYTHONPATH": _import_path()},
            start_new_session=True,
            close_fds=True,
        )
    finally:
        if not isinstance(stderr, int):
            stderr.close()


def _opened(log: Path | None) -> BinaryIO | int:
    """Open a log to write at its end; where that cannot be done, what would be written there is lost."""
    try:
        return log.open("ab") if log is not None else subprocess.DEVNULL
    except OSError:
        return subprocess.DEVNULL


def _import_path() -> str:
    root = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])


def start_time(pid: int) -> float | None:
    """Return when the process began (seconds since the epoch), or None where there is none."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return float(process.create_time())
    except psutil.Error:
        return None


def this_process() -> Holder:
    """Return what this process is known by, as one that is about to start a run."""
    return Holder(os.getpid(), start_time(os.getpid()) or 0.0)


def is_alive(pid: int | None, started: float | None) -> bool:
    """Whether the process of this id, begun at this time, still runs; another one with a reused id does not count."""
    if pid is None:
        return False
    now = start_time(pid)
    return now is not None and (started is None or abs(now - started) < 1.0)


def kill_tree(pid: int, started: float | None = None) -> None:
    """End a process and everything it started, at once; does nothing where it is already gone."""
    if not is_alive(pid, started):
        return
    try:
        family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
    except psutil.Error:
        return
    for process in family:
        try:
            process.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(family, timeout=5)
