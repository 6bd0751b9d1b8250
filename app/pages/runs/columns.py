"""The columns that every table of runs has: what each shows, sorts by and explains. Functions of a row, no widgets."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from pydantic_core import from_json
from PySide6.QtCore import QCoreApplication

from app.amounts import count, epochs
from app.pages.run.wording import DASH, duration, figure, full_moment, metric_title, moment, status_word
from engine.runs.records import RunRecord, RunStatus

PREFERRED_SCORES = (
    "accuracy",
    "auroc",
    "r2",
    "rmse",
    "mae",
    "f1_macro",
    "log_loss",
    "perplexity",
    "pseudo_perplexity",
)
SPLITS = ("test", "valid")


class ColumnId(IntEnum):
    """The columns from left to right."""

    STAR = 0
    NAME = 1
    STATUS = 2
    DATASET = 3
    MODEL = 4
    SCORE = 5
    LOSS = 6
    EPOCHS = 7
    DURATION = 8
    CREATED = 9
    NOTE = 10
    TAGS = 11
    GROUP = 12

    @property
    def id(self) -> str:
        """The column's name in saved views."""
        return self.name.lower()


@dataclass(frozen=True)
class Row:
    """A run with the few parts of its specification that the table shows."""

    record: RunRecord
    dataset: str
    model: str
    score: tuple[str, float] | None
    loss: float | None
    haystack: str

    @classmethod
    def of(cls, record: RunRecord, before: "Row | None" = None) -> "Row":
        """Make a run's row; the specification never changes, so an earlier row of the run saves reading it again."""
        dataset, model = (before.dataset, before.model) if before else _from_spec(record.spec_json)
        words = (
            record.name,
            dataset,
            model,
            record.status.value,
            _status_word(record.status),
            record.note,
            record.id,
            record.group,
            *record.tags,
        )
        return cls(record, dataset, model, _score(record), _loss(record), "\n".join(words).casefold())


@dataclass(frozen=True)
class Column:
    """A column: its title, explanation, text and sort key; None sorts last whichever the direction."""

    title: str
    explanation: str
    text: Callable[[Row], str]
    key: Callable[[Row], Any]
    numeric: bool = False
    width: int = 96


def columns() -> dict[ColumnId, Column]:
    """Return every column, in the user's language."""
    tr = _tr
    return {
        ColumnId.STAR: Column(
            "★", tr("Starred runs; click or press S"), _nothing, lambda row: not row.record.starred, width=36
        ),
        ColumnId.NAME: Column(tr("Name"), tr("Press F2 to rename"), _name, _name, width=216),
        ColumnId.STATUS: Column(
            tr("Status"), tr("Where the run stands"), _status, lambda row: row.record.status.value, width=104
        ),
        ColumnId.DATASET: Column(
            tr("Dataset"), tr("What was learned from"), lambda row: row.dataset, lambda row: row.dataset, width=104
        ),
        ColumnId.MODEL: Column(
            tr("Model"), tr("The model’s name in the gallery"), lambda row: row.model, lambda row: row.model, width=152
        ),
        ColumnId.SCORE: Column(
            tr("Score"),
            tr("The main metric on the test rows, or on the validation rows where there are no test rows"),
            _score_text,
            lambda row: row.score[1] if row.score else None,
            numeric=True,
            width=120,
        ),
        ColumnId.LOSS: Column(
            tr("Valid loss"),
            tr("The smallest validation loss of the run"),
            lambda row: figure(row.loss),
            lambda row: row.loss,
            numeric=True,
            width=92,
        ),
        ColumnId.EPOCHS: Column(
            tr("Epochs"), tr("Epochs done of those planned"), _epochs, lambda row: row.record.progress.epoch, True, 96
        ),
        ColumnId.DURATION: Column(
            tr("Duration"),
            tr("From start to end"),
            lambda row: duration(row.record.duration),
            lambda row: row.record.duration,
            numeric=True,
            width=96,
        ),
        ColumnId.CREATED: Column(
            tr("Created"), tr("When Train was pressed"), _created, lambda row: row.record.created, True, 112
        ),
        ColumnId.NOTE: Column(tr("Note"), tr("Your own words"), _note, lambda row: row.record.note or None, width=160),
        ColumnId.TAGS: Column(tr("Tags"), tr("Press T to tag"), _tags, lambda row: _tags(row) or None, width=152),
        ColumnId.GROUP: Column(
            tr("Group"), tr("Press G to group"), lambda row: row.record.group, lambda row: row.record.group, width=120
        ),
    }


def tooltip(row: Row, column: ColumnId) -> str:
    """Return what hovering over a cell tells beyond its text."""
    record = row.record
    if column is ColumnId.STATUS and record.outcome is not None:
        return " ".join(part for part in (record.outcome.cause, record.outcome.advice) if part)
    if column is ColumnId.SCORE:
        return "\n".join(f"{key}: {figure(value)}" for key, value in sorted(record.summary.items()))
    if column is ColumnId.CREATED:
        return full_moment(record.created)
    if column is ColumnId.NOTE:
        return record.note
    if column is ColumnId.NAME:
        return f"{record.name}\n{record.id}"
    return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunColumns", text)


def _from_spec(text: str) -> tuple[str, str]:
    """Read the dataset's and the model's name; also of a specification that a newer version wrote."""
    spec = from_json(text)
    data = spec.get("data", {})
    dataset = data.get("name") or str(data.get("dataset", ""))[:8]
    return dataset, str(spec.get("model", {}).get("name", "")).replace("_", " ")


@cache
def _status_word(status: RunStatus) -> str:
    return status_word(status)


def _score(record: RunRecord) -> tuple[str, float] | None:
    for split in SPLITS:
        for metric in PREFERRED_SCORES:
            value = record.summary.get(f"{split}/{metric}")
            if value is not None:
                return f"{split}/{metric}", value
    return None


def _loss(record: RunRecord) -> float | None:
    for key in ("best/valid/loss", "valid/loss"):
        if key in record.summary:
            return record.summary[key]
    return None


def _nothing(_row: Row) -> str:
    return ""


def _name(row: Row) -> str:
    return row.record.name


def _status(row: Row) -> str:
    return status_word(row.record.status)


def _score_text(row: Row) -> str:
    if row.score is None:
        return DASH
    split, _, metric = row.score[0].partition("/")
    short = {
        "accuracy": "acc",
        "auroc": "AUROC",
        "r2": "R²",
        "rmse": "RMSE",
        "mae": "MAE",
        "f1_macro": "F1",
        "pseudo_perplexity": "pseudo-ppl",
        "perplexity": "ppl",
    }
    label = short.get(metric, metric_title(metric))
    if split != "test":
        label = _tr("valid {0}").format(label)
    return f"{label} {figure(row.score[1], 3)}"


def _epochs(row: Row) -> str:
    progress = row.record.progress
    if not progress.total_epochs:
        return DASH
    return f"{count(int(progress.epoch + 1e-6))} / {epochs(progress.total_epochs)}"


def _created(row: Row) -> str:
    return moment(row.record.created)


def _tags(row: Row) -> str:
    return ", ".join(row.record.tags)


def _note(row: Row) -> str:
    return row.record.note.split("\n", 1)[0]
