"""What a text model makes of a few validation texts, shown again after each epoch: masks filled, texts gone on with, labels.
Asks the network by itself, and draws from no source of chance of the run."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.families.live_file import LiveFile
from engine.families.supervised.splitting import Rows
from engine.families.text.generating import filled, go_on_from, mask_of, readable
from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText
from engine.runs.texts import SAMPLES_EVENT, SAMPLES_FILE, Decoding, TextSample, TextSamples
from engine.training.failures import RunFailed
from engine.training.randomness import generator

if TYPE_CHECKING:
    from engine.training.recorder import Recorder

MOST = 6
BEGINNING, TOKENS = 16, 24
"""Tokens of a text that are shown to a model that goes on with it, and those that it adds."""
DECODING = Decoding(tokens=TOKENS, top_k=20)
HIDDEN = 0.15
LETTERS = 600
"""Of a text as it is shown."""

Make = Callable[[], tuple[TextSample, ...]]


class LiveSamples:
    """Shows what `make` makes of the network as it stands."""

    def __init__(self, recorder: "Recorder", fold: str, make: Make) -> None:
        self._file = LiveFile(recorder, SAMPLES_FILE, SAMPLES_EVENT, "The samples to look at", fold)
        self._task, self._fold, self._make = text_of(recorder.spec).task, fold, make

    def show(self, epoch: int, step: int, is_last: bool) -> None:
        """Write new samples, unless the last time was just now; none of a network whose output is no number."""
        if self._file.rests and not is_last:
            return
        try:
            self._file.write(epoch, step, lambda: self._samples(epoch, step))
        except RunFailed:
            return

    def _samples(self, epoch: int, step: int) -> TextSamples:
        return TextSamples(task=self._task, fold=self._fold, epoch=epoch, step=step, samples=self._make())


def to_look_at(rows: Rows) -> Rows:
    """Return a few rows, evenly drawn."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, MOST).round().astype(np.int64))] if len(rows) else rows


def of_language(model: Callable[[], TrainedText], texts: Sequence[str]) -> Make:
    """Return what fills masks in texts, or goes on with their beginnings."""
    known = model()
    if text_of(known.spec).task == "masked-lm":
        hidden = [_hidden(known, text, place) for place, text in enumerate(texts)]
        return lambda: tuple(_filled(model(), *one) for one in hidden)
    begun = [one for text in texts if (one := _begun(known, text))]
    return lambda: tuple(_gone_on(model(), *one) for one in begun)


def of_labels(
    model: Callable[[], TrainedText], texts: Sequence[str], seconds: Sequence[str] | None, truth: Rows
) -> Make:
    """Return what says labels; `truth` [n, targets] are class codes (-1 where unknown) or numbers on the training scale."""
    return lambda: tuple(_labelled(model(), texts, seconds, truth))


def _hidden(model: TrainedText, text: str, place: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a text's token ids, and those with some hidden: the same after every epoch."""
    ids = model.encoder.encode([text])[0].values
    special = torch.tensor(sorted(model.encoder.tokenizer.all_special_ids))
    able = ~torch.isin(ids, special)
    lots = torch.rand(len(ids), generator=generator(0, place)).masked_fill(~able, 2.0)
    count = min(int(able.sum()), max(1, round(HIDDEN * int(able.sum()))))
    given = ids.clone()
    given[lots.argsort()[:count]] = mask_of(model.encoder)
    return given, ids


def _filled(model: TrainedText, given: torch.Tensor, ids: torch.Tensor) -> TextSample:
    texts = (readable(model.encoder, one)[:LETTERS] for one in (given, filled(model, given), ids))
    return TextSample(**dict(zip(("given", "made", "wanted"), texts, strict=True)))


def _begun(model: TrainedText, text: str) -> tuple[list[int], list[int]] | None:
    """Return the beginning of a text's tokens and what follows it, or None for a text of a single token."""
    ids = model.encoder.encode([text])[0].values.tolist()
    most = min(BEGINNING, len(ids) // 2)
    return (ids[:most], ids[most : most + TOKENS]) if most else None


def _gone_on(model: TrainedText, given: list[int], wanted: list[int]) -> TextSample:
    decode = model.encoder.tokenizer.decode
    return TextSample(given=decode(given), made=go_on_from(model, given, DECODING).text, wanted=decode(wanted))


def _labelled(model: TrainedText, texts: Sequence[str], seconds: Sequence[str] | None, truth: Rows) -> list[TextSample]:
    encoder, outputs = model.encoder, model.predict(texts, seconds)
    samples = []
    for row, text in enumerate(texts):
        given = text if seconds is None else f"{text}\n{seconds[row]}"
        made, wanted = [], []
        for place, target in enumerate(encoder.targets):
            actual = truth[row, place]
            if encoder.task == "classification":
                code = int(np.argmax(outputs[place][row]))
                made.append(f"{target.classes[code]} ({outputs[place][row][code]:.0%})")
                wanted.append(target.classes[int(actual)] if actual >= 0 else "?")
            else:
                made.append(f"{np.asarray(outputs)[row, place]:.4g}")
                wanted.append(f"{float(target.values(actual)):.4g}")
        samples.append(TextSample(given=given[:LETTERS], made=", ".join(made), wanted=", ".join(wanted)))
    return samples
