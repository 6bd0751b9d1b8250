"""Looks at the tensors of a run cost a bounded share of its time, leave nothing behind, and never end it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from engine.families import live_file, live_taps
from engine.families.live_taps import LiveTaps
from engine.runs.taps import Tap, TapWish, read_looks, read_offer

WISH = TapWish(taps=(Tap(name="0", kind="activation"), Tap(name="0.weight", kind="gradient")), every=1.0)


class Run:
    """A run that is watched by a clock of its own, a second a step; `cost` is what a look at a tensor takes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, cost: float = 0.0) -> None:
        self.now, self.said = 100.0, list[str]()
        clock = SimpleNamespace(monotonic=lambda: self.now, time=lambda: self.now)
        monkeypatch.setattr(live_taps, "time", clock)
        monkeypatch.setattr(live_file, "time", clock)
        boiled_down = live_taps.tapped

        def tapped(tap: Tap, tensor: torch.Tensor) -> Any:
            self.now += cost
            return boiled_down(tap, tensor)

        monkeypatch.setattr(live_taps, "tapped", tapped)
        self.recorder: Any = SimpleNamespace(
            folder=folder,
            tap_wish=WISH,
            is_resumed=False,
            event=lambda *_, **__: None,
            log=lambda text, _level: self.said.append(text),
        )
        self.network = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
        self.taps = LiveTaps(self.recorder, self.network, "", 100)

    def train(self, steps: range) -> None:
        for step in steps:
            self.taps.before()
            self.network(torch.ones(4, 2)).sum().backward()
            self.taps.after(step)
            self.now += 1.0

    def hooks(self) -> int:
        return sum(len(module._forward_hooks) for module in self.network.modules())


def test_that_looks_come_at_the_rate_that_was_wished_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(tmp_path, monkeypatch)
    run.train(range(1, 4))
    run.recorder.tap_wish = WISH.model_copy(update={"every": 5.0})
    run.train(range(4, 15))
    run.recorder.tap_wish = TapWish()
    run.train(range(15, 20))
    looks, _ = read_looks(tmp_path)
    assert [look.step for look in looks] == [1, 2, 3, 4, 9, 14]
    assert looks[0].epoch == 0.01 and not looks[0].absent
    offer = read_offer(tmp_path)
    assert offer is not None and offer.wish == TapWish() and not run.hooks()


def test_that_looks_take_less_than_two_percent_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(tmp_path, monkeypatch, cost=0.5)
    run.train(range(1, 200))
    looks, _ = read_looks(tmp_path)
    assert [look.step for look in looks] == [1, 61, 121, 181]  # one second each, then sixty without


def test_that_a_step_that_is_not_ended_leaves_no_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(tmp_path, monkeypatch)
    with run.taps:
        run.taps.before()
        assert run.hooks() == 1
    assert not run.hooks()


def test_that_a_look_for_which_there_is_no_memory_ends_the_looking_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path, monkeypatch)

    def tapped(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(live_taps, "tapped", tapped)
    run.train(range(1, 5))
    whats = ("activation of 0", "gradient of 0.weight")
    assert run.said == [f"The {what} could not be looked at: no room." for what in whats]
    offer = read_offer(tmp_path)
    assert offer is not None and not offer.wish.taps and not run.hooks()
