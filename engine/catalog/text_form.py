"""Text specifications as a form makes and changes them: what is offered, what a dataset suggests. Pure functions."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

from engine.catalog.checks import problems
from engine.catalog.edits import with_value
from engine.catalog.schema import ModelInfo
from engine.catalog.text_edits import SHARES, TWINS, new_text, usual_split, with_text_task
from engine.catalog.text_guess import guessed_columns, guessed_task, kind_of_labels
from engine.spec import LABELLED, RUNNING, DataSpec, Role, Roles, RunSpec, TextColumns, TextSpec, TextTask, parse

OFFERED: tuple[TextTask, ...] = (
    "text-classifier",
    "token-classification",
    "question-answering",
    "multiple-choice",
    "seq2seq",
    "masked-lm",
    "rnn-lm",
    "word2vec",
)
"""What can be learned, in a form's order: what reads labels first, then what needs text only; of twins the quicker."""
LONG_TEXT = 40.0
"""Letters in the mean from which a column holds texts to read, rather than names."""
SHORT_TEXT = 10.0
"""Letters in the mean from which a column that no table model can use may hold texts, rather than codes."""
_CLASSES = frozenset({"text", "boolean", "integer", "number"})


def suggests_text(types: Mapping[str, str], lengths: Mapping[str, float], roles: Roles | None = None) -> bool:
    """Whether a dataset looks like texts to learn from: one column is of long texts, there is none but texts, or the
    columns are called as a task of texts calls them. With roles that leave a table nothing to learn from, a column of
    short texts is enough."""
    if guessed_task(types, lengths) is not None:
        return True
    if roles is not None and not roles.features and any(_may_be_read(roles, *one) for one in lengths.items()):
        return True
    if any(types.get(name) == "text" and length >= LONG_TEXT for name, length in lengths.items()):
        return True
    return len(types) == 1 and set(types.values()) == {"text"}


def text_of_dataset(
    data: DataSpec, types: Mapping[str, str], lengths: Mapping[str, float], old: RunSpec | None = None
) -> RunSpec:
    """Return a text specification for a dataset; the settings of an old one are kept, and its task where the columns serve.

    Without one, the columns' names say the task; else texts with labels are classified, and of texts alone a language is
    learned.
    """
    bare = DataSpec(dataset=data.dataset, name=data.name)
    label = _label(data, types, lengths)
    named = guessed_task(types, lengths)
    task: TextTask = named or ("text-classifier" if label else "rnn-lm")

    def of_task(task: TextTask) -> RunSpec:
        """A new specification for this dataset."""
        return new_text(bare, task, "", types, lengths, {"labels": (label,)} if label and task in LABELLED else {})

    fresh = of_task(task)
    if old is None or fresh.text is None or old.text is None:
        return fresh
    is_named = named is not None and old.data.dataset != data.dataset
    if not is_named and (not problems(as_before := of_task(old.text.task)) or problems(fresh)):
        fresh = as_before
    else:
        old = with_text_task(old.model_copy(update={"data": bare}), task, types, lengths)
    assert fresh.text is not None and old.text is not None
    own = old.text.model_copy(update={"columns": fresh.text.columns, "labels": fresh.text.labels})
    kept = old.model_copy(update={"data": bare, "text": own})
    column = getattr(kept.split, "column", None)
    return _fitted(kept if column is None or column in types else kept.model_copy(update={"split": fresh.split}))


def offered_tasks(shown: TextTask) -> tuple[TextTask, ...]:
    """Return the tasks to choose from; of twins the one that is shown, since the model decides between them."""
    return tuple(shown if TWINS.get(task) == shown else task for task in OFFERED)


def can_learn(info: ModelInfo, task: TextTask) -> bool:
    """Whether a model can do a task, or its twin by transformers or by our own networks."""
    return any(one in info.text_tasks for one in (task, TWINS.get(task)))


def with_text_value(
    spec: RunSpec, key: str, value: JsonValue, types: Mapping[str, str], lengths: Mapping[str, float]
) -> RunSpec:
    """Return the specification with one dotted key replaced and what hangs on it. Raises SpecError."""
    own = spec.text or TextSpec()
    if key == "text.task":
        changed = with_text_task(spec, cast(TextTask, value), types, lengths)
        return with_value(changed, "text.columns.text", own.columns.text) if own.columns.text in types else changed
    if key == "text.columns.labels":
        names: JsonValue = [value] if isinstance(value, str) and value else value or []
        was_usual = own.labels == kind_of_labels(own.columns, types)
        changed = with_value(spec, key, names)
        assert changed.text is not None
        usual = kind_of_labels(changed.text.columns, types)
        return _fitted(with_value(changed, "text.labels", usual) if was_usual and own.labels != "many" else changed)
    changed = with_value(spec, key, value)
    if key == "text.labels":
        if value != "many" and len(own.columns.labels) > 1:
            changed = with_value(changed, "text.columns.labels", [own.columns.labels[0]])
        return _fitted(changed)
    return changed


def _may_be_read(roles: Roles, name: str, length: float) -> bool:
    return roles.of(name) is Role.IGNORE and length >= SHORT_TEXT


def _label(data: DataSpec, types: Mapping[str, str], lengths: Mapping[str, float]) -> str:
    """Return the column of labels: the table's target where that is no long text, else one that is called so."""
    guessed = guessed_columns("text-classifier", TextColumns(), types, lengths)
    for name in data.roles.target:
        if name != guessed.text and types.get(name) in _CLASSES and lengths.get(name, 0.0) < LONG_TEXT:
            return name
    return guessed.labels[0] if guessed.labels else ""


def _fitted(spec: RunSpec) -> RunSpec:
    """Return the specification with the classes dealt out evenly where there are any, and not where there are none."""
    own = spec.text or TextSpec()
    chosen = spec.split.kind
    if chosen not in SHARES or (chosen == "random" and own.task in RUNNING):
        return spec
    content: dict[str, Any] = spec.model_dump(mode="json")
    content["split"]["kind"] = usual_split(own.task, own.labels)
    if own.labels == "number":
        content["text"]["label_smoothing"] = 0.0
    return parse(content)
