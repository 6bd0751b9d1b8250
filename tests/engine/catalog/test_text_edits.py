import pytest

from engine.catalog import (
    new_text,
    preset_of,
    problems,
    with_checkpoint,
    with_model,
    with_preset,
    with_text_task,
    with_value,
)
from engine.catalog.models import model
from engine.spec import DataSpec, StratifiedSplit, TextTask, from_toml, to_toml

DATA = DataSpec(dataset="x")
REVIEWS = {"id": "integer", "title": "text", "body": "text", "stars": "integer"}
LENGTHS = {"title": 20.0, "body": 300.0}


def columns_of(task, types, lengths=None, **columns):
    return new_text(DATA, task, "", types, lengths, columns).text.columns


@pytest.mark.parametrize("task", TextTask.__args__)
def test_that_a_new_specification_of_every_task_has_no_fault_and_survives_toml(task):
    spec = new_text(DATA, task, columns={"labels": ("y",), "choices": ("a", "b"), "answer": "c", "source": "s"})
    assert problems(spec) == []
    assert from_toml(to_toml(spec)) == spec
    assert "[tabular" not in to_toml(spec)


def test_that_the_defaults_are_those_of_task_and_model():
    classic, fresh = new_text(DATA, "rnn-lm"), new_text(DATA, "masked-lm")
    tuned = new_text(DATA, "masked-lm", checkpoint="here")
    assert classic.model.name == "lstm_lm"
    assert classic.trainer.gradient_clip == 0.25
    assert (classic.trainer.optimizer.learning_rate, classic.trainer.schedule.name) == (1e-3, "constant")
    assert classic.text.tokenizer.kind == "words"
    assert (fresh.trainer.optimizer.learning_rate, fresh.trainer.epochs, fresh.trainer.batch_size) == (5e-4, 10, 32)
    assert (fresh.trainer.schedule.name, fresh.trainer.schedule.warmup, fresh.trainer.gradient_clip) == (
        "linear",
        0.1,
        1,
    )
    assert (tuned.trainer.optimizer.learning_rate, tuned.trainer.epochs) == (5e-5, 3)
    assert new_text(DATA, "causal-lm").text.tokenizer.kind == "byte-bpe"


def test_that_the_longest_text_is_learned_from_and_the_label_known_by_its_name():
    spec = new_text(DATA, "sequence-classification", "", REVIEWS, LENGTHS)
    assert (spec.text.columns.text, spec.text.columns.labels, spec.text.labels) == ("body", ("stars",), "one")
    assert isinstance(spec.split, StratifiedSplit)
    found = columns_of("masked-lm", REVIEWS, LENGTHS)
    assert found.text == "body"
    assert columns_of("text-classifier", {"verse": "text", "poet": "text"}, {"verse": 9, "poet": 3}).labels == ("poet",)


def test_that_named_columns_stay_and_labels_follow_their_types():
    one = new_text(DATA, "text-classifier", "", REVIEWS, LENGTHS, {"text": "title", "labels": ("stars",)})
    assert one.text.columns.text == "title"
    number = new_text(DATA, "text-classifier", "", {"t": "text", "price": "number"}, None, {"labels": ("price",)})
    assert (number.text.labels, number.split.kind) == ("number", "random")
    many = new_text(DATA, "text-classifier", "", {"t": "text"}, None, {"labels": ("a", "b")})
    assert (many.text.labels, many.split.kind) == ("many", "random")


def test_that_the_columns_of_other_tasks_are_found_by_their_names():
    squad = dict.fromkeys(("id", "context", "question", "answers", "answer_starts"), "text")
    assert columns_of("question-answering", squad).answer_starts == "answer_starts"
    assert (
        columns_of("question-answering", {"context": "text", "question": "text", "answer": "text"}).answer_starts == ""
    )
    assert columns_of("token-classification", {"words": "text", "ner_tags": "text"}).tokens == "words"
    exam = columns_of("multiple-choice", {"question": "text", "choice_a": "text", "choice_b": "text", "label": "text"})
    assert (exam.context, exam.choices, exam.answer) == ("", ("choice_a", "choice_b"), "label")
    news = columns_of("seq2seq", {"article": "text", "summary": "text"})
    assert (news.source, news.target) == ("article", "summary")


def test_that_text_without_a_target_is_mended():
    spec = new_text(DATA, "seq2seq", "", {"text": "text"})
    assert spec.model.name == "bart"
    assert (spec.text.columns.text, spec.text.columns.target) == ("text", "")
    assert problems(spec) == []


def test_that_columns_that_are_not_there_are_missed():
    spec = new_text(DATA, "question-answering", "", {"text": "text"})
    assert [one.partition(":")[0] for one in problems(spec)] == [
        "text.columns.context",
        "text.columns.question",
        "text.columns.answers",
    ]


def test_that_another_model_brings_its_usual_settings_but_leaves_what_was_chosen():
    spec = new_text(DATA, "sequence-classification", columns={"labels": ("y",)}, checkpoint="here")
    spec = with_value(with_value(spec, "trainer.epochs", 7), "text.freezing.embeddings", True)
    small = with_model(spec, "word_average")
    assert problems(small) == []
    assert (small.text.task, small.text.checkpoint) == ("text-classifier", "")
    assert (small.trainer.optimizer.learning_rate, small.text.tokenizer.kind) == (1e-3, "words")
    assert small.trainer.epochs == 7
    back = with_model(small, "roberta")
    assert (back.text.task, back.text.tokenizer.kind) == ("sequence-classification", "byte-bpe")
    assert problems(back) == []


def test_that_presets_set_sizes_alone():
    spec = new_text(DATA, "masked-lm")
    tiny = with_preset(spec, "small")
    assert tiny.model.params["hidden_size"] == 128
    assert preset_of(model("bert"), tiny.model.params) == "small"
    assert preset_of(model("bert"), spec.model.params) == "default"
    assert with_preset(tiny, "default") == spec


def test_that_another_task_keeps_a_model_that_can_do_it():
    spec = with_value(new_text(DATA, "masked-lm", "electra", REVIEWS, LENGTHS), "trainer.epochs", 7)
    told = with_text_task(spec, "sequence-classification", REVIEWS, LENGTHS)
    assert (told.model.name, told.text.columns.labels, told.split.kind) == ("electra", ("stars",), "stratified")
    written = with_text_task(told, "rnn-lm", REVIEWS, LENGTHS)
    assert (written.model.name, written.trainer.gradient_clip, written.trainer.epochs) == ("lstm_lm", 0.25, 7)
    assert problems(written) == []


def test_that_a_checkpoint_brings_the_rate_of_fine_tuning():
    spec = with_preset(new_text(DATA, "masked-lm"), "small")
    tuned = with_checkpoint(spec, "here", "roberta")
    assert (tuned.model.name, tuned.model.params, tuned.trainer.optimizer.learning_rate) == ("roberta", {}, 5e-5)
    assert with_checkpoint(tuned, "").trainer.optimizer.learning_rate == 5e-4
