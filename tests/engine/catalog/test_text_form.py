"""Text specifications as a form makes them: what a dataset suggests, what is offered, what hangs on a change."""

import pytest

from engine.catalog import (
    can_learn,
    idle_fields,
    model,
    offered_tasks,
    problems,
    suggests_text,
    text_models,
    text_of_dataset,
    with_text_value,
)
from engine.catalog.text_edits import TWINS
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
        ({}, {}, False),
    ],
)
def test_that_long_texts_or_texts_alone_suggest_a_text_run(types, lengths, suggested):
    assert suggests_text(types, lengths) is suggested


@pytest.mark.parametrize(
    ("lengths", "features", "suggested"),
    [
        ({"body": 12.0, "kind": 4.0}, (), True),
        ({"body": 12.0, "kind": 4.0}, ("score",), False),
        ({"body": 6.0}, (), False),
    ],
)
def test_that_short_texts_suggest_a_text_run_where_a_table_has_nothing_to_learn_from(lengths, features, suggested):
    roles = Roles(target=("kind",), continuous=features, ignore=("body",))
    assert suggests_text(TYPES, lengths, roles) is suggested


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
    for shown, twin in TWINS.items():
        assert shown in offered_tasks(shown)
        assert twin not in offered_tasks(shown)
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


def test_that_a_dataset_whose_columns_cannot_serve_the_task_before_gets_its_own_and_other_settings_stay():
    answers = dict.fromkeys(("context", "question", "answers"), "text")
    asked = of(answers, {"context": 400.0}, DataSpec(dataset="a"))
    slow = with_text_value(asked, "trainer.epochs", 7, answers, {"context": 400.0})
    judged = of(old=slow)
    assert (judged.text.task, judged.text.columns.labels, judged.split.kind) == (
        "text-classifier",
        ("kind",),
        "stratified",
    )
    assert judged.trainer.epochs == 7 and not problems(judged)
    tagged = {"tokens": "text", "tags": "text"}
    assert of(tagged, {}, DataSpec(dataset="b"), slow).text.task == "token-classification"
    running = with_text_value(of(), "text.task", "masked-lm", TYPES, LENGTHS)
    assert of({"text": "text"}, {"text": 90.0}, DataSpec(dataset="c"), running).text.task == "masked-lm"
    assert of({"text": "text"}, {"text": 90.0}, DataSpec(dataset="c"), judged).text.task == "rnn-lm"


def test_that_a_table_without_texts_keeps_the_task_before():
    masked = with_text_value(of(), "text.task", "masked-lm", TYPES, LENGTHS)
    assert of({"size": "number"}, {}, DataSpec(dataset="b"), masked).text.task == "masked-lm"


def test_that_no_label_is_said_to_be_missing():
    spec = with_text_value(of(), "text.columns.labels", "", TYPES, LENGTHS)
    assert any(one.startswith("text.columns.labels") for one in problems(spec))


TEXTS = "text"
OF_TASKS = {
    "token-classification": (("tokens", "column_2", "tags"), {}),
    "question-answering": (("id", "title", "context", "question", "answers", "answer_starts"), {"context": 400.0}),
    "multiple-choice": (("question", "choice_a", "choice_b", "answer"), {"question": 60.0}),
    "seq2seq": (("document", "summary"), {"document": 300.0, "summary": 40.0}),
    "text-classifier": (("review", "label"), {"review": 80.0, "label": 4.0}),
    "rnn-lm": (("text",), {"text": 90.0}),
}


@pytest.mark.parametrize("task", OF_TASKS)
def test_that_columns_as_imports_and_known_sets_call_them_make_a_specification_that_can_be_trained(task):
    names, lengths = OF_TASKS[task]
    types = dict.fromkeys(names, TEXTS)
    assert suggests_text(types, lengths)
    spec = of(types, lengths, DataSpec(dataset="d"))
    assert spec.text.task == task
    assert problems(spec) == []


def test_that_a_class_called_target_is_no_text_that_is_written():
    spec = of({"source": "text", "target": "text"}, {"source": 90.0, "target": 3.0}, DataSpec(dataset="d"))
    assert spec.text.task == "text-classifier"


@pytest.mark.parametrize("task", ["masked-lm", "word2vec", "seq2seq"])
def test_that_texts_alone_can_be_learned_in_every_way_that_needs_no_more(task):
    types, lengths = {"body": "text"}, {"body": 90.0}
    spec = with_text_value(of(types, lengths, DataSpec(dataset="d")), "text.task", task, types, lengths)
    assert problems(spec) == []
    assert task in model(spec.model.name).text_tasks


def test_that_what_mends_text_shows_which_column_it_reads_and_how_that_is_spoilt():
    types, lengths = {"body": "text"}, {"body": 90.0}
    spec = with_text_value(of(types, lengths, DataSpec(dataset="d")), "text.task", "seq2seq", types, lengths)
    assert (spec.model.name, spec.text.columns.source) == ("bart", "body")
    assert not {"text.denoising", "text.columns.source", "text.columns.target"} & idle_fields(spec)
    assert "text.columns.text" in idle_fields(spec)
