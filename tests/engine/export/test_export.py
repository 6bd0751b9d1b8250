"""What is exported is what was recorded: every point, read back by the programs it was written for."""

import csv
import math
import textwrap
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from engine.export import ExportError, write_csv, write_tensorboard
from engine.runs import Outcome, Points, RunStore
from engine.spec import DataSpec, RunSpec, from_toml

COUNT = 3000


@pytest.fixture
def recorded(workspace: Path) -> str:
    """A run with a smooth metric, one with gaps in its steps, and one with what is not a number."""
    rng = np.random.default_rng(0)
    steps = list(range(COUNT))
    values = rng.normal(size=COUNT).tolist()
    times = (1.7e9 + np.cumsum(rng.random(COUNT))).tolist()
    odd = [float("nan"), math.inf, -math.inf, 1e-300, 0.1, -0.0]
    with RunStore(workspace) as store:
        run = store.create_run(RunSpec(name="my run / 1", data=DataSpec(dataset="abc"))).id
        store.append(run, {"train/loss": Points(steps, values, times, [step / 100 for step in steps])})
        store.append(run, {"valid/loss": Points([9, 11, 40, 41, 50, 2**40], odd, times[:6], [0.1] * 6)})
        store.finish(run, Outcome.failed("The disk is full."))
    return run


def test_that_tensorboard_reads_every_point_with_its_step_and_time(
    workspace: Path, recorded: str, tmp_path: Path
) -> None:
    with RunStore(workspace) as store:
        folder = write_tensorboard(store, recorded, tmp_path / "logs")
        assert folder == tmp_path / "logs" / f"my-run-1-{recorded}"
        read = EventAccumulator(str(folder), size_guidance={"scalars": 0})
        read.Reload()
        assert sorted(read.Tags()["scalars"]) == ["train/loss", "valid/loss"]
        for key in read.Tags()["scalars"]:
            series, points = store.series(recorded, key), read.Scalars(key)
            assert [point.step for point in points] == series.steps.tolist()
            assert [point.wall_time for point in points] == series.times.tolist()
            values = np.array([point.value for point in points], dtype=np.float32)
            np.testing.assert_array_equal(values, series.values.astype(np.float32))


def test_that_the_specification_and_the_ending_are_there_as_text(
    workspace: Path, recorded: str, tmp_path: Path
) -> None:
    with RunStore(workspace) as store:
        folder = write_tensorboard(store, recorded, tmp_path)
        spec = store.run(recorded).spec
    read = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    read.Reload()
    texts = {tag: read.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in read.Tags()["tensors"]}
    assert from_toml(textwrap.dedent(texts["specification/text_summary"])) == spec
    assert "The disk is full." in texts["outcome/text_summary"]


def test_that_writing_again_replaces_what_was_written_before(workspace: Path, recorded: str, tmp_path: Path) -> None:
    with RunStore(workspace) as store:
        folder = write_tensorboard(store, recorded, tmp_path)
        (folder / "mine.txt").write_text("stays")
        assert write_tensorboard(store, recorded, tmp_path) == folder
    assert len(list(folder.glob("events.*"))) == 1 and (folder / "mine.txt").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_that_a_csv_has_every_point_of_every_metric(workspace: Path, recorded: str, tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    with RunStore(workspace) as store:
        assert write_csv(store, recorded, path) == COUNT + 6
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for key in ("train/loss", "valid/loss"):
            series, lines = store.series(recorded, key), [row for row in rows if row["metric"] == key]
            np.testing.assert_array_equal([float(line["value"]) for line in lines], series.values)
            assert [int(line["step"]) for line in lines] == series.steps.tolist()
            assert [float(line["time"]) for line in lines] == series.times.tolist()


def test_that_a_place_that_cannot_be_written_is_refused_in_words(
    workspace: Path, recorded: str, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with RunStore(workspace) as store:
        for write in (write_tensorboard, write_csv):
            with pytest.raises(ExportError, match="cannot be written"):
                write(store, recorded, blocked / "inside")
