"""Text specifications as a form makes them: what a dataset suggests, what is offered, what hangs on a change."""

import pytest

from engine.catalog import (
    can_learn,
    model,
    offered_tasks,
    problems,
    suggests_text,
    text_models,
    text_of_dataset,
    with_text_value,
)
from engine.spec import DataSpec, Roles

TYPES = {"id": "integer", "body": "text", "kind": "text", "score": "number"}
LENGTHS = {"body": 90.0, "kind": 6.0}
DATA = DataSpec(dataset="d", name="posts", roles=Roles(target=("kind",), continuous=("score",)))


def of(types=TYPES, lengths=LENGTHS, data=DATA, old=None):
    return text_of_dataset(data, types, lengths, old)


@pytest.mark.parametrize(
    ("types", "lengths", "suggested"),
    [
        (TYPES, LENGTHS, True),
        (TYPES, {"body": 12.0, "kind": 6.0}, False),
        ({"text": "text"}, {"text": 8.0}, True),
        ({"size": "number"}, {}, False),
        (TYPES, {}, False),
    ],
)
def test_that_long_texts_or_texts_alone_suggest_a_text_run(types, lengths, suggested):
    assert suggests_text(types, lengths) is suggested


def test_that_the_target_is_the_label_and_the_roles_are_left_behind():
    spec = of()
    assert (spec.text.task, spec.text.columns.text, spec.text.columns.labels) == ("text-classifier", "body", ("kind",))
    assert spec.split.kind == "stratified"
    assert spec.data.roles == Roles()
    assert problems(spec) == []


def test_that_a_target_which_is_the_text_itself_is_no_label():
    data = DATA.model_copy(update={"roles": Roles(target=("body",))})
    spec = of({"id": "integer", "body": "text", "more": "number"}, {"body": 90.0}, data)
    assert spec.text.task == "rnn-lm"


def test_that_settings_are_kept_for_another_dataset_and_columns_are_found_anew():
    old = with_text_value(of(), "text.max_length", 64, TYPES, LENGTHS)
    types = {"review": "text", "label": "text"}
    spec = of(types, {"review": 50.0, "label": 4.0}, DataSpec(dataset="e", name="reviews"), old)
    assert spec.text.max_length == 64
    assert (spec.text.columns.text, spec.text.columns.labels) == ("review", ("label",))
    assert spec.data.dataset == "e"


def test_that_of_twins_the_one_shown_is_offered_and_every_offered_task_has_a_model():
    assert offered_tasks("text-classifier") == ("text-classifier", "rnn-lm", "masked-lm")
    assert offered_tasks("sequence-classification") == ("sequence-classification", "rnn-lm", "masked-lm")
    assert offered_tasks("causal-lm") == ("text-classifier", "causal-lm", "masked-lm")
    for task in offered_tasks("text-classifier"):
        assert any(can_learn(info, task) for info in text_models())


def test_that_a_model_can_learn_the_twin_of_its_task():
    assert can_learn(model("bert"), "text-classifier")
    assert can_learn(model("word_average"), "sequence-classification")
    assert not can_learn(model("word_average"), "masked-lm")


def test_that_a_column_of_fractions_makes_the_label_a_number_dealt_out_at_random():
    spec = with_text_value(of(), "text.columns.labels", "score", TYPES, LENGTHS)
    assert (spec.text.labels, spec.split.kind) == ("number", "random")
    back = with_text_value(spec, "text.columns.labels", "kind", TYPES, LENGTHS)
    assert (back.text.labels, back.split.kind) == ("one", "stratified")


def test_that_another_task_keeps_the_text_that_was_chosen():
    spec = with_text_value(of(), "text.columns.text", "kind", TYPES, LENGTHS)
    changed = with_text_value(spec, "text.task", "masked-lm", TYPES, LENGTHS)
    assert (changed.text.task, changed.text.columns.text, changed.model.name) == ("masked-lm", "kind", "bert")
    assert changed.split.kind == "order"
    assert with_text_value(changed, "text.task", "text-classifier", TYPES, LENGTHS).split.kind == "stratified"


def test_that_running_text_keeps_the_split_that_was_chosen_for_it():
    spec = with_text_value(of(), "text.task", "rnn-lm", TYPES, LENGTHS)
    drawn = with_text_value(spec, "split.kind", "random", TYPES, LENGTHS)
    assert text_of_dataset(DataSpec(dataset="b"), TYPES, LENGTHS, drawn).split.kind == "random"


def test_that_no_label_is_said_to_be_missing():
    spec = with_text_value(of(), "text.columns.labels", "", TYPES, LENGTHS)
    assert any(one.startswith("text.columns.labels") for one in problems(spec))
