"""Tiny text models of each kind, trained once for all tests that look at them."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import datasets, families
from engine.families.text.trained import TrainedText
from engine.runs import RunStore
from engine.spec import RunSpec
from engine.training.recorder import Recorder
from tests.engine.families.conftest import with_changes

SMALL_BERT = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
SMALL_GPT = {"n_embd": 16, "n_layer": 1, "n_head": 2}
SMALL_LSTM = {"embedding_dim": 16, "hidden_size": 16, "layers": 1, "dropout": 0.2, "bptt": 8}
MODELS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bert": ("masked-lm", "bert", SMALL_BERT),
    "gpt": ("causal-lm", "gpt2", SMALL_GPT),
    "lstm": ("rnn-lm", "lstm_lm", SMALL_LSTM),
    "judge": ("sequence-classification", "bert", SMALL_BERT),
    "reader": ("text-classifier", "text_lstm", {"embedding_dim": 8, "hidden_size": 8}),
    "writer": ("seq2seq", "seq2seq_attention", {"embedding_dim": 8, "hidden_size": 8}),
    "cnn": ("text-classifier", "text_cnn", {"embedding_dim": 8, "filters": 4}),
}


class Texts:
    """A workspace with 80 sentences about moods, and runs on them."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder
        draw = random.Random(0)
        lines = ["text,mood"]
        for _ in range(80):
            mood = draw.choice(["good", "bad"])
            word = draw.choice(["fine", "lovely"] if mood == "good" else ["dull", "awful"])
            lines.append(f"the {draw.choice(['film', 'book', 'song'])} was {word} and the end was {word} too,{mood}")
        (folder / "moods.csv").write_text("\n".join(lines), encoding="utf-8")
        self.dataset = datasets.import_file(folder, folder / "moods.csv")

    def spec(self, kind: str, **changes: Any) -> RunSpec:
        """Return a specification; dotted keys, with __ for the dot, replace its parts."""
        task, name, params = MODELS[kind]
        labels = {"labels": ["mood"]} if kind in {"judge", "cnn", "reader"} else {}
        columns = {"source": "text", "target": "mood"} if kind == "writer" else {"text": "text", **labels}
        content: dict[str, Any] = {
            "family": "text",
            "data": {"dataset": self.dataset.id, "name": "moods"},
            "model": {"name": name, "params": dict(params)},
            "text": {
                "task": task,
                "columns": columns,
                "tokenizer": {"kind": "words" if kind in {"lstm", "cnn", "reader"} else "wordpiece", "vocabulary": 60},
                "max_length": 16,
            },
            "trainer": {"epochs": 2, "batch_size": 8, "device": "cpu", "threads": 1, "precision": "32-true"},
        }
        return with_changes(content, changes)

    def begin(self, spec: RunSpec) -> str:
        """Record a run."""
        with RunStore(self.workspace) as store:
            return store.create_run(spec).id

    def train(self, spec: RunSpec) -> str:
        """Train a run to its end."""
        run_id = self.begin(spec)
        torch.set_num_threads(1)
        with Recorder(self.workspace, run_id) as recorder:
            families.run(recorder)
        return run_id

    def folder(self, run_id: str) -> Path:
        """Return a run's folder."""
        with RunStore(self.workspace) as store:
            return store.run_folder(run_id)


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """A workspace with texts."""
    return Texts(tmp_path_factory.mktemp("texts"))


@pytest.fixture(scope="session")
def run_of(texts: Texts) -> Callable[[str], str]:
    """Returns the run of a small model by its kind, trained when it is first asked for."""
    made: dict[str, str] = {}

    def run(kind: str) -> str:
        if kind not in made:
            made[kind] = texts.train(texts.spec(kind))
        return made[kind]

    return run


@pytest.fixture(scope="session")
def model_of(texts: Texts, run_of: Callable[[str], str]) -> Callable[[str], TrainedText]:
    """Returns a small model by its kind."""
    return lambda kind: TrainedText.load(texts.folder(run_of(kind)))
