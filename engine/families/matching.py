"""Which column of a new file is which of a model's: by its exact name, else without regard to case and spaces.
Knows names alone; must not read values."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.families.findings import named


@dataclass(frozen=True)
class ColumnMatch:
    """`found` maps the model's columns (and the targets that are there) to the file's; the rest is missing or extra."""

    found: dict[str, str]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def problem(self) -> str:
        """What is missing, as a sentence, or nothing."""
        count = len(self.missing)
        what = "a column" if count == 1 else f"{count} columns"
        return f"lacks {what} that the model needs: {named(self.missing, shown=20)}." if count else ""


def match_columns(wanted: Sequence[str], targets: Sequence[str], present: Sequence[str]) -> ColumnMatch:
    """Match a model's inputs and targets with a file's columns. A column of the file stands for one at most."""
    found = {name: name for name in (*wanted, *targets) if name in present}
    free = [name for name in present if name not in found.values()]
    notes = []
    for name in (*wanted, *targets):
        close = [other for other in free if name not in found and _loosely(other) == _loosely(name)]
        if close:
            found[name] = close[0]
            free.remove(close[0])
            notes.append(f"“{close[0]}” was taken for “{name}”.")
    missing = tuple(name for name in wanted if name not in found)
    ordered = {name: found[name] for name in (*wanted, *targets) if name in found}
    return ColumnMatch(ordered, missing, tuple(free), tuple(notes))


def _loosely(name: str) -> str:
    return "".join(mark for mark in name.casefold() if mark.isalnum())
