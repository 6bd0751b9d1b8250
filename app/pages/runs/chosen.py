"""Columns that the user chose from the settings and metrics of the runs. Ids such as spec:trainer.epochs; no widgets.

`last:` and `min:`, `max:` name a metric's last, smallest and largest value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.pages.run.wording import figure, is_smaller_better
from app.pages.runs.columns import Column, Row

SPEC, LAST, SMALLEST, LARGEST = "spec", "last", "min", "max"
KINDS = (SPEC, LAST, SMALLEST, LARGEST)


def spec_id(field: str) -> str:
    """Return the id of a setting's column."""
    return f"{SPEC}:{field}"


def last_id(metric: str) -> str:
    """Return the id of the column with a metric's last value."""
    return f"{LAST}:{metric}"


def best_id(metric: str) -> str:
    """Return the id of the column with a metric's best value."""
    return f"{SMALLEST if is_smaller_better(metric) else LARGEST}:{metric}"


def is_chosen(column_id: str) -> bool:
    """Whether an id is one of these."""
    kind, colon, name = column_id.partition(":")
    return bool(colon and name) and kind in KINDS


def title(column_id: str) -> str:
    """Return a column's title: a setting's last name, a metric's whole one."""
    kind, _, name = column_id.partition(":")
    if kind == SPEC:
        return name.rpartition(".")[2].replace("_", " ")
    if kind == LAST:
        return name
    if "/" in name and not name.startswith("device/"):
        return _tr("best {0}").format(name)
    return (_tr("smallest {0}") if kind == SMALLEST else _tr("largest {0}")).format(name)


def explanation(column_id: str) -> str:
    """Return what a column tells."""
    kind, _, name = column_id.partition(":")
    if kind == SPEC:
        return _tr("The setting {0}").format(name)
    told = {
        LAST: _tr("The last value of {0}"),
        SMALLEST: _tr("The smallest value of {0}"),
        LARGEST: _tr("The largest value of {0}"),
    }
    return told[kind].format(name)


def column(column_id: str, values: Mapping[str, Any]) -> Column:
    """Make a column that shows `values`, by run; the mapping may still be filled."""
    metric = not column_id.startswith(f"{SPEC}:")
    numeric = metric or (bool(values) and all(_is_number(value) for value in values.values()))

    def key(row: Row) -> Any:
        return values.get(row.record.id)

    def text(row: Row) -> str:
        return value_text(values.get(row.record.id), metric)

    its = title(column_id)
    return Column(its, explanation(column_id), text, key, numeric, max(88, min(200, 32 + 8 * len(its))))


def value_text(value: Any, metric: bool = False) -> str:
    """Write a value: settings as they are, a metric as a figure, and nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _tr("yes") if value else _tr("no")
    if isinstance(value, float) and metric:
        return figure(value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value_text(part) for part in value)
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunColumns", text)
