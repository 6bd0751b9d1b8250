"""Watching a run in the terminal: its progress and its curves as they grow. Must not start or judge runs."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from engine.commands.output import duration, number
from engine.commands.text_plot import LABEL, WIDTH, Curve, text_curves
from engine.runs import RunRecord, RunStore

LIVE_HEIGHT = 10
DRAW_EVERY_S = 0.2
TELL_EVERY_S = 2.0
LOSSES: tuple[str, ...] = ("train/loss", "valid/loss")
SHOWN_LAST = ("train/loss", "valid/loss", "valid/accuracy", "valid/r2", "lr")


class View(Protocol):
    """Something that shows how far a run is."""

    def update(self, run: RunRecord) -> None:
        """Show this state of the run."""


@contextmanager
def view(workspace: Path, run_id: str, quiet: bool) -> Iterator[View]:
    """Give what shows a run: a living picture on a terminal, lines in a file or pipe, nothing when quiet."""
    with RunStore(workspace) as store:
        curves = LossCurves(store, run_id)
        if quiet:
            yield _Silence()
        elif sys.stdout.isatty():
            console = Console(highlight=False)
            with Live(console=console, refresh_per_second=10, transient=True) as live:
                yield _Picture(live, store, curves)
        else:
            yield _Lines(store)


class LossCurves:
    """The loss curves of a run, read from the store as they grow."""

    def __init__(self, store: RunStore, run_id: str) -> None:
        self._store = store
        self._run_id = run_id
        self._curves: dict[str, Curve] = {}

    def read(self) -> dict[str, Curve]:
        """Return all points of train/loss and valid/loss recorded so far; with folds, every fold's valid/loss."""
        keys = [info.key for info in self._store.series_keys(self._run_id)]
        for key in _loss_keys(keys):
            x, y = self._curves.get(key, (np.empty(0, dtype=np.int64), np.empty(0)))
            news = self._store.series(self._run_id, key, start=len(x), axes=())
            if len(news.steps):
                self._curves[key] = (np.concatenate([x, news.steps]), np.concatenate([y, news.values]))
        return self._curves


def print_curves(store: RunStore, run_id: str) -> None:
    """Print a run's loss curves, if it has any."""
    curves = LossCurves(store, run_id).read()
    if curves:
        Console(highlight=False, soft_wrap=True).print(text_curves(curves, "optimizer step"), end="\n\n")


def state(run: RunRecord) -> str:
    """Return where a run stands, in words."""
    at = run.progress
    parts = [at.stage or ("starting a worker" if not run.status.is_over else run.status.value)]
    if at.total_epochs:
        parts.append(f"epoch {at.epoch:.1f} of {at.total_epochs:g}")
    if at.rows_per_second:
        spec = run.spec_or_none
        parts.append(f"{at.rows_per_second:,.0f} {'rows' if spec is None else spec.speed_unit}/s")
    if at.seconds_left:
        parts.append(f"{duration(at.seconds_left)} left")
    return "  ·  ".join(parts)


class _Silence:
    """Shows nothing."""

    def update(self, run: RunRecord) -> None:
        """Do nothing."""


class _Picture:
    """The curves and a bar, drawn over themselves a few times a second."""

    def __init__(self, live: Live, store: RunStore, curves: LossCurves) -> None:
        self._live = live
        self._store = store
        self._curves = curves
        self._drawn = 0.0

    def update(self, run: RunRecord) -> None:
        """Draw the run, unless that was done a moment ago."""
        now = time.monotonic()
        if now - self._drawn < DRAW_EVERY_S:
            return
        self._drawn = now
        width = max(20, min(WIDTH * 2, self._live.console.width - LABEL - 2))
        curves = self._curves.read()
        parts: list[RenderableType] = [Text(run.name, style="bold")]
        if curves:
            parts.append(text_curves(curves, "optimizer step", width, LIVE_HEIGHT))
        bar = Table.grid(padding=(0, 2))
        bar.add_row(ProgressBar(total=1.0, completed=run.progress.fraction, width=30), Text(state(run)))
        parts += [bar, Text("Ctrl-C stops the run and keeps its best model", style="dim")]
        self._live.update(Group(*parts))


class _Lines:
    """A line for each new stage, and now and then one with the numbers."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._stage = ""
        self._told = 0.0
        self._step = 0

    def update(self, run: RunRecord) -> None:
        """Print a line where there is something new to tell."""
        now = time.monotonic()
        at = run.progress
        stage = at.stage.partition(" (")[0]  # what follows only counts
        moved = at.step != self._step
        if stage == self._stage and not (moved and now - self._told >= TELL_EVERY_S):
            return
        last = {info.key: info.last_value for info in self._store.series_keys(run.id)} if moved else {}
        numbers = "  ".join(f"{key} {number(last[key])}" for key in SHOWN_LAST if key in last)
        self._stage, self._told, self._step = stage, now, at.step
        print(
            "  ·  ".join(part for part in (state(run) if moved else stage or state(run), numbers) if part), flush=True
        )


def _loss_keys(keys: list[str]) -> list[str]:
    plain = [key for key in LOSSES if key in keys]
    return plain or [key for key in keys if key.startswith("fold") and key.endswith("/valid/loss")]
