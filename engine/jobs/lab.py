"""A lab process: answers requests, one line of JSON each, so that a heavy library or a crash never reaches the window.

`python -m engine.jobs.lab data|model|tensors WORKSPACE` reads {"id", "method", "params"} or {"cancel": id} from its
standard input and writes {"id", "result"}, {"id", "error"}, {"id", "progress"} or, when it begins to work on a request,
{"id", "begun"}; arrays in a result follow their line as bytes. It leaves when its input ends.
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from engine.jobs.raw import packed
from engine.jobs.requests import Call, Method, RequestError

TABLES = {
    "data": "engine.jobs.data_requests",
    "model": "engine.jobs.model_requests",
    "tensors": "engine.jobs.tensor_requests",
}
THREADS = {"data": 4, "model": 2, "tensors": 4}
CIRCULAR = {"model": ("accelerate",)}
"""Libraries whose modules import each other: of two requests that begin with one at once, one would see it half made."""


class Lab:
    """Serves one table of methods."""

    def __init__(self, kind: str, workspace: Path, output: int) -> None:
        self._kind = kind
        self._workspace = workspace
        self._output = os.fdopen(output, "wb", buffering=0)
        self._lock = threading.Lock()
        self._cancelled: dict[int, threading.Event] = {}
        self._pool = ThreadPoolExecutor(THREADS[kind], thread_name_prefix=f"lab-{kind}")
        self._methods: Mapping[str, Method] | None = None
        self._loading = threading.Lock()

    def serve(self) -> None:
        """Answer until the input ends."""
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "cancel" in message:
                if event := self._cancelled.get(message["cancel"]):
                    event.set()
                continue
            self._cancelled[message["id"]] = threading.Event()
            self._pool.submit(self._answer, message["id"], message["method"], message.get("params", {}))
        os._exit(0)  # whoever asked is gone; nobody waits for what is still being computed

    def _answer(self, ticket: int, method: str, params: dict[str, object]) -> None:
        cancelled = self._cancelled[ticket]
        try:
            if cancelled.is_set():
                raise RequestError("Cancelled.")
            call = Call(self._workspace, lambda value: self._send({"id": ticket, "progress": value}), cancelled.is_set)
            work = self._method(method)
            self._send({"id": ticket, "begun": True})
            self._send({"id": ticket, "result": work(call, **params)})
        except Exception as error:
            traceback.print_exc()
            self._send({"id": ticket, "error": sentence(error), "traceback": traceback.format_exc()})
        finally:
            self._cancelled.pop(ticket, None)

    def _method(self, name: str) -> Method:
        with self._loading:
            if self._methods is None:
                for library in CIRCULAR.get(self._kind, ()):
                    import_module(library)
                self._methods = import_module(TABLES[self._kind]).METHODS
        if name not in self._methods:
            raise RequestError(f"There is no request “{name}”.")
        return self._methods[name]

    def _send(self, message: dict[str, object]) -> None:
        parts = packed(message, _plain)
        with self._lock:
            try:
                for part in parts:
                    _write_all(self._output, part)
            except BrokenPipeError:
                os._exit(0)


def _write_all(pipe: IO[bytes], part: bytes | memoryview) -> None:
    rest = memoryview(part)
    while rest:  # a pipe without a buffer may take only a part
        rest = rest[pipe.write(rest) :]


def sentence(error: Exception) -> str:
    """Put an exception into words for the user: our own errors speak for themselves, others name their type."""
    own = type(error).__module__.split(".")[0] == "engine"
    return str(error) if own and str(error) else f"This went wrong unexpectedly ({type(error).__name__}: {error})."


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def _tidy(workspace: Path) -> None:
    """Remove what a fetch has left that was ended with an earlier window; beside the work, since it loads much."""
    import psutil

    from engine.families.text.hub_folder import remove_left

    remove_left(workspace, psutil.pid_exists)


def main() -> None:
    """Serve on standard input and output; what libraries print goes to standard error."""
    kind, workspace = sys.argv[1], Path(sys.argv[2])
    if kind == "data":
        threading.Thread(target=_tidy, args=[workspace], daemon=True).start()
    channel = os.dup(1)
    os.dup2(2, 1)
    Lab(kind, workspace, channel).serve()


if __name__ == "__main__":
    main()
