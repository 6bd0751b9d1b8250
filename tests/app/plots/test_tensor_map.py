"""The heat map of a plane: what is seen, which tiles it wants, and that a NaN is drawn at every zoom."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.plots.tensor_colors import number_format
from app.plots.tensor_map import TensorMap
from app.plots.tensor_window import TILE, TensorWindow, TilePlace
from app.plots.tile_book import MapScale, MapTile, TileBook
from app.theme import apply
from engine.inspecting.arrays import Stored
from engine.inspecting.kinds import KINDS
from engine.inspecting.picture import Picture, Place
from engine.inspecting.plane import Plane

NAN_COLOUR = (255, 196, 0)
ROOM = st.floats(30, 1500)
SIDE = st.integers(1, 100_000)


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """Both themes, one after the other."""
    apply(qapp, request.param)
    yield request.param
    apply(qapp, "light")


def shown(qtbot: QtBot, array: NDArray[np.float32], size: tuple[int, int] = (500, 400)) -> TensorMap:
    """Return a map of this array whose tiles come at once."""
    picture = Picture(Plane(Stored(array, KINDS["f32"]), 0, 1, (0, 0)))
    picture.gather(lambda: False, lambda _share: None)
    map_ = TensorMap()
    qtbot.addWidget(map_)
    map_.resize(*size)

    def give(places: list[TilePlace]) -> None:
        for place in places:
            tile = picture.tile(Place(place.down, place.across, place.row, place.column), "extreme")
            assert tile is not None
            map_.addTile(place, MapTile(tile.values, tile.flags))

    map_.tilesWanted.connect(give)
    map_.setPlane(*array.shape)
    map_.show()
    qtbot.waitUntil(map_.isComplete)
    return map_


def numbers(rows: int, columns: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(-1, 1, (rows, columns)).astype(np.float32)


def picture_of(map_: TensorMap) -> NDArray[np.uint8]:
    """Return the pixels as red, green and blue."""
    image = map_.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : image.width() * 3].reshape(image.height(), image.width(), 3)


def nan_pixels(map_: TensorMap) -> int:
    return int((np.abs(picture_of(map_).astype(int) - NAN_COLOUR).sum(axis=2) < 12).sum())


# What part is seen


@settings(max_examples=150, deadline=None)
@given(SIDE, SIDE, ROOM, ROOM, st.lists(st.tuples(st.floats(0.2, 5), st.floats(0, 1), st.floats(0, 1)), max_size=6))
def test_that_any_way_of_zooming_keeps_the_plane_in_the_room_and_blocks_a_pixel_wide(
    rows: int, columns: int, width: float, height: float, ways: list[tuple[float, float, float]]
) -> None:
    window = TensorWindow(rows, columns, width, height).fitted()
    for factor, x, y in ways:
        window = window.zoomed(factor, x * width, y * height).panned((x - 0.5) * width, (y - 0.5) * height)
        for start, cells, room in (
            (window.left, columns, width / window.wide),
            (window.top, rows, height / window.high),
        ):
            assert start >= -1e-6 or cells <= room
            assert start + room <= cells + 1e-6 * cells or cells <= room * (1 + 1e-9)
        down, across = window.block()
        assert down * window.high >= 1 - 1e-6 and across * window.wide >= 1 - 1e-6
        assert 1 <= len(window.tiles()) <= (width / TILE + 3) * (height / TILE + 3)
        top, left, bottom, right = window.seen()
        covered = {(row, column) for row in (top, bottom - 1) for column in (left, right - 1)}
        for row, column in covered:
            assert TilePlace(down, across, row // (TILE * down), column // (TILE * across)) in window.tiles()


def test_that_a_zoom_keeps_the_cell_under_the_pointer() -> None:
    window = TensorWindow(1000, 1000, 500, 500).fitted()
    before = window.place(120, 330)
    assert window.zoomed(4, 120, 330).place(120, 330) == pytest.approx(before)


def test_that_everything_is_shown_with_square_cells_unless_most_of_the_room_stays_empty() -> None:
    square = TensorWindow(100, 150, 600, 600).fitted()
    assert square.wide == square.high == 4
    long = TensorWindow(30_000, 100, 600, 600).fitted()
    assert (long.wide, long.high) == (6, 0.02)
    assert long.root() == TilePlace(128, 1, 0, 0)


# What is drawn


@pytest.mark.parametrize(("rows", "columns"), [(7, 9), (300, 280), (1500, 1700), (3, 5000), (4000, 40)])
def test_that_a_single_nan_is_seen_at_every_zoom(qtbot: QtBot, theme: str, rows: int, columns: int) -> None:
    array = numbers(rows, columns)
    row, column = int(rows * 0.63), int(columns * 0.37)
    array[row, column] = np.nan
    map_ = shown(qtbot, array)
    fitted = map_.window_()
    for factor in (1, 1.3, 2.1, 5, 17, 90):
        x, y = fitted.point(row + 0.5, column + 0.5)
        map_.look(fitted.zoomed(factor, x, y))
        qtbot.waitUntil(map_.isComplete)
        assert nan_pixels(map_) > 0, (theme, factor)


def test_that_where_cells_are_too_small_a_ring_is_drawn_around_the_nan(qtbot: QtBot) -> None:
    array = numbers(900, 900)
    plain = picture_of(shown(qtbot, array)).copy()
    array[450, 450] = np.nan
    marked = picture_of(shown(qtbot, array))
    changed = (plain != marked).any(axis=2)[5:-5, 5:-5]  # without the ring of focus
    rows, columns = np.nonzero(changed)
    assert 10 <= np.ptp(rows) <= 20 and 10 <= np.ptp(columns) <= 20


def test_that_numbers_are_written_in_cells_that_are_large_enough(qtbot: QtBot) -> None:
    map_ = shown(qtbot, numbers(6, 6))
    before = picture_of(map_).copy()
    written: list[float] = []

    def write(value: float) -> str:
        written.append(value)
        return f"{value:.2f}"

    map_.setFormat(write)
    assert (picture_of(map_) != before).any()
    assert len(written) == 36
    large = shown(qtbot, numbers(200, 200))
    large.setFormat(pytest.fail)
    picture_of(large)


def test_that_colours_follow_the_scale() -> None:
    array = np.array([0.001, -2.0, 1e30], dtype=np.float32)
    assert MapScale(0, 2).shares(array)[1] == -1
    log = MapScale(0, 1000, 1)
    shares = log.shares(np.array([-1000.0, 0, 1, 1000]))
    assert shares.tolist() == [-1, 0, pytest.approx(math.log(2) / math.log(1001)), 1]
    for share in (-1.0, -0.3, 0.0, 0.7):
        assert log.shares(np.array([log.value(share)]))[0] == pytest.approx(share)
    assert MapScale(5, 2).value(-1) == 3


def test_that_the_memory_of_tiles_is_bounded() -> None:
    book = TileBook()
    for column in range(200):
        book.add(TilePlace(1, 1, 0, column), MapTile(np.zeros((256, 256), np.float32), np.empty((0, 0), np.uint8)))
    assert sum(book.get(place).size for place in list(book)) <= 24 << 20  # type: ignore[union-attr]
    assert TilePlace(1, 1, 0, 199) in book and TilePlace(1, 1, 0, 0) not in book


# What the user does


def test_that_the_wheel_drag_and_keys_move_the_view(qtbot: QtBot) -> None:
    map_ = shown(qtbot, numbers(400, 400))
    fitted = map_.window_()
    at = QPointF(250, 200)
    wheel = QWheelEvent(
        at,
        map_.mapToGlobal(at),
        QPoint(),
        QPoint(0, 960),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(map_, wheel)
    zoomed = map_.window_()
    assert zoomed.wide > fitted.wide * 3
    qtbot.mousePress(map_, Qt.MouseButton.LeftButton, pos=QPoint(250, 200))
    qtbot.mouseMove(map_, QPoint(210, 190))
    qtbot.mouseRelease(map_, Qt.MouseButton.LeftButton, pos=QPoint(210, 190))
    assert map_.window_().left == pytest.approx(zoomed.left + 40 / zoomed.wide)
    assert map_.pinned() is None
    qtbot.keyClick(map_, Qt.Key.Key_Right)
    qtbot.keyClick(map_, Qt.Key.Key_Minus)
    qtbot.keyClick(map_, Qt.Key.Key_Home)
    assert map_.window_() == fitted


def test_that_a_click_pins_a_cell_and_arrows_walk_it(qtbot: QtBot) -> None:
    map_ = shown(qtbot, numbers(5, 5))
    told: list[object] = []
    map_.cellPinned.connect(told.append)
    middle = map_.rect().center()
    qtbot.mouseMove(map_, middle)
    qtbot.mouseClick(map_, Qt.MouseButton.LeftButton, pos=middle)
    assert map_.pinned() == (2, 2)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(map_, key)
    assert map_.pinned() == (0, 3)
    qtbot.keyClick(map_, Qt.Key.Key_Escape)
    assert told == [(2, 2), (2, 3), (1, 3), (0, 3), None]


def test_that_an_empty_plane_wants_nothing(qtbot: QtBot) -> None:
    map_ = TensorMap()
    qtbot.addWidget(map_)
    map_.setEmptyText("no numbers")
    map_.setPlane(0, 3)
    map_.resize(300, 200)
    picture_of(map_)
    assert map_.missing() == []


def test_that_another_slice_is_looked_at_in_the_same_place(qtbot: QtBot) -> None:
    map_ = shown(qtbot, numbers(600, 600))
    map_.look(map_.window_().zoomed(3, 200, 100))
    seen = map_.window_()
    map_.setPlane(600, 600, keep_view=True)
    assert map_.window_() == seen
    qtbot.waitUntil(map_.isComplete)
    map_.setPlane(10, 600)
    assert map_.window_().is_fitted


def test_that_the_theme_changes_the_picture(qtbot: QtBot, qapp: QApplication) -> None:
    map_ = shown(qtbot, numbers(20, 20))
    map_.setFormat(number_format(numbers(20, 20)))
    light = picture_of(map_).copy()
    apply(qapp, "dark")
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert (picture_of(map_) != light).mean() > 0.5
    apply(qapp, "light")
