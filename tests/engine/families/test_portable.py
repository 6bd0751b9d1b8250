"""Models on rows leave the house as traced files, or a sentence says why not; so it is for series."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine.families.exporting import export_model
from engine.families.portable import MANY, Portable, write_exported, write_torchscript
from engine.families.tabular.portable import portable
from engine.runs import RunStore
from engine.spec import ModelSpec, RunSpec
from engine.training.failures import RunFailed


@pytest.fixture
def rows(
    small_frame: pd.DataFrame, make_spec: Callable[..., RunSpec], fit: Callable[..., Any]
) -> Callable[..., Portable]:
    """Makes a small model on rows, ready to leave."""

    def make(**model: Any) -> Portable:
        return portable(fit(small_frame, make_spec(model=ModelSpec(**model)), np.arange(60), steps=2))

    return make


@pytest.mark.parametrize("write", [write_torchscript, write_exported])
@pytest.mark.filterwarnings("ignore:.*torch.jit.load:DeprecationWarning")
def test_that_a_traced_network_of_rows_gives_equal_outputs(
    rows: Callable[..., Portable], tmp_path: Path, write: Callable[..., Any]
) -> None:
    given = rows(params={"layers": "8"})
    written = write(given, tmp_path / "model.pt2")
    assert not written.notes and written.difference < 1e-5
    path = str(written.path)
    made = torch.jit.load(path) if write is write_torchscript else torch.export.load(path).module()
    with torch.no_grad():
        torch.testing.assert_close(made(*given.example(MANY)), given.network(*given.example(MANY)))


def test_that_a_network_which_decides_by_its_numbers_says_that_it_cannot_be_exported(
    rows: Callable[..., Portable], tmp_path: Path
) -> None:
    with pytest.raises(RunFailed, match=r"cannot be written for torch\.export"):
        write_exported(rows(name="gandalf", params={"gflu_stages": 1}), tmp_path / "model.pt2")
    assert not list(tmp_path.glob("*.pt2"))


def test_that_a_forecaster_says_why_it_is_not_traced(
    workspace: Path, make_shop_spec: Callable[..., RunSpec], tmp_path: Path
) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(make_shop_spec())
    with pytest.raises(RunFailed, match=r"forecaster .* cannot be written"):
        export_model(workspace, run.id, tmp_path / "model.pt", "torchscript")
