"""Measures the Compare page: 100 runs of 100,000 points each from a real store, opened, panned and zoomed.

The page is a real one of 1,600 × 900 under a real engine thread, painted in software (offscreen unless a display is there).
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from figures import Row, row, show  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from app import theme  # noqa: E402
from app.engine_thread import EngineThread  # noqa: E402
from app.pages.compare import ComparePage  # noqa: E402
from engine.runs import Outcome, Points, RunStore  # noqa: E402
from engine.spec import DataSpec, OptimizerSpec, RunSpec, TrainerSpec  # noqa: E402

PASSES = 4  # other work on the machine only ever slows them
RUNS, POINTS, METRIC = 100, 100_000, "train/loss"
SIZE = (1600, 900)


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure()
    show(rows, options.json)


def measure() -> list[Row]:
    """Return the figures of the Compare page."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    with tempfile.TemporaryDirectory() as folder:
        run_ids = record(Path(folder))
        engine = EngineThread(Path(folder))
        engine.start()
        page = ComparePage(engine)
        page.resize(*SIZE)
        page.show()
        try:
            return [*opening(page, run_ids), frames(page)]
        finally:
            page.leave()
            page.close()
            engine.stop()


def record(workspace: Path) -> list[str]:
    """Record finished runs of noisy curves, no two of them alike."""
    rng, run_ids = np.random.default_rng(0), []
    steps = np.arange(POINTS)
    with RunStore(workspace) as store:
        for place in range(RUNS):
            rate = 10 ** rng.uniform(-4, -1)
            trainer = TrainerSpec(seed=place, optimizer=OptimizerSpec(learning_rate=rate))
            run = store.create_run(RunSpec(name=f"run {place}", data=DataSpec(dataset="x"), trainer=trainer)).id
            store.claim(run, 1, 0.0)
            y = place * 0.05 + np.exp(-steps / rng.uniform(1e4, 4e4)) + rng.normal(0, 0.05, POINTS)
            times, epochs = 1e9 + steps * 0.01, steps / 1000
            store.append(run, {METRIC: Points(steps.tolist(), y.tolist(), times.tolist(), epochs.tolist())})
            store.finish(run, Outcome.finished())
            run_ids.append(run)
    return run_ids


def opening(page: ComparePage, run_ids: list[str]) -> list[Row]:
    """Time from the wish to the whole picture, and the longest that the event loop waited meanwhile."""
    start = last = time.perf_counter()
    longest = 0.0
    page.setRuns(run_ids)
    while not is_drawn(page) and last - start < 60:
        QTest.qWait(1)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    assert is_drawn(page), "the runs were not drawn within a minute"
    said = f"{last - start:.1f} s"
    name = f"compare {RUNS} runs × {POINTS // 1000} k points"
    return [
        row(f"{name}: opened", said, "≤ 5 s", last - start <= 5),
        row(f"{name}: longest wait while opening", f"{longest * 1e3:.0f} ms", "≤ 200 ms", longest <= 0.2),
    ]


def is_drawn(page: ComparePage) -> bool:
    """Whether every point of every run has reached the picture."""
    keys = page.curves.keys()
    return (
        len(keys) == RUNS
        and page.curves.isCurrent()
        and all(len(page.curves.curveData(key)[1]) == POINTS for key in keys)
    )


def frames(page: ComparePage) -> Row:
    """Count frames a second while the curves are panned and zoomed, each frame wholly painted; the best of some passes."""
    rate, slowest = max(one_pass(page) for _ in range(PASSES))
    said = f"{rate:.0f} a second (slowest {slowest:.0f})"
    return row(f"pan and zoom of {RUNS} runs × {POINTS // 1000} k points, frames", said, "≥ 30 a second", rate >= 30)


def one_pass(page: ComparePage) -> tuple[float, float]:
    """Zoom in and out again in 90 frames; return the median and the smallest frames a second."""
    plot = page.curves
    box, taken = plot.item.getViewBox(), []
    box.sigRangeChangedManually.emit(box.mouseEnabled())
    for frame in range(90):
        width = POINTS * 0.93 ** (frame if frame < 45 else 90 - frame)
        left = (POINTS - width) * (0.5 + 0.4 * np.sin(frame / 7))
        taken.append(_timed(partial(box.setXRange, left, left + width, padding=0), page))
    return 1 / statistics.median(taken), 1 / max(taken)


def _timed(move: Callable[[], object], page: ComparePage) -> float:
    """Move the view, draw wholly and without the timer, and return the seconds until the pixels were there."""
    start = time.perf_counter()
    move()
    page.curves.redraw()
    page.curves.grab().toImage()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
