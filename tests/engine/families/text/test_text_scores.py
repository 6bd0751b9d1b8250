"""Scores against cases worked out by hand and against what the papers' own programs print."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from engine.families.text.scores.answers import normalise, score_answers
from engine.families.text.scores.classes import score_labels
from engine.families.text.scores.likelihood import perplexity
from engine.families.text.scores.rouge import rouge, score_texts, words
from engine.families.text.scores.spans import score_spans, spans
from engine.families.text.word_similarity import Judged, read_judgements
from engine.runs.evaluation import ClassificationReport
from engine.training.failures import RunFailed

CODES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


@given(CODES)
def test_that_classes_are_scored_as_scikit_learn_does(rows: list[tuple[int, int]]) -> None:
    truth, predicted = np.array(rows, dtype=np.int64).T
    confusion = confusion_matrix(truth, predicted, labels=range(4)).tolist()
    report = ClassificationReport(target="mood", classes=tuple("abcd"), confusion=tuple(map(tuple, confusion)))
    assert report.micro["f1"] == pytest.approx(accuracy_score(truth, predicted))
    assert report.micro["f1"] == pytest.approx(f1_score(truth, predicted, average="micro"))
    each = [one["f1"] for one in report.by_class.values()]
    assert sum(each) / len(each) == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_that_a_class_that_is_nowhere_has_no_score() -> None:
    report = ClassificationReport(target="mood", classes=("a", "b", "c"), confusion=((1, 0, 0), (1, 0, 0), (0, 0, 0)))
    assert report.micro["f1"] == 0.5
    assert {name: one["f1"] for name, one in report.by_class.items()} == {"a": pytest.approx(2 / 3), "b": 0.0}


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=20))
def test_that_many_labels_are_scored_as_scikit_learn_does(rows: list[list[bool]]) -> None:
    truth, predicted = np.array(rows)[:, :3], np.array(rows)[:, 3:]
    found = score_labels(truth, predicted)
    assert found.exact == pytest.approx(accuracy_score(truth, predicted))
    assert found.f1_micro == pytest.approx(f1_score(truth, predicted, average="micro", zero_division=0))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("B-PER I-PER O B-LOC", [("PER", 0, 1), ("LOC", 3, 3)]),
        ("B-PER B-PER", [("PER", 0, 0), ("PER", 1, 1)]),
        ("O I-PER I-PER", [("PER", 1, 2)]),  # a span may begin with I, as in IOB1
        ("B-PER I-LOC", [("PER", 0, 0), ("LOC", 1, 1)]),
        ("S-PER B-LOC E-LOC", [("PER", 0, 0), ("LOC", 1, 2)]),
        ("B-a-b I-a-b", [("a-b", 0, 1)]),
        ("O O", []),
        ("", []),
    ],
)
def test_that_spans_are_read_from_tags(tags: str, expected: list[tuple[str, int, int]]) -> None:
    assert spans(tags.split()) == expected


def test_that_spans_count_only_with_type_and_both_ends_right() -> None:
    # The example of seqeval's own page.
    truth = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
    ours = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
    found = score_spans(truth, ours)
    assert found.overall.f1 == pytest.approx(0.5)
    assert found.token_accuracy == pytest.approx(0.8)
    assert (found.by_type["PER"].f1, found.by_type["MISC"].f1, found.f1_macro) == (1.0, 0.0, 0.5)
    assert found.by_type["MISC"].support == 1
    with pytest.raises(ValueError, match="Sentence 1 has 1 tags and 2"):
        score_spans([["O"]], [["O", "O"]])


def test_that_no_spans_at_all_give_zero_and_no_error() -> None:
    assert score_spans([["O"]], [["O"]]).overall.f1 == 0.0


def test_that_answers_are_compared_by_squads_rules() -> None:
    assert normalise("The  Cat's, a hat!") == "cats hat"
    found = score_answers(
        ["the Eiffel Tower", "in Paris", "", "something"], [["Eiffel Tower!"], ["Paris", "Rome"], [], []]
    )
    assert found.exact == pytest.approx(2 / 4)
    assert found.f1 == pytest.approx((1 + 2 / 3 + 1 + 0) / 4)
    assert (found.answered, found.unanswerable) == (pytest.approx((1 + 2 / 3) / 2), 0.5)


@given(st.text(max_size=30))
def test_that_an_answer_equals_itself(text: str) -> None:
    found = score_answers([text], [[text]])
    assert (found.exact, found.f1) == (1.0, 1.0)


def test_that_rouge_gives_the_figures_of_the_paper() -> None:
    # Lin 2004: “police killed the gunman” against “police kill the gunman” and “the gunman kill police”.
    assert rouge("police kill the gunman", "police killed the gunman").rouge_l.f1 == pytest.approx(3 / 4)
    turned = rouge("the gunman kill police", "police killed the gunman")
    assert turned.rouge_l.f1 == pytest.approx(2 / 4)
    assert turned.rouge2.f1 == pytest.approx(1 / 3)
    # The union over sentences: w1 w2 w3 w4 w5 against w1 w2 w6 w7 w8 and w1 w3 w8 w9 w5.
    union = rouge("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5").rouge_lsum
    assert union.recall == pytest.approx(4 / 5)
    assert union.precision == pytest.approx(4 / 10)


def test_that_rouge_counts_words_of_every_script() -> None:
    assert words("Größe, 2nd-hand 猫坐 वह क्या") == ["größe", "2nd", "hand", "猫", "坐", "वह", "क्या"]
    for text in ("今天天气很好", "Сегодня хорошая погода", "الطقس جميل"):
        assert rouge(text, text).rouge_l.f1 == 1.0
    assert 0 < rouge("今天天气很好", "今天下雨").rouge1.f1 < 1
    assert rouge("", "a").rouge1.f1 == rouge("!", "?").rouge_lsum.f1 == 0.0
    assert score_texts(["a", "b"], ["a", "c"]).rouge1.f1 == 0.5


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_that_rouge_lies_between_0_and_1_and_turns_round(first: list[str], second: list[str]) -> None:
    one, other = rouge(" ".join(first), " ".join(second)), rouge(" ".join(second), " ".join(first))
    assert 0 <= one.rouge_l.f1 <= one.rouge1.f1 <= 1
    assert one.rouge_l.precision == pytest.approx(other.rouge_l.recall)
    assert one.rouge_lsum.f1 == pytest.approx(one.rouge_l.f1)


def test_that_perplexity_is_exp_of_the_mean_loss() -> None:
    assert perplexity(math.log(50) * 8, 8) == pytest.approx(50)
    assert perplexity(1e6, 1) == math.inf
    with pytest.raises(ValueError, match="two tokens or more"):
        perplexity(0.0, 0)


def test_that_judgements_of_words_are_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(b"tiger\tcat\t7.35\r\nlove\tsex\t6.77\r\nold\tnew\t1.58\r\n")
    pairs = read_judgements(str(path))
    assert pairs[0] == Judged("tiger", "cat", 7.35) and len(pairs) == 3
    path.write_text("# said by people\na\tb\t1\na b\n", encoding="utf-8")
    with pytest.raises(RunFailed, match=r"Line 3 of pairs\.tsv"):
        read_judgements(str(path))
