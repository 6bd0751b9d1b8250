"""What a folder with a trained model is said to hold, and how long a dataset's texts are."""

import json
from pathlib import Path

from engine import datasets
from engine.families.text.model_folder import look_into


def test_that_a_folder_names_its_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "roberta"}))
    (tmp_path / "model.safetensors").touch()
    assert look_into(tmp_path).model == "roberta"


def test_that_a_folder_which_cannot_be_begun_with_says_why(tmp_path: Path) -> None:
    assert "config.json" in look_into(tmp_path).problem
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "roberta"}))
    assert "safetensors" in look_into(tmp_path).problem
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "whisper"}))
    assert "whisper" in look_into(tmp_path).problem


def test_that_texts_are_measured_and_numbers_are_not(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("body,size\nabcd,1\nabcdef,2\n,3\n")
    found = datasets.import_file(tmp_path / "workspace", file)
    assert datasets.text_lengths(tmp_path / "workspace", found.id) == {"body": 5.0}
