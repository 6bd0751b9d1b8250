"""The language of the filter: what each term finds, and what is said about a wrong one."""

import pytest

from app.pages.runs.columns import Row
from app.pages.runs.query import Fields, QueryError, parse
from engine.runs import Progress, RunRecord, RunStatus

FIELDS = Fields(
    settings=("model.name", "trainer.batch_size", "trainer.epochs", "tabular.shuffle"),
    metrics=("valid/accuracy", "train/accuracy", "valid/loss"),
)
SPEC = '{"data": {"name": "iris table"}, "model": {"name": "ft_transformer"}}'
RUN = Row.of(
    RunRecord(
        "abcd1234",
        "wide net",
        RunStatus.FAILED,
        SPEC,
        0,
        0.0,
        note="dropout helped",
        tags=("paper", "to check"),
        group="Sweep 1",
        progress=Progress(epoch=7.0, total_epochs=20),
    )
)
VALUES = {
    "last:valid/accuracy": {"abcd1234": 0.93},
    "max:valid/accuracy": {"abcd1234": 0.97},
    "last:valid/loss": {"abcd1234": float("nan")},
    "last:train/accuracy": {},
    "spec:trainer.batch_size": {"abcd1234": 64},
    "spec:model.name": {"abcd1234": "ft_transformer"},
    "spec:tabular.shuffle": {"abcd1234": True},
}


def finds(text: str) -> bool:
    query = parse(text)
    return query.test(query.columns(FIELDS), VALUES)(RUN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NET wide",
        "tag:paper",
        'tag:"to check"',
        'group:"sweep 1"',
        "model:ft_trans",
        "dataset:iris status:failed",
        "name:wide note:helped",
        "valid/accuracy>0.9",
        "valid/accuracy > 0.9 tag:paper",
        "valid/accuracy>=0.93 valid/accuracy<=0.93",
        "max:valid/accuracy>0.95",
        "batch_size=64",
        "trainer.batch_size != 32",
        "model.name=FT_Transformer",
        "tabular.shuffle=yes",
        "valid/loss=nan",
        "epochs>5",
        '"wide net"',
    ],
)
def test_that_a_term_finds_its_run(text: str) -> None:
    assert finds(text)


@pytest.mark.parametrize(
    "text",
    [
        "narrow",
        "tag:pap",
        'tag:""',
        "group:sweep",
        "status:finished",
        "valid/accuracy>0.95",
        "train/accuracy>0",
        "train/accuracy!=0",
        "batch_size=32",
        "tabular.shuffle=no",
        "valid/loss<1",
        "epochs>7",
        "wide tag:other",
    ],
)
def test_that_a_term_leaves_other_runs_out(text: str) -> None:
    assert not finds(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("status:faild", "no status “faild”"),
        ("tagg:x", "“tagg:” is nothing to filter by"),
        ("tag:", "something is missing"),
        ("valid/accuracy>", "a value is missing"),
        ("valid/accuracy>high", "“high” is no number"),
        ("accuracy>0.9", "may be valid/accuracy, train/accuracy"),
        ("valid/acuracy>0.9", "called “valid/acuracy”"),
        ('name:"wide', "quotation mark"),
        ("epochs=many", "“many” is no number"),
    ],
)
def test_that_a_wrong_filter_is_told_in_words(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        finds(text)
