"""Every head of a transformer for text learns, is resumed to the bit, is saved, and is used on new rows."""

import csv
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine import cli, datasets
from engine.catalog import new_text, problems, with_value
from engine.families import text
from engine.families.files import read_evaluation
from engine.families.prediction import PredictionReport, predict
from engine.families.text.networks import parameter_count
from engine.families.text.trained import TrainedText
from engine.families.text.typed import answer
from engine.runs import RunStatus, RunStore
from engine.runs.text_samples import read_samples
from engine.runs.texts import Decoding, TextAnswer
from engine.spec import DataSpec, RunSpec, TextTask
from engine.training.failures import RunFailed, Stopped
from engine.training.recorder import Recorder
from engine.training.watch import Watch

BY_THE_CLOCK = ("_per_second", "device/memory")
WORDS = ("red", "blue", "green", "cat", "dog", "house")
BERT = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
T5 = {"d_model": 16, "num_layers": 1, "num_heads": 2, "d_ff": 32, "d_kv": 8}
BART = {
    "d_model": 16,
    **{f"{side}_{what}": 1 for side in ("encoder", "decoder") for what in ("layers", "attention_heads")},
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
}


@dataclass(frozen=True)
class Case:
    """A task with a tiny model, the rows that it learns from, and what it must tell and measure."""

    task: TextTask
    rows: Callable[[], list[dict[str, Any]]]
    model: str
    params: dict[str, Any]
    metrics: set[str]
    told: str
    settings: dict[str, Any]


def tagged() -> list[dict[str, Any]]:
    rows = []
    for words in sentences(5):
        tags = ["B-COLOUR" if word in WORDS[:3] else "O" for word in words]
        rows.append({"tokens": json.dumps(words), "tags": json.dumps(tags)})
    return rows


def asked() -> list[dict[str, Any]]:
    return [
        {"context": " ".join(words), "question": "which is first", "answers": "" if not place % 9 else words[0]}
        for place, words in enumerate(sentences(14))
    ]


def chosen() -> list[dict[str, Any]]:
    return [
        {"context": f"it is {words[0]}", "choice_a": words[1], "choice_b": words[0], "answer": "B"}
        for words in sentences(2)
    ]


def paired() -> list[dict[str, Any]]:
    return [{"source": " ".join(words), "target": " ".join(reversed(words))} for words in sentences(4)]


def alone() -> list[dict[str, Any]]:
    return [{"text": " ".join([*words[:3], ".", *words[3:], "."])} for words in sentences(7)]


def labelled() -> list[dict[str, Any]]:
    return [
        {"text": " ".join(words), "animal": int("cat" in words or "dog" in words), "colour": int("red" in words)}
        for words in sentences(3)
    ]


def sentences(length: int) -> list[list[str]]:
    draw = random.Random(length)
    return [draw.choices(WORDS, k=length) for _ in range(36)]


ROUGE = {"loss", "perplexity", "rouge1", "rouge2", "rougeL", "rougeLsum"}
MANY = {"accuracy", "f1_micro", "f1_macro", "loss"}
ADAPTERS = {"text.lora.enabled": True, "text.lora.rank": 2, "text.activation_checkpointing": True}
SPOILT = {"text.denoising.permute_sentences": True, "text.denoising.deletion": 0.1, "text.denoising.masking": 0.1}
SPANS = {"accuracy", "f1", "f1_macro", "precision", "recall", "loss"}
ANSWERS = {"exact_match", "f1", "f1_answered", "f1_unanswerable", "loss"}
CASES = {
    "tags": Case("token-classification", tagged, "bert", BERT, SPANS, "predicted tags", {}),
    "adapters": Case("token-classification", tagged, "bert", BERT, SPANS, "predicted tags", ADAPTERS),
    "answers": Case("question-answering", asked, "bert", BERT, ANSWERS, "predicted answers", {"text.stride": 4}),
    "choices": Case("multiple-choice", chosen, "bert", BERT, {"loss", "accuracy"}, "predicted answer", {}),
    "labels": Case("sequence-classification", labelled, "bert", BERT, MANY, "predicted labels", {}),
    "t5": Case("seq2seq", paired, "t5", T5, ROUGE, "predicted target", {"text.label_smoothing": 0.1, **ADAPTERS}),
    "mending": Case("seq2seq", alone, "bart", BART, ROUGE, "predicted text", SPOILT),
    "attention": Case(
        "seq2seq",
        paired,
        "seq2seq_attention",
        {"embedding_dim": 8, "hidden_size": 12},
        ROUGE,
        "predicted target",
        {},
    ),
}


class Bench:
    """A workspace in which each case is trained once, and once more with a pause."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self._whole: dict[str, str] = {}

    def file(self, name: str) -> Path:
        path = self.workspace / f"{name}.csv"
        rows = CASES[name].rows()
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def spec(self, name: str) -> RunSpec:
        case = CASES[name]
        dataset = datasets.import_file(self.workspace, self.file(name))
        types = {column.name: column.type for column in dataset.columns}
        columns = {"labels": ("animal", "colour")} if name == "labels" else {}
        spec = new_text(DataSpec(dataset=dataset.id, name=name), case.task, case.model, types, {}, columns)
        values = {
            **case.settings,
            "trainer.epochs": 2,
            "trainer.batch_size": 8,
            "trainer.device": "cpu",
            "trainer.threads": 1,
            "text.max_length": 16,
            # Bytes alone give the same tokens each time they are trained.
            "text.tokenizer.kind": "byte-bpe",
            "text.tokenizer.vocabulary": 300,
            **{f"model.params.{key}": value for key, value in case.params.items()},
        }
        for key, value in values.items():
            spec = with_value(spec, key, value)
        assert not problems(spec)
        return spec

    def whole(self, name: str) -> str:
        if name not in self._whole:
            with RunStore(self.workspace) as store:
                self._whole[name] = store.create_run(self.spec(name)).id
            assert self.train(self._whole[name])
        return self._whole[name]

    def train(self, run_id: str) -> bool:
        with Recorder(self.workspace, run_id) as recorder:
            try:
                text.run(recorder)
            except Stopped as stopped:
                assert stopped.to_rest
                return False
        return True

    def folder(self, run_id: str) -> Path:
        return self.workspace / "runs" / run_id

    def curves(self, run_id: str) -> dict[str, list[str]]:
        with RunStore(self.workspace) as store:
            every = [store.series(run_id, info.key) for info in store.series_keys(run_id)]
        return {one.key: [*map(repr, one.values.tolist())] for one in every if not one.key.endswith(BY_THE_CLOCK)}

    def predict(self, name: str) -> PredictionReport:
        return predict(self.workspace, self.whole(name), self.file(name))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    torch.set_num_threads(1)
    return Bench(tmp_path_factory.mktemp("heads"))


@pytest.mark.parametrize("name", CASES)
def test_that_a_head_is_measured_at_validation_and_at_the_end(bench: Bench, name: str) -> None:
    run_id = bench.whole(name)
    assert {f"valid/{key}" for key in CASES[name].metrics} <= {*bench.curves(run_id)}
    found = read_evaluation(bench.folder(run_id))
    assert found is not None and found.text is not None
    assert CASES[name].metrics <= {*found.metrics["test"]} or name == "answers"
    assert len(found.text.examples) == found.rows == 5
    assert found.text.worst[0].error == max(one.error for one in found.text.examples)


@pytest.mark.parametrize("name", CASES)
def test_that_a_head_shows_itself_while_it_learns(bench: Bench, name: str) -> None:
    found = read_samples(bench.folder(bench.whole(name)))
    assert found is not None and found.epoch == 2 and 0 < len(found.samples) <= 6
    for one in found.samples:
        assert one.given and one.is_right is not None
        told = "".join(piece.text for piece in one.pieces if piece.mark != "missed")
        if name in ("tags", "adapters"):
            assert "".join(piece.text for piece in one.pieces) == one.given
        elif name == "answers":
            assert one.made in told and one.chances[0].label == one.made
        elif name in ("choices", "labels"):
            assert one.chances[0].probability >= one.chances[-1].probability
        else:
            assert told == " ".join(one.made.split())


def test_that_an_example_of_a_choice_shows_all_that_could_be_chosen(bench: Bench) -> None:
    found = read_evaluation(bench.folder(bench.whole("choices")))
    assert found is not None and found.text is not None
    for one in found.text.examples:
        likeliest, *others = one.text.splitlines()[-len(bench.spec("choices").text.columns.choices) :]
        assert likeliest.startswith(f"{one.predicted}  ") and likeliest.endswith("\u00a0%") and others
        assert any(line.startswith(one.reference) for line in (likeliest, *others))


@pytest.mark.parametrize("name", CASES)
def test_that_a_paused_head_resumes_to_the_bit(bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bench.whole(name)
    with RunStore(bench.workspace) as store:
        other = store.create_run(bench.spec(name)).id
    boundary = Watch.boundary

    def paused(watch: Watch, step: int) -> None:
        if step == 2:
            watch.recorder.pause_requested = watch.recorder.has_wish = True
        boundary(watch, step)

    with monkeypatch.context() as patch:
        patch.setattr(Watch, "boundary", paused)
        assert not bench.train(other)
    with RunStore(bench.workspace) as store:
        store.set_status(other, RunStatus.PAUSED)
        assert store.reopen(other)
    assert bench.train(other)
    assert bench.curves(other) == bench.curves(whole)
    mine, theirs = (load_file(bench.folder(run) / "model.safetensors") for run in (other, whole))
    assert all(torch.equal(mine[key], theirs[key]) for key in theirs)


@pytest.mark.parametrize("name", CASES)
def test_that_a_saved_head_tells_new_rows_what_it_told_before(bench: Bench, name: str) -> None:
    report = bench.predict(name)
    assert CASES[name].told in report.predicted_columns and len(report.preview) == 36
    assert report.metrics or name == "mending"
    told = report.columns.index(CASES[name].told)
    found = read_evaluation(bench.folder(bench.whole(name)))
    assert found is not None and found.text is not None
    if name == "mending":
        return  # it was judged on spoilt texts
    for one in found.text.examples:
        said = str(report.preview[one.row - 1][told] or "")
        assert (" ".join(json.loads(said)) if name in ("tags", "adapters") else said) == one.predicted


def test_that_heads_answer_to_typed_text(bench: Bench) -> None:
    def say(name: str, *given: str, **more: Any) -> TextAnswer:
        return answer(bench.workspace, bench.whole(name), *given, **more)

    tags = say("tags", "red, red house!")
    assert all(tags.text[one.start : one.end] in {"red", ",", "house", "!", "red,"} for one in tags.spans)
    told = say("answers", "red cat blue house green dog", "which is first")
    assert all(told.text[one.start : one.end] == told.targets[0].chances[0].label for one in told.spans)
    (which,) = say("choices", "it is red", choices=("red", " ", "blue", "cat")).targets
    assert {one.label for one in which.chances} == {"red", "blue", "cat"}
    assert sum(one.probability for one in which.chances) == pytest.approx(1)
    apart = say("choices", "it", "is red", choices=("red", "blue", "cat"))
    assert apart.text == "it is red" and apart.targets == (which,)
    (labels,) = say("labels", "red cat").targets
    assert labels.any_number and {one.label for one in labels.chances} == {"animal", "colour"}
    for name in ("t5", "attention", "mending"):
        said = say(name, "red [MASK] blue", decoding=Decoding(tokens=3))
        assert said.written is not None and (said.notes == ("It was cut at 3 tokens.",) or len(said.written) < 9)
    for name, given in (("answers", ("red cat", " ")), ("choices", ("red",))):
        with pytest.raises(RunFailed):
            say(name, *given)


def test_that_the_terminal_answers_questions_and_says_what_it_needs_for_them(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    def predict(name: str, *given: str) -> tuple[str, str]:
        cli.main(["predict", bench.whole(name), *given, "--workspace", str(bench.workspace)])
        return capsys.readouterr()

    context, question = ("--text", "red cat blue house"), ("--pair", "which is first")
    told, _ = predict("answers", *context, *question)
    label = answer(bench.workspace, bench.whole("answers"), context[1], question[1]).targets[0].chances[0].label
    assert told.count(label or "–") == 1
    for given in (context, question, ("--text", " ", *question), (*context, "--pair", "")):
        assert "--pair with the question" in predict("answers", *given)[1]
    assert "a --choice of its own" in predict("choices", *context)[1]
    assert "--text is missing" in predict("choices", "--choice", "red", "--choice", "cat")[1]
    assert "red" in predict("choices", *context, "--choice", "red", "--choice", "cat")[0]


@pytest.mark.parametrize("name", CASES)
def test_that_the_models_of_these_tests_are_small(bench: Bench, name: str) -> None:
    model = TrainedText.load(bench.folder(bench.whole(name)))
    assert sum(one.numel() for one in model.network.parameters()) < 100_000


def test_that_adapters_and_the_head_learn_and_nothing_else(bench: Bench) -> None:
    model = TrainedText.load(bench.folder(bench.whole("adapters")))
    trained = {name for name, one in model.network.named_parameters() if one.requires_grad}
    assert trained and all("lora_" in name or "classifier" in name for name in trained)
    plain = TrainedText.load(bench.folder(bench.whole("tags")))
    assert parameter_count(model.network) < parameter_count(plain.network) / 2


def test_that_merged_adapters_give_what_they_gave(bench: Bench, tmp_path: Path) -> None:
    model = TrainedText.load(bench.folder(bench.whole("t5")))
    ids = torch.tensor([[5, 6, 7, 3]])
    batch = {"input_ids": ids, "mask": torch.ones_like(ids, dtype=torch.bool), "decoder_ids": ids}
    before = model.network(batch)["logits"]
    TrainedText(
        with_value(model.spec, "text.lora.merge", True), model.encoder, model.network, model.config
    ).finished().save(tmp_path)
    merged = TrainedText.load(tmp_path)
    assert not any("lora" in name for name in merged.network.state_dict())
    torch.testing.assert_close(merged.network(batch)["logits"], before)
