"""Pictures of planes: tiles at every zoom say what the numbers say, and a single NaN or infinity is never lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.inspecting import picture as pictures
from engine.inspecting.arrays import Stored
from engine.inspecting.blocks import Flag, gather
from engine.inspecting.kinds import kind_of
from engine.inspecting.picture import Picture, Place, Tile
from engine.inspecting.plane import Plane
from engine.inspecting.unreadable import Cancelled, Unreadable

SIDES, POWERS = st.integers(1, 80), st.integers(0, 6)
FLAGS = {np.nan: Flag.NAN, np.inf: Flag.PLUS_INF, -np.inf: Flag.MINUS_INF}


def stored(array: NDArray[np.generic]) -> Stored:
    kind = kind_of(array.dtype)
    assert kind is not None
    return Stored(array, kind)


def picture(array: NDArray[np.generic], is_turned: bool = False) -> Picture:
    array = np.asfortranarray(array) if is_turned else array
    made = Picture(Plane(stored(array), 0, 1, (0, 0)))
    made.gather(lambda: False, lambda _share: None)
    return made


def tile_at(made: Picture, place: Place) -> Tile:
    tile = made.tile(place, "extreme")
    assert tile is not None
    return tile


@pytest.fixture(params=["small", "large"], autouse=True)
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planes of this test are small, or large ones of which blocks are kept."""
    if request.param == "large":
        monkeypatch.setattr(pictures, "SMALL", 64)
        monkeypatch.setattr(pictures, "MOST_BLOCKS", 300)
        monkeypatch.setattr(pictures, "PART", 500)
    monkeypatch.setattr(pictures, "TILE", 16)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_that_a_single_odd_number_is_seen_at_every_zoom(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 90)), data.draw(st.integers(1, 90))
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    odd = data.draw(st.sampled_from(list(FLAGS)))
    array = np.ones((rows, columns), dtype=data.draw(st.sampled_from([np.float16, np.float32, np.float64])))
    array[row, column] = odd
    made = picture(array)
    for down in (1, 2, 4, 16, 128):
        for across in (1, 2, 8, 128):
            at = row // down, column // across
            tile = tile_at(made, Place(down, across, at[0] // 16, at[1] // 16))
            expected = FLAGS[odd] | (Flag.NOTHING if tile_cells(array, at, down, across) == 1 else 0)
            assert tile.flags[at[0] % 16, at[1] % 16] == expected
            assert np.count_nonzero(tile.flags) == 1


def tile_cells(array: NDArray[np.generic], at: tuple[int, int], down: int, across: int) -> int:
    return int(array[at[0] * down : (at[0] + 1) * down, at[1] * across : (at[1] + 1) * across].size)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(1, 80),
    st.integers(1, 80),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_that_each_block_has_the_smallest_largest_and_mean_of_its_numbers(
    rows: int, columns: int, down: int, across: int, seed: int, is_turned: bool
) -> None:
    source = np.random.default_rng(seed)
    array = source.normal(size=(rows, columns)) * 10
    array[source.random(array.shape) < 0.1] = np.nan
    made = picture(array, is_turned)
    for row in range(-(-rows // (16 << down))):
        for column in range(-(-columns // (16 << across))):
            place = Place(1 << down, 1 << across, row, column)
            for shown, function in (("min", np.nanmin), ("max", np.nanmax), ("mean", np.nanmean)):
                tile = made.tile(place, shown)  # type: ignore[arg-type]
                assert tile is not None
                for (y, x), value in np.ndenumerate(tile.values):
                    top, left = (row * 16 + y) << down, (column * 16 + x) << across
                    block = array[top : top + (1 << down), left : left + (1 << across)]
                    wanted = 0 if np.isnan(block).all() else function(block)
                    assert value == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def test_that_the_extreme_is_the_number_farthest_from_zero() -> None:
    blocks = gather(np.array([[1.0, -3.0], [2.0, 0.5]]), 2, 2)
    assert blocks.shown("extreme").tolist() == [[-3.0]]
    assert blocks.shown("mean").tolist() == [[0.125]]


def test_that_sums_too_large_for_single_precision_are_no_infinity() -> None:
    blocks = gather(np.full((4, 4), 3e38, np.float32), 4, 4)
    assert blocks.shown("mean")[0, 0] == np.float32(3e38)
    assert not blocks.flags.any()


def test_that_a_look_that_nobody_waits_for_ends() -> None:
    made = Picture(Plane(stored(np.ones((50, 50))), 0, 1, (0, 0)))
    with pytest.raises(Cancelled):
        made.gather(lambda: True, lambda _share: None)
    assert made.tile(Place(1, 1, 9, 0), "mean") is None


def test_that_any_axes_may_be_rows_and_columns() -> None:
    array = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    plane = Plane(stored(array), 2, 0, (0, 1, 0))
    assert plane.shape == (4, 2)
    np.testing.assert_array_equal(plane.read(slice(0, 4), slice(0, 2)), array[:, 1, :].T)
    assert plane.index(3, 1) == (1, 1, 3)
    assert Plane(stored(array[0, 0]), None, 0, (0,)).shape == (1, 4)
    assert Plane(stored(array[0, 0]), 0, None, (0,)).read(slice(1, 3), slice(0, 1)).tolist() == [[1], [2]]
    assert Plane(stored(np.array(5.0)), None, None, ()).read(slice(0, 1), slice(0, 1)).tolist() == [[5]]
    assert Plane(stored(np.empty((3, 0))), 0, 1, (0, 0)).shape == (0, 0)
    for wrong in ((0, 0, (0, 0, 0)), (0, 5, (0, 0, 0)), (0, 1, (0, 0, 9)), (0, 1, (0,))):
        with pytest.raises(Unreadable):
            Plane(stored(array), *wrong)
    numbers = np.random.default_rng(1).random((64, 64), dtype=np.float32)
    numbers[5, 5], numbers[40, 40] = 0.0, 3.0
    blocks = gather(numbers, 8, 8)
    far, extreme = blocks.shown("far", float(numbers.mean())), blocks.shown("extreme")
    assert far[5, 5] == 3.0, "one unlike the others is seen"
    assert np.delete(extreme.ravel(), 45).std() < 0.05 < 0.3 < np.delete(far.ravel(), 45).std()
    np.testing.assert_array_equal(blocks.shown("far"), extreme)
