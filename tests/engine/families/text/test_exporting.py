"""A model that leaves the house gives elsewhere what it gave here, or a sentence says why it cannot leave."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tokenizers
import torch

from engine.catalog import with_value
from engine.families import exporting
from engine.families.exporting import export_model
from engine.families.onnx_files import by_onnxruntime
from engine.families.portable import MANY
from engine.families.text.portable import portable
from engine.families.text.tasks.generation import greedy, opening_of
from engine.families.text.tasks.writing import end_of
from engine.families.text.trained import TrainedText
from engine.training.failures import RunFailed

Runs = Callable[[str], str]
Models = Callable[[str], TrainedText]
CLASSES = {"bert": "AutoModelForMaskedLM", "gpt": "AutoModelForCausalLM", "judge": "AutoModelForSequenceClassification"}


@pytest.mark.parametrize("kind", CLASSES)
def test_that_a_folder_opened_by_transformers_gives_equal_logits(
    texts: Any, run_of: Runs, model_of: Models, tmp_path: Path, capfd: Any, kind: str
) -> None:
    import transformers

    report = export_model(texts.workspace, run_of(kind), tmp_path / "model", "folder")
    assert not capfd.readouterr().err  # no bars
    assert report.difference <= 1e-6 and report.bytes > 1_000
    assert {one.suffix for one in (tmp_path / "model").iterdir()} == {".json", ".safetensors"}
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "model")
    network = getattr(transformers, CLASSES[kind]).from_pretrained(tmp_path / "model")
    ours, said = model_of(kind), "the film was lovely"
    given = tokenizer(said, return_tensors="pt", add_special_tokens=ours.encoder.framed)
    assert given["input_ids"][0].tolist() == ours.encoder.encode([said])[0].values.tolist()
    batch = {"input_ids": given["input_ids"], "mask": given["attention_mask"].bool()}
    with torch.no_grad():
        found = network(**given).logits
        # Where weights lie in memory may change the last bit of a product.
        torch.testing.assert_close(found, ours.network(batch)["logits"], rtol=1e-6, atol=1e-7)
    if kind == "judge":
        assert set(network.config.id2label.values()) == {"good", "bad"}
        best = network.config.id2label[int(found.argmax())]
        assert best == ours.encoder.targets[0].classes[int(ours.predict([said])[0].argmax())]


def test_that_an_exported_folder_is_a_checkpoint_to_begin_with(texts: Any, run_of: Runs, tmp_path: Path) -> None:
    export_model(texts.workspace, run_of("bert"), tmp_path / "model", "folder")
    spec = texts.spec("judge", model__params={}, text__checkpoint=str(tmp_path / "model"), trainer__epochs=1)
    assert TrainedText.load(texts.folder(texts.train(spec))).encoder.targets


def test_that_a_run_begins_with_what_an_exported_folder_tells(
    texts: Any, run_of: Runs, model_of: Models, tmp_path: Path
) -> None:
    export_model(texts.workspace, run_of("judge"), tmp_path / "model", "folder")
    spec = texts.spec("judge", model__params={}, text__checkpoint=str(tmp_path / "model"), trainer__epochs=1)
    still = with_value(spec, "trainer.optimizer.learning_rate", 1e-12)  # it learns nothing that could be seen
    begun, before = TrainedText.load(texts.folder(texts.train(still))), model_of("judge")
    said = ["the film was lovely", "the book was dull and the end was awful"]
    assert begun.encoder.targets == before.encoder.targets
    np.testing.assert_allclose(begun.predict(said)[0], before.predict(said)[0], atol=1e-6)


@pytest.mark.filterwarnings("ignore:.*torch.jit.load:DeprecationWarning")
@pytest.mark.parametrize("kind", ["bert", "gpt", "judge", "lstm", "cnn"])
@pytest.mark.parametrize("form", ["torchscript", "torch_export"])
def test_that_a_traced_file_gives_equal_outputs_for_texts_of_another_size(
    texts: Any, run_of: Runs, model_of: Models, tmp_path: Path, kind: str, form: Any
) -> None:
    report = export_model(texts.workspace, run_of(kind), tmp_path / "model.pt2", form)
    assert report.difference is not None and report.difference < 1e-4
    assert not report.notes  # of texts of one length alone it would say so
    loaded = torch.jit.load(report.path) if form == "torchscript" else torch.export.load(report.path).module()
    given = portable(model_of(kind))
    with torch.no_grad():
        torch.testing.assert_close(loaded(*given.example(MANY)), given.network(*given.example(MANY)))


def test_that_a_network_which_reads_packed_leaves_unpacked_and_tells_how_it_writes(
    texts: Any, run_of: Runs, model_of: Models, tmp_path: Path
) -> None:
    report = export_model(texts.workspace, run_of("writer"), tmp_path / "writer.pt2", "torch_export")
    (how,) = report.notes
    assert "begin with" in how and report.difference < 1e-6
    made, model = torch.export.load(report.path).module(), model_of("writer")
    begin, (end,) = opening_of(model.network), (end_of(model.encoder),)
    ids, mask = model.encoder.encode(["the film was lovely", "the book was dull and the end"])[0].padded([0, 1], 0)
    told = torch.tensor([list(begin)] * 2)
    with torch.no_grad():
        for _ in range(4):
            told = torch.cat([told, made(ids, mask, told)[:, -1:].argmax(dim=2)], dim=1)
        wanted = greedy(model.network, {"input_ids": ids, "mask": mask}, end, 4)
    found = [row[: row.index(end)] if end in row else row for row in told[:, 1:].tolist()]
    assert found == wanted


@pytest.mark.filterwarnings("ignore:.*torch.jit.load:DeprecationWarning")
def test_that_a_file_and_what_is_beside_it_judge_a_text_without_us(
    texts: Any, run_of: Runs, model_of: Models, tmp_path: Path
) -> None:
    report = export_model(texts.workspace, run_of("reader"), tmp_path / "reader.pt", "torchscript")
    assert {Path(one).name for one in report.beside} == {"reader.pt.tokenizer.json", "reader.pt.about.json"}
    cutter = tokenizers.Tokenizer.from_file(report.beside[0])
    told = json.loads(Path(report.beside[1]).read_text(encoding="utf-8"))
    said, names = "the film was awful and the end was awful too", [one["name"] for one in told["inputs"]]
    found = cutter.encode(said, add_special_tokens=told["add_special_tokens"]).ids[: told["max_length"]]
    assert found == model_of("reader").encoder.encode([said])[0].values.tolist()
    given = {"input_ids": torch.tensor([found]), "mask": torch.ones(1, len(found), dtype=torch.bool)}
    with torch.no_grad():
        scores = torch.jit.load(report.path)(*(given[name] for name in names))[0].softmax(0)
    (target,) = told["targets"]
    assert target["name"] == "mood" and set(target["classes"]) == {"good", "bad"}
    np.testing.assert_allclose(scores, model_of("reader").predict([said])[0][0], atol=1e-5)


def test_that_half_precision_tells_its_speed_and_its_difference(texts: Any, run_of: Runs, tmp_path: Path) -> None:
    report = export_model(texts.workspace, run_of("judge"), tmp_path / "half.pt", "torchscript", half=True)
    assert report.speed_up is not None and report.speed_up > 0
    assert report.half_difference is not None and 0 < report.half_difference < 0.1


@pytest.mark.parametrize(("kind", "half"), [("judge", False), ("cnn", True), ("reader", False)])
def test_that_onnxruntime_gives_what_the_network_gives(
    texts: Any, run_of: Runs, model_of: Models, tmp_path: Path, kind: str, half: bool
) -> None:
    report = export_model(texts.workspace, run_of(kind), tmp_path / "model.onnx", "onnx", half)
    assert not report.notes and report.difference < (1e-2 if half else 1e-5)
    assert report.bytes == (tmp_path / "model.onnx").stat().st_size
    assert (report.speed_up is not None) == half and report.number_format == ("float16" if half else "float32")
    given = portable(model_of(kind))
    inputs = given.example(7)
    with torch.no_grad():
        found = by_onnxruntime(Path(report.path), given.names)(*inputs)
        torch.testing.assert_close(found, given.network(*inputs), atol=1e-2 if half else 1e-5, rtol=0)


@pytest.mark.parametrize(
    ("kind", "form", "name", "said"),
    [
        ("lstm", "folder", "model", "network of our own"),
        ("gpt", "folder", "taken", "not empty"),
        ("gpt", "torch_export", "model.pt", "end in .pt2"),
        ("lstm", "onnx", "model.onnx", "in full precision alone"),
    ],
)
def test_that_what_cannot_be_written_is_said(
    texts: Any, run_of: Runs, tmp_path: Path, kind: str, form: exporting.Format, name: str, said: str
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(RunFailed, match=said):
        export_model(texts.workspace, run_of(kind), tmp_path / name, form, half=form == "onnx")
