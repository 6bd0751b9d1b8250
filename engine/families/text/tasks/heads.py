"""Which head a run has, by its task."""

from pathlib import Path

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
