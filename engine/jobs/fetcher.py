"""A model of the hub, fetched by a child process that lives no longer than that: the one that may open a connection.

`python -m engine.jobs.fetcher WORKSPACE NAME` writes lines of JSON to its standard output: {"progress": …} while it is
at work, then {"folder": …} or {"error": …}; it leaves when its input ends.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.families.text.hub_folder import remove_parts
from engine.jobs.processes import kill_tree, spawn
from engine.jobs.requests import RequestError

MODULE = "engine.jobs.fetcher"
LOG = "fetch.log"
LOOK_EVERY_S = 0.1
TELL_EVERY_S = 0.1


def fetched(
    workspace: Path, name: str, progress: Callable[[object], None], cancelled: Callable[[], bool]
) -> dict[str, str]:
    """Return {"folder"} of a model of the hub; `progress` hears {"file", "done", "of"}, in bytes. Only the child connects.

    Raises RequestError where the model cannot be fetched, or when `cancelled`.
    """
    process = spawn(MODULE, str(workspace), name, log=workspace / LOG, piped_output=True, offline=False)
    try:
        for message in _messages(process, cancelled):
            if "progress" in message:
                progress(message["progress"])
            elif "folder" in message:
                return {"folder": str(message["folder"])}
            else:
                raise RequestError(str(message["error"]))
    finally:
        kill_tree(process.pid)
        process.wait(timeout=10)
        remove_parts(workspace, process.pid)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    raise RequestError("The process that fetched the model ended unexpectedly. Try again.")


def _messages(process: "subprocess.Popen[bytes]", cancelled: Callable[[], bool]) -> Any:
    """Give what a child writes until it ends; leaves within LOOK_EVERY_S once it is `cancelled`."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), name="fetcher", daemon=True)
    reader.start()
    while not cancelled():
        try:
            line = lines.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            continue
        if not line:
            return
        yield json.loads(line)
    raise RequestError("Cancelled.")


def _read(process: "subprocess.Popen[bytes]", lines: "queue.SimpleQueue[bytes]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(b"")


class _Teller:
    """Writes how far a file is, every so often; its beginning always."""

    def __init__(self, send: Callable[[dict[str, object]], None]) -> None:
        self._send, self._file, self._not_before = send, "", 0.0

    def __call__(self, file: str, done: int, of: int) -> None:
        now = time.monotonic()
        if file == self._file and now < self._not_before:
            return
        self._file, self._not_before = file, now + TELL_EVERY_S
        self._send({"progress": {"file": file, "done": done, "of": of}})


def answer(workspace: Path, name: str, send: Callable[[dict[str, object]], None]) -> None:
    """Fetch a model and send what comes of it."""
    from engine.families.text.fetching import fetch
    from engine.jobs.lab import sentence

    try:
        send({"folder": str(fetch(workspace, name, _Teller(send)).resolve())})
    except Exception as error:
        send({"error": sentence(error)})


def main() -> None:
    """Fetch; what libraries print goes to standard error."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=_leave_when_alone, args=[Path(sys.argv[1])], daemon=True).start()
    answer(Path(sys.argv[1]), sys.argv[2], lambda message: print(json.dumps(message), file=output, flush=True))


def _leave_when_alone(workspace: Path) -> None:
    sys.stdin.buffer.read()
    remove_parts(workspace, os.getpid())
    os._exit(1)


if __name__ == "__main__":
    main()
