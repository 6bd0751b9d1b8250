"""The language of the filter: words, `tag:x` and comparisons such as `valid/accuracy>0.9`. It reads; it shows nothing.

What is wrong with a filter is said in a sentence, as a QueryError.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.pages.run.wording import status_word
from app.pages.runs.chosen import is_chosen, last_id, spec_id, value_text
from app.pages.runs.columns import Row
from engine.runs.records import RunStatus

Values = Mapping[str, Mapping[str, Any]]  # by column and run
Test = Callable[[Row], bool]

# Quotes hold blanks together; blanks around a comparison's sign are passed over.
_TERM = re.compile(r'(?:"[^"]*"?|[^\s"])+')
_BLANKS = re.compile(r'("[^"]*")|\s*(<=|>=|!=|=|<|>)\s*')
_COMPARISON = re.compile(r'([^<>=!"]+)(<=|>=|!=|=|<|>)(.*)')
_LABEL = re.compile(r"([A-Za-z]+):(.*)")
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


class QueryError(ValueError):
    """A filter that cannot be understood; the message says why and what to write."""


@dataclass(frozen=True)
class Fields:
    """What the runs of a workspace can be compared by: dotted settings and metrics."""

    settings: Sequence[str] = ()
    metrics: Sequence[str] = ()


@dataclass(frozen=True)
class Comparison:
    """A setting or metric, a sign and a value."""

    name: str
    sign: str
    value: str


@dataclass(frozen=True)
class Query:
    """A filter that was understood: tests of a run, and comparisons whose columns' values are needed for them."""

    tests: tuple[Test, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    def columns(self, fields: Fields) -> dict[Comparison, str]:
        """Return the column that each comparison is about. Raises QueryError for a name that no run knows."""
        return {one: _column_of(one.name, fields) for one in self.comparisons if one.name not in _OWN}

    def test(self, columns: Mapping[Comparison, str], values: Values) -> Test:
        """Return the test of a run. Raises QueryError where values of the wrong kind are compared."""
        tests = [*self.tests]
        for one in self.comparisons:
            tests.append(_own_test(one) if one.name in _OWN else _value_test(one, values[columns[one]]))

        def passes(row: Row) -> bool:
            return all(test(row) for test in tests)

        return passes


def parse(text: str) -> Query:
    """Read a filter. Raises QueryError in words."""
    if text.count('"') % 2:
        raise QueryError(_tr("A quotation mark is missing."))
    tests: list[Test] = []
    comparisons: list[Comparison] = []
    for term in _TERM.findall(_BLANKS.sub(lambda found: found[1] or found[2], text)):
        if match := _COMPARISON.fullmatch(term):
            comparisons.append(_comparison(match))
        elif match := _LABEL.fullmatch(term):
            tests.append(_label_test(match[1].casefold(), match[2]))
        else:
            tests.append(_word_test(term.replace('"', "").casefold()))
    return Query(tuple(tests), tuple(comparisons))


# Words and labels


def _word_test(word: str) -> Test:
    return lambda row: word in row.haystack


def _label_test(label: str, raw: str) -> Test:
    its = raw.strip('"').casefold()
    if label not in _LABELS:
        raise QueryError(
            _tr(
                "“{0}:” is nothing to filter by; there are {1}. Put a word with a colon between quotation marks."
            ).format(label, ", ".join(f"{name}:" for name in _LABELS))
        )
    if not raw:
        raise QueryError(_tr('After “{0}:” something is missing; {0}:"" finds the runs without.').format(label))
    if label == "status":
        _check_status(its)
    return _LABELS[label](its)


def _tag_test(tag: str) -> Test:
    if not tag:
        return lambda row: not row.record.tags
    return lambda row: any(one.casefold() == tag for one in row.record.tags)


def _group_test(group: str) -> Test:
    return lambda row: row.record.group.casefold() == group


def _model_test(model: str) -> Test:
    return lambda row: model.replace("_", " ") in row.model.casefold()


def _dataset_test(dataset: str) -> Test:
    return lambda row: dataset in row.dataset.casefold() if dataset else not row.dataset


def _status_test(status: str) -> Test:
    return lambda row: status in {row.record.status.value, status_word(row.record.status).casefold()}


def _name_test(name: str) -> Test:
    return lambda row: name in row.record.name.casefold()


def _note_test(note: str) -> Test:
    return lambda row: note in row.record.note.casefold() if note else not row.record.note


def _check_status(status: str) -> None:
    known = [one.value for one in RunStatus]
    if status not in known and status not in {status_word(one).casefold() for one in RunStatus}:
        raise QueryError(_tr("There is no status “{0}”; there are {1}.").format(status, ", ".join(known)))


_LABELS: dict[str, Callable[[str], Test]] = {
    "tag": _tag_test,
    "group": _group_test,
    "model": _model_test,
    "dataset": _dataset_test,
    "status": _status_test,
    "name": _name_test,
    "note": _note_test,
}

# Comparisons

_OWN: dict[str, Callable[[Row], float | None]] = {
    "epochs": lambda row: row.record.progress.epoch,
    "duration": lambda row: row.record.duration,
}


def _comparison(match: re.Match[str]) -> Comparison:
    name, sign, value = match[1], match[2], match[3].strip('"')
    if not value:
        raise QueryError(_tr("After “{0}” a value is missing, such as {0}0.5").format(f"{name}{sign}"))
    if sign in "<=>=" and sign != "=" and _number(value) is None:
        raise QueryError(_tr("“{0}” is no number; {1} compares numbers.").format(value, sign))
    return Comparison(name, sign, value)


def _column_of(name: str, fields: Fields) -> str:
    """Find what a name means: a whole name, a column's id, or the end of exactly one name."""
    if is_chosen(name):
        return name
    if name in fields.metrics:
        return last_id(name)
    if name in fields.settings:
        return spec_id(name)
    found = [spec_id(one) for one in fields.settings if one.endswith(f".{name}")]
    found += [last_id(one) for one in fields.metrics if one.endswith(f"/{name}")]
    if len(found) == 1:
        return found[0]
    if not found:
        raise QueryError(_tr("No run has a setting or a metric called “{0}”; Columns lists them all.").format(name))
    names = ", ".join(one.partition(":")[2] for one in found[:4])
    raise QueryError(_tr("“{0}” may be {1}; write one of them whole.").format(name, names))


def _own_test(one: Comparison) -> Test:
    wanted, compare, of = _number(one.value), _SIGNS[one.sign], _OWN[one.name]
    if wanted is None:
        raise QueryError(_tr("“{0}” is no number; {1} compares numbers.").format(one.value, one.name))

    def test(row: Row) -> bool:
        value = of(row)
        return value is not None and compare(value, wanted)

    return test


def _value_test(one: Comparison, values: Mapping[str, Any]) -> Test:
    """Compare as numbers where both are, else as texts; a run without the value does not pass."""
    wanted, text, compare = _number(one.value), one.value.casefold(), _SIGNS[one.sign]
    wants_nan = wanted is not None and math.isnan(wanted)
    negated = one.sign == "!="

    def test(row: Row) -> bool:
        value = values.get(row.record.id)
        if value is None:
            return False
        if isinstance(value, bool):
            return compare(text in {"true", "yes", value_text(True)}, value) if one.sign in {"=", "!="} else False
        if isinstance(value, int | float):
            if wants_nan:
                return math.isnan(value) is not negated
            return wanted is not None and compare(value, wanted)
        if one.sign not in {"=", "!="}:
            return False
        parts = value if isinstance(value, list) else [value]
        return (text in {str(part).casefold() for part in parts} or text == value_text(value).casefold()) is not negated

    return test


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunQuery", text)
