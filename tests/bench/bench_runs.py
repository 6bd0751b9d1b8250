"""Measures the Runs page on a workspace of 10,000 runs with 50 metrics each: opening, filtering, sorting, scrolling.

One real window (offscreen unless a display is there) in a process of its own; the longest of each kind is told.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from figures import Row, child, row, show

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

RUNS, METRICS, POINTS = 10_000, 50, 20


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", metavar="WORKSPACE", type=Path)
    parser.add_argument("--make", metavar="WORKSPACE", type=Path, help="only make the workspace")
    options = parser.parse_args()
    if options.make:
        make(options.make)
        return
    if options.child:
        print(json.dumps(_measure(options.child)))
        return
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        rows = _rows(_child(Path(folder)))
    show(rows, options.json)


def _rows(took: dict[str, float]) -> list[Row]:
    told = (
        ("10,000 runs × 50 metrics: window made → runs listed", "opens", 1000),
        ("… Runs clicked in a window that is open → painted", "click", 1000),
        ("… filter by words, the longest", "filter", 100),
        ("… filter by a metric that nobody has read yet", "metric", 1000),
        ("… sort by any column, the longest", "sort", 100),
        ("… a setting or metric as a column, values read, the longest", "column", 1000),
        ("… grouped by dataset", "group", 100),
        ("… scrolled by a page, painted, the longest", "scroll", 33),
    )
    return [
        row(figure, f"{took[key]:.0f} ms", f"≤ {goal} ms", took[key] <= goal)
        for figure, key, goal in told
        if key in took
    ]


def _child(workspace: Path) -> dict[str, float]:
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    return child(__file__, workspace, XDG_CONFIG_HOME=str(workspace / "config"), QT_QPA_PLATFORM=platform)


# The workspace


def make(workspace: Path) -> None:
    """Write the runs in one transaction: as many rows as the store itself would have written, but not one by one."""
    from engine.runs import Outcome, RunStore
    from engine.spec import DataSpec, ModelSpec, Roles, RunSpec, TrainerSpec, to_json

    random = np.random.default_rng(0)
    models = ("category_embedding", "ft_transformer", "gandalf", "tab_transformer", "auto_int")
    with RunStore(workspace) as store:
        database = store._db
        database.execute("BEGIN IMMEDIATE")
        series = 0
        keys = metric_keys()
        steps = np.arange(POINTS) * 100
        tail = ((steps * 0.1).tobytes(), (steps / 100).astype(np.float32).tobytes())
        for place in range(RUNS):
            run_id = f"{place:08x}"
            spec = RunSpec(
                name=f"sweep {place:05d}",
                data=DataSpec(
                    dataset="0" * 16,
                    name=f"table {place % 7}",
                    roles=Roles(target=("y",), continuous=tuple(f"x{column}" for column in range(12))),
                ),
                model=ModelSpec(name=models[place % 5], params={"layers": f"{32 << place % 4}-64"}),
                trainer=TrainerSpec(epochs=POINTS, batch_size=32 << place % 5, seed=place),
            )
            values = random.random((METRICS, POINTS))
            summary = {"test/accuracy": values[0, -1], "test/loss": values[1, -1], "best/valid/loss": values[1].min()}
            database.execute(
                "INSERT INTO runs (id, name, status, spec, revision, created, started, ended, summary, progress, outcome, "
                "run_group, tags) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run_id,
                    spec.name,
                    "finished" if place % 9 else "failed",
                    to_json(spec),
                    1.7e9 + 60 * place,
                    1.7e9 + 60 * place,
                    1.7e9 + 60 * place + float(random.random() * 3000),
                    json.dumps(summary),
                    json.dumps({"epoch": POINTS, "total_epochs": POINTS, "step": 2000, "total_steps": 2000}),
                    (Outcome.finished() if place % 9 else Outcome.crashed(-9)).model_dump_json(),
                    f"sweep {place // 500}",
                    json.dumps(["baseline"] if place % 50 == 0 else []),
                ),
            )
            rows = [(series + at, run_id, key, POINTS, 1900, values[at, -1]) for at, key in enumerate(keys)]
            database.executemany("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)", rows)
            chunks = [(series + at, 0, POINTS, 0, 100, values[at].tobytes(), None, *tail) for at in range(METRICS)]
            database.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", chunks)
            series += METRICS
        database.execute("UPDATE clock SET revision = 1")
        database.execute("COMMIT")


def metric_keys() -> list[str]:
    """Fifty names as runs have them."""
    first = ["valid/accuracy", "valid/loss", "train/loss", "train/accuracy"]
    return first + [f"valid/score_{number:02d}" for number in range(METRICS - len(first))]


# The window


class _Page:
    """The Runs page of a real window, with a stopwatch that stops when the table is painted."""

    def __init__(self, workspace: Path) -> None:
        from bench_window import _Window

        self._bench = _Window(workspace, warm_up=False)
        self.window = self._bench.window
        self.window.showRuns()
        self.page = self.window.runs.list
        self.model, self.table, self.bar = self.page._model, self.page._table, self.page._bar
        self.until, self.close = self._bench.until, self._bench.close

    def painted(self) -> float:
        """Paint the table and look at the clock."""
        self.table.viewport().repaint()
        return time.perf_counter()

    def rest(self, seconds: float = 1.0) -> None:
        """Let the event loop turn."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def timed(self, act: Callable[[], object], done: Callable[[], bool] = lambda: True) -> float:
        """Return the seconds from an act to what it did being there and painted."""
        began = time.perf_counter()
        act()
        if not done():
            self.until(done)
        return self.painted() - began


def _measure(workspace: Path) -> dict[str, float]:
    import app.__main__
    import app.main_window  # noqa: F401  what Python reads once is not what is measured

    began = time.perf_counter()
    page = _Page(workspace)
    page.until(lambda: page.model.rowCount() == RUNS)
    took = {"opens": page.painted() - began}
    page.rest(2)
    page.window.showData()
    page.rest()
    took["click"] = page.timed(page.window.showRuns, page.page.isVisible)
    took |= _columns(page) | _filters(page) | _sorts(page)
    took["group"] = page.timed(lambda: page.page.keeper.groupBy("dataset"))
    page.rest(0.2)
    bar = page.table.verticalScrollBar()
    took["scroll"] = max(page.timed(lambda: bar.setValue(bar.value() + 700)) for _ in range(40))
    page.close()
    return {key: seconds * 1000 for key, seconds in took.items()}


def _columns(page: _Page) -> dict[str, float]:
    keeper = page.page.keeper

    def shows(column: str) -> bool:
        return len(page.model.columns.values(column)) == RUNS

    longest = 0.0
    for column in ("last:valid/accuracy", "max:valid/accuracy", "spec:trainer.batch_size"):
        act, done = partial(keeper.setColumn, column, True), partial(shows, column)
        longest = max(longest, page.timed(act, done))
        page.rest(0.5)
    return {"column": longest}


def _filters(page: _Page) -> dict[str, float]:
    box = page.bar.filter
    words = (
        "sweep",
        "sweep 0",
        "sweep 01",
        "table 3",
        "ft transformer table 3",
        "tag:baseline",
        "valid/accuracy>0.9",
        "",
    )
    longest = 0.0
    for text in words:
        longest = max(longest, page.timed(partial(box.setText, text)))
        page.rest(0.5)
    fresh = page.timed(partial(box.setText, "valid/score_07>0.9"), lambda: page.model.passing() < RUNS)
    page.rest(0.5)
    box.setText("")
    return {"filter": longest, "metric": fresh}


def _sorts(page: _Page) -> dict[str, float]:
    from PySide6.QtCore import Qt

    orders = (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder)
    longest = 0.0
    for column in (*page.page.keeper.view().columns, "created"):
        for order in orders:
            place = page.model.columns.place(column)
            longest = max(longest, page.timed(partial(page.table.sortByColumn, place, order)))
        page.rest(0.1)
    return {"sort": longest}


if __name__ == "__main__":
    main()
