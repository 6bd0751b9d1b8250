"""Measures what watching costs a run: one training in which four tensors are watched as often as is allowed, and then none,
in turns of ten seconds. Steps are set against processor time, so that what else the machine does hits neither turn. And how
long one look at a huge tensor holds the step that it falls into.

`python tests/bench/bench_taps.py [--seconds 120] [--json]`
"""

import argparse
import contextlib
import statistics
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench_training
from figures import Row, row, show

if TYPE_CHECKING:
    from engine.runs.taps import TapWish
    from engine.training.recorder import Recorder

TURN_S, TIMES = 10.0, 7
ROWS, BATCH = 20_000, 256
DENSE = "_backbone.linear_layers.2"


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=120.0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        turns = train(Path(folder), options.seconds)
    show([*rows_of(turns), row_of_huge()], options.json)


@dataclass
class Turns:
    """Steps and seconds of turns without and with looks, and what the looks took."""

    most: float
    wishes: "tuple[TapWish, TapWish]"
    steps: list[int] = field(default_factory=lambda: [0, 0])
    busy: list[float] = field(default_factory=lambda: [0.0, 0.0])
    real: list[float] = field(default_factory=lambda: [0.0, 0.0])
    looks: list[float] = field(default_factory=list)
    _turn: int = -1
    _steps: int = 0
    _began: tuple[float, float] = (0.0, 0.0)

    def step(self, recorder: "Recorder") -> None:
        """Count a step; when a turn is over begin the next, and stop the run when it was long enough."""
        now = (time.process_time(), time.perf_counter())
        self._steps += 1
        if self._turn >= 0 and now[1] - self._began[1] < TURN_S:
            return
        if self._turn > 0:  # the first ones pay for what is done for the first time
            watched = self._turn % 2
            self.steps[watched] += self._steps
            self.busy[watched] += now[0] - self._began[0]
            self.real[watched] += now[1] - self._began[1]
        self._turn += 1
        recorder.tap_wish = self.wishes[self._turn % 2]
        self._began, self._steps = now, 0
        if sum(self.real) > self.most and self._turn % 2:
            recorder.stop_requested = True


def train(folder: Path, seconds: float) -> Turns:
    """Train once, and return what was counted."""
    import torch

    from engine.families.live_file import LiveFile
    from engine.families.supervised.splitting import Fold
    from engine.families.tabular.fitting import fit
    from engine.runs import RunStore
    from engine.runs.taps import Tap, TapWish
    from engine.training.recorder import Recorder
    from engine.training.state_files import fits_of
    from engine.training.state_keeper import StateKeeper
    from engine.training.watch import Watch

    torch.set_num_threads(1)
    weight, gradient = (Tap(name=f"{DENSE}.weight", kind=kind) for kind in ("weight", "gradient"))
    made, whole = Tap(name=DENSE, kind="activation"), Tap(name="", kind="activation")
    turns = Turns(seconds, (TapWish(), TapWish(taps=(weight, gradient, made, whole), every=0)))
    boundary, write = Watch.boundary, LiveFile.write

    def counted(watch: Watch, step: int) -> None:
        turns.step(watch.recorder)
        boundary(watch, step)

    def timed(file: LiveFile, at: Any, content: Any, spent: float = 0.0) -> None:
        began = time.perf_counter()
        write(file, at, content, spent)
        turns.looks.append(spent + time.perf_counter() - began)

    Watch.boundary, LiveFile.write = counted, timed  # type: ignore[method-assign, assignment]
    base = bench_training.the_spec(BATCH)
    spec = base.model_copy(update={"trainer": base.trainer.model_copy(update={"epochs": 100_000})})
    with RunStore(folder) as store:
        run = store.create_run(spec)
    learned, valid = bench_training.parts(bench_training.table(ROWS))
    with Recorder(folder, run.id) as recorder:
        states = StateKeeper(recorder, spec.trainer.checkpoints, fits_of(spec))
        fit(recorder, spec, bench_training.table(ROWS), Fold(learned, valid, valid[:0]), states)
    return turns


def rows_of(turns: Turns) -> list[Row]:
    """Return the figures."""
    without, watched = (count / seconds for count, seconds in zip(turns.steps, turns.busy, strict=True))
    share = sum(turns.looks) / turns.real[1]
    told = f"{len(turns.looks):,} looks at 4 tensors, {1000 * sum(turns.looks) / max(1, len(turns.looks)):.1f} ms each"
    return [
        row(f"share of the watched time that looking took ({told})", f"{share:.2%}", "≤ 2 %", share <= 0.02),
        row(
            "steps a processor second, watched against not",
            f"{watched / without:.3f}×",
            "≥ 0.98×",
            watched / without >= 0.98,
        ),
    ]


def row_of_huge() -> Row:
    """Return the figure of a tensor such as the embedding of 30,000 words."""
    import torch

    from engine.families.tap_numbers import tapped
    from engine.runs.taps import Tap

    weight = torch.randn(30_000, 768)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        tapped(Tap(name="words", kind="weight"), weight)
        took.append(1000 * (time.perf_counter() - began))
    middle = statistics.median(took)
    return row("a look at one weight of 30,000 × 768, median", f"{middle:.0f} ms", "≤ 100 ms", middle <= 100)


if __name__ == "__main__":
    main()
