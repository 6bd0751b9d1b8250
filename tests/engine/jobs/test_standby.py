"""A process stands by only while there is memory for it and somebody may need it."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from engine.jobs import standby
from engine.jobs.standby import ROOM, Standby

WAITING = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]


@pytest.fixture
def one() -> Iterator[Standby]:
    made = Standby(lambda: subprocess.Popen(WAITING, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    yield made
    made.close()


def ago(seconds: float) -> float:
    return time.monotonic() - seconds


def test_that_none_is_started_beside_work_nor_before_the_first_answer(one: Standby) -> None:
    one.tend(None)
    one.tend(ago(0.0))
    assert one.pid is None
    one.tend(ago(2.0))
    assert (waiting := one.pid) is not None
    one.tend(None)
    assert one.pid == waiting, "it stays while the lab works"
    taken = one.take()
    assert taken is not None and taken.pid == waiting and one.pid is None
    taken.communicate()


def test_that_it_is_let_go_when_memory_is_short_or_nobody_uses_the_lab(
    one: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [ROOM - 1]
    monkeypatch.setattr(standby, "_free", lambda: free[0])
    one.tend(ago(2.0))
    assert one.pid is None
    free[0] = ROOM
    one.tend(ago(2.0))
    free[0] = ROOM - 1
    one.tend(None)
    assert one.pid is not None
    free[0] = 0
    one.tend(None)
    assert one.pid is None
    monkeypatch.setattr(standby, "AGAIN_S", 0.0)
    free[0], one._not_before = ROOM, 0.0
    one.tend(ago(2.0))
    assert one.pid is not None
    one.tend(ago(1000.0))
    one.tend(ago(1000.0))
    assert one.pid is None


def test_that_one_which_ended_by_itself_is_not_taken_nor_started_again_and_again(one: Standby) -> None:
    one.tend(ago(2.0))
    assert one._process is not None
    one._process.kill()
    one._process.wait()
    one.tend(ago(2.0))
    one.tend(ago(2.0))
    assert one.pid is None and one.take() is None


def test_that_one_is_started_beside_the_lab_itself_only_where_cores_are_idle(one: Standby) -> None:
    one._cores.idle = 1.0
    one.begin()
    assert one.pid is None
    one._cores.idle = 2.0
    one.begin()
    assert one.pid is not None
    one.tend(None)
    assert one.pid is not None, "it stays while the lab begins"
