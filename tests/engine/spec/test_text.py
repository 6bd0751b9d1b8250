"""Specifications survive JSON and TOML, and say in words what is wrong with them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec import (
    DataSpec,
    ForecastingSpec,
    GroupSplit,
    HoldoutSplit,
    InputSpec,
    KFoldSplit,
    ModelSpec,
    RandomSplit,
    Role,
    Roles,
    RollingOriginSplit,
    RunSpec,
    SpecError,
    TimelineSpec,
    TrainerSpec,
    WindowSpec,
    from_json,
    from_toml,
    parse,
    read,
    to_json,
    to_toml,
    with_settings,
)

names = st.text(min_size=1, max_size=12)
specs = st.builds(
    RunSpec,
    name=st.text(max_size=30),
    data=st.builds(
        DataSpec,
        dataset=names,
        name=names,
        roles=st.lists(names, unique=True, max_size=5).map(lambda columns: Roles(categorical=tuple(columns))),
    ),
    split=st.one_of(st.builds(RandomSplit), st.builds(GroupSplit, column=names), st.builds(KFoldSplit)),
    model=st.builds(
        ModelSpec,
        params=st.dictionaries(
            st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers(-9, 9) | st.booleans() | names
        ),
    ),
    trainer=st.builds(TrainerSpec, epochs=st.integers(1, 99), batch_size=st.integers(1, 4096)),
)


@given(specs)
def test_that_a_spec_survives_json_and_toml(spec: RunSpec) -> None:
    assert from_json(to_json(spec)) == spec
    assert from_toml(to_toml(spec)) == spec


forecasts = st.builds(
    ForecastingSpec,
    timeline=st.builds(TimelineSpec, column=names, frequency=st.sampled_from(["", "h", "15min", "MS", "2"])),
    windows=st.builds(WindowSpec, encoder_length=st.integers(1, 500), horizon=st.integers(1, 50)),
    inputs=st.builds(InputSpec, lags=st.dictionaries(names, st.tuples(st.integers(1, 99)), max_size=2)),
    quantiles=st.sampled_from([(0.5,), (0.1, 0.5, 0.9)]),
)


@given(forecasts, st.sampled_from([HoldoutSplit(valid_from="2024-01-01"), RollingOriginSplit(folds=3)]))
def test_that_a_forecasting_spec_survives_json_and_toml(
    forecasting: ForecastingSpec, split: HoldoutSplit | RollingOriginSplit
) -> None:
    spec = RunSpec(family="forecasting", data=DataSpec(dataset="x"), split=split, forecasting=forecasting)
    assert from_json(to_json(spec)) == spec
    assert from_toml(to_toml(spec)) == spec


def test_that_a_forecasting_run_begins_with_a_split_by_time() -> None:
    spec = parse({"family": "forecasting", "data": {"dataset": "x"}})
    assert spec.split == HoldoutSplit()
    assert spec.forecasting == ForecastingSpec()
    assert with_settings(spec, {"forecasting.windows.horizon": "24"}).forecasting is not None


def test_that_a_table_has_no_forecasting_part() -> None:
    spec = parse({"data": {"dataset": "x"}})
    assert spec.forecasting is None
    assert "forecasting" not in to_toml(spec)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"data": {"dataset": "x"}, "trainer": {"epoch": 3}}, "trainer.epoch: unknown key; did you mean “epochs”?"),
        (
            {"data": {"dataset": "x"}, "trainer": {"max_steps": 3}},
            "trainer.max_steps: unknown key; there are epochs, batch_size, ",
        ),
        (
            {"family": "forecasting", "data": {"dataset": "x"}, "forecasting": {"timeline": {"frequency": "xyz"}}},
            "forecasting.timeline.frequency: must be such as h, 15min, D, W, MS, QS, YS, or a whole number, not 'xyz'",
        ),
        (
            {"family": "forecasting", "data": {"dataset": "x"}, "forecasting": {"quantiles": [0.1, 0.9]}},
            "forecasting.quantiles: must contain 0.5",
        ),
        (
            {"family": "forecasting", "data": {"dataset": "x"}, "forecasting": {"windows": {"horizn": 3}}},
            "forecasting.windows.horizn: unknown key; did you mean “horizon”?",
        ),
        ({"data": {"dataset": "x"}, "trainr": {}}, "trainr: unknown key; did you mean “trainer”?"),
        (
            {"data": {"dataset": "x"}, "split": {"kind": "random", "vald": 0.2}},
            "split.vald: unknown key; did you mean “valid”?",
        ),
        (
            {"data": {"dataset": "x"}, "trainer": {"epochs": 0}},
            "trainer.epochs: input should be greater than 0, not 0",
        ),
        ({"data": {}}, "data.dataset: is missing"),
        (
            {"data": {"dataset": "x"}, "trainer": {"optimizer": {"name": "Adan"}}},
            "trainer.optimizer.name: input should be 'AdamW'",
        ),
        ({"schema_version": 99, "data": {"dataset": "x"}}, "open it with a newer Tensorbench"),
        (
            {"data": {"dataset": "x", "roles": {"target": ["a"], "ignore": ["a"]}}},
            "column “a” is both target and ignore",
        ),
        ([], "a specification is a table of keys"),
    ],
)
def test_that_a_wrong_spec_is_refused_with_its_key_and_a_hint(content: object, words: str) -> None:
    with pytest.raises(SpecError) as refused:
        parse(content)
    assert words in str(refused.value)


def test_that_every_fault_of_a_spec_is_named_at_once() -> None:
    with pytest.raises(SpecError) as refused:
        parse({"data": {"dataset": "x"}, "trainer": {"epochs": 0, "batch": 1}})
    assert len(refused.value.problems) == 2


def test_that_a_setting_from_the_command_line_is_read_as_its_type() -> None:
    spec = RunSpec(data=DataSpec(dataset="x"))
    changed = with_settings(spec, {"trainer.epochs": "5", "model.name": "gandalf", "model.params.gflu_stages": "3"})
    assert (changed.trainer.epochs, changed.model.name, changed.model.params) == (5, "gandalf", {"gflu_stages": 3})
    with pytest.raises(SpecError, match=r"trainer\.epoch: unknown key"):
        with_settings(spec, {"trainer.epoch": "5"})


def test_that_a_date_is_a_text_whether_it_is_quoted_or_not() -> None:
    spec = parse({"family": "forecasting", "data": {"dataset": "x"}, "split": {"kind": "holdout"}})
    for text in ("2024-04-10", '"2024-04-10"'):
        told = with_settings(spec, {"split.test_from": text})
        assert told.split.model_dump()["test_from"] == "2024-04-10"
        assert from_toml(to_toml(told).replace('"2024-04-10"', text)) == told


def test_that_the_kind_of_split_can_be_set() -> None:
    spec = RunSpec(data=DataSpec(dataset="x"))
    with pytest.raises(SpecError, match="“kfold” has no such key"):
        with_settings(spec, {"split.kind": "kfold"})  # `valid` of the random split means nothing to folds
    assert with_settings(spec, {"split": '{kind = "kfold", folds = 3}'}).split == KFoldSplit(folds=3)


def test_that_a_file_that_is_no_spec_is_named_in_the_sentence(tmp_path: Path) -> None:
    for name, text, words in [
        ("a.toml", "epochs = = 3", "a.toml: this is not TOML"),
        ("a.json", "{", "a.json: line 1, column 2: this is not JSON"),
        ("b.toml", "[data]\nname = 'x'", "b.toml: data.dataset: is missing"),
    ]:
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(SpecError, match=words):
            read(path)
    with pytest.raises(SpecError, match="cannot be read"):
        read(tmp_path / "nothing.toml")


def test_that_roles_tell_a_columns_role_and_keep_their_order() -> None:
    roles = Roles.from_mapping({"b": Role.CONTINUOUS, "a": Role.CONTINUOUS, "y": Role.TARGET})
    assert roles.continuous == ("b", "a")
    assert roles.of("y") is Role.TARGET
    assert roles.of("somewhere else") is Role.IGNORE
    assert roles.features == ("b", "a")
