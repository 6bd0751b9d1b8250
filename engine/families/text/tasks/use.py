"""A head's model on new rows: which columns it reads, what it tells, and how that is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.families.text.networks import text_of
from engine.families.text.tasks.answering import predict_answers, score_told
from engine.families.text.tasks.choosing import predict_choices, prompt_columns, score_choices
from engine.families.text.tasks.labelling import predict_labels, score_many
from engine.families.text.tasks.tagging import predict_tags, score_tags
from engine.families.text.tasks.writing import predict_texts, score_written
from engine.families.text.trained import TrainedText
from engine.spec import LABELLED

Pairs = list[Any]
"""What is true beside what was told, as a task's own score takes it."""
Predict = Callable[[TrainedText, pd.DataFrame], tuple[dict[str, pd.Series], Pairs]]


@dataclass(frozen=True)
class Use:
    """Columns are by the names that they had when the model was trained; those of `targets` may be absent."""

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    predict: Predict
    score: Callable[[Sequence[Any]], dict[str, float]]


def use_of(model: TrainedText) -> Use | None:
    """Return how a model with a head of its own is used; None for those that tell one label, a number or a surprise."""
    own = text_of(model.spec)
    columns = own.columns
    if own.task == "token-classification":
        return Use((columns.tokens,), (columns.tags,), predict_tags, score_tags)
    if own.task == "question-answering":
        return Use((columns.context, columns.question), (columns.answers,), predict_answers, score_told)
    if own.task == "multiple-choice":
        inputs = (*prompt_columns(columns), *columns.choices)
        return Use(inputs, (columns.answer,), predict_choices, score_choices)
    if own.task == "seq2seq":
        return Use((columns.source or columns.text,), (columns.target,), predict_texts, score_written)
    if own.task in LABELLED and own.labels == "many":
        inputs = tuple(name for name in (columns.text, columns.second) if name)
        return Use(inputs, columns.labels, predict_labels, score_many)
    return None
