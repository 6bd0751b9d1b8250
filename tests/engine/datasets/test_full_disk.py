"""When no more can be written, a sentence says so and nothing half-written stays. A limit on files plays the disk."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.datasets import DatasetError, import_file, list_datasets


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_that_an_import_on_a_full_disk_says_so_and_leaves_nothing(
    workspace: Path, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "a,b\n" + "".join(f"{place},{place * 7919 % 1000003}\n" for place in range(60_000)), encoding=encoding
    )
    with files_of_at_most(100_000), pytest.raises(DatasetError, match="The disk is full"):
        import_file(workspace, path)
    assert list((workspace / "datasets").iterdir()) == []
    assert import_file(workspace, path).rows == 60_000
    assert len(list_datasets(workspace)) == 1


def test_that_predictions_on_a_full_disk_say_so_and_leave_nothing(tmp_path: Path) -> None:
    import duckdb
    import numpy as np
    import pandas as pd

    from engine.families.output import Output
    from engine.training.failures import RunFailed

    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=50_000)})
    with duckdb.connect() as db:
        db.register("frame", frame)
        db.sql("SELECT * FROM frame").write_parquet(str(tmp_path / "rows.parquet"))
    output = Output(tmp_path / "rows.parquet", tmp_path)
    output.add({"prediction": frame["x"]})
    for name in ("out.csv", "out.parquet"):
        with files_of_at_most(100_000), pytest.raises(RunFailed, match="the disk is full"):
            output.write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir() if "out." in path.name] == []
