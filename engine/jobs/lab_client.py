"""LabClient: the asking end of a lab process. It starts the process when first needed and again after a crash."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.jobs.processes import kill_tree, spawn
from engine.jobs.raw import unpacked
from engine.jobs.standby import Standby

Kind = Literal["data", "model", "tensors"]
AnswerKind = Literal["result", "error", "progress"]
OnAnswer = Callable[[int, AnswerKind, Any], None]
PATIENCE_S: dict[Kind, float] = {"tensors": 0.5}
"""How long a lab may go on with a request that was given up, before it is ended and begun anew. Such a lab's requests
change nothing, so that those still wanted are sent again."""
WARM_UP = 0
"""The ticket of a request of the client's own, which a process that waits is warmed up with; nobody hears its answer."""


@dataclass
class _Asked:
    """A request without an answer: what was sent to which process, and when that began with it and it was given up."""

    message: dict[str, object]
    process: subprocess.Popen[bytes]
    begun: float | None = None
    given_up: float | None = None
    is_last: bool = False
    """Whether it is not asked once more should the process end before it begins with it."""

    def is_overdue(self, latest: float) -> bool:
        """Whether it is still worked on although it was given up before."""
        return self.begun is not None and self.given_up is not None and max(self.begun, self.given_up) < latest


class LabClient:
    """Asks one lab process. `on_answer(ticket, kind, value)` is called from a thread of the client's own; tickets are
    above zero. With `stands_by` another process waits, once the first has answered, to take its place when it ends.
    """

    def __init__(self, kind: Kind, workspace: Path, on_answer: OnAnswer, stands_by: bool = False) -> None:
        self.kind = kind
        self._workspace = Path(workspace)
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pending: dict[int, _Asked] = {}
        self._deaf: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._standby = Standby(self._spawn_warm) if stands_by else None
        self._proven: subprocess.Popen[bytes] | None = None
        """The process that answered last."""
        self._quiet_since: float | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the lab, or None before the first request."""
        return self._process.pid if self._process is not None else None

    @property
    def standby_pid(self) -> int | None:
        """The process id of the one that waits to take the lab's place, or None where there is none."""
        return self._standby.pid if self._standby is not None else None

    def start(self) -> None:
        """Start the process now, so that the first answer comes sooner."""
        with self._lock:
            self._ensure()

    def ask(self, ticket: int, method: str, params: Mapping[str, object]) -> None:
        """Send a request; its answer, or a sentence saying why there is none, comes to `on_answer`."""
        with self._lock:
            self._send(ticket, {"id": ticket, "method": method, "params": dict(params)})

    def cancel(self, ticket: int) -> None:
        """Ask the lab to give a request up; it answers with an error then."""
        with self._lock:
            if asked := self._pending.get(ticket):
                asked.given_up = time.monotonic()
                self._write(asked.process, {"cancel": ticket})

    def tend(self) -> None:
        """End the process where it works on what was given up for longer than is borne, and see that another waits; to be
        called now and then.
        """
        self._end_if_deaf()
        if self._standby is not None:
            with self._lock:
                self._standby.tend(None if self._pending else self._quiet_since)

    def _end_if_deaf(self) -> None:
        latest = time.monotonic() - PATIENCE_S.get(self.kind, float("inf"))
        with self._lock:
            deaf = next((one.process for one in self._pending.values() if one.is_overdue(latest)), None)
            self._deaf = deaf or self._deaf
        if deaf is not None:
            kill_tree(deaf.pid)

    def close(self) -> None:
        """End the process; requests without an answer get none."""
        with self._lock:
            process, self._process = self._process, None
            self._pending.clear()
            if self._standby is not None:
                self._standby.close()
        if process is not None:
            kill_tree(process.pid)
            for pipe in (process.stdin, process.stdout):
                if pipe is process.stdin and pipe is not None:
                    _close(pipe)
            process.wait(timeout=10)
        if self._reader is not None:
            self._reader.join(timeout=10)

    def _send(self, ticket: int, message: dict[str, object], is_last: bool = False) -> None:
        asked = self._pending[ticket] = _Asked(message, self._ensure(), is_last=is_last)
        self._write(asked.process, message)

    def _ensure(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            waiting = self._standby.take() if self._standby is not None else None
            self._process = waiting or self._spawn()
            if self._standby is not None and self._proven is None:
                self._standby.begin()
            self._reader = threading.Thread(
                target=self._read, args=(self._process,), name=f"lab-{self.kind}", daemon=True
            )
            self._reader.start()
        return self._process

    def _spawn(self) -> subprocess.Popen[bytes]:
        log = self._workspace / f"lab-{self.kind}.log"
        return spawn("engine.jobs.lab", self.kind, str(self._workspace), log=log, piped_output=True)

    def _spawn_warm(self) -> subprocess.Popen[bytes]:
        process = self._spawn()
        self._write(process, {"id": WARM_UP, "method": "warm_up"})
        return process

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
            try:
                while line := lines.readline():
                    self._take(process, unpacked(line, lines))
            except (EOFError, json.JSONDecodeError):
                pass  # it died within a sentence
        self._bury(process)

    def _take(self, process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
        ticket = message["id"]
        if "begun" in message:
            with self._lock:
                if asked := self._pending.get(ticket):
                    asked.begun = time.monotonic()
            return
        kind: AnswerKind = "result" if "result" in message else "error" if "error" in message else "progress"
        if kind != "progress":
            with self._lock:
                self._pending.pop(ticket, None)
                self._quiet_since = time.monotonic()
                self._proven = process
        if ticket != WARM_UP:
            self._on_answer(ticket, kind, message[kind])

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Answer for a process that ended. What it had not begun with is asked of a new one, but only once where it never
        answered at all; so is all that is still wanted where it was ended for what nobody wants.
        """
        code = process.wait()
        with self._lock:
            was_asked_last = process is self._process
            if was_asked_last:
                self._process = None
            orphans = {ticket: one for ticket, one in sorted(self._pending.items()) if one.process is process}
            for ticket, one in list(orphans.items()):
                del self._pending[ticket]
                is_proven = process is self._proven
                is_innocent = one.begun is None and self.kind in PATIENCE_S and (is_proven or not one.is_last)
                if one.given_up is None and (process is self._deaf or is_innocent):
                    del orphans[ticket]
                    self._send(ticket, one.message, is_last=not is_proven)
            self._quiet_since = time.monotonic()
            if self._standby is not None and was_asked_last and process is self._proven:
                self._ensure()  # one that never answered is started when it is asked, and not again and again
        if process.stdin is not None:
            _close(process.stdin)
        for ticket in orphans:
            self._on_answer(ticket, "error", ending(code))


def ending(code: int) -> str:
    """Return a sentence about a lab that ended while it was asked for something."""
    if code == -getattr(signal, "SIGBUS", 0):  # reading beyond the end of a file that is mapped into memory
        return "A file was cut off while it was being read. Open it again."
    return f"The helper process ended unexpectedly (exit code {code}). Try again."


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        return
