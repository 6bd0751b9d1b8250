"""Public holidays as an input that is known ahead: by the day, beyond the end of the data, and told where they are none."""

import numpy as np
import pandas as pd
import pytest

from engine import datasets
from engine.catalog import problems, seen_inputs
from engine.families.forecasting import calendar
from engine.families.forecasting.prediction import forecast, ready
from engine.families.forecasting.preflight import preflight
from engine.families.forecasting.series import prepare
from engine.families.forecasting.trained import TrainedForecaster
from engine.runs import RunStore
from engine.spec import InputSpec, SpecError
from engine.training.failures import RunFailed


def marked(frame: pd.DataFrame, spec, **inputs: object) -> np.ndarray:
    series = prepare(frame, spec)
    found = calendar.values(InputSpec.model_validate(inputs), series.frequency, series.step)
    return found.get("holiday", np.array([]))


def test_that_every_hour_of_a_holiday_is_one_and_its_part_of_the_country_counts(shops, make_shop_spec):
    north = shops[shops["shop"] == "north"].assign(time=pd.date_range("2024-01-05", periods=60, freq="h"))
    bavaria = marked(north, make_shop_spec(), holidays="de-BY")  # Epiphany, on 6 January, is one of Bavaria's
    assert bavaria.tolist() == [0.0] * 24 + [1.0] * 24 + [0.0] * 12
    assert not marked(north, make_shop_spec(), holidays="DE").any()


def test_that_steps_longer_than_a_day_have_no_holidays(make_shop_spec):
    weeks = pd.DataFrame({"time": pd.date_range("2023-01-01", periods=52, freq="W"), "sales": 1.0, "shop": "a"})
    assert not len(marked(weeks, make_shop_spec(), holidays="US"))


@pytest.mark.parametrize(
    ("code", "words"),
    [("XX", "no holidays of “XX” are known"), ("DE-QQ", "DE has no part “QQ” whose holidays are known")],
)
def test_that_an_unknown_country_is_said_in_a_sentence(workspace, shops, make_shop_spec, code, words):
    with pytest.raises(RunFailed, match=words):
        marked(shops, make_shop_spec(), holidays=code)
    found = preflight(workspace, make_shop_spec(forecasting__inputs__holidays=code)).warnings[0]
    assert (found.severity, found.field) == ("error", "forecasting.inputs.holidays")
    assert words[1:] in found.text


def test_that_what_is_no_code_is_refused_when_it_is_written(make_shop_spec):
    with pytest.raises(SpecError, match="must be a country’s code"):
        make_shop_spec(forecasting__inputs__holidays="Germany")


def test_that_holidays_are_seen_past_and_future_and_refused_by_models_of_the_target_alone(make_shop_spec):
    spec = make_shop_spec(forecasting__inputs__holidays="DE")
    (holidays,) = (one for one in seen_inputs(spec) if one.kind == "holidays")
    assert holidays.name == "holidays (DE)" and holidays.past and holidays.future
    alone = make_shop_spec("nbeats", forecasting__inputs__holidays="DE")
    assert any(one.startswith("forecasting.inputs.holidays") for one in problems(alone))


def test_that_a_model_learns_from_holidays_and_knows_those_to_come(workspace, tmp_path, make_shop_spec, train):
    """A shop that is closed on holidays, and a forecast of a Christmas that lies behind the end of its data."""
    times = pd.date_range("2019-01-01", "2023-12-20", freq="D")
    spec = make_shop_spec(
        "decoder_mlp",
        forecasting__inputs={"holidays": "DE"},
        forecasting__loss="mae",
        forecasting__windows={"encoder_length": 7, "horizon": 7},
        forecasting__scaling={"normaliser": "all"},
        split={"kind": "holdout", "valid_steps": 60, "test_steps": 60},
        trainer__epochs=4,
        data__roles={"target": ["sales"]},
    )
    closed = marked(pd.DataFrame({"time": times, "sales": 1.0}), spec, holidays="DE")
    frame = pd.DataFrame({"time": times, "sales": 10.0 - 10.0 * closed})
    frame.to_csv(path := tmp_path / "shop.csv", index=False)
    content = spec.model_dump(mode="json")
    content["data"]["dataset"] = datasets.import_file(workspace, path).id
    _, run_id = train(type(spec).model_validate(content))
    with RunStore(workspace) as store:
        model = TrainedForecaster.load(store.run_folder(run_id))
    table = forecast(model, ready(prepare(frame, model.spec, model.recipe.frequency), model))
    sales = dict(zip(pd.to_datetime(table["time"]).dt.day, table["predicted sales"], strict=True))
    assert max(sales[25], sales[26]) < 4 < 8 < min(sales[day] for day in (21, 22, 23, 24, 27))
