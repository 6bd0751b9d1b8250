"""Measures the Tensors page: from a cell that is pointed at to what is lit, from an edited cell to the result, and from the
end of its lab to the next result.

`python tests/bench/bench_tensors.py [--json]`; a real window and a real lab, offscreen unless a display is there.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from figures import Row, child, row, show

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PRODUCT = "A = randn(64, 64); B = randn(64, 64); C = A @ B; y = C.softmax(-1)"
ENDLESS = "x = rand(7000, 7000); y = x @ x @ x @ x"
TURNS, ENDS = 60, 3


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "WORKSPACE"))
    options = parser.parse_args()
    if options.child:
        what, workspace = options.child
        print(json.dumps({"work": _measure, "ends": _measure_ends}[what](Path(workspace))))
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    found: dict[str, float] = {}
    for what in ("work", "ends"):
        with tempfile.TemporaryDirectory() as folder:
            found |= child(__file__, what, folder, QT_QPA_PLATFORM=platform, XDG_CONFIG_HOME=folder)
    rows: list[Row] = []
    for name, figure, goal in (
        ("hover", "64×64 @ 64×64: cell pointed at → lit and painted, median", 16),
        ("hover_p95", "… 95th of 100", 16),
        ("edit", "edited cell → result redrawn, median", 50),
        ("crash", "lab crashed → next result drawn, worst of 3", 2000),
        ("hang", "work without end given up → next result drawn, worst of 3", 2000),
    ):
        rows.append(row(figure, f"{found[name]:.1f} ms", f"≤ {goal} ms", found[name] <= goal))
    show(rows, options.json)


def _measure(workspace: Path) -> dict[str, float]:
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    window = _window(application, workspace, warm_up=False)
    page = window.tensors.playground

    def until_worked_out() -> None:
        _until(lambda: not page._requests.isWaiting("show"))

    page.setExpression(PRODUCT)
    until_worked_out()
    assert page.chain() is not None, "the lab did not answer"
    hovers, edits = [], []
    for turn in range(TURNS):
        begin = time.perf_counter()
        page.pointAt(2, (turn % 64, turn * 7 % 64))
        for card in page.view.cards:
            for pane in card.panes():
                pane.grid.grab()
        hovers.append(time.perf_counter() - begin)
    for turn in range(TURNS // 2):
        begin = time.perf_counter()
        page.view.edited.emit(0, (0, turn), 3.0)
        until_worked_out()
        for card in page.view.cards:
            for pane in card.panes():
                pane.grid.grab()
        edits.append(time.perf_counter() - begin)
    window.close()
    hovers.sort()
    return {
        "hover": statistics.median(hovers) * 1000,
        "hover_p95": hovers[int(len(hovers) * 0.95)] * 1000,
        "edit": statistics.median(edits) * 1000,
    }


def _measure_ends(workspace: Path) -> dict[str, float]:
    """End the lab in both ways, each time once the other process that waits has warmed up."""
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    window = _window(application, workspace, warm_up=True)
    page, lab = window.tensors.playground, window.engine._labs["tensors"]

    def seconds_to(text: str) -> float:
        begin = time.perf_counter()
        chain = page.chain()
        while page.chain() is chain:  # what the lab worked on when it crashed is refused, and asked again
            page.setExpression(text)
            _until(lambda: not page._requests.isWaiting("show"))
        window.grab()
        return time.perf_counter() - begin

    seconds_to(PRODUCT)
    crashes, hangs = [], []
    for turn in range(ENDS):
        _until(lambda: _has_warmed_up(lab.standby_pid))
        psutil.Process(lab.pid).kill()
        crashes.append(seconds_to(f"{PRODUCT}; s = y * {turn}"))
        _until(lambda: _has_warmed_up(lab.standby_pid))
        page.setExpression(ENDLESS)
        _until(lambda: any(one.begun for one in [*lab._pending.values()]))
        page._give_up()
        hangs.append(seconds_to(f"{PRODUCT}; t = y * {turn}"))
    window.close()
    return {"crash": max(crashes) * 1000, "hang": max(hangs) * 1000}


def _has_warmed_up(pid: int | None) -> bool:
    """Whether a process has imported what takes seconds, and computes no more."""
    if pid is None:
        return False
    first = psutil.Process(pid).cpu_times()
    time.sleep(0.5)
    now = psutil.Process(pid).cpu_times()
    return now.user > 1.0 and now.user + now.system == first.user + first.system


def _window(application: "QApplication", workspace: Path, warm_up: bool) -> "MainWindow":
    from app.__main__ import open_window

    window = open_window(application, workspace, warm_up=warm_up)
    window.showTensors()
    return window


def _until(holds: Callable[[], bool]) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if holds() else None)
    timer.start(0)
    loop.exec()


if __name__ == "__main__":
    main()
