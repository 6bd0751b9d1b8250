"""The command line called as a function, and one workspace in which the terminal's own job was done."""

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import cli, families
from engine.runs import RunStore
from engine.spec import read, with_settings
from engine.training.recorder import Recorder


@dataclass(frozen=True)
class Answer:
    """What a command printed and the exit code it gave."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]


def call(*arguments: object) -> Answer:
    """Call `tensorbench` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = int(left.code or 0)
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture
def tensorbench(workspace: Path) -> Call:
    """`tensorbench COMMAND …` on an empty workspace."""
    return lambda *arguments: call("--workspace", workspace, *arguments)


def train_here(workspace: Path, specification: Path, *settings: str) -> str:
    """Train a specification (settings as KEY=VALUE) in this process, as a worker does; returns the run's id.

    For what is to be seen of a trained run: `train` itself starts a worker, which costs seconds.
    """
    changes = dict(setting.split("=", maxsplit=1) for setting in settings)
    with RunStore(workspace) as store:
        run_id = store.create_run(with_settings(read(specification), changes)).id
    with Recorder(workspace, run_id) as recorder:
        outcome = families.run(recorder)
    with RunStore(workspace) as store:
        store.finish(run_id, outcome)
    return run_id


@dataclass(frozen=True)
class Done:
    """The terminal's own job, done: its workspace, what it printed, and what was asked to draw pictures."""

    workspace: Path
    answer: Answer
    drawn: list[tuple[Path, str]]

    def tensorbench(self, *arguments: object) -> Answer:
        """`tensorbench COMMAND …` on that workspace."""
        return call("--workspace", self.workspace, *arguments)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """What a machine without a display does on `make run`, with fewer epochs."""
    workspace = tmp_path_factory.mktemp("demo") / "workspace"
    drawn: list[tuple[Path, str]] = []

    def pictures(where: Path, run_id: str) -> list[Path]:
        drawn.append((where, run_id))
        return [where / "curves.png"]

    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        from engine.commands import demo

        patch.setitem(demo.SETTINGS, "trainer.epochs", "3")
        patch.setattr(sys, "stdin", io.StringIO())
        code = cli.demo(workspace, pictures)
    return Done(workspace, Answer(code, out.getvalue(), ""), drawn)
