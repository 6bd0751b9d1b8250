"""Measures the inspector: a tensor of 100 M numbers from its file to the screen, pan and zoom, statistics, memory, a NaN.

A real inspector of 1,280 × 800 over a real lab process, painted in software (offscreen unless a display is there).
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import psutil  # noqa: E402
from figures import Row, row, show  # noqa: E402
from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from app import theme  # noqa: E402
from app.engine_thread import EngineThread  # noqa: E402
from app.pages.tensors.inspector import Inspector  # noqa: E402
from app.plots.tensor_window import TensorWindow  # noqa: E402

SIDE, SMALLER = 10_000, 4_096
FRAMES = 120
NAN_COLOUR = (255, 196, 0)


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    show(rows, options.json)


def measure(folder: Path) -> list[Row]:
    """Return the figures of the inspector."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    for side, name in ((SMALLER, "smaller"), (SIDE, "large")):
        _write(folder / f"{name}.npy", side)
    engine = EngineThread(folder, stands_by=False)
    engine.start()
    page = Inspector(engine)
    page.resize(1280, 800)
    page.show()
    try:
        _open(page, folder / "smaller.npy")
        rows = [frames(page, f"{SMALLER:,} × {SMALLER:,}"), nan_seen(page)]
        before = _memory()
        rows += opening(page, folder / "large.npy")
        rows += [frames(page, "100 M numbers")]
        grown = _memory() - before
        rows.append(row("memory of the window, 100 M numbers open", f"{grown:+.0f} MB", "≤ 32 MB", grown <= 32))
        return rows
    finally:
        page.close()
        engine.stop()


def opening(page: Inspector, path: Path) -> list[Row]:
    """Time a file of 100 M numbers, from opening it to a picture, to the statistics and to the exact picture."""
    seen: dict[str, float] = {}
    looking, start = page.pane.looking, time.perf_counter()

    def note(name: str) -> None:
        seen.setdefault(name, time.perf_counter() - start)

    def note_slice(_stats: object, is_sample: bool) -> None:
        if not is_sample:
            note("statistics")

    def note_first(_tile: object) -> None:
        page.pane.map.grab()  # painted, not only there
        note("first")

    looking.firstLook.connect(note_first)
    looking.sliceKnown.connect(note_slice)
    _open(page, path)
    note("whole")
    return [
        row("first view of 100 M numbers, from the file", _ms(seen["first"]), "≤ 200 ms", seen["first"] <= 0.2),
        row("their minimum, maximum and NaN", _ms(seen["statistics"]), "≤ 1,000 ms", seen["statistics"] <= 1),
        row("the exact picture of all of them", _ms(seen["whole"]), "≤ 1,000 ms", seen["whole"] <= 1),
    ]


def frames(page: Inspector, what: str) -> Row:
    """Count frames a second while a tensor is panned and zoomed in and out, its tiles coming meanwhile."""
    map_ = page.pane.map
    map_.showAll()
    _until(map_.isComplete)
    taken, exact = [], 0
    for frame in range(FRAMES):
        window = map_.window_()
        factor = 1.08 if frame < FRAMES / 2 else 1 / 1.08
        start = time.perf_counter()
        map_.look(window.zoomed(factor, 200 + frame, 300).panned(-9, 6))
        QApplication.processEvents()
        map_.grab()
        taken.append(time.perf_counter() - start)
        exact += map_.isComplete()
        QTest.qWait(max(0, round(16 - taken[-1] * 1e3)))
    rate, slowest = 1 / statistics.median(taken), 1 / max(taken)
    said = f"{rate:.0f} a second (slowest {slowest:.0f}; {exact / FRAMES:.0%} exact at once)"
    return row(f"pan and zoom of {what}, frames", said, "≥ 30 a second", rate >= 30)


def nan_seen(page: Inspector) -> Row:
    """Look for the single NaN in the pixels of 100 pictures of random zoom; each must show it."""
    map_, source, seen, zooms = page.pane.map, np.random.default_rng(1), 0, 100
    row_, column = SMALLER // 3, SMALLER // 5
    map_.showAll()
    fitted = map_.window_()
    for _ in range(zooms):
        x, y = fitted.point(row_ + 0.5, column + 0.5)
        map_.look(_moved(fitted.zoomed(10 ** source.uniform(0, 2.4), x, y), source, row_, column))
        _until(map_.isComplete)
        seen += _has_nan(map_.grab().toImage())
    return row(
        "a single NaN among 16.8 M seen, random zooms", f"{seen} of {zooms}", f"{zooms} of {zooms}", seen == zooms
    )


def _moved(window: TensorWindow, source: np.random.Generator, row_: int, column: int) -> TensorWindow:
    """Pan so that a cell is anywhere in the room."""
    x, y = window.point(row_, column)
    wanted = source.uniform(0.05, 0.9) * window.width, source.uniform(0.05, 0.9) * window.height
    return window.panned(wanted[0] - x, wanted[1] - y)


def _has_nan(picture: QImage) -> bool:
    image = picture.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = lines[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)
    return bool((np.abs(pixels - NAN_COLOUR).sum(axis=2) < 12).any())


def _write(path: Path, side: int) -> None:
    """Write a square of random numbers with one NaN."""
    source = np.random.default_rng(0)
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(side, side))
    for start in range(0, side, 1000):
        array[start : start + 1000] = source.standard_normal((len(array[start : start + 1000]), side), np.float32)
    array[side // 3, side // 5] = np.nan
    array.flush()


def _open(page: Inspector, path: Path) -> None:
    """Open a file and wait until its picture is exact and its statistics are known."""
    known: list[object] = []
    page.pane.looking.wholeKnown.connect(known.append)
    page.openPaths([path])
    _until(lambda: bool(known) and page.pane.map.isComplete())
    page.pane.looking.wholeKnown.disconnect(known.append)


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        QTest.qWait(1)
        if time.monotonic() > end:
            raise SystemExit("the inspector did not come to rest within a minute")


def _memory() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms"


if __name__ == "__main__":
    main()
