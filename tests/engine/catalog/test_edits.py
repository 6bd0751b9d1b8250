import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalog import (
    batch_size_for,
    common_metrics,
    idle_fields,
    problems,
    tabular_models,
    task_of,
    with_dataset,
    with_model,
    with_preset,
    with_value,
)
from engine.spec import DataSpec, Roles, RunSpec, SpecError

DATA = DataSpec(dataset="d1", roles=Roles(target=("y",), continuous=("a",), categorical=("b",)))
TYPES = {"y": "text", "a": "number", "b": "text"}
SPEC = RunSpec(data=DATA)


def test_that_a_value_is_replaced_by_its_dotted_key_or_refused():
    assert with_value(SPEC, "trainer.optimizer.learning_rate", 0.5).trainer.optimizer.learning_rate == 0.5
    with pytest.raises(SpecError, match=r"trainer\.epochs"):
        with_value(SPEC, "trainer.epochs", 0)


def test_that_a_parameter_at_its_default_is_not_written_down():
    changed = with_value(SPEC, "model.params.dropout", 0.2)
    assert changed.model.params == {"dropout": 0.2}
    assert with_value(changed, "model.params.dropout", 0.0).model.params == {}


@pytest.mark.parametrize("kind", ["random", "stratified", "group", "order", "time", "column", "kfold"])
def test_that_every_kind_of_split_can_be_chosen_and_left_again(kind):
    shares = with_value(SPEC, "split.valid", 0.3)
    chosen = with_value(shares, "split.kind", kind)
    assert chosen.split.kind == kind
    back = with_value(chosen, "split.kind", "random")
    assert back.split.kind == "random"
    if kind not in ("column", "kfold"):
        assert back.split.valid == 0.3


def test_that_presets_and_models_are_always_valid():
    for info in tabular_models():
        spec = with_value(with_model(SPEC, info.name), "tabular.task", info.tasks[-1])
        for preset in info.presets:
            assert problems(with_preset(spec, preset)) == []


def test_that_another_model_gives_up_pretraining_that_it_cannot_do():
    pretrained = with_value(SPEC, "tabular.pretrain.enabled", True)
    assert with_model(pretrained, "gandalf").tabular.pretrain.enabled is False
    assert with_model(pretrained, "category_embedding").tabular.pretrain.enabled is True


@pytest.mark.parametrize(
    ("kind", "distinct", "task"),
    [
        ("text", None, "classification"),
        ("boolean", None, "classification"),
        ("number", None, "regression"),
        ("integer", None, "classification"),
        ("integer", 3, "classification"),
        ("integer", 200, "regression"),
    ],
)
def test_that_the_task_follows_from_the_target(kind, distinct, task):
    assert task_of(DATA.roles, {"y": kind}, distinct) == task


def test_that_a_new_dataset_keeps_the_settings_that_fit():
    old = with_value(with_value(SPEC, "trainer.epochs", 7), "split.kind", "group")
    old = with_value(old, "split.column", "b")
    old = with_value(old, "tabular.balance.class_weights", "balanced")
    new = with_dataset(old, DataSpec(dataset="d2", roles=Roles(target=("p",), continuous=("q",))), {"p": "number"})
    assert new.trainer.epochs == 7
    assert new.split.kind == "random"
    assert new.tabular.task == "regression"
    assert new.tabular.balance.class_weights == "none"
    assert with_dataset(old, DATA, TYPES) == old


@pytest.mark.parametrize(
    ("rows", "size"), [(0, 256), (10, 16), (178, 16), (569, 16), (1797, 64), (5000, 128), (10**7, 256)]
)
def test_that_small_tables_get_small_batches(rows, size):
    assert batch_size_for(rows) == size


def test_that_a_batch_size_chosen_by_hand_survives_another_dataset():
    own = with_value(with_dataset(None, DATA, TYPES, 569), "trainer.batch_size", 100)
    assert with_dataset(own, DATA, TYPES, 10**6, 569).trainer.batch_size == 100
    assert with_dataset(with_dataset(None, DATA, TYPES, 569), DATA, TYPES, 10**6, 569).trainer.batch_size == 256


def test_that_only_settings_that_matter_are_shown():
    idle = idle_fields(SPEC)
    assert {"trainer.schedule.warmup", "trainer.optimizer.momentum", "tabular.preprocess.target_transform"} <= idle
    assert "trainer.optimizer.learning_rate" not in idle
    cosine = idle_fields(with_value(SPEC, "trainer.schedule.name", "cosine"))
    assert {"trainer.schedule.warmup", "trainer.schedule.num_cycles"}.isdisjoint(cosine)
    regression = idle_fields(with_value(SPEC, "tabular.task", "regression"))
    assert "tabular.balance" in regression and "tabular.preprocess.target_transform" not in regression
    autoint = with_model(SPEC, "autoint")
    assert "model.params.layers" in idle_fields(autoint)
    assert "model.params.layers" not in idle_fields(with_value(autoint, "model.params.deep_layers", True))
    assert common_metrics(SPEC)[0] == "valid/loss"


@settings(max_examples=40)
@given(st.data())
def test_that_every_field_that_a_schedule_or_optimizer_reads_stays_in_sight(data):
    schedule = data.draw(st.sampled_from(["linear", "polynomial", "warmup_stable_decay", "reduce_lr_on_plateau"]))
    optimizer = data.draw(st.sampled_from(["AdamW", "SGD", "RMSprop", "Adagrad"]))
    spec = with_value(with_value(SPEC, "trainer.schedule.name", schedule), "trainer.optimizer.name", optimizer)
    idle = idle_fields(spec)
    assert "trainer.optimizer.learning_rate" not in idle
    assert ("trainer.schedule.warmup" in idle) == (schedule == "reduce_lr_on_plateau")
    assert ("trainer.optimizer.momentum" in idle) == (optimizer in ("AdamW", "Adagrad"))
