"""What was shown before and can be gone back to: expressions with the cells that were changed by hand."""

import re
from dataclasses import dataclass, replace
from typing import Any

from engine.inspecting.asked import Computed, Part

_WRITTEN_SEED = re.compile(r"^(\s*(?:torch\.)?manual_seed\(\s*)(\d+)(\s*\))")


@dataclass(frozen=True)
class Shown:
    """All that makes a page: the expression, the seed of chance, and cells given by hand as (name, cell, value)."""

    text: str = ""
    seed: int = 0
    edits: tuple[tuple[str, tuple[int, ...], float], ...] = ()

    def params(self) -> dict[str, Any]:
        """Return it as a request takes it."""
        edits = [{"name": name, "cell": list(cell), "value": value} for name, cell, value in self.edits]
        return {"text": self.text, "seed": self.seed, "edits": edits}

    def computed(self, number: int, part: Part = "abs") -> Computed:
        """Return one tensor of it as it is looked at in pieces."""
        return Computed(text=self.text, seed=self.seed, edits=self.edits, number=number, part=part)

    def drawn_anew(self) -> "Shown":
        """Return it with other random numbers: with another seed, in the text where that begins with one."""
        text = _WRITTEN_SEED.sub(lambda found: f"{found[1]}{int(found[2]) + 1}{found[3]}", self.text)
        return replace(self, text=text) if text != self.text else replace(self, seed=self.seed + 1)

    def edited(self, name: str, cell: tuple[int, ...], value: float) -> "Shown":
        """Return it with one cell more, or given anew."""
        others = tuple(one for one in self.edits if one[:2] != (name, cell))
        return replace(self, edits=(*others, (name, cell, value)))


def shown_of(value: dict[str, Any]) -> Shown:
    """Read what a workspace remembers."""
    edits = tuple((one["name"], tuple(one["cell"]), float(one["value"])) for one in value.get("edits", ()))
    return Shown(str(value.get("text", "")), int(value.get("seed", 0)), edits)


class History:
    """Goes back and forth; what is typed without a pause is one step."""

    def __init__(self) -> None:
        self._states = [Shown()]
        self._place = 0

    @property
    def now(self) -> Shown:
        """What is shown."""
        return self._states[self._place]

    @property
    def can_undo(self) -> bool:
        """Whether there is something before."""
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return self._place + 1 < len(self._states)

    def add(self, shown: Shown, goes_on: bool = False) -> None:
        """Keep a new state; with `goes_on` it takes the place of the newest, as a text that is still being typed."""
        if shown == self.now:
            return
        keep = self._place if goes_on and self._place else self._place + 1
        self._states[keep:] = [shown]
        self._place = keep

    def undo(self) -> Shown:
        """Go back one."""
        self._place = max(0, self._place - 1)
        return self.now

    def redo(self) -> Shown:
        """Go forth one."""
        self._place = min(len(self._states) - 1, self._place + 1)
        return self.now
