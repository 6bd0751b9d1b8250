"""The Train page for forecasts, over a stand-in for the labs, which answer when a test says so."""

import pytest
from PySide6.QtCore import QItemSelectionModel, QObject, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QToolButton

from app.forms import choice_label
from app.pages.train import TrainPage
from app.pages.train.finder import LearningRateFinder
from app.pages.train.series_words import distance_text
from engine.catalog import use_of
from engine.catalog.series_view import SeriesView
from engine.spec import Roles, from_toml, to_toml

DAY = 86_400.0
CHECK = {"parameters": 10, "memory_bytes": None, "steps_per_epoch": 7, "trainings": 1, "warnings": []}


@pytest.fixture
def page(labs, shown):
    return shown(TrainPage(labs), 1200, 760)


TYPES = {"day": "date", "shop": "text", "price": "number", "size": "number", "sales": "number"}
ROLES = Roles(date=("day",), continuous=("price", "size"), categorical=("shop",), target=("sales",))


def dataset(**more):
    columns = [{"name": name, "type": kind} for name, kind in TYPES.items()]
    return {"id": "d1", "name": "shops", "rows": 600, "columns": columns, **more}


def view(**changes):
    x = [place * DAY for place in range(200)]
    fold = {"name": "", "train": (0, 140 * DAY), "valid": (140 * DAY, 160 * DAY), "test": (160 * DAY, 200 * DAY)}
    fold |= {"until": (139 * DAY, 159 * DAY, 199 * DAY)}
    return SeriesView(
        **{
            "frequency": "D",
            "season": 7,
            "calendar": ("weekday", "month"),
            "count": 3,
            "rows": 600,
            "shortest": 200,
            "longest": 200,
            "name": "north",
            "steps": 200,
            "whole": (x, [float(place % 7) for place in range(200)]),
            "page": (x[120:180], [float(place % 7) for place in range(60)]),
            "folds": (fold,),
            "encoder": (132 * DAY, 160 * DAY),
            "horizon": (160 * DAY, 167 * DAY),
            "origin": 160,
            "first_origin": 28,
            "last_origin": 193,
            "part": "test",
            **changes,
        }
    ).model_dump(mode="json")


def looked(qtbot, labs, **changes):
    qtbot.waitUntil(lambda: bool(labs.of("series")))
    labs.answer("series", view(**changes))


@pytest.fixture
def filled(qtbot, page, labs):
    page.setDataset(dataset(), ROLES)
    looked(qtbot, labs)
    looked(qtbot, labs)  # the windows that fit the series are other ones
    return page


def button(page, name):
    return page.findChild(QPushButton, name)


def selected(page, *columns):
    table = page.form.series.inputs
    table.view.clearSelection()
    for row in range(table.model.rowCount()):
        if table.model.column(row) in columns:
            flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
            table.view.selectionModel().select(table.model.index(row, 0), flags)


def test_that_dates_suggest_a_forecast_and_a_table_is_one_click_away(qtbot, filled):
    assert filled.spec().family == "forecasting"
    assert button(filled, "train.family.forecasting").isChecked()
    button(filled, "train.family.tabular").click()
    assert filled.spec().family == "tabular"
    assert filled.spec().data.roles == ROLES
    filled.setDataset(dataset(id="d2"), ROLES)
    assert filled.spec().family == "tabular"


def test_that_a_table_without_dates_stays_a_table(page):
    page.setDataset(dataset(), Roles(continuous=("price",), target=("sales",)))
    assert page.spec().family == "tabular"
    assert button(page, "train.family.tabular").isChecked()


AS_TEXT = {**TYPES, "day": "text"}
ROLES_OF_TEXT = Roles(continuous=("price", "size"), categorical=("shop",), ignore=("day",), target=("sales",))


def of_text(**more):
    return dataset(columns=[{"name": name, "type": kind} for name, kind in AS_TEXT.items()], **more)


def test_that_texts_that_are_dates_suggest_a_forecast_by_them(qtbot, page, labs):
    page.setDataset(of_text(), ROLES_OF_TEXT)
    assert page.spec().family == "tabular"
    qtbot.waitUntil(lambda: bool(labs.of("date_texts")))
    labs.answer("date_texts", ["day"])
    assert page.spec().family == "forecasting"
    looked(qtbot, labs, count=0, times=("day",))
    assert page.spec().forecasting.timeline.column == "day"
    looked(qtbot, labs)
    assert page.spec().forecasting.windows.horizon == 7


def test_that_a_table_without_dates_among_its_texts_stays_one(qtbot, page, labs):
    page.setDataset(of_text(), ROLES_OF_TEXT)
    qtbot.waitUntil(lambda: bool(labs.of("date_texts")))
    labs.answer("date_texts", [])
    assert page.spec().family == "tabular"


@pytest.mark.parametrize("done", ["edited", "chosen"])
def test_that_what_was_done_before_dates_were_found_stays(qtbot, page, labs, done):
    page.setDataset(of_text(), ROLES_OF_TEXT)
    qtbot.waitUntil(lambda: bool(labs.of("date_texts")))
    if done == "edited":
        page._edit("trainer.epochs", 3)
    else:
        button(page, "train.family.forecasting").click()
        button(page, "train.family.tabular").click()
    before = page.spec()
    labs.answer("date_texts", ["day"])
    assert page.spec() == before


def test_that_each_family_keeps_its_settings(filled):
    filled._edit("forecasting.windows.horizon", 3)
    button(filled, "train.family.tabular").click()
    filled._edit("trainer.epochs", 77)
    button(filled, "train.family.forecasting").click()
    assert filled.spec().forecasting.windows.horizon == 3
    assert filled.spec().trainer.epochs != 77
    button(filled, "train.family.tabular").click()
    assert filled.spec().trainer.epochs == 77
    filled.history.stack.undo()
    assert filled.spec().family == "forecasting"


def test_that_the_gallery_and_the_tabs_are_those_of_the_family(filled):
    assert filled.gallery.card("nhits").isVisible() and not filled.gallery.card("gandalf").isVisible()
    shown = [filled.form.tabText(index) for index in range(filled.form.count()) if filled.form.isTabVisible(index)]
    assert shown == ["Model", "Training", "Series", "Windows"]
    button(filled, "train.family.tabular").click()
    assert filled.gallery.card("gandalf").isVisible() and not filled.gallery.card("nhits").isVisible()
    assert not any("leave out" in label.text() for label in filled.gallery.card("gandalf").findChildren(QLabel))
    shown = [filled.form.tabText(index) for index in range(filled.form.count()) if filled.form.isTabVisible(index)]
    assert shown == ["Model", "Training", "Data"]


def test_that_a_further_target_chosen_early_does_not_keep_the_windows_from_following(qtbot, page, labs):
    page.setDataset(dataset(), ROLES)
    page.form.series.changed.emit("data.roles.target.further", ["price"])
    looked(qtbot, labs)
    own = page.spec().forecasting
    assert (own.windows.horizon, own.windows.encoder_length) == (7, 28)
    assert page.spec().data.roles.target == ("sales", "price")


def test_that_windows_and_calendar_follow_from_the_series_while_nothing_was_changed(qtbot, page, labs):
    page.setDataset(dataset(), ROLES)
    looked(qtbot, labs, groups=("shop",), problem="Rows share their time.")
    assert page.spec().data.roles.group == ("shop",)
    looked(qtbot, labs)
    own = page.spec().forecasting
    assert (own.windows.horizon, own.windows.encoder_length, own.inputs.calendar) == (7, 28, ("weekday", "month"))
    assert page.spec().data.roles.group == ("shop",)


def test_that_texts_that_are_dates_become_the_time_where_there_is_none(qtbot, page, labs):
    columns = [{"name": "day", "type": "text"}, {"name": "sales", "type": "number"}]
    page.setDataset(dataset(columns=columns), Roles(ignore=("day",), target=("sales",)))
    button(page, "train.family.forecasting").click()
    assert page.spec().forecasting.timeline.column == ""
    looked(qtbot, labs, times=("day",), problem="Choose the time column.", count=0)
    assert page.spec().forecasting.timeline.column == "day"
    looked(qtbot, labs, problem="Column “day” is not written in one way: row 2.", count=0)
    assert "is not written in one way" in page.form.series.about.text()


def test_that_what_the_user_changed_is_not_changed_again(qtbot, page, labs):
    page.setDataset(dataset(), ROLES)
    page._edit("forecasting.windows.horizon", 5)
    looked(qtbot, labs)
    assert page.spec().forecasting.windows.horizon == 5


def test_that_uses_of_selected_columns_are_set_at_once_and_undone(filled):
    selected(filled, "price", "size")
    button(filled, "train.inputs.known").click()
    assert [use_of(filled.spec(), name) for name in ("price", "size")] == ["known", "known"]
    selected(filled, "size")
    button(filled, "train.inputs.unused").click()
    assert use_of(filled.spec(), "size") == "unused"
    filled.history.stack.undo()
    assert use_of(filled.spec(), "size") == "known"


def test_that_the_target_lags_and_quantiles_are_typed_and_shown(qtbot, filled):
    filled.form.setCurrentIndex(3)
    for key, text in (("forecasting.inputs.lags", "7, 14"), ("forecasting.quantiles", "0.1, 0.5, 0.9")):
        line = filled.findChild(QLineEdit, key)
        line.selectAll()
        qtbot.keyClicks(line, text)
    assert filled.spec().forecasting.inputs.lags == {"sales": (7, 14)}
    assert filled.spec().forecasting.quantiles == (0.1, 0.5, 0.9)
    box = filled.findChild(QComboBox, "data.roles.target")
    box.setCurrentText("price")
    box.activated.emit(box.currentIndex())
    assert filled.spec().data.roles.target == ("price",)
    assert filled.spec().forecasting.inputs.lags == {"price": (7, 14)}


def test_that_quantiles_without_a_median_keep_the_button_off(qtbot, filled):
    line = filled.findChild(QLineEdit, "forecasting.quantiles")
    line.selectAll()
    qtbot.keyClicks(line, "0.1, 0.9")
    assert not filled.start.isEnabled()
    assert "median" in filled.reason.text()


def test_that_the_usual_parts_of_the_date_are_one_click(filled):
    filled.form.setCurrentIndex(3)
    filled._edit("forecasting.inputs.calendar", [])
    usual = button(filled, "train.series.suggest")
    assert usual.isVisible()
    usual.click()
    assert filled.spec().forecasting.inputs.calendar == ("weekday", "month")
    assert not usual.isVisible()


def test_that_a_model_that_takes_less_leaves_inputs_out_and_the_next_one_has_them_again(filled):
    filled.gallery.card("nbeats").radio.click()
    assert filled.spec().data.roles.continuous == () and filled.start.isEnabled()
    filled.gallery.card("tft").radio.click()
    assert filled.spec().data.roles.continuous == ("price", "size")
    assert filled.spec().forecasting.inputs.calendar == ("weekday", "month")


def test_that_the_split_can_be_a_backtest(filled):
    filled._edit("split.kind", "rolling")
    assert filled.spec().split.kind == "rolling"
    filled.goTo("split.folds")
    assert filled.findChild(QLineEdit, "split.folds").isVisible()


def test_that_windows_are_drawn_on_the_series_with_its_split(filled):
    filled.form.setCurrentIndex(4)
    tab = filled.form.windows
    tones = [band.tone for band in tab.whole.bands()]
    assert tones == ["train", "valid", "test", "past", "future"]
    assert [(band.label, band.begin, band.end) for band in tab.close_up.bands()] == [
        ("sees", 132 * DAY, 160 * DAY),
        ("forecasts", 160 * DAY, 167 * DAY),
    ]
    assert filled.findChild(QLabel, "train.windows.window").text().endswith("a window of the test")
    assert "validates until 1970-06-09" in filled.findChild(QLabel, "train.windows.split").text()
    rows = [[tab.seen.item(row, place).text() for place in (0, 2, 3)] for row in range(tab.seen.rowCount())]
    assert ["sales", "●", "–"] in rows and ["weekday", "●", "●"] in rows


def test_that_series_and_windows_are_walked_through_by_the_keyboard(qtbot, filled, labs):
    filled.form.setCurrentIndex(4)
    tab = filled.form.windows
    assert not filled.findChild(QToolButton, "train.windows.series.left").isEnabled()
    qtbot.keyClick(tab, Qt.Key.Key_Right)
    assert labs.of("series")[-1][2]["index"] == 1
    looked(qtbot, labs, index=1, name="south")
    assert filled.findChild(QLabel, "train.windows.name").text() == "south · 2 of 3"
    qtbot.keyClick(tab.whole, Qt.Key.Key_Left)
    assert labs.of("series")[-1][2]["index"] == 0
    looked(qtbot, labs)
    qtbot.keyClick(tab, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert labs.of("series")[-1][2]["origin"] == 159


def test_that_series_that_are_refused_say_why(qtbot, filled, labs):
    filled._edit("forecasting.timeline.missing_steps", "refuse")
    looked(qtbot, labs, problem="12 steps are missing in 1 series.")
    assert "12 steps are missing" in filled.findChild(QLabel, "train.series.about").text()
    assert "12 steps are missing" in filled.findChild(QLabel, "train.windows.problem").text()


def test_that_findings_of_the_check_lead_to_the_series(qtbot, filled, labs):
    error = {"severity": "error", "field": "data", "text": "Two rows share a time.", "fix": "Name the series."}
    qtbot.waitUntil(lambda: bool(labs.of("preflight")))
    labs.answer("preflight", {**CHECK, "rows": {"train": 9}, "warnings": [error]})
    assert not filled.start.isEnabled()
    filled.form.setCurrentIndex(0)
    qtbot.keyClick(filled.preflight.rows()[0], Qt.Key.Key_Return)
    assert filled.form.currentIndex() == 3


@pytest.mark.parametrize(
    "key",
    [
        "forecasting.timeline.column",
        "forecasting.timeline.duplicates",
        "forecasting.windows.encoder_length",
        "forecasting.windows.evaluation_step",
        "forecasting.inputs.lags",
        "forecasting.scaling.normaliser",
        "forecasting.loss",
        "forecasting.season",
        "data.roles.target",
        "split.test_from",
    ],
)
def test_that_every_setting_of_a_forecast_can_be_gone_to(filled, key):
    filled.goTo(key)
    assert filled.findChild(QObject, key).isVisible()


def test_that_train_and_the_queue_carry_the_forecast_that_is_shown(qtbot, filled):
    with qtbot.waitSignal(filled.startRequested) as started:
        filled.start.click()
        filled.start.click()  # without waiting for the check
    assert started.args[0] == filled.spec() == from_toml(to_toml(filled.spec()))
    with qtbot.waitSignal(filled.enqueueRequested) as asked:
        filled.enqueue.click()
        filled.enqueue.click()  # without waiting for the check
    assert asked.args[0].family == "forecasting"


def test_that_a_loaded_forecast_is_shown_and_a_table_can_be_made_of_it(page, labs, filled, tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(to_toml(filled.spec()))
    button(filled, "train.family.tabular").click()
    filled.loadFile(path)
    assert filled.spec().family == "forecasting"
    assert filled.form.series.problems() == {}


def test_that_a_learning_rate_can_be_found_for_a_forecaster_that_learns(filled, labs):
    find = button(filled, "train.find_learning_rate")
    assert find.isVisibleTo(filled.form.training)
    find.click()
    finder = filled.findChild(LearningRateFinder)
    assert labs.of("find_learning_rate")[-1][2]["spec"]["family"] == "forecasting"
    finder.reject()
    filled._edit("model.name", "last_value")
    assert not find.isVisibleTo(filled.form.training)


@pytest.mark.parametrize(
    ("frequency", "told"), [("h", "1 hour"), ("15min", "15 minutes"), ("MS", "1 month"), ("2W", "2 weeks"), ("3", "3")]
)
def test_that_the_distance_of_steps_is_said_in_words(frequency, told):
    assert distance_text(frequency) == told


def test_that_further_targets_and_holidays_are_chosen_in_the_form(filled, qtbot):
    filled.goTo("forecasting.inputs.holidays")
    line = filled.findChild(QLineEdit, "forecasting.inputs.holidays")
    line.selectAll()
    qtbot.keyClicks(line, "de-by")
    assert filled.spec().forecasting.inputs.holidays == "DE-BY"
    filled.form.series.changed.emit("data.roles.target.further", ["price"])
    assert filled.spec().data.roles.target == ("sales", "price")
    assert not filled.gallery.card("nbeats").radio.isEnabled() and filled.gallery.card("tft").radio.isEnabled()
    filled.form.series.changed.emit("data.roles.target", "size")
    assert filled.spec().data.roles.target == ("size", "price")
    assert filled.spec().data.roles.of("sales") == "continuous"
    filled.form.series.changed.emit("data.roles.target.further", [])
    assert filled.spec().data.roles.target == ("size",)
    assert filled.gallery.card("nbeats").radio.isEnabled()


@pytest.mark.parametrize("is_touched", [False, True])
def test_that_another_dataset_is_looked_at_anew_and_keeps_what_was_chosen(filled, labs, qtbot, is_touched):
    if is_touched:
        filled._edit("forecasting.windows.horizon", 5)
    filled.setDataset(dataset(id="d2"), ROLES)
    looked(qtbot, labs, groups=("shop",), problem="Rows share their time.", count=1)
    assert filled.spec().data.dataset == "d2" and filled.spec().data.roles.group == ("shop",)
    looked(qtbot, labs, season=12, longest=400)
    assert filled.spec().forecasting.windows.horizon == (5 if is_touched else 12)


def test_that_a_dataset_after_one_that_cannot_be_used_is_looked_at_as_the_first_one(page, labs, qtbot):
    page.setDataset(dataset(), ROLES)
    looked(qtbot, labs, problem="Rows share their time.", count=1)
    page.setDataset(dataset(id="d2"), ROLES)
    looked(qtbot, labs, groups=("shop",), problem="Rows share their time.", count=1)
    looked(qtbot, labs, season=12, longest=400)
    assert page.spec().forecasting.windows.horizon == 12


def test_that_the_target_that_is_drawn_is_chosen_where_there_are_several(filled, labs, qtbot):
    filled.form.setCurrentIndex(4)
    drawn = filled.findChild(QComboBox, "train.windows.drawn")
    assert drawn.isHidden()
    filled.form.series.changed.emit("data.roles.target.further", ["price"])
    looked(qtbot, labs)
    assert drawn.isVisible() and [drawn.itemText(place) for place in range(2)] == ["sales", "price"]
    qtbot.keyClick(drawn, Qt.Key.Key_Down)
    assert labs.of("series")[-1][2]["target"] == 1
    looked(qtbot, labs, target=1)
    qtbot.keyClick(filled.form.windows, Qt.Key.Key_Right)
    assert (labs.of("series")[-1][2]["index"], labs.of("series")[-1][2]["target"]) == (1, 1)
    looked(qtbot, labs, index=1, target=1)
    assert drawn.currentText() == "price"
    filled.form.series.changed.emit("data.roles.target.further", [])
    assert drawn.isHidden()


def test_that_columns_that_look_like_series_are_offered_to_become_some(page, qtbot):
    columns = [{"name": name, "type": kind} for name, kind in {**TYPES, "shop": "number"}.items()]
    page.setDataset(dataset(columns=columns), Roles(date=("day",), continuous=("price", "size"), target=("sales",)))
    turn = page.findChild(QPushButton, "train.series.turn")
    assert not turn.isHidden()
    with qtbot.waitSignal(page.seriesRequested) as asked:
        turn.click()
    assert asked.args == ["d1"]
    page.setDataset(dataset(), ROLES)
    assert turn.isHidden()


def test_that_what_is_uneven_is_marked_and_what_becomes_of_it_is_chosen_beside_it(page, labs, qtbot):
    page.setDataset(dataset(), ROLES)
    qtbot.waitUntil(lambda: bool(labs.of("series")))
    text = "2 rows of a time in column “day” that was there already, in 1 series (“a”): rows 4, 9."
    twice = {
        "kind": "duplicates",
        "field": "forecasting.timeline.duplicates",
        "text": text,
        "here": 2,
        "marks": (4 * DAY,),
    }
    refused = "2 rows share their time (forecasting.timeline.duplicates = mean, sum or last)."
    labs.answer("series", view(irregular=(twice,), count=3, problem=refused))
    windows = page.form.windows
    assert windows.whole.marks() == {"duplicates": [4 * DAY]}
    assert windows.findChild(QLabel, "train.windows.duplicates.text").text() == f"{text} In this series: 2."
    assert windows.findChild(QLabel, "train.windows.missing_steps.text").isHidden()
    said = windows.findChild(QLabel, "train.windows.problem").text()
    choices = "become their mean, become their sum or the last one counts"
    assert said == f"2 rows share their time (“Rows of one time”: {choices})."
    choice = windows.findChild(QComboBox, "train.windows.duplicates")
    choice.setCurrentIndex(choice.findData("sum"))
    choice.activated.emit(choice.currentIndex())
    assert page.spec().forecasting.timeline.duplicates == "sum"


def test_that_a_column_called_like_a_choice_keeps_its_name():
    assert choice_label("value", "data.roles.target") == "value"
