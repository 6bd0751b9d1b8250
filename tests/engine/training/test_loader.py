"""Batches from resident tensors: every row once an epoch, in an order that depends on seed and epoch alone."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.loader import BatchPlan, ResidentLoader


def rows_of(loader: ResidentLoader) -> list[list[int]]:
    return [batch["rows"].tolist() for batch in loader]


def loader_of(rows: int, batch: int, **settings: object) -> ResidentLoader:
    return ResidentLoader({"rows": torch.arange(rows)}, BatchPlan.of(rows, batch), **settings)


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(2, 300), batch=st.integers(1, 64), seed=st.integers(0, 2**31 - 1))
def test_that_an_epoch_has_every_row_exactly_once(rows: int, batch: int, seed: int) -> None:
    batches = rows_of(loader_of(rows, batch, seed=seed))
    assert sorted(row for one in batches for row in one) == list(range(rows))
    assert batch == 1 or min(len(one) for one in batches) > 1


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 10_000), batch=st.integers(1, 500), drop=st.booleans(), merge=st.booleans())
def test_that_a_plan_covers_the_rows_and_says_when_it_does_not(rows: int, batch: int, drop: bool, merge: bool) -> None:
    plan = BatchPlan.of(rows, batch, drop, merge)
    left_out = rows - sum(plan.sizes)
    assert 0 <= left_out < batch
    assert left_out == 0 or (drop and f"{left_out} rows" in plan.note)
    assert all(size > 0 for size in plan.sizes)


def test_that_a_last_batch_of_one_row_joins_the_one_before_it_and_this_is_said() -> None:
    plan = BatchPlan.of(33, 16)
    assert plan.sizes == (16, 17)
    assert "1 row" in plan.note


def test_that_epochs_differ_and_repeat_with_the_same_seed() -> None:
    one, two, other = loader_of(50, 8, seed=1), loader_of(50, 8, seed=1), loader_of(50, 8, seed=2)
    first, second = rows_of(one), rows_of(one)
    assert first != second
    assert [rows_of(two), rows_of(two)] == [first, second]
    assert rows_of(other) != first


def test_that_without_a_seed_rows_come_in_their_own_order() -> None:
    assert rows_of(loader_of(5, 2)) == [[0, 1], [2, 3, 4]]


@pytest.mark.parametrize("taken", [0, 3, 6, 7, 10])
def test_that_a_loader_with_the_state_of_another_goes_on_where_it_stood(taken: int) -> None:
    whole = loader_of(53, 8, seed=3)
    expected = [*rows_of(whole), *rows_of(whole)]
    interrupted, resumed = loader_of(53, 8, seed=3), loader_of(53, 8, seed=3)
    seen: list[list[int]] = []
    while len(seen) < taken:
        for batch in interrupted:
            seen.append(batch["rows"].tolist())
            if len(seen) == taken:
                break
    resumed.load_state_dict(interrupted.state_dict())
    rest = []
    while len(rest) < len(expected) - taken:
        rest += rows_of(resumed)
    assert seen + rest == expected


def test_that_balanced_sampling_draws_classes_equally_often() -> None:
    classes = torch.tensor([0] * 950 + [1] * 50)
    loader = ResidentLoader({"class": classes}, BatchPlan.of(1000, 100), seed=5, balance=classes)
    drawn = torch.cat([batch["class"] for batch in loader])
    assert len(drawn) == 1000
    assert 0.45 < float((drawn == 1).float().mean()) < 0.55
