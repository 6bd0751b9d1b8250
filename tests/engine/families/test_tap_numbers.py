"""What is kept of a tensor is small and true: statistics, a histogram, and a picture in which nothing is lost."""

import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from engine.families import tap_numbers
from engine.families.tap_numbers import tapped
from engine.inspecting.blocks import Flag
from engine.runs.taps import Tap, Tapped, TapPicture

WEIGHT, ACTIVATION = Tap(name="w", kind="weight"), Tap(name="w", kind="activation")


def picture(found: Tapped) -> TapPicture:
    assert found.picture is not None
    return found.picture


def test_that_a_small_tensor_is_kept_cell_by_cell() -> None:
    numbers = torch.randn(5, 7, generator=torch.Generator().manual_seed(1)) * 1e-9
    found = Tapped.model_validate_json(tapped(WEIGHT, numbers).model_dump_json())
    assert_allclose(picture(found).means(), numbers, rtol=0, atol=1e-3 * numbers.abs().max().item())
    assert found.low == numbers.min().item() and found.high == numbers.max().item()
    assert found.mean == pytest.approx(numbers.mean().item()) and sum(found.counts) == 35
    assert found.std == pytest.approx(numbers.std(correction=0).item())


def test_that_a_large_tensor_is_kept_as_tiles_that_hide_nothing() -> None:
    numbers = np.zeros((1000, 300), np.float32)
    numbers[500, 20], numbers[999, 299], numbers[0, 0], numbers[0, 1] = -8.0, math.nan, math.inf, 4.0
    found = tapped(WEIGHT, torch.from_numpy(numbers))
    small = picture(found)
    assert (small.down, small.across, small.tiles) == (16, 5, (63, 60))
    assert small.extremes()[500 // 16, 20 // 5] == -8.0
    assert small.means()[0, 0] == pytest.approx(4.0 / 79, rel=1e-2)
    assert small.marks()[62, 59] == Flag.NAN and small.marks()[0, 0] == Flag.PLUS_INF
    assert (found.nan, found.inf, sum(found.counts)) == (1, 1, 300_000 - 2)
    assert len(found.model_dump_json()) < 40_000


@pytest.mark.parametrize("shape", [(9000, 30), (3, 90_000)])
def test_that_of_a_huge_tensor_a_part_is_drawn_and_what_is_not_finite_is_found_in_all(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tap_numbers, "MOST", 30_000)
    numbers = torch.randn(shape, generator=torch.Generator().manual_seed(4))
    numbers[1, 1], numbers[2, 1], numbers[1, 2] = math.nan, math.inf, 50.0  # none of them in the part
    found = tapped(WEIGHT, numbers)
    assert (found.every, found.shape, found.nan, found.inf, found.high) == (9, shape, 1, 1, 50.0)
    assert found.std == pytest.approx(1.0, abs=0.02) and sum(found.counts) == 30_000
    small = picture(found)
    assert (small.rows, small.columns) == shape and small.means().shape == small.tiles


def test_that_an_attention_map_has_a_picture_a_head() -> None:
    heads = torch.rand(12, 100, 90, generator=torch.Generator().manual_seed(4))
    found = tapped(Tap(name="w", kind="attention"), heads)
    assert found.picture is None and len(found.heads) == 12 and len(found.model_dump_json()) < 100_000
    first = found.heads[11].means()[0, 0]
    assert first == pytest.approx(heads[11, : found.heads[0].down, : found.heads[0].across].mean().item(), rel=1e-3)
    (alone,) = tapped(Tap(name="w", kind="attention"), heads[:1, :60, :64]).heads
    assert_allclose(alone.means(), heads[0, :60, :64], atol=1e-3)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (200,), (2, 3, 5, 7)])
def test_that_tensors_of_every_shape_are_told(shape: tuple[int, ...]) -> None:
    found = tapped(ACTIVATION, torch.ones(shape, dtype=torch.bfloat16))
    assert found.shape == shape and found.dtype == "bfloat16"
    if math.prod(shape):
        assert found.mean == found.low == found.high == 1.0
        assert picture(found).means().min() == picture(found).means().max() == 1.0
    else:
        assert found.mean is None and found.picture is None
    if len(shape) == 4:
        assert picture(found).columns == 7  # what a layer returned is laid out by its last dimension


def test_that_a_sparse_gradient_tells_the_rows_that_it_has() -> None:
    values = torch.tensor([[1.0, 0.0], [5.0, 5.0], [2.0, 0.0]])
    rows = torch.sparse_coo_tensor([[4, 1, 4]], values, (9, 2), check_invariants=True)
    found = tapped(Tap(name="w", kind="gradient"), rows)
    assert (found.shape, found.whole) == ((2, 2), (9, 2))
    assert picture(found).means().tolist() == [[5.0, 5.0], [3.0, 0.0]]


def test_that_a_tensor_without_a_finite_number_is_told() -> None:
    found = tapped(WEIGHT, torch.full((2, 2), math.nan))
    assert found.nan == 4 and found.low is None and found.counts == ()
    assert picture(found).marks().tolist() == [[Flag.NAN | Flag.NOTHING] * 2] * 2
