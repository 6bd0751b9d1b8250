"""A series with shaded stretches of time."""

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from app.plots.series_plot import Band, SeriesPlot

DAY = 86_400.0


@pytest.fixture
def plot(qtbot):
    plot = SeriesPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 200)
    plot.show()
    return plot


def test_that_a_series_and_its_stretches_are_shown_whole(plot):
    bands = (Band(0, 60 * DAY, "train", "train"), Band(60 * DAY, 100 * DAY, "test", "test"))
    plot.setSeries([place * DAY for place in range(100)], [float(place) for place in range(100)], True, None, bands)
    (left, right), (low, high) = plot.item.viewRange()
    assert left <= 0 and right >= 99 * DAY and low < 0 and high > 99
    assert [band.label for band in plot.bands()] == ["train", "test"]


def test_that_missing_values_leave_a_hole_and_are_written_as_they_are(plot):
    plot.setSeries([0.0, DAY, 2 * DAY], [1.0, None, 3.0], True)
    header, rows = plot.numbers()
    assert header == ["time", "value"]
    assert [row[0] for row in rows] == ["1970-01-01", "1970-01-02", "1970-01-03"]
    assert rows[0][1] == 1.0 and rows[1][1] != rows[1][1]


@pytest.mark.parametrize("values", [[], [None, None]])
def test_that_a_series_without_a_value_leaves_the_view_and_says_that_there_is_nothing(plot, values):
    before = plot.item.viewRange()
    plot.setSeries([float(place) for place in range(len(values))], values, False)
    assert plot.item.viewRange() == before
    assert plot._empty.isVisible()


def test_that_a_series_that_never_changes_has_room_above_and_below(plot):
    plot.setSeries([0.0, 1.0], [2.0, 2.0], False)
    _, (low, high) = plot.item.viewRange()
    assert low < 2 < high and not plot._empty.isVisible()


def test_that_left_and_right_are_left_to_the_page(plot):
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier)
    plot.keyPressEvent(event)
    assert not event.isAccepted()


def test_that_a_split_too_narrow_for_a_name_still_has_its_border_and_is_seen_through_a_window(plot):
    fold, window = Band(98.0, 100.0, "test", "test"), Band(60.0, 100.0, "", "past")
    plot.setSeries(list(range(101)), [1.0] * 101, False, None, (fold, window))
    lines = [item.value() for item in plot.item.items if isinstance(item, pg.InfiniteLine)]
    washes = [item.brush.color().alpha() for item in plot.item.items if isinstance(item, pg.LinearRegionItem)]
    assert lines == [98.0]
    assert washes[0] == 255 and washes[1] < 64


def test_that_folds_stand_above_each_other_and_a_window_over_them_is_an_outline(plot):
    folds = [Band(0.0, 40.0 + 20 * row, "", "train", row, 2) for row in range(2)]
    window = Band(30.0, 50.0, "", "past", outlined=True)
    plot.setSeries(list(range(101)), [1.0] * 101, False, None, (*folds, window))
    regions = [item for item in plot.item.items if isinstance(item, pg.LinearRegionItem)]
    assert [region.span for region in regions] == [(0.5, 1.0), (0.0, 0.5), (0.0, 1.0)]
    assert [region.brush.color().alpha() for region in regions] == [255, 255, 0]
