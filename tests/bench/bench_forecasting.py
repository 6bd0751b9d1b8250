"""Measures how windows reach a forecaster: our loader against pytorch-forecasting's, and how soon many series are ready.

Loaders are compared on the same data set, in turns, with one thread; what they give is compared too.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from figures import Row, row, show

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

ENCODER, HORIZON, BATCH = 96, 24, 128
SECONDS, REPEATS = 2.0, 3
SERIES, STEPS = 10_000, 1_000


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--prepare", type=int, metavar="SERIES", help="prepare so many series, and print seconds and MB"
    )
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.prepare:
        print(json.dumps(prepare(options.prepare)))
        return
    rows = [*loading("series", "GroupNormalizer"), *loading("encoder", "EncoderNormalizer"), *preparing()]
    show(rows, options.json)


def table(series: int, steps: int) -> pd.DataFrame:
    """Series with a daily season and a covariate."""
    source = np.random.default_rng(0)
    hour = np.tile(np.arange(steps, dtype=np.int64), series)
    noise = source.standard_normal(series * steps, dtype=np.float32)
    names = [f"s{number:05d}" for number in range(series)]
    return pd.DataFrame(
        {
            "series": pd.Categorical.from_codes(np.repeat(np.arange(series), steps), pd.Index(names)),
            "hour": hour,
            "y": np.sin(hour * np.float32(2 * np.pi / 24)).astype(np.float32) + noise,
            "x": source.standard_normal(series * steps, dtype=np.float32),
        }
    )


def dataset_of(frame: pd.DataFrame, scaled_by: str) -> Any:
    """Return the data set of N-HiTS' windows."""
    from pytorch_forecasting import EncoderNormalizer, GroupNormalizer

    from engine.families.forecasting.window_preparing import prepare

    return prepare(
        frame,
        time_idx="hour",
        target="y",
        group_ids=["series"],
        max_encoder_length=ENCODER,
        max_prediction_length=HORIZON,
        static_categoricals=["series"],
        time_varying_known_reals=["x"],
        time_varying_unknown_reals=["y"],
        target_normalizer=EncoderNormalizer() if scaled_by == "encoder" else GroupNormalizer(groups=["series"]),
    )


def loading(scaled_by: str, name: str) -> list[Row]:
    """Read windows with both loaders, in the same order."""
    import torch

    from engine.families.forecasting.window_loader import WindowLoader
    from engine.training.loader import BatchPlan

    torch.set_num_threads(1)
    dataset = dataset_of(table(100, STEPS), scaled_by)
    plan = BatchPlan.of(len(dataset), BATCH, drop_last=True)
    ours, library = [], []
    for _ in range(REPEATS):
        ours.append(speed(WindowLoader(dataset, plan, 42)))
        library.append(speed(dataset.to_dataloader(train=True, batch_size=BATCH)))
    mine, theirs = max(ours), max(library)
    same = equal(WindowLoader(dataset, plan), dataset.to_dataloader(train=True, shuffle=False, batch_size=BATCH))
    return [
        row(f"windows/s, {name}, against the library's loader", f"{mine / theirs:.0f}×", "≥ 20×", mine >= 20 * theirs),
        row("… its batches against the library's", "equal" if same else "DIFFER", "equal", same),
    ]


def speed(loader: Iterable[Any]) -> float:
    """Return the windows a second of a loader over a few seconds."""
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        for _, (target, _) in loader:
            count += len(target)
            if time.perf_counter() - started >= SECONDS:
                break
    return count / (time.perf_counter() - started)


def equal(ours: Iterable[Any], library: Iterable[Any]) -> bool:
    """Compare the first batches of two loaders, every bit."""
    import torch

    pairs = [pair for pair, _ in zip(zip(ours, library, strict=True), range(20), strict=False)]
    return all(torch.equal(x[name], other[name]) for (x, _), (other, _) in pairs for name in other)


def preparing() -> list[Row]:
    """Make many long series ready to train in a process of its own, whose memory can be told."""
    command = [sys.executable, __file__, "--prepare", str(SERIES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    what = f"{SERIES:,} series × {STEPS:,} steps ready to train"
    seconds, megabytes = found["seconds"], found["megabytes"]
    return [
        row(what, f"{seconds:.1f} s", "≤ 10 s", seconds <= 10),
        row("… processor time of it", f"{found['processor']:.1f} s", "≤ 10 s", found["processor"] <= 10),
        row("… memory of the whole process at its peak", f"{megabytes:,.0f} MB", "≤ 2,000 MB", megabytes <= 2000),
    ]


def prepare(series: int) -> dict[str, float]:
    """From a table in memory to the first batch; returns seconds and the process's peak of memory in MB."""
    from engine.families.forecasting.window_loader import WindowLoader
    from engine.training.loader import BatchPlan

    frame = table(series, STEPS)
    dataset_of(frame.iloc[: 3 * STEPS], "series")  # imports and first calls
    started, processed = time.perf_counter(), time.process_time()
    dataset = dataset_of(frame, "series")
    next(iter(WindowLoader(dataset, BatchPlan.of(len(dataset), BATCH), 42)))
    seconds, processor = time.perf_counter() - started, time.process_time() - processed
    return {
        "seconds": seconds,
        "processor": processor,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


if __name__ == "__main__":
    main()
