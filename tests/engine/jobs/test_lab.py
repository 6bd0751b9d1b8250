"""A lab answers in its own process; a crash or a wrong request there is told in a sentence, and the next one works."""

import queue
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.jobs import lab_client, standby
from engine.jobs.lab_client import LabClient

Answers = queue.Queue[tuple[int, str, Any]]


@pytest.fixture
def answers() -> Answers:
    return queue.Queue()


@pytest.fixture
def lab(workspace: Path, answers: Answers) -> Iterator[LabClient]:
    client = LabClient("data", workspace, lambda ticket, kind, value: answers.put((ticket, kind, value)))
    yield client
    client.close()


def test_that_a_sample_is_imported_and_paged_through_the_lab(lab: LabClient, answers: Answers) -> None:
    lab.ask(1, "import_sample", {"name": "wine"})
    ticket, kind, dataset = answers.get(timeout=60)
    assert (ticket, kind, dataset["rows"]) == (1, "result", 178)
    lab.ask(2, "page", {"id": dataset["id"], "offset": 170, "limit": 50})
    ticket, kind, page = answers.get(timeout=60)
    assert (ticket, kind, len(page["rows"])) == (2, "result", 8)


def test_that_a_wrong_request_is_answered_with_a_sentence(lab: LabClient, answers: Answers) -> None:
    lab.ask(1, "dance", {})
    assert answers.get(timeout=60) == (1, "error", "There is no request “dance”.")
    lab.ask(2, "preview", {"path": "/nowhere/file.csv"})
    ticket, kind, sentence = answers.get(timeout=60)
    assert (ticket, kind) == (2, "error")
    assert "file.csv" in sentence


def test_that_a_lab_that_dies_is_told_and_that_the_one_which_waited_takes_its_place(
    workspace: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "QUIET_S", 0.0)
    monkeypatch.setitem(lab_client.PATIENCE_S, "data", 60.0)
    lab = LabClient("data", workspace, lambda ticket, kind, value: answers.put((ticket, kind, value)), stands_by=True)
    lab.tend()
    assert lab.standby_pid is None, "nobody asked for anything"
    lab.ask(1, "datasets", {})
    assert answers.get(timeout=60) == (1, "result", [])
    lab.tend()
    waiting = lab.standby_pid
    assert lab.pid is not None and waiting is not None
    psutil.Process(lab.pid).suspend()
    lab.ask(2, "datasets", {})
    lab._pending[2].begun = 0.0
    lab.ask(3, "datasets", {})
    psutil.Process(lab.pid).kill()
    found = {ticket: value for ticket, _, value in (answers.get(timeout=60), answers.get(timeout=60))}
    assert "ended unexpectedly" in found[2]
    assert found[3] == [], "it was not begun, and so did not end the lab"
    assert lab.pid == waiting and lab.standby_pid is None
    lab.tend()
    pids = {waiting, lab.standby_pid}
    lab.close()
    assert None not in pids and not [pid for pid in pids if psutil.pid_exists(pid)]


def test_that_a_lab_that_dies_before_it_ever_answered_is_asked_once_more(
    workspace: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lab_client.PATIENCE_S, "data", 60.0)
    client = LabClient("data", workspace, lambda ticket, kind, value: answers.put((ticket, kind, value)))
    client.ask(1, "datasets", {})
    first = client.pid
    assert first is not None
    psutil.Process(first).kill()
    assert answers.get(timeout=60) == (1, "result", [])
    assert client.pid != first
    client.close()
    spawned: list[subprocess.Popen[bytes]] = []

    def spawn_dying() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-S", "-c", "import os; os._exit(7)"]
        spawned.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return spawned[-1]

    broken = LabClient("data", workspace, lambda ticket, kind, value: answers.put((ticket, kind, value)))
    monkeypatch.setattr(broken, "_spawn", spawn_dying)
    broken.ask(2, "datasets", {})
    ticket, kind, sentence = answers.get(timeout=60)
    assert (ticket, kind) == (2, "error") and "exit code 7" in sentence
    assert len(spawned) == 2, "not again and again"
    broken.close()


def test_that_the_data_lab_never_loads_torch_or_qt(lab: LabClient, answers: Answers) -> None:
    lab.ask(1, "datasets", {})
    answers.get(timeout=60)
    assert lab.pid is not None
    libraries = {Path(mapped.path).name for mapped in psutil.Process(lab.pid).memory_maps()}
    assert not [name for name in libraries if "torch" in name or "Qt6" in name]


def test_that_a_lab_that_goes_on_with_what_was_given_up_is_ended_and_the_rest_asked_anew(
    workspace: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lab_client.PATIENCE_S, "data", 0.0)
    client = LabClient("data", workspace, lambda ticket, kind, value: answers.put((ticket, kind, value)))
    client.ask(1, "datasets", {})
    assert answers.get(timeout=60) == (1, "result", [])
    first = client.pid
    assert first is not None
    psutil.Process(first).suspend()
    client.ask(2, "datasets", {})
    client.ask(3, "datasets", {})
    client._pending[2].begun = 0.0
    client.tend()
    assert client.pid == first, "nobody gave anything up"
    client.cancel(2)
    client.tend()
    found = {ticket: kind for ticket, kind, _ in (answers.get(timeout=60), answers.get(timeout=60))}
    assert found == {2: "error", 3: "result"}
    assert client.pid != first
    client.close()


def test_that_libraries_which_import_each_other_are_whole_before_two_requests_can_need_them(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from engine.jobs.lab import Lab\n"
        "Lab('model', Path(sys.argv[1]), os.dup(2))._method('devices')\n"
        "print(hasattr(sys.modules['accelerate'], 'dispatch_model'))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
