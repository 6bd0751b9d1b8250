"""Columns of a snapshot become examples; what does not fit is left out and counted, or refused with its row."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets import import_file, parquet_path
from engine.families.text.reading import as_list, iterate_texts, read_columns, snapshot
from engine.families.text.reading_examples import (
    encode_known,
    read_choices,
    read_labelled,
    read_pairs,
    read_questions,
    read_tagged,
)
from engine.spec.nlp import TextSpec
from engine.training.failures import RunFailed


def table(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return parquet_path(folder / "workspace", import_file(folder / "workspace", path).id)


def spec(**columns: object) -> TextSpec:
    labels = columns.pop("kind", "one")
    return TextSpec.model_validate({"labels": labels, "columns": columns})


def test_that_labels_may_hold_spaces_and_blank_rows_are_counted(tmp_path: Path) -> None:
    path = table(tmp_path, {"t": "a", "l": "very good"}, {"t": "  ", "l": "bad"}, {"t": "b", "l": "bad"})
    found = read_labelled(path, spec(text="t", labels=["l"]))
    assert (found.texts, found.names, found.targets.tolist()) == (["a", "b"], ("bad", "very good"), [1, 0])
    assert found.rows.tolist() == [0, 2]
    assert found.notes == ("1 of 3 rows with nothing in “t”, “l” are left out.",)


def test_that_a_label_may_be_a_number_or_many(tmp_path: Path) -> None:
    path = table(tmp_path, {"t": "a", "x": 1, "y": 0}, {"t": "b", "x": 0, "y": 1})
    assert read_labelled(path, spec(text="t", labels=["x"], kind="number")).targets.tolist() == [1.0, 0.0]
    assert read_labelled(path, spec(text="t", labels=["x", "y"], kind="many")).targets.tolist() == [[1, 0], [0, 1]]
    twos = table(tmp_path, {"t": "a", "x": 1, "y": 2})
    with pytest.raises(RunFailed, match="The column “y” holds something else than 0 and 1"):
        read_labelled(twos, spec(text="t", labels=["x", "y"], kind="many"))
    words = table(tmp_path, {"t": "a", "x": "three"})
    with pytest.raises(RunFailed, match="“three” in column “x”, row 1, is not a number"):
        read_labelled(words, spec(text="t", labels=["x"], kind="number"))
    with pytest.raises(RunFailed) as failed:
        read_labelled(words, spec(text="t", labels=["x"], kind="many"))
    assert "“three”" in failed.value.cause
    assert "a column of 0 and 1 for each label" in failed.value.advice


def test_that_a_label_which_no_training_row_has_is_told() -> None:
    codes, note = encode_known(["a", "new one", "b"], ["a", "b"], "validation")
    assert codes.tolist() == [0, -1, 1]
    assert "“new one”" in note and "1 row of the validation part" in note


def test_that_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match=r"no column “text”; it has “a”"):
        read_columns(table(tmp_path, {"a": "x"}), ["text"])
    with pytest.raises(RunFailed, match="no longer in the workspace"):
        snapshot(tmp_path, "0123456789abcdef")


def test_that_tokens_and_tags_are_lists_or_words_of_equal_number(tmp_path: Path) -> None:
    path = table(
        tmp_path, {"tokens": '["New York", "is"]', "tags": '["B-LOC", "O"]'}, {"tokens": "It is", "tags": "O O"}
    )
    found = read_tagged(path, spec())
    assert found.tokens == [["New York", "is"], ["It", "is"]] and found.names == ("B-LOC", "O")
    with pytest.raises(RunFailed, match="Row 1 has 2 tokens and 1 tags"):
        read_tagged(table(tmp_path, {"tokens": "It is", "tags": "O"}), spec())


def test_that_answers_are_found_in_their_contexts_or_refused(tmp_path: Path) -> None:
    rows = ({"question": "Where?", "context": "In Paris.", "answers": "Paris"},)
    found = read_questions(table(tmp_path, *rows), spec(answer_starts=""))
    assert (found.answers, found.starts) == ([["Paris"]], [[3]])
    with pytest.raises(RunFailed, match="Row 1: the answer “Rome” is not in its context"):
        read_questions(table(tmp_path, {**rows[0], "answers": "Rome"}), spec(answer_starts=""))


def test_that_a_squad_file_is_read_back_as_questions(tmp_path: Path) -> None:
    answered = {"id": "1", "question": "Where?", "answers": [{"text": "Paris", "answer_start": 3}]}
    never = {"id": "2", "question": "Why?", "answers": [], "is_impossible": True}
    document = {"data": [{"title": "", "paragraphs": [{"context": "In Paris.", "qas": [answered, never]}]}]}
    file = tmp_path / "dev.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    path = parquet_path(tmp_path / "w", import_file(tmp_path / "w", file).id)
    found = read_questions(path, spec())
    assert (found.answers, found.starts) == ([["Paris"], []], [[3], []])


@pytest.mark.parametrize(("answer", "right"), [("1", 1), ("B", 1), ("two", 1), (0, 0)])
def test_that_the_right_choice_is_a_number_a_letter_or_its_text(tmp_path: Path, answer: object, right: int) -> None:
    path = table(tmp_path, {"question": "Which?", "a": "one", "b": "two", "answer": answer})
    found = read_choices(path, spec(context="", choices=["a", "b"], answer="answer"))
    assert (found.prompts, found.endings, found.right.tolist()) == (["Which?"], [("one", "two")], [right])


def test_that_an_answer_that_names_no_choice_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, {"question": "Which?", "a": "one", "b": "two", "answer": "seven"})
    with pytest.raises(RunFailed, match="Row 1: “seven” names none of the 2 choices"):
        read_choices(path, spec(context="", choices=["a", "b"], answer="answer"))


def test_that_sources_and_targets_come_in_pairs(tmp_path: Path) -> None:
    found = read_pairs(table(tmp_path, {"en": "dog", "zh": "狗"}), spec(source="en", target="zh"))
    assert (found.sources, found.targets) == (["dog"], ["狗"])


def test_that_texts_come_in_batches_without_blank_ones(tmp_path: Path) -> None:
    path = table(tmp_path, {"text": "a"}, {"text": " "}, {"text": None}, {"text": "b"})
    assert [text for batch in iterate_texts(path, "text") for text in batch] == ["a", "b"]


@given(st.lists(st.text()))
def test_that_lists_of_any_text_come_back(texts: list[str]) -> None:
    assert as_list(json.dumps(texts, ensure_ascii=False)) == texts
