"""What the model will be given, as a page shows it before training: every task on real tiny files, nothing trained."""

import csv
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import datasets
from engine.amounts import percent
from engine.catalog import new_text, problems, with_value
from engine.catalog.text_view import MOST_CHIPS, MOST_TYPED, Lengths, SeenPart, TextView
from engine.cli import main
from engine.families.text.chips import read_bytes
from engine.families.text.looking import look
from engine.families.text.preflight import preflight
from engine.families.text.seeing import see, tokenize
from engine.families.text.tasks.answering import AnswerHead
from engine.spec import DataSpec, RunSpec, to_toml
from engine.training.failures import RunFailed

LINES = ["the red cat ran home", "a blue dog sat", "we saw the green house and the red dog there", "the cat sat"]
TAGS = ["O B-COL O O O", "O B-COL O O", "O O O B-COL O O O B-COL O O", "O O O"]


def columns_of() -> list[dict[str, str]]:
    return [
        {
            "text": line,
            "mood": "good" if place % 2 else "bad",
            "tokens": line,
            "tags": TAGS[place % 4],
            "question": "who sat",
            "answers": line.split()[1],
            "wrong": "nobody at all",
            "right": line.split()[-1],
            "answer": "B",
        }
        for place, line in enumerate(LINES * 9)
    ]


class Files:
    """A workspace with one file for every task."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder

    def spec(self, task: str, model: str, rows: list[dict[str, str]] | None = None, **changes: Any) -> RunSpec:
        rows = rows or columns_of()
        path = self.workspace / "texts.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        dataset = datasets.import_file(self.workspace, path)
        own = {
            "text-classifier": {"text": "text", "labels": ("mood",)},
            "question-answering": {"context": "text", "question": "question", "answers": "answers"},
            "multiple-choice": {"context": "text", "choices": ("wrong", "right"), "answer": "answer"},
            "seq2seq": {"source": "text", "target": "right"},
        }.get(task, {"text": "text"})
        spec = new_text(
            DataSpec(dataset=dataset.id), task, model, {one.name: one.type for one in dataset.columns}, {}, own
        )
        values = {"trainer.batch_size": 8, "trainer.device": "cpu", **changes}
        values |= {"text.max_length": changes.get("text__max_length", 16)}
        for key, value in values.items():
            spec = with_value(spec, key.replace("__", "."), value)
        assert not problems(spec)
        return spec

    def see(self, *given: Any, **changes: Any) -> TextView:
        return see(self.workspace, self.spec(*given, **changes))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    torch.set_num_threads(1)
    return Files(tmp_path_factory.mktemp("seen"))


def texts(part: SeenPart) -> list[str]:
    return [chip.text for chip in part.chips]


def test_that_lengths_are_counted_in_tokens_and_any_limit_tells_its_share(files: Files) -> None:
    seen = files.see("text-classifier", "text_cnn", text__tokenizer__kind="words")
    assert seen.cuts
    assert seen.is_whole
    assert seen.lengths.count == seen.texts
    assert seen.lengths.tokens == (3, 4, 5, 10)
    assert seen.lengths.longest == 10
    assert seen.lengths.share_above(10) == 0
    assert seen.lengths.share_above(9) == seen.lengths.texts[-1] / seen.texts
    assert seen.lengths.quantile(1) == 10


def test_that_quantiles_of_nothing_are_nothing() -> None:
    assert Lengths().quantile(0.5) == 0
    assert Lengths().share_above(3) == 0
    assert Lengths(tokens=(2, 9), texts=(19, 1)).quantile(0.95) == 2


def test_that_a_class_stands_beside_its_text_and_filling_is_counted(files: Files) -> None:
    seen = files.see("text-classifier", "text_cnn", text__length_buckets=False)
    assert {one.label for one in seen.samples} == {"good", "bad"}
    chips = [chip for one in seen.samples for chip in one.parts[0].chips]
    filled = sum(chip.kind == "padding" for chip in chips)
    assert filled
    assert seen.padding == pytest.approx(filled / len(chips))


def test_that_masked_tokens_are_told_from_replaced_and_kept_ones(files: Files) -> None:
    seen = files.see("masked-lm", "bert", text__masking__probability=0.6, trainer__batch_size=32)
    chips = [chip for one in seen.samples for chip in one.parts[0].chips]
    marked = {chip.mark for chip in chips}
    assert marked == {"", "masked", "replaced", "kept"}
    assert all(chip.raw == "[MASK]" and chip.note for chip in chips if chip.mark == "masked")
    assert all(chip.text == chip.note for chip in chips if chip.mark == "kept")
    assert not seen.cuts


def test_that_each_token_has_its_tag(files: Files) -> None:
    seen = files.see("token-classification", "bert")
    tagged = {(chip.text, chip.note) for one in seen.samples for chip in one.parts[0].chips if chip.note}
    assert ("the", "O") in tagged
    assert any(tag == "B-COL" for _, tag in tagged)


def test_that_the_answer_is_marked_in_its_context(files: Files) -> None:
    seen = files.see("question-answering", "bert", text__stride=2)
    for one in seen.samples:
        marked = [chip.text for chip in one.parts[0].chips if chip.mark == "answer"]
        assert " ".join(marked) == one.label


def test_that_choices_stand_one_under_the_other_and_the_right_one_is_known(files: Files) -> None:
    seen = files.see("multiple-choice", "bert")
    for one in seen.samples:
        assert [part.title for part in one.parts] == ["wrong", "right"]
        assert [part.is_right for part in one.parts] == [False, True]
        assert one.label == "right"


def test_that_what_is_read_stands_beside_what_is_written(files: Files) -> None:
    read, written = files.see("seq2seq", "t5").samples[0].parts
    assert read.title == "read"
    assert written.title == "written"
    assert len(written.chips) < len(read.chips)


def test_that_texts_end_to_end_fill_their_blocks(files: Files) -> None:
    seen = files.see("causal-lm", "gpt2")
    assert seen.batch == len(seen.samples)
    assert len(seen.samples[0].parts[0].chips) == 16
    assert any(chip.kind == "special" for one in seen.samples for chip in one.parts[0].chips)
    assert files.see("rnn-lm", "lstm_lm").samples


def test_that_a_word_stands_beside_the_words_near_it(files: Files) -> None:
    changes = {"model__params__least_count": 1, "model__params__subsample": 0.0}
    center, near = files.see("word2vec", "word2vec", **changes).samples[0].parts
    assert len(center.chips) == 1
    assert near.chips
    assert all(chip.kind == "plain" for chip in near.chips)


def test_that_another_limit_does_not_train_the_tokenizer_again(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = files.spec("text-classifier", "text_cnn")
    before = see(files.workspace, spec)
    monkeypatch.setattr("engine.families.text.labelled.tokenizer_for", _never)
    after = see(files.workspace, with_value(spec, "text.max_length", 4))
    assert after.tokenizer == before.tokenizer
    assert after.lengths == before.lengths
    assert max(len(one.parts[0].chips) for one in after.samples) == 4


def _never(*_given: object) -> None:
    raise AssertionError("the tokenizer was trained again")


def test_that_words_of_validation_texts_that_no_training_text_has_are_counted(files: Files) -> None:
    seen = files.see("text-classifier", "text_cnn", text__tokenizer__kind="words", text__tokenizer__min_frequency=12)
    assert seen.tokenizer.unknown_train
    assert seen.tokenizer.unknown_valid
    assert seen.tokenizer.per_word == 1.0
    assert seen.tokenizer.vocabulary < seen.tokenizer.allowed


def test_that_nobody_asks_any_more_is_noticed_before_the_work(files: Files) -> None:
    with pytest.raises(RunFailed):
        see(files.workspace, files.spec("text-classifier", "text_cnn"), lambda: True)


@pytest.mark.parametrize("text", ["", "   ", "😀👩‍👩‍👧", "שלום עולם", "我喜欢猫。", "a\n\tb"])
def test_that_any_text_can_be_cut_into_tokens(files: Files, text: str) -> None:
    spec = files.spec("text-classifier", "text_cnn", text__tokenizer__kind="byte-bpe", text__tokenizer__vocabulary=300)
    found = tokenize(files.workspace, spec, text)
    plain = [chip for chip in found.part.chips if chip.kind == "plain"]
    assert bool(plain) == bool(text)
    assert found.tokens == len(found.part.chips)
    assert not any(chip.kind == "unknown" for chip in plain)


def test_that_an_unknown_token_is_marked_and_reads_as_it_was_typed(files: Files) -> None:
    spec = files.spec("text-classifier", "text_cnn", text__tokenizer__kind="words")
    known, unknown = tokenize(files.workspace, spec, "the zebra").part.chips
    assert (known.kind, unknown.kind) == ("plain", "unknown")
    assert (unknown.text, unknown.raw) == ("zebra", "[UNK]")


def test_that_a_long_line_is_clipped_and_says_so(files: Files) -> None:
    spec = files.spec("text-classifier", "text_cnn")
    found = tokenize(files.workspace, spec, "cat " * 2_500_000)
    assert found.letters_left_out == 10_000_000 - MOST_TYPED
    assert len(found.part.chips) == MOST_CHIPS
    assert found.part.left_out == found.tokens - MOST_CHIPS


def test_that_bytes_read_as_the_letters_they_are() -> None:
    assert read_bytes("Ġcat") == " cat"
    assert read_bytes("ðŁĺĢ") == "😀"
    assert read_bytes("ðŁ") == "‹f0 9f›"


def test_that_the_check_and_the_page_tell_the_same(files: Files) -> None:
    spec = files.spec("text-classifier", "text_cnn", text__tokenizer__kind="words", text__max_length=4)
    seen, report = see(files.workspace, spec), preflight(files.workspace, spec)
    share = seen.lengths.share_above(4)
    assert report.tokens is not None
    assert report.tokens.share_longer == share
    assert report.tokens.tokenizer == seen.tokenizer
    assert any(f"{percent(share, 1)} of the texts" in one.text for one in report.warnings)


def test_that_the_check_counts_the_windows_that_long_contexts_are_cut_into(files: Files) -> None:
    rows = [{**row, "text": f"{row['text']} " * 6} for row in columns_of()]
    spec = files.spec("question-answering", "bert", rows, text__stride=2)
    looked = look(files.workspace, spec)
    assert isinstance(looked.source, AnswerHead)
    windows = len(looked.source.samples(looked.fold.train, looked.encoder, torch.device("cpu")).lengths)
    assert windows > 2 * len(looked.fold.train)
    assert preflight(files.workspace, spec).steps_per_epoch == -(-windows // 8)


def test_that_the_check_in_the_terminal_tells_what_is_cut_and_unknown(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = files.spec("text-classifier", "text_cnn", text__tokenizer__kind="words", text__max_length=4)
    (tmp_path / "spec.toml").write_text(to_toml(spec), encoding="utf-8")
    main(["--workspace", str(files.workspace), "check", str(tmp_path / "spec.toml")])
    said = capsys.readouterr().out
    share = see(files.workspace, spec).lengths.share_above(4)
    assert f"{percent(share, 1)} of the texts are cut at 4 tokens" in said
    assert "of the validation texts’ tokens" in said
    assert "20 tokens of 30,000 allowed" in said


def test_that_a_line_of_megabytes_is_measured_and_left_out_of_the_batch_that_is_looked_at(files: Files) -> None:
    rows = columns_of()
    rows[10:10] = [{"text": "the cat sat " * 42_000} for _ in range(4)]
    spec = files.spec("rnn-lm", "lstm_lm", [{"text": row["text"]} for row in rows])
    seen = see(files.workspace, spec)
    assert seen.lengths.longest == 126_000
    assert seen.is_whole
    assert not seen.is_exact
    assert seen.samples
