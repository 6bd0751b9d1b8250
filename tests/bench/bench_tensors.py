"""Measures the Tensors page: from a cell that is pointed at to what is lit, and from an edited cell to the result.

`python tests/bench/bench_tensors.py [--json]`; a real window and a real lab, offscreen unless a display is there.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from figures import Row, child, row, show

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PRODUCT = "A = randn(64, 64); B = randn(64, 64); C = A @ B; y = C.softmax(-1)"
TURNS = 60


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", metavar="WORKSPACE")
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_measure(Path(options.child))))
        return
    with tempfile.TemporaryDirectory() as folder:
        platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
        found = child(__file__, folder, QT_QPA_PLATFORM=platform, XDG_CONFIG_HOME=folder)
    rows: list[Row] = []
    for name, figure, goal in (
        ("hover", "64×64 @ 64×64: cell pointed at → lit and painted, median", 16),
        ("hover_p95", "… 95th of 100", 16),
        ("edit", "edited cell → result redrawn, median", 50),
    ):
        rows.append(row(figure, f"{found[name]:.1f} ms", f"≤ {goal} ms", found[name] <= goal))
    show(rows, options.json)


def _measure(workspace: Path) -> dict[str, float]:
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from app.__main__ import open_window

    application = QApplication([])
    window = open_window(application, workspace, warm_up=False)
    window.showTensors()
    page = window.tensors.playground

    def until_worked_out() -> None:
        loop = QEventLoop()
        timer = QTimer()
        timer.timeout.connect(lambda: None if page._requests.isWaiting("show") else loop.quit())
        timer.start(0)
        loop.exec()

    page.setExpression(PRODUCT)
    until_worked_out()
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


if __name__ == "__main__":
    main()
