"""How commands speak: tables and sentences for people, JSON for programs, one line on stderr for what is wrong."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

DONE, RUN_FAILED, BAD_INPUT = 0, 1, 2


class BadInput(Exception):
    """Something that the user gave cannot be used; its message is the one line on stderr."""


def as_json(value: object) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> None:
    """Print rows under headings; columns named in `right` are numbers."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(str(value) for value in row))
        return
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*[str(value) for value in row])
    Console().print(shown)


def pairs(values: Mapping[str, object]) -> None:
    """Print names and values, one a line."""
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        print(f"{name:<{width}}  {value}")


def complain(sentence: str) -> None:
    """Print one line on standard error."""
    print(f"tensorbench: {' '.join(sentence.split())}", file=sys.stderr)


def number(value: float) -> str:
    """Return a metric for people: four significant digits."""
    return f"{value:.4g}"


def duration(seconds: float | None) -> str:
    """Return a time span such as 1:02:03 or 4.2 s; a dash where there is none."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return str(value)
