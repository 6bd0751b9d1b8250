"""Measures the importer on an 850 MB CSV (4 M × 24), made here, against DuckDB's own CSV → Parquet in the same run."""

import argparse
import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from figures import Row, child, row, show

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
TURNS = 2  # of each, in turns; the better one counts, for a disk that writes back disturbs either
ROWS = 4_000_000


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FOLDER"))
    options = parser.parse_args()
    if options.child:
        CHILDREN[options.child[0]](Path(options.child[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), options.rows)
    show(rows, options.json)


def measure(folder: Path, count: int) -> list[Row]:
    """Make the file, and time each step in a process of its own."""
    size = make_csv(folder / "big.csv", count) / 1e6
    child(__file__, "duckdb", folder)  # warms the file cache
    turns = [(child(__file__, "duckdb", folder), child(__file__, "import", folder)) for _ in range(TURNS)]
    theirs, ours = (min(found, key=lambda one: one["seconds"]) for found in zip(*turns, strict=True))
    look, pages = child(__file__, "preview", folder), child(__file__, "pages", folder)
    ratio = ours["seconds"] / theirs["seconds"]
    return [
        row(f"first rows of a CSV of {size:.0f} MB", f"{look['seconds']:.2f} s", "≤ 1 s", look["seconds"] <= 1),
        row("its import against DuckDB's own CSV → Parquet", f"{ratio:.2f}×", "≤ 1.3×", ratio <= 1.3),
        row("… seconds, ours and DuckDB's", f"{ours['seconds']:.1f} and {theirs['seconds']:.1f}", "–", True),
        row("… peak memory", f"{ours['peak']:.0f} MB", "≤ 700 MB", ours["peak"] <= 700),
        row(
            "any page of 200 rows of it, the slowest of 40",
            f"{pages['seconds'] * 1000:.0f} ms",
            "≤ 50 ms",
            pages["seconds"] <= 0.05,
        ),
    ]


def make_csv(path: Path, count: int) -> int:
    """Write rows of 24 columns (numbers, whole numbers, words, dates); returns the bytes."""
    import duckdb

    words = "['red','green','blue','violet','white','black','orange']"
    numbers = ", ".join(f"round(random() * 1000, 6) AS n{place}" for place in range(16))
    whole = ", ".join(f"(random() * 1000000)::INTEGER AS i{place}" for place in range(4))
    texts = ", ".join(f"{words}[1 + (random() * 6)::INTEGER] AS t{place}" for place in range(3))
    with duckdb.connect() as db:
        db.execute("SELECT setseed(0.5)")
        days = "DATE '2020-01-01' + (range % 1000)::INTEGER AS d"
        query = f"SELECT {numbers}, {whole}, {texts}, {days} FROM range({count})"
        db.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER)")
    return path.stat().st_size


def tell(started: float, **more: float) -> None:
    """Print the step's seconds and the process's peak memory."""
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"seconds": seconds, "peak": peak, **more}))


def duckdb_alone(folder: Path) -> None:
    """DuckDB's own conversion, with its defaults."""
    import duckdb

    started = time.perf_counter()
    with duckdb.connect() as db:
        db.execute(f"COPY (FROM read_csv('{folder / 'big.csv'}')) TO '{folder / 'theirs.parquet'}' (FORMAT parquet)")
    tell(started)


def whole_import(folder: Path) -> None:
    """The import as the window does it, hash and rejects included."""
    from engine import datasets

    shutil.rmtree(folder / "workspace", ignore_errors=True)
    started = time.perf_counter()
    dataset = datasets.import_file(folder / "workspace", folder / "big.csv", progress=lambda _share, _stage: None)
    tell(started, rows=dataset.rows)


def first_rows(folder: Path) -> None:
    """Guess the settings and read the first rows."""
    from engine import datasets

    started = time.perf_counter()
    datasets.preview(folder / "big.csv")
    tell(started)


def any_page(folder: Path) -> None:
    """Read pages anywhere in the table; the slowest counts, after a first one that loads DuckDB."""
    from engine import datasets

    workspace = folder / "workspace"
    (dataset,) = datasets.list_datasets(workspace)
    datasets.read_page(workspace, dataset.id, 0, 200)
    slowest = 0.0
    for offset in np.random.default_rng(0).integers(0, dataset.rows - 200, 40).tolist():
        started = time.perf_counter()
        datasets.read_page(workspace, dataset.id, offset, 200)
        slowest = max(slowest, time.perf_counter() - started)
    print(json.dumps({"seconds": slowest}))


CHILDREN = {"duckdb": duckdb_alone, "import": whole_import, "preview": first_rows, "pages": any_page}

if __name__ == "__main__":
    main()
