"""What a run shows of itself after its epochs costs a bounded share of its time and of the disk."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from engine.families import live_file
from engine.families.live_file import KEPT_EACH, History, LiveFile
from engine.training.validation import Validation


class Shown(BaseModel):
    epoch: int


def test_that_a_long_run_keeps_ever_fewer_of_its_epochs_also_when_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "shown.jsonl"
    for epoch in range(1, 2_001):
        if epoch % 500 == 1:
            history = History(path)  # as after a pause
        history.add(epoch, Shown(epoch=epoch).model_dump_json().encode())
    kept = [Shown.model_validate_json(line).epoch for line in path.read_bytes().split(b"\n") if line]
    assert kept[:KEPT_EACH] == [*range(1, KEPT_EACH + 1)]
    assert len(kept) < 6 * KEPT_EACH and kept == sorted(set(kept)) and kept[-1] > 1_900


def test_that_it_rests_once_it_took_what_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(live_file, "time", SimpleNamespace(monotonic=lambda: now[0]))
    recorder: Any = SimpleNamespace(folder=tmp_path, event=lambda *_, **__: None, log=lambda *_: None)
    file = LiveFile(recorder, "shown.json", "shown", "What is shown", rest=60.0, free=1.0)

    def content() -> Shown:
        now[0] += 0.6
        return Shown(epoch=1)

    file.write(Validation(1, 1, 1), content)
    assert not file.rests
    file.write(Validation(2, 2, 2), content)
    assert file.rests
    now[0] += 60 * 0.6 + 0.1
    assert not file.rests
