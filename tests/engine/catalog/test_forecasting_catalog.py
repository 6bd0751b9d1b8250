import pytest

from engine.catalog import forecasting_models, model, param_problem, problems, settings
from engine.catalog.derive_forecasting import FILE, derive, text
from engine.catalog.forecasting_gallery import CARDS, DETAILS, DETAILS_OF
from engine.spec import ForecastingSpec, ModelSpec, RunSpec, parse


def a_spec(name: str = "nhits", params: dict | None = None, forecasting: dict | None = None, **parts) -> RunSpec:
    """A specification that this model can be trained with, but for the parts that are given."""
    info = model(name)
    roles = parts.pop("roles", {"target": ["y"], "group": ["g"]})
    own = {
        "timeline": {"column": "t"},
        "windows": {"encoder_length": 24, "horizon": 6},
        "loss": "quantile" if "quantile" in info.losses else info.losses[-1] if info.losses else "quantile",
        "inputs": {"calendar": ["hour"]} if info.needs_known else {},
    }
    for key, value in (forecasting or {}).items():
        own[key] = {**own[key], **value} if isinstance(value, dict) and key in own else value
    if own["loss"] == "tweedie" and "scaling" not in own:
        own["scaling"] = {"normaliser": "none"}
    if own["loss"] == "beta" and "scaling" not in own:
        own["scaling"] = {"transformation": "logit"}
    content = {"family": "forecasting", "data": {"dataset": "x", "roles": roles}, "forecasting": own, **parts}
    return parse({**content, "model": {"name": name, "params": params or {}}})


def test_that_the_shipped_file_equals_a_fresh_derivation():
    assert text(derive()) == FILE.read_text(encoding="utf-8")


def test_that_every_hand_written_entry_names_something_that_exists():
    everything = {param.name for info in forecasting_models() for param in info.params}
    assert set(DETAILS) <= everything
    assert set(DETAILS_OF) <= {card.name for card in CARDS}
    for card in CARDS:
        names = {param.name for param in model(card.name).params}
        assert {*card.common, *(card.small or {}), *(card.large or {}), *(card.defaults or {})} <= names


@pytest.mark.parametrize("info", forecasting_models(), ids=lambda info: info.name)
def test_that_every_card_is_complete_and_its_defaults_and_presets_are_valid(info):
    assert info.description.count("\n") == 1
    assert info.paper_url.startswith("https://")
    for param in info.params:
        assert param.help, param.name
        assert param_problem(param, param.default) == "", param.name
    for values in info.presets.values():
        assert problems(a_spec(info.name, values)) == []
    assert [param.common for param in info.params] == sorted((param.common for param in info.params), reverse=True)


def test_that_what_the_specification_owns_is_not_a_parameter():
    for info in forecasting_models():
        assert not {"loss", "learning_rate", "output_size", "context_length"} & {param.name for param in info.params}


def test_that_the_losses_of_a_model_come_from_the_library():
    assert model("nbeats").losses == ("mae", "rmse", "smape", "mase", "poisson", "tweedie")
    chances = ("normal", "lognormal", "negative_binomial", "beta", "implicit_quantile", "multivariate_normal")
    assert model("deepar").losses == chances
    assert model("nhits").losses[-7:] == (*chances, "mqf2")
    assert "quantile" in model("tft").losses
    assert model("last_value").losses == ()
    assert settings(ModelSpec(name="xlstm"))["hidden_size"] == 64


@pytest.mark.parametrize(
    ("name", "parts", "sentence"),
    [
        (
            "gandalf",
            {},
            "model.name: GANDALF learns from the rows of a table; a run of the family “forecasting” needs another model",
        ),
        (
            "nbeats",
            {"roles": {"target": ["y"], "continuous": ["price"]}},
            "model.name: N-BEATS sees the target alone; give “price”",
        ),
        (
            "nbeats",
            {"forecasting": {"inputs": {"calendar": ["hour"]}}},
            "forecasting.inputs.calendar: N-BEATS sees the target alone",
        ),
        (
            "tide",
            {"roles": {"target": ["y"], "continuous": ["price"]}},
            "model.name: TiDE takes inputs that are static or known ahead only; “price” is neither: leave it out",
        ),
        (
            "nhits",
            {"forecasting": {"inputs": {"relative_time": True}}},
            "forecasting.inputs.relative_time: N-HiTS does not take it",
        ),
        (
            "nhits",
            {"forecasting": {"inputs": {"series": True}}},
            "forecasting.inputs: N-HiTS needs an input that varies with time",
        ),
        (
            "nhits",
            {"forecasting": {"inputs": {"target_scales": True}}},
            "forecasting.inputs: N-HiTS needs an input that varies with time",
        ),
        (
            "decoder_mlp",
            {"forecasting": {"inputs": {"calendar": []}}},
            "model.name: Decoder MLP sees only what is known ahead",
        ),
        (
            "nbeats",
            {"forecasting": {"loss": "quantile"}},
            "forecasting.loss: N-BEATS cannot be trained with “quantile”; it takes mae",
        ),
        (
            "nhits",
            {"forecasting": {"loss": "poisson"}},
            "forecasting.scaling.transformation: the poisson loss takes the exponential of what is forecast; choose log1p",
        ),
        (
            "tide",
            {"forecasting": {"loss": "implicit_quantile"}},
            "forecasting.loss: TiDE cannot be trained with “implicit_quantile”; it takes mae",
        ),
        (
            "deepar",
            {"forecasting": {"loss": "mqf2"}},
            "forecasting.loss: DeepAR cannot be trained with “mqf2”; it takes normal",
        ),
        (
            "deepar",
            {"forecasting": {"loss": "multivariate_normal"}, "roles": {"target": ["y"]}},
            "forecasting.loss: the multivariate normal loss learns how series move together, and there is one series",
        ),
        (
            "nhits",
            {"forecasting": {"loss": "mqf2"}, "params": {"backcast_loss_ratio": 0.1}},
            "model.params.backcast_loss_ratio: only a loss of one number a step",
        ),
        (
            "recurrent",
            {"forecasting": {"inputs": {"lags": {"y": [1]}}}, "roles": {"target": ["y", "z"]}},
            "forecasting.inputs.lags: Recurrent network needs the same lags for all targets",
        ),
        ("nhits", {"forecasting": {"loss": "lognormal"}}, "forecasting.scaling.transformation: the log-normal loss"),
        (
            "deepar",
            {"forecasting": {"loss": "negative_binomial"}},
            "forecasting.scaling.center: the negative binomial loss",
        ),
        (
            "nhits",
            {"forecasting": {"timeline": {"column": ""}}},
            "forecasting.timeline.column: say which column holds the time",
        ),
        (
            "nhits",
            {"forecasting": {"timeline": {"column": "y"}}},
            "forecasting.timeline.column: “y” holds the time, and has another role",
        ),
        (
            "nhits",
            {"forecasting": {"inputs": {"known": ["y"]}}},
            "forecasting.inputs.known: “y” is the target, whose future is not known",
        ),
        ("nhits", {"forecasting": {"inputs": {"known": ["z"]}}}, "forecasting.inputs.known: “z” is no input"),
        (
            "nhits",
            {"forecasting": {"inputs": {"lags": {"y": [0]}}}},
            "forecasting.inputs.lags: the lags of “y” must be whole numbers",
        ),
        (
            "tide",
            {"forecasting": {"inputs": {"lags": {"y": [3]}}}},
            "forecasting.inputs.lags: TiDE needs to know “y” ahead",
        ),
        ("nbeats", {"roles": {"target": ["y", "z"]}}, "data.roles.target: N-BEATS forecasts one target, not 2"),
        ("nhits", {"split": {"kind": "random"}}, "split.kind: series are split by time"),
        (
            "nhits",
            {"split": {"kind": "holdout", "valid": 0.5, "test": 0.6}},
            "split.test: validation and test take 110\u00a0%",
        ),
        ("timexer", {"params": {"patch_length": 99}}, "model.params.patch_length: a patch of 99 steps"),
        ("timexer", {"params": {"hidden_size": 30}}, "model.params.hidden_size: must be a multiple of n_heads"),
        (
            "nhits",
            {"params": {"hiden_size": 30}},
            "model.params.hiden_size: N-HiTS has no such parameter; did you mean “hidden_size”?",
        ),
    ],
)
def test_that_what_a_model_cannot_do_is_said_before_it_is_trained(name, parts, sentence):
    found = problems(a_spec(name, **parts))
    assert any(one.startswith(sentence) for one in found), found


def test_that_a_table_cannot_be_learned_by_a_forecaster():
    spec = parse(
        {"data": {"dataset": "x", "roles": {"target": ["y"], "continuous": ["a"]}}, "model": {"name": "nhits"}}
    )
    assert problems(spec)[0].startswith("model.name: N-HiTS forecasts series")


def test_that_lags_of_the_target_are_known_to_a_network_that_goes_on_by_itself():
    inputs = {"lags": {"y": [2]}}
    assert problems(a_spec("deepar", forecasting={"loss": "normal", "scaling": {}, "inputs": inputs})) == []
    assert ForecastingSpec().loss == "quantile"
