"""What a text model makes of a few validation texts while it learns: the newest samples, and those before. Pure data."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from engine.runs.lines import read_lines, read_whole
from engine.runs.texts import Chance
from engine.spec import Epochs

SAMPLES_EVENT = "text_samples"
SAMPLES_FILE = "text_samples.json"
HISTORY_FILE = "text_samples.jsonl"
"""A line for each evaluation that is kept, the oldest first; an evaluation that was repeated has another line."""

Mark = Literal["", "right", "wrong", "missed", "made"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")


class TextPiece(_Part):
    """A stretch of a text: what the model was right or wrong about, what it missed, what it made, or nothing of these.

    `label` is what it calls the stretch (or, where it was missed, what it is), `wanted` what would have been right where it
    was wrong, and `chances` are its candidates, the likeliest first.
    """

    text: str
    mark: Mark = ""
    label: str = ""
    wanted: str = ""
    chances: tuple[Chance, ...] = ()


class TextSample(_Part):
    """What a model made of a text after an evaluation: `given` is what it saw, `made` what it said, `wanted` the truth.

    `is_right` is None where there is no right or wrong. `pieces` are a text in which its words are marked; `chances` are
    what it chose among, the likeliest first, or for a word its neighbours with their cosines.
    """

    given: str
    made: str
    wanted: str = ""
    is_right: bool | None = None
    pieces: tuple[TextPiece, ...] = ()
    chances: tuple[Chance, ...] = ()


class TextSamples(_Part):
    """The samples of one evaluation. `fold` is empty where there is one alone."""

    task: str
    fold: str = ""
    epoch: Epochs
    step: int
    samples: tuple[TextSample, ...]


def read_samples(folder: Path) -> TextSamples | None:
    """Return the newest samples that a run's folder holds, or None where there are none that can be read."""
    return read_whole(folder / SAMPLES_FILE, TextSamples)


def read_history(folder: Path, offset: int = 0) -> tuple[list[TextSamples], int]:
    """Return the kept samples that begin at a place in the file, and the place where those begin that are still to come."""
    return read_lines(folder / HISTORY_FILE, TextSamples, offset)
