"""How large the cells of each tensor of a card are."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.pages.tensors.fitting import Arrangement, fit
from app.pages.tensors.sizing import TINY, WORTH, sizes_of
from app.plots.cell_paint import NUMBERS_FROM, NUMBERS_HIGH_FROM
from tests.app.pages.tensor_lab import Hand, open_hand

WIDTH, HEIGHT = 900.0, 470.0


def numbered(size: tuple[float, ...]) -> bool:
    return size[0] >= NUMBERS_FROM and size[1] >= NUMBERS_HIGH_FROM


def test_that_a_small_slice_has_numbers_beside_one_that_is_turned_into_many_cells() -> None:
    shapes = [(50, 40, 3, 2), (2, 3, 40, 50)]
    found = fit("permute", shapes[:1], shapes[1], WIDTH, HEIGHT)
    x, y = sizes_of(found, shapes, [(2, 3), (1, 0)], WIDTH)
    assert numbered(x) and not x.is_alone
    assert min(y[:2]) >= TINY > found.wide and y.is_alone, "one slice at a time is seen better than six"


def test_that_tensors_with_a_common_axis_stay_level() -> None:
    shapes = [(40, 50), (1, 50), (40, 50)]
    found = fit("add", shapes[:2], shapes[2], WIDTH, HEIGHT)
    assert len(set(sizes_of(found, shapes, [(0, 1), (None, 1), (0, 1)], WIDTH))) == 1


def test_that_the_axis_that_a_product_sums_is_longer_where_it_is_short() -> None:
    shapes = [(64, 2), (2, 64), (64, 64)]
    found = fit("matmul", shapes[:2], shapes[2], WIDTH, HEIGHT)
    assert found.arrangement is Arrangement.CORNER
    a, b, c = sizes_of(found, shapes, [(0, 1), (1, 2), (0, 2)], WIDTH)
    assert (a[1], b[0]) == (c[1], c[0]), "rows of A level with those of C, columns of B over its"
    assert a[0] >= WORTH * c[0] and b[1] >= WORTH * c[1]


sides = st.integers(1, 300)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(sides, sides), min_size=2, max_size=4), st.data())
def test_that_larger_cells_fit_and_no_cell_becomes_smaller(shapes: list[tuple[int, int]], data: st.DataObject) -> None:
    axes = [(data.draw(st.integers(0, 3)), data.draw(st.integers(4, 7))) for _ in shapes]
    found = fit("add", shapes[:-1], shapes[-1], WIDTH, HEIGHT)
    sizes = sizes_of(found, shapes, axes, WIDTH)
    assert all(size.wide >= found.wide and size.high >= found.high for size in sizes)
    for one, own in enumerate(axes):
        for other, its in enumerate(axes):
            if own[0] == its[0] or own[1] == its[1]:
                assert sizes[one] == sizes[other]
    grown = [at for at, size in enumerate(sizes) if size[:2] != (found.wide, found.high)]
    assert not grown or all(sum(shapes[at][1] * sizes[at][0] for at in row) <= WIDTH for row in found.rows)


@pytest.fixture
def hand(workspace: Path, qtbot: QtBot) -> Hand:
    return open_hand(workspace, qtbot)


def test_that_what_stands_on_the_way_is_level_with_what_it_is_made_of(hand: Hand, qtbot: QtBot) -> None:
    hand.show("x = randn(4, 3); y = layer_norm(x, (3,))")
    body = hand.page.view.cards[0].body

    def tops() -> set[int]:
        return {pane.grid.mapTo(body, pane.grid.rect().topLeft()).y() for pane in (*body.panes(), *body.parts())}

    qtbot.waitUntil(lambda: len(tops()) == 1)
    assert len({pane.grid.cells.high for pane in (*body.panes(), *body.parts())}) == 1


def test_that_each_tensor_of_a_permuted_one_has_cells_of_its_own_size(hand: Hand) -> None:
    hand.show("x = randn(50, 40, 3, 2); y = x.permute(3, 2, 1, 0)")
    x, y = (pane.grid.cells for pane in hand.page.view.cards[0].panes())
    assert numbered((x.wide, x.high)) and TINY <= y.wide < 20
    assert len(y.facets) == 1
    hand.page.pointAt(0, (30, 20, 2, 1))
    assert hand.grid("y").cells.facets == range(5, 6), "the slice that holds what is lit is shown"
