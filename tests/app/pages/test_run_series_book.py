"""The book of a run's points: whatever the order of news and replays, it holds what was recorded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pages.run.plot_groups import curve_name
from app.pages.run.series_book import SeriesBook
from app.pages.run.wording import figure, is_smaller_better, metric_title
from engine.runs import Series


def a_series(start: int, values, first_step: int | None = None) -> Series:
    count = len(values)
    steps = np.arange(count) + (start if first_step is None else first_step)
    return Series("train/loss", start, steps, np.asarray(values, float), steps + 100.0, (steps / 10).astype(np.float32))


@settings(max_examples=60, deadline=None)
@given(news=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=15))
def test_that_news_and_replays_in_any_order_give_a_gapless_prefix(news):
    recorded = np.arange(60.0)
    book, held = SeriesBook(), 0
    for start, count in news:
        book.take(a_series(start, recorded[start : start + count]))
        if count and start <= held:  # else it leaves a gap
            held = start + count
    assert book.count("train/loss") == held
    if held:
        np.testing.assert_array_equal(book.values("train/loss"), recorded[:held])
        np.testing.assert_array_equal(book.positions("train/loss", "step"), np.arange(held))


def test_that_thousands_of_small_parts_stay_few_and_whole():
    book = SeriesBook()
    for start in range(0, 3_000, 3):
        book.take(a_series(start, [float(start), np.nan, 1.0]))
    assert book.count("train/loss") == 3_000
    np.testing.assert_array_equal(book.positions("train/loss", "step"), np.arange(3_000))
    assert book.first_nan("train/loss") == (1, 1_000)
    assert len(book._held["train/loss"].parts) < 20


def test_that_the_time_axis_counts_from_the_first_point_where_no_start_is_known():
    book = SeriesBook()
    book.take(a_series(0, [1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(book.positions("train/loss", "time"), [0.0, 1.0, 2.0])


def test_that_the_best_value_is_the_first_of_equals_and_never_a_nan():
    book = SeriesBook()
    book.take(a_series(0, [np.nan, 0.5, 0.2, 0.2, np.inf]))
    assert book.best("train/loss", smaller=True) == 2
    assert book.best("train/loss", smaller=False) == 1
    assert book.best("valid/loss", smaller=True) is None
    assert book.first_nan("train/loss") == (0, 1)


@pytest.mark.parametrize(
    ("key", "plot", "fold", "label"),
    [
        ("train/loss", "loss", 0, "train"),
        ("valid/accuracy/colour", "accuracy/colour", 0, "valid"),
        ("fold3/valid/loss", "loss", 3, "fold 3"),
        ("fold3/train/loss", "loss", 3, "fold 3 train"),
        ("pretrain/loss", "pretrain/loss", 0, "pre-training"),
        ("pretrain/lr", "lr", 0, "pre-training"),
        ("device/memory", "device/memory", 0, ""),
    ],
)
def test_that_a_key_names_its_plot_fold_and_label(key, plot, fold, label):
    name = curve_name(key)
    assert (name.plot, name.fold, name.label) == (plot, fold, label)


def test_that_figures_keep_four_digits_and_name_what_is_no_number():
    values = (0.94123, 12345.678, 0.0, 1234567.0, 0.00001234, -0.5, float("nan"), float("-inf"), None)
    written = [figure(value) for value in values]
    assert written == ["0.9412", "12,346", "0", "1.235e+06", "1.234e−05", "−0.5000", "NaN", "−∞", "–"]


def test_that_metrics_of_several_targets_keep_their_target():
    assert metric_title("accuracy/colour") == metric_title("colour/accuracy") == "Accuracy · colour"
    assert is_smaller_better("rmse/price") and not is_smaller_better("accuracy/price")
