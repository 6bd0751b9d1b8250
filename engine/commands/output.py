"""How commands speak: tables and sentences for people, JSON for programs, one line on stderr for what is wrong.
Must not know what it prints."""

import json
import math
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
    """Print a value as JSON, which has no NaN and no infinity: they become null."""
    print(json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> None:
    """Print rows under headings on a terminal, and as bare tab-separated lines into a file or pipe.

    Columns named in `right` are numbers.
    """
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(" ".join(str(value).split()) for value in row))
        return
    if not rows:
        print("there are none yet")
        return
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*[str(value) for value in row])
    Console(markup=False, highlight=False).print(shown)


def pairs(values: Mapping[str, object]) -> None:
    """Print names and values, one a line."""
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        print(f"{name:<{width}}  {value}")


def complain(sentence: str) -> None:
    """Print one line on standard error."""
    print(f"tensorbench: {' '.join(sentence.split())}", file=sys.stderr, flush=True)


def number(value: float) -> str:
    """Return a metric for people: four significant digits."""
    return f"{value:.4g}"


def size(count: float) -> str:
    """Return a number of bytes for people."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:,.0f} {unit}" if unit == "bytes" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError


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
        return _plain(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool | None) else str(value)
