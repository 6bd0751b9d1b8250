"""Which columns of a table a text task probably reads: by their names, their types and how long their texts are."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.spec import LABELLED, TextColumns, TextTask

# By what a column holds: what people call it, the likeliest first.
_NAMES: dict[str, tuple[str, ...]] = {
    "labels": (
        "label",
        "labels",
        "class",
        "category",
        "sentiment",
        "target",
        "topic",
        "intent",
        "stars",
        "rating",
        "folder",
    ),
    "tokens": ("tokens", "words"),
    "tags": ("tags", "ner_tags", "labels"),
    "context": ("context", "passage", "paragraph", "premise"),
    "question": ("question", "query", "prompt"),
    "answers": ("answers", "answer"),
    "answer_starts": ("answer_starts", "answer_start"),
    "answer": ("answer", "label", "correct", "target"),
    "source": ("source", "src", "document", "article", "input"),
    "target": ("target", "tgt", "summary", "highlights", "output", "translation"),
}
_READ: dict[str, tuple[str, ...]] = {
    "token-classification": ("tokens", "tags"),
    "question-answering": ("context", "question", "answers", "answer_starts"),
    "multiple-choice": ("context", "question", "answer"),
}
_CHOICES = ("choice", "ending", "option")
WRITTEN = 10.0
"""Letters in the mean from which a target is something that was written, rather than a class."""


def guessed_columns(
    task: TextTask, given: TextColumns, types: Mapping[str, str], lengths: Mapping[str, float]
) -> TextColumns:
    """Return the columns with those filled in that are not said and that the task reads.

    `types` has each column's type; without any, nothing is guessed. `lengths` is how long each column's texts are in the
    mean: the longest is the text.
    """
    if not types:
        return given
    told = {name: getattr(given, name) for name in given.model_fields_set}
    found: dict[str, Any] = dict(told)
    for name in _READ.get(task, ()):
        found.setdefault(name, _named(name, types, _used(found)))
    if task == "multiple-choice" and "choices" not in told:
        found["choices"] = tuple(name for name in types if name.lower().startswith(_CHOICES))
    elif task == "seq2seq":
        _fill_pair(found, types, lengths)
    elif task not in _READ:
        if task in LABELLED and "labels" not in told:
            text = found.get("text")
            label = _named("labels", types, _used(found)) or _other(types, text or _longest(types, lengths, ()))
            found["labels"] = (label,) if label else ()
        found.setdefault("text", _longest(types, lengths, _used(found)))
    return TextColumns.model_validate(found)


def guessed_task(types: Mapping[str, str], lengths: Mapping[str, float]) -> TextTask | None:
    """Return the task that the columns' names stand for, as imports and well-known sets call them; None where they say
    nothing, and labels or the text alone decide."""
    if not types:
        return None  # the columns' own defaults would be taken for what the table holds
    for task in ("question-answering", "multiple-choice", "token-classification"):
        found = guessed_columns(task, TextColumns(), types, lengths)
        if task == "multiple-choice":
            is_whole = len(found.choices) > 1 and bool(found.answer)
        else:
            is_whole = all(getattr(found, name) for name in _READ[task][:3])
        if is_whole:
            return task
    target, source = _named("target", types, ()), _named("source", types, ())
    is_pair = source and target and types[source] == types[target] == "text"
    return "seq2seq" if is_pair and lengths.get(target, 0.0) >= WRITTEN else None


def kind_of_labels(columns: TextColumns, types: Mapping[str, str]) -> str:
    """Return what the labels' columns ask for: several are many labels, fractions are numbers, all else are classes."""
    if len(columns.labels) > 1:
        return "many"
    return "number" if any(types.get(name) == "number" for name in columns.labels) else "one"


def _fill_pair(found: dict[str, Any], types: Mapping[str, str], lengths: Mapping[str, float]) -> None:
    """Name what is read and what is written; where no target is known, a text that is to be mended."""
    found.setdefault("target", _named("target", types, _used(found)))
    read = found.get("source") or found.get("text") or _named("source", types, _used(found))
    read = read or _longest(types, lengths, (found["target"],))
    found["source"] = read
    if not found["target"]:
        found["text"] = read


def _named(what: str, types: Mapping[str, str], used: Iterable[str]) -> str:
    """Return the column that is called as such columns are, or nothing."""
    taken, by_name = set(used), {name.lower().strip(): name for name in reversed(tuple(types))}
    names = (by_name.get(one) for one in _NAMES[what])
    return next((name for name in names if name and name not in taken), "")


def _longest(types: Mapping[str, str], lengths: Mapping[str, float], but: Iterable[str]) -> str:
    taken = set(but)
    texts = [name for name, kind in types.items() if kind == "text" and name not in taken]
    return max(texts, key=lambda name: (lengths.get(name, 0.0), name.lower() == "text"), default="")


def _other(types: Mapping[str, str], text: str) -> str:
    """Return the one column beside the text, or nothing where there are several or it names the text's file."""
    others = [name for name in types if name not in {text, "file"}]
    return others[0] if len(others) == 1 else ""


def _used(found: Mapping[str, Any]) -> set[str]:
    """Return every column that has been named already."""
    named: set[str] = set()
    for value in found.values():
        named |= set(value) if isinstance(value, tuple) else {value}
    return named - {""}
