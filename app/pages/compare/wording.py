"""How compared settings and metrics are called. No widgets here."""

from collections import Counter
from collections.abc import Sequence

from app.pages.run.plot_groups import curve_name, plot_title


def metric_name(key: str) -> str:
    """Return a metric's name with its split: `valid/loss` → “Loss, valid”."""
    name = curve_name(key)
    if name.split == "pretrain" or not name.split:
        return plot_title(name.plot)
    return f"{plot_title(name.metric)}, {name.label}"


def field_titles(fields: Sequence[str]) -> dict[str, str]:
    """Return a title a dotted key: its last part, and the one before where that tells it from another one."""
    last = Counter(field.rpartition(".")[2] for field in fields)
    return {field: _title(field, last[field.rpartition(".")[2]] > 1) for field in fields}


def _title(field: str, longer: bool) -> str:
    *before, last = field.split(".")
    words = f"{before[-1]} {last}" if before and (longer or last == "name") else last
    return words.replace("_", " ")
