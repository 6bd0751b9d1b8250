"""LabClient: the asking end of a lab process. It starts the process when first needed and again after a crash."""

import json
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from engine.jobs.processes import kill_tree, spawn

AnswerKind = Literal["result", "error", "progress"]
OnAnswer = Callable[[int, AnswerKind, Any], None]


class LabClient:
    """Asks one lab process. `on_answer(ticket, kind, value)` is called from a thread of the client's own."""

    def __init__(self, kind: Literal["data", "model"], workspace: Path, on_answer: OnAnswer) -> None:
        self.kind = kind
        self._workspace = Path(workspace)
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pending: set[int] = set()
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the lab, or None before the first request."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the process now, so that the first answer comes sooner."""
        with self._lock:
            self._ensure()

    def ask(self, ticket: int, method: str, params: Mapping[str, object]) -> None:
        """Send a request; its answer, or a sentence saying why there is none, comes to `on_answer`."""
        with self._lock:
            process = self._ensure()
            self._pending.add(ticket)
            self._write(process, {"id": ticket, "method": method, "params": dict(params)})

    def cancel(self, ticket: int) -> None:
        """Ask the lab to give a request up; it answers with an error then."""
        with self._lock:
            if self._process is not None and ticket in self._pending:
                self._write(self._process, {"cancel": ticket})

    def close(self) -> None:
        """End the process; requests without an answer get none."""
        with self._lock:
            process, self._process = self._process, None
            self._pending.clear()
        if process is not None:
            kill_tree(process.pid)
            for pipe in (process.stdin, process.stdout):
                if pipe is process.stdin and pipe is not None:
                    _close(pipe)
            process.wait(timeout=10)
        if self._reader is not None:
            self._reader.join(timeout=10)

    def _ensure(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            log = self._workspace / f"lab-{self.kind}.log"
            self._process = spawn("engine.jobs.lab", self.kind, str(self._workspace), log=log, piped_output=True)
            self._reader = threading.Thread(
                target=self._read, args=(self._process,), name=f"lab-{self.kind}", daemon=True
            )
            self._reader.start()
        return self._process

    def _write(self, process: subprocess.Popen[bytes], message: dict[str, object]) -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            return  # It died just now; the reader sees that and answers for it.

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                message = json.loads(line)
                ticket = message["id"]
                kind: AnswerKind = "result" if "result" in message else "error" if "error" in message else "progress"
                if kind != "progress":
                    with self._lock:
                        self._pending.discard(ticket)
                self._on_answer(ticket, kind, message[kind])
        self._bury(process)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        with self._lock:
            if process is not self._process:
                return  # It was closed on purpose, or its successor is at work.
            self._process = None
            orphans, self._pending = sorted(self._pending), set()
        if process.stdin is not None:
            _close(process.stdin)
        for ticket in orphans:
            self._on_answer(ticket, "error", f"The helper process ended unexpectedly (exit code {code}). Try again.")


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        return
