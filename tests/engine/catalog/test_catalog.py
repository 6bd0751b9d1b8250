# ruff: noqa: E501 – the sentences are quoted whole
import subprocess
import sys

import pytest
from pydantic import BaseModel

from engine.catalog import (
    CatalogError,
    changed_params,
    model,
    optimizers,
    param_problem,
    preset_of,
    problems,
    run_name,
    schedules,
    settings,
    tabular_models,
    unsuited,
)
from engine.catalog.derive import FILE, derive, text
from engine.catalog.details import COMMON, DEFAULTS, DETAILS
from engine.catalog.gallery import CARDS
from engine.spec import DataSpec, ModelSpec, OptimizerSpec, Roles, RunSpec, ScheduleSpec, parse


def a_spec(name="category_embedding", params=None, **parts):
    roles = Roles(target=("y",), continuous=("a",), categorical=("b",))
    content = {"data": DataSpec(dataset="0" * 16, roles=roles).model_dump(), "model": {"name": name}, **parts}
    content["model"]["params"] = params or {}
    return parse(content)


def test_that_the_shipped_file_equals_a_fresh_derivation():
    assert text(derive()) == FILE.read_text(encoding="utf-8")


def test_that_the_catalogue_needs_no_torch():
    code = "import sys, engine.catalog as c; c.tabular_models(); print('torch' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "False"


def test_that_every_hand_written_entry_names_something_that_exists():
    everything = {param.name for info in tabular_models() for param in info.params}
    assert set(DETAILS) <= everything
    assert set(COMMON) == {card.name for card in CARDS}
    for info in tabular_models():
        names = {param.name for param in info.params}
        assert set(COMMON[info.name]) <= names
        assert set(DEFAULTS.get(info.name, {})) <= names


@pytest.mark.parametrize("info", tabular_models(), ids=lambda info: info.name)
def test_that_every_card_is_complete_and_its_defaults_and_presets_are_valid(info):
    assert info.description.count("\n") == 1
    assert info.paper_url.startswith("https://")
    for param in info.params:
        assert param.help, param.name
        assert param_problem(param, param.default) == "", param.name
    task = info.tasks[-1]
    for values in info.presets.values():
        assert problems(a_spec(info.name, values, tabular={"task": task})) == []
    assert [param.common for param in info.params] == sorted((param.common for param in info.params), reverse=True)


def test_that_what_the_specification_owns_is_not_a_parameter():
    for info in tabular_models():
        assert not {"task", "seed", "learning_rate", "loss", "metrics", "target_range"} & {p.name for p in info.params}


def test_that_a_wrong_model_name_gets_a_suggestion():
    with pytest.raises(CatalogError, match="did you mean “gandalf”"):
        model("gandalff")
    assert problems(a_spec("gandalff"))[0].startswith("model.name: there is no model")


@pytest.mark.parametrize(
    ("name", "params", "sentence"),
    [
        ("category_embedding", {"layer": "64"}, "model.params.layer: Category embedding has no such parameter; did you mean “layers”?"),
        ("category_embedding", {"dropout": 1.5}, "model.params.dropout: must be at most 0.95, not 1.5"),
        ("category_embedding", {"dropout": "much"}, "model.params.dropout: must be a number, not 'much'"),
        ("category_embedding", {"dropout": None}, "model.params.dropout: needs a value"),
        ("category_embedding", {"layers": "64,32"}, "model.params.layers: must be widths joined by hyphens, such as 128-64-32, not '64,32'"),
        ("category_embedding", {"use_batch_norm": 1}, "model.params.use_batch_norm: must be true or false, not 1"),
        ("gandalf", {"gflu_stages": 2.5}, "model.params.gflu_stages: must be a whole number, not 2.5"),
        ("gandalf", {"gflu_stages": 0}, "model.params.gflu_stages: must be at least 1, not 0"),
        ("tabnet", {"mask_type": "softmax"}, "model.params.mask_type: must be one of sparsemax, entmax, not 'softmax'"),
        ("ft_transformer", {"num_heads": 5}, "model.params.input_embed_dim: must be a multiple of num_heads; 32 is not a multiple of 5"),
        ("mdn", {}, "model.name: Mixture density predicts numbers, not classes"),
    ],
)  # fmt: skip
def test_that_a_wrong_parameter_gets_a_sentence_naming_its_key(name, params, sentence):
    assert sentence in problems(a_spec(name, params))


@pytest.mark.parametrize(
    ("configs", "words"),
    [
        ([], "needs a list of models"),
        ([{"nam": "gandalf"}], "[0]: needs a “name”"),
        ([{"name": "gandalf"}, {"name": "mdn"}], "[1].name: Mixture density cannot be stacked"),
        ([{"name": "gandalf", "params": {"gflu_stages": 0}}], "[0].params.gflu_stages: must be at least 1"),
        ([{"name": "gandolf"}], "did you mean “gandalf”"),
    ],
)
def test_that_a_stack_is_checked_model_by_model(configs, words):
    assert words in "\n".join(problems(a_spec("stacking", {"model_configs": configs})))


def test_that_roles_task_and_split_are_checked():
    no_columns = a_spec().model_copy(update={"data": DataSpec(dataset="0")})
    assert [line.split(":")[0] for line in problems(no_columns)] == ["data.roles.target", "data.roles"]
    crowded = a_spec(split={"kind": "random", "valid": 0.6, "test": 0.5})
    assert "take 110\u00a0% of the rows" in problems(crowded)[0]
    weights = a_spec(tabular={"task": "regression", "balance": {"class_weights": "balanced"}})
    assert problems(weights) == ["tabular.balance: class weights and balanced sampling are for classification"]
    leak = a_spec(split={"kind": "column", "column": "b"})
    assert "must not be learned from" in problems(leak)[0]
    pretrained = a_spec("gandalf", tabular={"pretrain": {"enabled": True}})
    assert "cannot be pre-trained" in problems(pretrained)[0]


def test_that_a_model_says_why_it_cannot_do_a_task():
    assert unsuited(model("tab_transformer"), "regression", 1, 0).endswith("needs at least one categorical column")
    assert unsuited(model("mdn"), "regression", 2, 3).endswith("predicts one target, not 2")
    assert unsuited(model("mdn"), "regression", 1, 0) == ""


def test_that_presets_are_recognised_and_only_changes_are_kept():
    info = model("category_embedding")
    assert preset_of(info, {}) == "default"
    assert preset_of(info, {"layers": "64-32", "dropout": 0.0}) == "small"
    assert preset_of(info, {"layers": "1"}) is None
    assert changed_params(info, {"dropout": 0.0, "layers": "1", "odd": 2}) == {"layers": "1", "odd": 2}


def test_that_models_the_library_cannot_build_by_default_get_our_defaults():
    assert settings(ModelSpec(name="mdn"))["backbone_config_class"] == "CategoryEmbeddingModelConfig"
    assert settings(ModelSpec(name="mdn", params={"head_config": {"num_gaussian": 2}}))["head_config"] == {
        "num_gaussian": 2
    }
    assert settings(ModelSpec(name="gandalf", params={"gflu_stages": 2})) == {"gflu_stages": 2}


@pytest.mark.parametrize(("options", "spec"), [(optimizers(), OptimizerSpec), (schedules(), ScheduleSpec)])
def test_that_every_optimizer_and_schedule_is_described_and_every_field_is_used(options, spec: type[BaseModel]):
    names = spec.model_json_schema()["properties"]["name"]["enum"]
    assert {option.name for option in options} == set(names)
    used = {field for option in options for field in option.fields}
    assert used == set(spec.model_fields) - {"name"}


@pytest.mark.parametrize(
    ("name", "called"),
    [("word_average", "Word average • opinions"), ("nhits", "N-HiTS • opinions"), ("gone", "gone • opinions")],
)
def test_that_a_run_without_a_name_is_called_by_its_models_title_and_its_data(name, called):
    spec = RunSpec(data=DataSpec(dataset="abcdef", name="opinions"), model=ModelSpec(name=name))
    assert run_name(spec) == called
    assert run_name(spec.model_copy(update={"name": "mine"})) == "mine"
