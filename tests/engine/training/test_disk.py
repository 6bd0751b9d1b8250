"""What the workspace keeps for texts is measured and cleared, but not while somebody needs it or writes it."""

from pathlib import Path

import pytest

from engine.catalog import new_text
from engine.cli import main
from engine.jobs.supervisor import NotNow, Supervisor
from engine.runs import Outcome, RunStatus, RunStore
from engine.spec import DataSpec
from engine.training.disk import TOKENS, disk_use


@pytest.fixture
def tokens(workspace: Path) -> Path:
    """Kept ids and a tokenizer of 1,200 bytes, and ids that are being written."""
    folder = workspace / TOKENS
    for name in ("abc/ids.npy", ".tokens-new/ids.npy"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(b"x" * 1_000)
    (folder / "def.json").write_bytes(b"x" * 200)
    return folder


def test_that_kept_tokens_are_counted_and_cleared_but_not_those_being_written(
    workspace: Path, tokens: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert disk_use(workspace / "runs" / "none", workspace).tokens == 1_200
    assert main(["clear", "--tokens", "--workspace", str(workspace)]) == 0
    assert "1.2 KiB less" in capsys.readouterr().out
    assert [path.name for path in tokens.iterdir()] == [".tokens-new"]
    assert main(["clear", "--workspace", str(workspace)]) == 2
    assert "say what to clear" in capsys.readouterr().err


def test_that_tokens_stay_while_a_run_of_texts_is_at_work(workspace: Path, tokens: Path) -> None:
    spec = new_text(DataSpec(dataset="0" * 16, name="book"), "rnn-lm", "", {"text": "text"})
    with RunStore(workspace) as store:
        run = store.create_run(spec)
        store.claim(run.id, 1, 1.0)
        store.set_status(run.id, RunStatus.RUNNING)
        with pytest.raises(NotNow, match="may be reading the tokens"):
            Supervisor(workspace).clear_tokens()
        store.finish(run.id, Outcome.finished())
    assert Supervisor(workspace).clear_tokens() == 1_200
    assert not (tokens / "abc").exists()
