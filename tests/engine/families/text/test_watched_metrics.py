"""What may be watched in a text run is watched the right way round."""

import pytest

from engine.catalog.text_fields import text_metrics
from engine.families.trainer_checks import check_monitors
from engine.spec import parse

FALLING = {"loss", "perplexity", "pseudo_perplexity", "mae", "rmse"}


@pytest.mark.parametrize(
    ("task", "labels"),
    [
        ("causal-lm", "one"),
        ("token-classification", "one"),
        ("question-answering", "one"),
        ("multiple-choice", "one"),
        ("seq2seq", "one"),
        ("text-classifier", "one"),
        ("text-classifier", "many"),
        ("text-classifier", "number"),
    ],
)
def test_that_a_metric_watched_the_right_way_round_is_no_finding(task: str, labels: str) -> None:
    plain = {"family": "text", "data": {"dataset": "0" * 16}, "text": {"task": task, "labels": labels}}
    names = text_metrics(parse(plain))
    for name in names:
        better = "min" if name.removeprefix("valid/") in FALLING else "max"
        for mode in ("min", "max"):
            watched = parse({**plain, "trainer": {"checkpoints": {"monitor": name, "mode": mode}}})
            found = list(check_monitors(watched, frozenset(names), task))
            assert [one.field for one in found] == ([] if mode == better else ["trainer.checkpoints.mode"]), name
