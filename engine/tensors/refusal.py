"""What is told when an expression cannot be worked out: one sentence and where in the text it is meant.
Must not know torch."""

from dataclasses import dataclass

from engine.tensors.clash import Clash


@dataclass(frozen=True)
class Place:
    """Part of the text: line and column count from 1; `end` is the column after the last character."""

    line: int = 1
    column: int = 1
    end: int = 1


class Refused(ValueError):
    """An expression that is not worked out: `sentence` for people, `place` to underline, `raw` what torch said,
    `clash` what a rule found in the shapes."""

    def __init__(self, sentence: str, place: Place | None = None, raw: str = "", clash: Clash | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.place = place or Place()
        self.raw = raw
        self.clash = clash
