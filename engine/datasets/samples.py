"""Bundled samples, made from what is installed: nothing is fetched. Each is imported like any other file."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.datasets.importing import import_file
from engine.datasets.records import Dataset, DatasetError, SampleInfo
from engine.datasets.text_samples import opinions, python_docs

SAMPLES = (
    SampleInfo(
        name="breast_cancer",
        title="Breast cancer",
        description="569 tumours, 30 measurements each: malignant or benign?",
        task="classification",
    ),
    SampleInfo(
        name="wine",
        title="Wine",
        description="178 wines by 13 chemical measurements: which of three growers?",
        task="classification",
    ),
    SampleInfo(
        name="diabetes",
        title="Diabetes",
        description="442 patients by 10 measurements: how far is the disease a year later?",
        task="regression",
    ),
    SampleInfo(
        name="digits",
        title="Digits",
        description="1,797 handwritten digits as 64 grey values each: which digit?",
        task="classification",
    ),
    SampleInfo(
        name="fizzbuzz",
        title="FizzBuzz",
        description="Numbers from 0 to 1,023 as 10 bits: fizz, buzz, fizzbuzz or number?",
        task="classification",
    ),
    SampleInfo(
        name="waves",
        title="Waves",
        description="40 series of 500 hours, each a daily wave with noise that fades: how do they go on?",
        task="forecasting",
    ),
    SampleInfo(
        name="sunspots",
        title="Sunspots",
        description="Sunspots by year from 1700 to 2008: when is the next maximum?",
        task="forecasting",
    ),
    SampleInfo(
        name="co2",
        title="CO₂",
        description="Carbon dioxide above Mauna Loa by week from 1958 to 2001, with gaps: how does it rise?",
        task="forecasting",
    ),
    SampleInfo(
        name="python_docs",
        title="Python reference",
        description="Python’s own reference by paragraph: which words stand beside which, and what comes next?",
        task="text",
    ),
    SampleInfo(
        name="opinions",
        title="Opinions",
        description="4,000 short made-up sentences about films, meals and trips: praise or blame?",
        task="text",
    ),
)


def sample_names() -> tuple[SampleInfo, ...]:
    """Return the samples that can be imported."""
    return SAMPLES


def import_sample(workspace: Path, name: str) -> Dataset:
    """Import a bundled sample. Raises DatasetError for an unknown name."""
    if name not in {sample.name for sample in SAMPLES}:
        known = ", ".join(sample.name for sample in SAMPLES)
        raise DatasetError(f"There is no sample “{name}”; there are {known}.")
    own = {
        "fizzbuzz": _fizzbuzz,
        "waves": _waves,
        "sunspots": _sunspots,
        "co2": _co2,
        "python_docs": python_docs,
        "opinions": opinions,
    }
    header, rows = own[name]() if name in own else _from_sklearn(name)
    with TemporaryDirectory(prefix="tensorbench-") as folder:
        path = Path(folder) / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        return import_file(workspace, path, name=name)


def _fizzbuzz() -> tuple[list[str], Iterable[Sequence[object]]]:
    words = {(True, True): "fizzbuzz", (True, False): "fizz", (False, True): "buzz", (False, False): "number"}
    rows = [
        [*((number >> bit) & 1 for bit in range(10)), words[(number % 3 == 0, number % 5 == 0)]]
        for number in range(1, 1024)
    ]
    return [*(f"bit_{bit}" for bit in range(10)), "answer"], rows


def _waves() -> tuple[list[str], Iterable[Sequence[object]]]:
    """Return series of a level, a daily wave and noise of which each step keeps four fifths (an AR(1) process)."""
    import numpy as np

    series, steps = 40, 500
    rng = np.random.default_rng(1)
    level, height, phase = rng.uniform(20, 80, series), rng.uniform(2, 8, series), rng.uniform(0, 24, series)
    noise = np.zeros((series, steps))
    for step in range(1, steps):
        noise[:, step] = 0.8 * noise[:, step - 1] + rng.normal(size=series)
    hours = np.arange(steps)
    values = level[:, None] + height[:, None] * np.sin(2 * np.pi * (hours + phase[:, None]) / 24) + noise
    begin = np.datetime64("2024-01-01T00:00")
    rows = [
        [f"series {place + 1:02}", str(begin + np.timedelta64(hour, "h")).replace("T", " "), round(float(value), 4)]
        for place, one in enumerate(values)
        for hour, value in enumerate(one)
    ]
    return ["series", "time", "value"], rows


def _sunspots() -> tuple[list[str], Iterable[Sequence[object]]]:
    from statsmodels.datasets import sunspots

    table = sunspots.load_pandas().data
    return ["year", "sunspots"], [[int(year), float(count)] for year, count in table.to_numpy().tolist()]


def _co2() -> tuple[list[str], Iterable[Sequence[object]]]:
    from statsmodels.datasets import co2

    table = co2.load_pandas().data["co2"].dropna()
    return ["week", "co2"], [[day.date().isoformat(), float(value)] for day, value in table.items()]


def _from_sklearn(name: str) -> tuple[list[str], Iterable[Sequence[object]]]:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    classes = [str(label) for label in getattr(bunch, "target_names", [])]
    if name == "digits":
        classes = [f"digit {label}" for label in classes]
    target = [classes[int(value)] if classes else float(value) for value in bunch.target]
    header = [*(str(feature) for feature in bunch.feature_names), "target"]
    return header, [[*row, label] for row, label in zip(bunch.data.tolist(), target, strict=True)]
