"""A model of the hub is fetched by a child that alone may open a connection, and that does not outlive its task."""

import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from engine.families.text.hub_folder import folder_of, part_of, remove_left
from engine.jobs import fetcher
from engine.jobs.requests import RequestError

STAND_IN = """
import json, os, sys
say = lambda **what: print(json.dumps(what), flush=True)
os.makedirs(f"{sys.argv[1]}/models/.{os.getpid()}.owner--model")
say(progress={"file": os.environ["HF_HUB_OFFLINE"], "done": os.getpid(), "of": 0})
if sys.argv[2] == "owner/long":
    sys.stdin.read()
if sys.argv[2] == "owner/none":
    say(error="“owner/none” could not be fetched: there is no network.")
if sys.argv[2] == "owner/model":
    say(folder=sys.argv[1] + "/models/owner--model")
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A child that asks no hub."""
    (tmp_path / "stand_in_fetcher.py").write_text(STAND_IN, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(fetcher, "MODULE", "stand_in_fetcher")
    return tmp_path


def test_that_the_child_may_connect_and_its_folder_and_progress_are_told(stand_in: Path) -> None:
    heard: list[Any] = []
    found = fetcher.fetched(stand_in, "owner/model", heard.append, lambda: False)
    assert found == {"folder": f"{stand_in}/models/owner--model"}
    assert [one["file"] for one in heard] == ["0"]


@pytest.mark.parametrize(
    ("name", "said"), [("owner/none", "there is no network"), ("owner/dead", "ended unexpectedly")]
)
def test_that_what_went_wrong_is_said(stand_in: Path, name: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        fetcher.fetched(stand_in, name, lambda _value: None, lambda: False)


def test_that_a_cancelled_fetch_ends_its_child(stand_in: Path) -> None:
    heard: list[Any] = []
    with pytest.raises(RequestError, match="Cancelled"):
        fetcher.fetched(stand_in, "owner/long", heard.append, lambda: bool(heard))
    assert not psutil.pid_exists(heard[0]["done"])
    assert not [*(stand_in / "models").glob(".*")]


def test_that_a_child_whose_window_is_gone_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = part_of(folder_of(tmp_path, "owner/model"), os.getpid())
    part.mkdir(parents=True)
    ended: list[int] = []
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))
    monkeypatch.setattr(os, "_exit", ended.append)
    fetcher._leave_when_alone(tmp_path)
    assert ended and not part.exists()


def test_that_what_a_killed_fetch_left_is_removed_later(tmp_path: Path) -> None:
    whole = folder_of(tmp_path, "owner/model")
    mine, gone = part_of(whole, os.getpid()), part_of(whole, 7)
    for folder in (whole, mine, gone):
        folder.mkdir(parents=True)
    remove_left(tmp_path, lambda pid: pid == os.getpid())
    assert whole.exists() and mine.exists() and not gone.exists()


def test_that_files_tell_how_far_they_are_and_failures_speak_as_in_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cached(_name: str, file: str, tqdm_class: Any, **_more: Any) -> str:
        with tqdm_class(desc=file, total=10, initial=0, unit="B", unit_scale=True) as bar:
            bar.update(10)
        raise OSError("no route to the hub")

    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(fetcher, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr("transformers.utils.cached_file", cached)
    fetcher.answer(tmp_path, "owner/model", sent.append)
    told = [one["progress"] for one in sent[:-1]]
    assert told[-1] == {"file": "config.json", "done": 10, "of": 10}
    assert sent[-1] == {
        "error": "“owner/model” could not be fetched: no route to the hub See whether there is a network, and the name."
    }
