"""FanPlot: a forecast with its quantiles on a real window, and the dates below it."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app import theme
from app.plots import Fan, FanPlot, bands_of
from app.plots.date_axis import DateAxis, moment_text

LEVELS = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
START = 1_704_067_200.0  # 2024-01-01


def a_fan(past: int = 48, horizon: int = 12, spread: float = 1.0, **more: Any) -> Fan:
    x = START + 3600.0 * np.arange(past + horizon)
    wave = 20 + 3 * np.sin(np.arange(past + horizon) / 4)
    median = wave[past:] + 0.2
    quantiles = np.array([median + spread * (level - 0.5) for level in LEVELS])
    return Fan(x, wave[:past], wave[past:], median, bands_of(LEVELS, quantiles), are_dates=True, **more)


@pytest.fixture
def shown(qtbot: Any, qapp: Any) -> Callable[..., FanPlot]:
    theme.apply(qapp, "light")

    def make(fan: Fan | None = None) -> FanPlot:
        plot = FanPlot()
        qtbot.addWidget(plot)
        plot.resize(560, 300)
        with qtbot.waitExposed(plot):
            plot.show()
        plot.setFan(fan)
        return plot

    return make


def colour_at(plot: FanPlot, x: float, y: float) -> str:
    layer = plot._layer
    across, down = layer.frame.across(np.array([x]), layer.area), layer.frame.down(np.array([y]), layer.area)
    return plot.grab().toImage().pixelColor(round(float(across[0])), round(float(down[0]))).name()


def test_that_bands_are_the_symmetric_pairs_widest_first() -> None:
    assert [band.percent for band in bands_of(LEVELS, np.zeros((7, 3)))] == [96, 80, 50]
    assert bands_of((0.5,), np.zeros((1, 3))) == ()
    assert [band.percent for band in bands_of((0.05, 0.5, 0.9), np.zeros((3, 3)))] == []


def test_that_narrower_bands_are_stronger_washes_of_one_colour(shown: Callable[..., FanPlot]) -> None:
    fan = a_fan(spread=8.0)
    plot = shown(fan)
    at, last = float(fan.x[-3]), len(fan.median) - 3
    inks = [
        colour_at(plot, at, (band.high[last] + inner) / 2)
        for band, inner in zip(
            fan.bands, [fan.bands[1].high[last], fan.bands[2].high[last], fan.median[last] + 1.0], strict=True
        )
    ]
    lightness = [theme.QColor(ink).lightness() for ink in inks]
    assert lightness == sorted(lightness, reverse=True) and len(set(inks)) == 3


def test_that_every_line_is_named_where_it_ends(shown: Callable[..., FanPlot]) -> None:
    plot = shown(a_fan(others={"seasonal naive": np.full(12, 20.0)}))
    texts = [label.text for label in plot._layer.labels]
    assert texts == ["truth", "median", "96 %", "80 %", "50 %", "seasonal naive"]
    places = plot._layer.placed()
    assert all(after - before >= 14.9 for before, after in itertools.pairwise(places))


def test_that_a_point_forecast_is_called_a_forecast(shown: Callable[..., FanPlot]) -> None:
    fan = a_fan()
    plot = shown(Fan(fan.x, fan.past, np.empty(0), fan.median))
    assert [label.text for label in plot._layer.labels] == ["forecast"]


def test_that_a_network_gone_astray_leaves_the_series_legible(shown: Callable[..., FanPlot]) -> None:
    fan = a_fan(spread=1e9)
    low, high = shown(fan).item.getViewBox().viewRange()[1]
    assert high - low < 5 * np.ptp(fan.past)
    broken = Fan(fan.x, fan.past, fan.actual, np.full(12, np.nan), bands_of(LEVELS, np.full((7, 12), np.nan)))
    plot = shown(broken)
    assert not plot.grab().isNull()
    assert [label.text for label in plot._layer.labels] == ["truth"]


def test_that_a_long_past_is_cut_at_first_and_shown_on_home(shown: Callable[..., FanPlot], qtbot: Any) -> None:
    fan = a_fan(past=900)
    plot = shown(fan)
    assert plot.item.getViewBox().viewRange()[0][0] == pytest.approx(fan.x[900 - 48])
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert plot.item.getViewBox().viewRange()[0][0] == pytest.approx(fan.x[0])


def test_that_a_view_of_ones_own_stays_while_the_same_window_is_forecast_anew(shown: Callable[..., FanPlot]) -> None:
    plot = shown(a_fan())
    qtview = plot.item.getViewBox()
    qtview.scaleBy((0.5, 0.5))
    qtview.sigRangeChangedManually.emit(qtview.mouseEnabled())
    chosen = qtview.viewRange()
    plot.setFan(a_fan(spread=2.0))
    assert qtview.viewRange() == chosen
    plot.setFan(a_fan(past=24))
    assert qtview.viewRange() != chosen


def test_that_arrow_keys_walk_where_they_are_asked_to(shown: Callable[..., FanPlot], qtbot: Any) -> None:
    plot, steps = shown(a_fan()), []
    plot.walked.connect(lambda across, up: steps.append((across, up)))
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert steps == []
    plot.setWalking(True)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(plot, key)
    assert steps == [(1, 0), (-1, 0), (0, 1), (0, -1)]


def test_that_pictures_and_numbers_are_exported(shown: Callable[..., FanPlot], qapp: Any, tmp_path: Any) -> None:
    plot = shown(a_fan(others={"last value": np.full(12, 20.0)}))
    plot.exportImage(tmp_path / "light.png")
    plot.exportImage(tmp_path / "fan.svg")
    plot.exportNumbers(tmp_path / "fan.csv")
    theme.apply(qapp, "dark")
    plot.exportImage(tmp_path / "dark.png")
    theme.apply(qapp, "light")
    assert (tmp_path / "light.png").read_bytes() != (tmp_path / "dark.png").read_bytes()
    drawing = (tmp_path / "fan.svg").read_text()
    assert "<svg" in drawing and "<image" not in drawing
    lines = (tmp_path / "fan.csv").read_text().splitlines()
    assert lines[0] == "time,observed,forecast,last value,96 % low,96 % high,80 % low,80 % high,50 % low,50 % high"
    assert lines[1].startswith("2024-01-01,20.0,")
    assert lines[2].startswith("2024-01-01 01:00,")
    assert len(lines) == 61 and len(lines[-1].split(",")) == 10


def test_that_the_reading_tells_the_step_and_the_bands(shown: Callable[..., FanPlot]) -> None:
    fan = a_fan()
    plot = shown(fan)
    plot._layer.read(fan, 50)
    assert plot._layer.reading is not None
    assert plot._layer.reading.title == "2024-01-03 02:00  ·  +3"
    assert len(plot._layer.reading.lines) == 5
    plot._layer.read(fan, 0)
    assert plot._layer.reading.lines[0][0] == "seen  20"


def test_that_a_redraw_is_quick(shown: Callable[..., FanPlot]) -> None:
    plot, fans = shown(a_fan()), [a_fan(past=240, horizon=24, spread=1 + place / 9) for place in range(9)]
    took = []
    for fan in fans:
        began = time.thread_time()
        plot.setFan(fan)
        plot.repaint()
        took.append(time.thread_time() - began)
    assert np.median(took) < 0.030  # about 0.005 on a quiet core


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (2, ["1 Jan", "00:30", "01:00", "01:30", "02:00"]),
        (72, ["1 Jan", "2 Jan", "3 Jan", "4 Jan"]),
        (24 * 120, ["Jan 2024", "Feb", "Mar", "Apr"]),
        (24 * 365 * 6, ["2024", "2026", "2028"]),
    ],
)
def test_that_dates_are_written_as_shortly_as_they_can_be(qapp: Any, hours: int, expected: list[str]) -> None:
    axis = DateAxis("bottom")
    ((spacing, ticks),) = axis.tickValues(START, START + 3600.0 * hours, 400)
    assert axis.tickStrings(ticks, 1.0, spacing) == expected


def test_that_times_that_are_no_dates_are_numbers(qapp: Any) -> None:
    axis = DateAxis("bottom")
    axis.setDates(False)
    assert axis.tickStrings([0.0, 50.0], 1.0, 50.0) == ["0", "50"]
    assert moment_text(1e18) == "1e+18"
    assert moment_text(START + 1) == "2024-01-01 00:00:01"
