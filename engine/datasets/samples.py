"""Bundled samples, made from what is installed: nothing is fetched. Each is imported like any other file."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.datasets.importing import import_file
from engine.datasets.records import Dataset, DatasetError, SampleInfo

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
)


def sample_names() -> tuple[SampleInfo, ...]:
    """Return the samples that can be imported."""
    return SAMPLES


def import_sample(workspace: Path, name: str) -> Dataset:
    """Import a bundled sample. Raises DatasetError for an unknown name."""
    if name not in {sample.name for sample in SAMPLES}:
        known = ", ".join(sample.name for sample in SAMPLES)
        raise DatasetError(f"There is no sample “{name}”; there are {known}.")
    header, rows = _fizzbuzz() if name == "fizzbuzz" else _from_sklearn(name)
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


def _from_sklearn(name: str) -> tuple[list[str], Iterable[Sequence[object]]]:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    classes = [str(label) for label in getattr(bunch, "target_names", [])]
    if name == "digits":
        classes = [f"digit {label}" for label in classes]
    target = [classes[int(value)] if classes else float(value) for value in bunch.target]
    header = [*(str(feature) for feature in bunch.feature_names), "target"]
    return header, [[*row, label] for row, label in zip(bunch.data.tolist(), target, strict=True)]
