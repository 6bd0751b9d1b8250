"""What the data page imports, as it guesses it, becomes a specification that the check before training accepts."""

import json
from pathlib import Path

import pytest

from engine import datasets
from engine.catalog import text_of_dataset
from engine.datasets import ReadOptions
from engine.families.text.preflight import preflight
from engine.spec import DataSpec

SENTENCE = "The house of Anna stands in Berlin and nobody knows for how long it will."


def conll(folder: Path) -> Path:
    file = folder / "names.conll"
    sentence = "\n".join(f"{word} {'B-PER' if word == 'Anna' else 'O'}" for word in SENTENCE.split())
    file.write_text("\n\n".join([sentence] * 12), encoding="utf-8")
    return file


def squad(folder: Path) -> Path:
    answers = [{"text": "Anna", "answer_start": SENTENCE.index("Anna")}]
    asked = [{"id": str(place), "question": f"Whose is house {place}?", "answers": answers} for place in range(12)]
    content = {"data": [{"title": "Houses", "paragraphs": [{"context": SENTENCE, "qas": asked}]}]}
    file = folder / "houses.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def plain(folder: Path) -> Path:
    file = folder / "book.txt"
    file.write_text("\n\n".join(f"{SENTENCE} {place}" for place in range(30)), encoding="utf-8")
    return file


def classes(folder: Path) -> Path:
    whole = folder / "letters"
    for kind in ("good", "bad"):
        (whole / kind).mkdir(parents=True)
        for place in range(8):
            (whole / kind / f"{place}.txt").write_text(f"{SENTENCE} {kind} {place}", encoding="utf-8")
    return whole


IMPORTS = {
    "conll": (conll, "", "token-classification"),
    "squad": (squad, "", "question-answering"),
    "lines": (plain, "", "rnn-lm"),
    "paragraphs": (plain, "paragraphs", "rnn-lm"),
    "folder": (classes, "", "text-classifier"),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_that_an_imported_text_can_be_trained_on_as_it_is_guessed(tmp_path: Path, name: str) -> None:
    make, wanted, task = IMPORTS[name]
    options = ReadOptions(format=wanted) if wanted == "paragraphs" else None
    dataset = datasets.import_file(tmp_path, make(tmp_path), options)
    types = {column.name: column.type for column in dataset.columns}
    lengths = datasets.text_lengths(tmp_path, dataset.id)
    spec = text_of_dataset(DataSpec(dataset=dataset.id), types, lengths)
    assert spec.text is not None
    assert spec.text.task == task
    answer = preflight(tmp_path, spec)
    assert not [one for one in answer.warnings if one.severity == "error"]
    assert answer.steps_per_epoch > 0
