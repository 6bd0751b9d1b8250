"""Windows of the same steps come in one batch where a loss looks at series together."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.loading import Loader, judging_loader, rows_of, training_loader
from engine.families.forecasting.running import load_series
from engine.families.forecasting.together import TOGETHER, Groups
from engine.spec import RunSpec

Make = Callable[..., RunSpec]
LOSS = {"forecasting__loss": "multivariate_normal"}
CPU = torch.device("cpu")


class Indexed:
    """A data set as far as groups look at it."""

    def __init__(self, times: list[int]) -> None:
        self.index = pd.DataFrame({"time": times})


def material_of(workspace: Path, spec: RunSpec) -> Material:
    series = load_series(workspace, spec)
    return Material(spec, series, split(series, spec)[0])


def members_of(together: list[torch.Tensor], count: int) -> list[list[int]]:
    """The places of each group's windows in a batch of so many, in their order."""
    return sorted(row[row < count].tolist() for one in together for row in one)


def windows_of(loader: Loader) -> list[list[tuple[int, ...]]]:
    """Each batch's windows, as (series, first step that is forecast), group by group."""
    batches = []
    for x, _ in loader:
        if not x:
            batches.append([])
            continue
        windows = list(zip(x["groups"][:, 0].tolist(), x["decoder_time_idx"][:, 0].tolist(), strict=True))
        groups = members_of(x[TOGETHER], len(windows))
        assert all(len({windows[place][1] for place in group}) == 1 for group in groups)
        assert sorted(chain.from_iterable(groups)) == list(range(len(windows)))
        batches.append(windows)
    return batches


@settings(deadline=None)
@given(times=st.lists(st.integers(0, 6), min_size=1, max_size=60), most=st.integers(1, 9), seed=st.integers(0, 9))
def test_that_groups_hold_each_window_once_and_those_of_one_time_alone(times: list[int], most: int, seed: int) -> None:
    for groups in (Groups.of(Indexed(times), most), Groups.of(Indexed(times), most, seed)):
        windows, together = groups.take(slice(0, len(groups)))
        assert sorted(windows.tolist()) == list(range(len(times)))
        found = [windows[places].tolist() for places in members_of(together, len(times))]
        assert all(1 <= len(one) <= most and len({times[place] for place in one}) == 1 for one in found)
        sizes = pd.Series(times).value_counts()
        assert len(found) == sum(-(-size // most) for size in sizes)
    # Some of them, in any order.
    chosen = torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed))[: max(1, len(groups) // 2)]
    some, places = groups.take(chosen)
    assert [some[one].tolist() for one in members_of(places, len(some))] == [found[place] for place in chosen.tolist()]


def test_that_what_is_too_many_at_once_meets_others_each_time() -> None:
    groups = Groups.of(Indexed([0] * 6 + [1] * 6), 3, seed=1)
    windows, together = groups.take(slice(0, 4))
    halves = [frozenset((windows[places] % 6).tolist()) for places in members_of(together, 12)]
    assert len(set(halves[:2]) & set(halves[2:])) == 0


def test_that_groups_of_other_sizes_take_no_room_for_what_is_not_there() -> None:
    times = [*range(1_000), *([500] * 999)]
    groups = Groups.of(Indexed(times), 1_000)
    windows, together = groups.take(slice(0, len(groups)))
    assert len(windows) == 1_999 and sum(one.numel() for one in together) < 2 * 1_999


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=30), most=st.integers(5, 50))
def test_that_no_batch_is_judged_of_more_windows_than_asked_for(sizes: list[int], most: int) -> None:
    groups = Groups.of(Indexed(np.repeat(np.arange(len(sizes)), sizes).tolist()), most)
    ends = np.cumsum(groups.plan_in_order(most).sizes)
    windows = np.diff(groups.starts.numpy()[[0, *ends]])
    assert windows.max() <= most and windows.sum() == sum(sizes)
    # Nor of so few that two would have been one.
    assert all(one + two > most for one, two in zip(windows[:-1], groups.starts.diff()[ends[:-1]], strict=True))


def test_that_training_takes_whole_moments_in_a_new_order_each_epoch(
    shops: pd.DataFrame, snapshot: Callable[..., str], workspace: Path, make_shop_spec: Make
) -> None:
    snapshot(shops.drop(index=range(8)))  # one shop begins later
    spec = make_shop_spec(**LOSS, trainer__batch_size=7)
    material = material_of(workspace, spec)
    loader = training_loader(material.train, spec, spec.trainer, CPU)
    first, second = windows_of(loader), windows_of(loader)
    every = [sorted(chain.from_iterable(one)) for one in (first, second)]
    assert first != second and every[0] == every[1]
    assert len(every[0]) == len(material.train) and {len(one) for one in first} >= {4, 6}
    again = training_loader(material.train, spec, spec.trainer, CPU)
    again.load_state_dict({"epoch": 1, "batch": 3})
    assert windows_of(again) == second[3:] and len(first) == len(loader)


def test_that_windows_are_judged_in_the_order_of_time_and_told_by_series(
    shops: pd.DataFrame, snapshot: Callable[..., str], workspace: Path, make_shop_spec: Make
) -> None:
    snapshot(shops)
    spec = make_shop_spec(**LOSS)
    dataset, placed = material_of(workspace, spec).part(material_of(workspace, spec).fold.valid, "validation")
    batches = list(judging_loader(dataset, spec, 7, CPU))
    assert [rows_of(one) for one in batches] == [6, 6, 3]
    truth = torch.cat([target for _, (target, _) in batches]).double().numpy()
    np.testing.assert_allclose(truth, placed.actual(), rtol=1e-6)


@pytest.mark.parametrize("loss", ["multivariate_normal", "normal"])
def test_that_windows_left_out_are_the_same_in_all_series_and_counted(
    loss: str, shops: pd.DataFrame, snapshot: Callable[..., str], workspace: Path, make_shop_spec: Make
) -> None:
    # The shops begin at other hours, and two of three windows are left out.
    snapshot(shops.drop(index=[*range(1), *range(60, 62)]))
    windows = {"encoder_length": 12, "horizon": 4, "step": 3, "evaluation_step": 3}
    spec = make_shop_spec(forecasting__loss=loss, forecasting__windows=windows)
    material = material_of(workspace, spec)
    steps = material.train.index.groupby("sequence_id")["time"].unique()
    assert len({int(one[0]) % 3 for one in steps}) == (1 if loss == "multivariate_normal" else 3)
    for span in (material.fold.valid, material.fold.train):
        dataset = material.windows(span, "part")
        assert material.count(span, "part") == (len(dataset), len(dataset.data["time"]))
