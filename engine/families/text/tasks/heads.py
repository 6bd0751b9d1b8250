"""Which head a run has, by its task, and how its examples are split."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.families.frames import read_snapshot
from engine.families.supervised.splitting import Fold, Rows, cut
from engine.families.text.networks import text_of
from engine.families.text.tasks.answering import AnswerHead
from engine.families.text.tasks.choosing import ChoiceHead
from engine.families.text.tasks.head import Head
from engine.families.text.tasks.labelling import LabelsHead
from engine.families.text.tasks.tagging import TagHead
from engine.families.text.tasks.writing import WritingHead
from engine.spec import LABELLED, RunSpec
from engine.training.failures import RunFailed


def head_of(data: Path, spec: RunSpec) -> Head:
    """Return the head of a run on the rows of a snapshot. Raises RunFailed."""
    task = text_of(spec).task
    if task == "token-classification":
        return TagHead(data, spec)
    if task == "question-answering":
        return AnswerHead(data, spec)
    if task == "multiple-choice":
        return ChoiceHead(data, spec)
    if task == "seq2seq":
        return WritingHead(data, spec)
    if task in LABELLED:
        return LabelsHead(data, spec)
    raise RunFailed(f"The task “{task}” cannot be trained yet.", "Choose another one (text.task).")


def folds_of(workspace: Path, spec: RunSpec, head: Head) -> list[Fold]:
    """Return the folds of a run, by places among the examples instead of rows of the dataset. Raises RunFailed."""
    if len(head.rows) < 3:
        raise RunFailed(f"Only {len(head.rows)} rows can be used; at least 3 are needed.", " ".join(head.notes))
    column = getattr(spec.split, "column", "")
    columns = [column] if column else [name for name in _columns(head) if name][:1]
    frame = read_snapshot(workspace, spec, columns)

    def places(rows: Rows) -> Rows:
        return np.searchsorted(head.rows, rows)

    # There is no one class a row by which the parts would have to be checked.
    found = cut(frame, head.rows, spec, "regression")
    return [Fold(places(one.train), places(one.valid), places(one.test), one.name) for one in found]


def _columns(head: Head) -> Sequence[str]:
    own = head.own.columns
    by_task = {
        "token-classification": own.tokens,
        "question-answering": own.context,
        "multiple-choice": own.answer,
        "seq2seq": own.source or own.text,
    }
    return (by_task.get(head.own.task, own.text),)
