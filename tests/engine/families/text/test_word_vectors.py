"""word2vec as a run: what stands in like company comes to lie together; shown, compared with people, asked for a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine import families
from engine.families.files import read_evaluation
from engine.families.frames import read_columns
from engine.families.text.networks import text_of
from engine.families.text.prediction import predict
from engine.families.text.typed import agreement, answer
from engine.families.text.typed_heads import terms_of
from engine.families.text.word_similarity import read_judgements
from engine.jobs.data_requests import METHODS
from engine.jobs.requests import Call
from engine.runs import RunStore
from engine.runs.text_samples import read_samples
from engine.runs.word_map import WordMap
from engine.spec import OptimizerSpec, RunSpec
from engine.training.failures import RunFailed
from engine.training.loop import _values
from engine.training.optimizers import takes_sparse
from engine.training.recorder import Recorder

ANIMALS, TOOLS = ("cat", "dog", "horse"), ("hammer", "saw", "drill")


@pytest.fixture
def company(workspace: Path, snapshot: Callable[..., str]) -> None:
    """600 texts: animals stand beside one set of words, tools beside another."""
    draw = np.random.default_rng(1)
    around = (["eats", "sleeps", "runs", "drinks"], ["cuts", "lies", "costs", "breaks"])
    lines = []
    for _ in range(600):
        side = int(draw.integers(2))
        lines.append(
            " ".join(
                [*draw.choice(around[side], 2), draw.choice((ANIMALS, TOOLS)[side]), *draw.choice(around[side], 2)]
            )
        )
    lines[0] += " unheard"
    snapshot(pd.DataFrame({"text": lines}))


@pytest.fixture
def spec(company: None, make_review_spec: Any, tmp_path: Path) -> RunSpec:
    """A small run of word2vec, compared with a file."""
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(
        "first\tsecond\tscore\r\ncat\tdog\t9\r\ncat\tsaw\t1\r\nhammer\tdrill\t8\r\ndog\tdrill\t0.5\r\ncat\tunheard\t4\r\n"
    )
    made: RunSpec = make_review_spec(
        "word2vec",
        "word2vec",
        model__params={"dimension": 8, "window": 2, "least_count": 2, "subsample": 0},
        text__similarity_file=str(pairs),
        text__words=["cat", "unheard"],
        trainer__epochs=8,
        trainer__batch_size=128,
        trainer__optimizer={"name": "Adagrad", "learning_rate": 0.3, "weight_decay": 0},
    )
    return made


def run(workspace: Path, spec: RunSpec) -> str:
    with RunStore(workspace) as store:
        run_id = store.create_run(spec).id
    with Recorder(workspace, run_id) as recorder:
        families.run(recorder)
    return run_id


def test_that_words_in_like_company_lie_together(workspace: Path, spec: RunSpec, tmp_path: Path) -> None:
    run_id = run(workspace, spec)
    folder = workspace / "runs" / run_id
    evaluation = read_evaluation(folder)
    assert evaluation is not None
    assert evaluation.metrics["test"]["spearman"] > 0.7 and evaluation.metrics["test"]["pairs"] == 4
    assert evaluation.notes == ("4 of 5 judged pairs have words with vectors.",)
    samples = read_samples(folder)
    assert samples is not None and [one.given for one in samples.samples] == ["cat"]
    assert set(samples.samples[0].made.split(", ")[:2]) <= {*ANIMALS, "eats", "sleeps", "runs", "drinks"}
    places = read_columns(folder / "projection.parquet", ["word", "count", "x", "y"]).set_index("word")
    assert len(places) == 14 and "unheard" not in places.index and int(places["count"].min()) > 0
    drawn = METHODS["word_map"](Call(workspace, print, lambda: False), run=run_id)
    assert isinstance(drawn, WordMap) and len(drawn.words) == 14 and drawn.counts[0] == max(drawn.counts)
    agreed = agreement(workspace, run_id, text_of(spec).similarity_file)
    assert (agreed.known, agreed.pairs) == (4, 5) and agreed.spearman == evaluation.metrics["test"]["spearman"]
    found = answer(workspace, run_id, "cat - hammer + saw")
    assert len(found.near) == 10 and not {"cat", "hammer", "saw"} & {one.word for one in found.near}
    assert found.near[0].similarity >= found.near[-1].similarity
    with pytest.raises(RunFailed, match="“unheard”: no vector was learned"):
        answer(workspace, run_id, "cat + unheard")
    file = tmp_path / "words.csv"
    file.write_text("word\nhammer\nunheard\n")
    report = predict(workspace, run_id, file)
    assert report.predicted_columns[:2] == ("neighbour 1", "similarity 1")
    known, unknown = (dict(zip(report.columns, row, strict=True)) for row in report.preview)
    assert known["neighbour 1"] in {*TOOLS, "cuts", "lies", "costs", "breaks"} and not unknown["neighbour 1"]


def test_that_signs_before_words_make_a_sum() -> None:
    assert terms_of("king - man + woman") == [("king", 1), ("man", -1), ("woman", 1)]
    assert terms_of("well-known −x -") == [("well-known", 1), ("x", -1)]


def test_that_a_file_of_judgements_is_read_or_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("word 1,word 2,mean\ntea,cup,7.5\n")
    assert [(one.first, one.second, one.score) for one in read_judgements(str(file))] == [("tea", "cup", 7.5)]
    file.write_text("tea,cup,7.5\ntea,cup\n")
    with pytest.raises(RunFailed, match=r"Line 2 of pairs\.csv is no pair of words"):
        read_judgements(str(file))
    with pytest.raises(RunFailed, match="cannot be read: No such file"):
        read_judgements(str(tmp_path / "gone"))


def test_that_gradients_are_sparse_only_where_no_step_moves_other_words(spec: RunSpec) -> None:
    trainer = spec.trainer
    assert takes_sparse(trainer)
    for other in (
        OptimizerSpec(),
        OptimizerSpec(name="Adagrad", weight_decay=0.1),
        OptimizerSpec(name="SGD", weight_decay=0, momentum=0.9),
    ):
        assert not takes_sparse(trainer.model_copy(update={"optimizer": other}))


def test_that_the_norm_of_a_sparse_gradient_counts_each_row_once() -> None:
    table = torch.nn.Embedding(5, 2, sparse=True)
    table(torch.tensor([1, 1, 3])).sum().backward()
    values = _values(table.weight)
    assert values.tolist() == [[2.0, 2.0], [1.0, 1.0]]
    values.mul_(0.5)
    assert table.weight.grad is not None
    assert table.weight.grad.to_dense()[1].tolist() == [1.0, 1.0]
