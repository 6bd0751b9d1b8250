"""What a text model makes of a few validation texts, shown again after each epoch. Asks the network by itself, and draws
from no source of chance of the run. How each task shows itself stands beside that task."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.families.live_file import LiveFile
from engine.families.supervised.splitting import Rows
from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText
from engine.runs.text_samples import HISTORY_FILE, SAMPLES_EVENT, SAMPLES_FILE, TextSample, TextSamples
from engine.runs.texts import Chance
from engine.training.failures import RunFailed

if TYPE_CHECKING:
    from engine.training.recorder import Recorder
    from engine.training.validation import Validation

MOST = 6
LETTERS = 600
"""Of a text as it is shown."""
REST, FREE = 60.0, 2.0
"""Showing rests so many times as long as it took, and stays below 2 % of the time; the first seconds are given."""
CHANCES = 5

Make = Callable[[], tuple[TextSample, ...]]


class LiveSamples:
    """Shows what `make` makes of the network as it stands."""

    def __init__(self, recorder: "Recorder", fold: str, make: Make) -> None:
        what = "The samples to look at"
        self._file = LiveFile(recorder, SAMPLES_FILE, SAMPLES_EVENT, what, fold, HISTORY_FILE, REST, FREE)
        self._task, self._fold, self._make = text_of(recorder.spec).task, fold, make

    def show(self, at: "Validation", is_last: bool) -> None:
        """Write new samples, unless the last time was just now; none of a network whose output is no number."""
        if self._file.rests and not is_last:
            return
        try:
            self._file.write(at, lambda: self._samples(at))
        except RunFailed:
            return

    def _samples(self, at: "Validation") -> TextSamples:
        made = self._make()
        chances = [one for sample in made for one in sample.chances]
        chances += [one for sample in made for piece in sample.pieces for one in piece.chances]
        if not all(math.isfinite(one.probability) for one in chances):
            raise RunFailed("What the model says is not a number.")
        return TextSamples(task=self._task, fold=self._fold, epoch=at.epoch, step=at.step, samples=made)


def to_look_at(rows: Rows) -> Rows:
    """Return a few rows, evenly drawn."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, MOST).round().astype(np.int64))] if len(rows) else rows


def ranked(names: Sequence[str], shares: NDArray[np.float64]) -> tuple[Chance, ...]:
    """Return the likeliest of some names with their chances [names], the likeliest first."""
    order = np.argsort(-shares, kind="stable")[:CHANCES].tolist()
    return tuple(Chance(label=names[place], probability=float(shares[place])) for place in order)


def of_labels(
    model: Callable[[], TrainedText], texts: Sequence[str], seconds: Sequence[str] | None, truth: Rows
) -> Make:
    """Return what says labels; `truth` [n, targets] are class codes (-1 where unknown) or numbers on the training scale."""
    return lambda: tuple(_labelled(model(), texts, seconds, truth))


def _labelled(model: TrainedText, texts: Sequence[str], seconds: Sequence[str] | None, truth: Rows) -> list[TextSample]:
    encoder, outputs = model.encoder, model.predict(texts, seconds)
    samples = []
    for row, text in enumerate(texts):
        given = text if seconds is None else f"{text}\n{seconds[row]}"
        made, wanted, known = [], [], True
        for place, target in enumerate(encoder.targets):
            actual = truth[row, place]
            if encoder.task == "classification":
                made.append(target.classes[int(np.argmax(outputs[place][row]))])
                known = known and actual >= 0
                wanted.append(target.classes[int(actual)] if actual >= 0 else "?")
            else:
                made.append(f"{np.asarray(outputs)[row, place]:.4g}")
                wanted.append(f"{target.value(actual):.4g}")
        of_classes = encoder.task == "classification"
        samples.append(
            TextSample(
                given=given[:LETTERS],
                made=", ".join(made),
                wanted=", ".join(wanted),
                is_right=made == wanted if of_classes and known else None,
                chances=ranked(encoder.targets[0].classes, outputs[0][row])
                if of_classes and len(encoder.targets) == 1
                else (),
            )
        )
    return samples
