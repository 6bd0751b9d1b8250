"""From a snapshot's columns to the examples of a task. A row that cannot be used is left out and counted in a note, or
refused with its number where leaving it out would hide a mistake in the columns."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.families.findings import counted
from engine.families.labels import natural_order
from engine.families.text.examples import Choices, LabelledTexts, Questions, TaggedSentences, TextPairs
from engine.families.text.reading import as_list, read_columns
from engine.spec.nlp import TextSpec
from engine.training.failures import RunFailed

Cells = dict[str, list[str | None]]
TRUTH = {"true": 1.0, "false": 0.0}


def read_labelled(path: Path, spec: TextSpec) -> LabelledTexts:
    """Return texts with classes, numbers or many labels. Raises RunFailed."""
    columns = spec.columns
    if not columns.labels or (spec.labels != "many" and len(columns.labels) != 1):
        raise RunFailed(
            "Which column holds the label is not said.", "Name it, or a 0/1 column for each of many labels."
        )
    wanted = [columns.text, *([columns.second] if columns.second else []), *columns.labels]
    cells = read_columns(path, wanted)
    rows, notes = _usable(cells, wanted, may_be_blank=[columns.second])
    texts = _picked(cells[columns.text], rows)
    seconds = _picked(cells[columns.second], rows) if columns.second else None
    labels = [_picked(cells[name], rows) for name in columns.labels]
    if spec.labels == "one":
        codes, names = _codes(labels[0])
        return LabelledTexts(texts, seconds, codes, names, rows, notes)
    asked = "Choose columns of numbers, or one class a text (text.labels)."
    if spec.labels == "many":
        asked = (
            "Many labels a text take a column of 0 and 1 for each label; else choose one class a text (text.labels)."
        )
    numbers = np.stack(
        [_numbers(name, one, rows, asked) for name, one in zip(columns.labels, labels, strict=True)], axis=1
    )
    if spec.labels == "number":
        return LabelledTexts(texts, seconds, numbers[:, 0], (), rows, notes)
    for place, name in enumerate(columns.labels):
        if not np.isin(numbers[:, place], (0, 1)).all():
            raise RunFailed(f"The column “{name}” holds something else than 0 and 1.", "Give each label a 0/1 column.")
    return LabelledTexts(texts, seconds, numbers, columns.labels, rows, notes)


def read_tagged(path: Path, spec: TextSpec) -> TaggedSentences:
    """Return sentences of tokens with tags, from JSON lists or from words between spaces. Raises RunFailed."""
    names = [spec.columns.tokens, spec.columns.tags]
    cells = read_columns(path, names)
    rows, notes = _usable(cells, names)
    tokens = [words_of(cell) for cell in _picked(cells[names[0]], rows)]
    tags = [words_of(cell) for cell in _picked(cells[names[1]], rows)]
    for row, its_tokens, its_tags in zip(rows.tolist(), tokens, tags, strict=True):
        if len(its_tokens) != len(its_tags):
            raise RunFailed(
                f"Row {row + 1} has {len(its_tokens)} tokens and {len(its_tags)} tags.", "Mend it in the file."
            )
    return TaggedSentences(tokens, tags, tuple(natural_order({tag for one in tags for tag in one})), rows, notes)


def read_questions(path: Path, spec: TextSpec) -> Questions:
    """Return questions, contexts and answers; an answer that is not in its context is refused. Raises RunFailed."""
    columns = spec.columns
    wanted = [columns.question, columns.context, columns.answers]
    starts_column = columns.answer_starts
    cells = read_columns(path, [*wanted, *([starts_column] if starts_column else [])])
    rows, notes = _usable(cells, wanted, may_be_blank=[columns.answers])
    contexts = _picked(cells[columns.context], rows)
    answers = [answers_of(cells[columns.answers][row]) for row in rows.tolist()]
    starts = []
    for row, context, texts in zip(rows.tolist(), contexts, answers, strict=True):
        given = as_list(cells[starts_column][row]) if starts_column else None
        starts.append(_starts(row, context, texts, given))
    ids = [str(row) for row in rows.tolist()]
    return Questions(ids, _picked(cells[columns.question], rows), contexts, answers, starts, rows, notes)


def read_choices(path: Path, spec: TextSpec) -> Choices:
    """Return prompts with their endings, and which is right. Raises RunFailed."""
    columns = spec.columns
    if len(columns.choices) < 2 or not columns.answer:
        raise RunFailed("Multiple choice needs two columns of choices or more, and one that says which is right.")
    prompts = [name for name in (columns.context, columns.question) if name]
    wanted = [*prompts, *columns.choices, columns.answer]
    cells = read_columns(path, wanted)
    rows, notes = _usable(cells, wanted, may_be_blank=prompts)
    endings = [tuple(cells[name][row] or "" for name in columns.choices) for row in rows.tolist()]
    right = [
        choice_of(row, cells[columns.answer][row] or "", ends) for row, ends in zip(rows.tolist(), endings, strict=True)
    ]
    texts = [" ".join(cells[name][row] or "" for name in prompts).strip() for row in rows.tolist()]
    return Choices(texts, endings, np.array(right, dtype=np.int64), rows, notes)


def read_pairs(path: Path, spec: TextSpec) -> TextPairs:
    """Return sources and targets. Raises RunFailed."""
    names = [spec.columns.source, spec.columns.target]
    if not all(names):
        raise RunFailed("Which column is read and which is written is not said.", "Name source and target.")
    cells = read_columns(path, names)
    rows, notes = _usable(cells, names)
    return TextPairs(_picked(cells[names[0]], rows), _picked(cells[names[1]], rows), rows, notes)


def read_alone(path: Path, spec: TextSpec) -> TextPairs:
    """Return texts that are read and written, as they are. Raises RunFailed."""
    name = spec.columns.source or spec.columns.text
    cells = read_columns(path, [name])
    rows, notes = _usable(cells, [name])
    texts = _picked(cells[name], rows)
    return TextPairs(texts, texts, rows, notes)


def encode_known(labels: Sequence[str], names: Sequence[str], part: str) -> tuple[NDArray[np.int64], str]:
    """Return codes of labels by the training rows' names, -1 for others, and a sentence about those, or nothing."""
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([place.get(label, -1) for label in labels], dtype=np.int64)
    unseen = sorted({label for label in labels if label not in place})
    if not unseen:
        return codes, ""
    listed = ", ".join(f"“{label}”" for label in unseen[:5])
    count = int((codes < 0).sum())
    rows = counted(count, "row")
    return codes, f"{rows} of the {part} part with labels that no training row has ({listed}): each counts as wrong."


def _usable(
    cells: Cells, names: Sequence[str], may_be_blank: Sequence[str] = ()
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the rows where every needed cell holds something, and a note about the others."""
    needed = [cells[name] for name in names if name not in may_be_blank]
    kept = [row for row, values in enumerate(zip(*needed, strict=True)) if all(one and one.strip() for one in values)]
    total = len(needed[0])
    listed = ", ".join(f"“{name}”" for name in names if name not in may_be_blank)
    if not kept:
        raise RunFailed(f"No row has something in {listed}.", "Choose other columns, or a file with text.")
    left_out = total - len(kept)
    notes = (f"{left_out:,} of {total:,} rows with nothing in {listed} are left out.",) if left_out else ()
    return np.array(kept, dtype=np.int64), notes


def _picked(cells: Sequence[str | None], rows: NDArray[np.int64]) -> list[str]:
    return [cells[row] or "" for row in rows.tolist()]


def _codes(labels: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    names = natural_order(set(labels))
    place = {name: code for code, name in enumerate(names)}
    return np.array([place[label] for label in labels], dtype=np.int64), tuple(names)


def truth_of(cell: str) -> float:
    """Return the number of a cell, in which true and false are 1 and 0; NaN where it holds none."""
    word = cell.strip().lower()
    try:
        return TRUTH[word] if word in TRUTH else float(word)
    except ValueError:
        return float("nan")


def _numbers(name: str, cells: Sequence[str], rows: NDArray[np.int64], wanted: str) -> NDArray[np.float32]:
    values = np.empty(len(cells), dtype=np.float32)
    for place, cell in enumerate(cells):
        values[place] = number = truth_of(cell)
        if np.isnan(number):
            raise RunFailed(f"“{cell[:60]}” in column “{name}”, row {rows[place] + 1}, is not a number.", wanted)
    if not np.isfinite(values).all():
        raise RunFailed(f"Column “{name}” holds numbers that are not finite.", "Remove those rows.")
    return values


def words_of(cell: str) -> list[str]:
    """Return the tokens of a cell: of a JSON list, or what stands between spaces."""
    listed = as_list(cell)
    return cell.split() if listed is None else listed


def answers_of(cell: str | None) -> list[str]:
    """Return the answers of a cell: of a JSON list, or the cell itself; none where it is blank."""
    listed = as_list(cell)
    if listed is not None:
        return listed
    return [cell] if cell and cell.strip() else []


def _starts(row: int, context: str, answers: list[str], given: list[str] | None) -> list[int]:
    starts = []
    for place, answer in enumerate(answers):
        start = int(given[place]) if given is not None and place < len(given) else context.find(answer)
        if start < 0 or not answer or context[start : start + len(answer)] != answer:
            raise RunFailed(
                f"Row {row + 1}: the answer “{answer[:60]}” is not in its context.", "Mend or remove the row."
            )
        starts.append(start)
    return starts


def choice_of(row: int, cell: str, endings: tuple[str, ...]) -> int:
    """Return which ending is right: its number from 0, its letter (A is the first) or its text."""
    answer = cell.strip()
    if answer in endings:
        return endings.index(answer)
    if answer.isdecimal() and int(answer) < len(endings):
        return int(answer)
    letter = ord(answer.upper()) - ord("A") if len(answer) == 1 else -1
    if 0 <= letter < len(endings):
        return letter
    raise RunFailed(f"Row {row + 1}: “{answer[:60]}” names none of the {len(endings)} choices.", "Mend it in the file.")
