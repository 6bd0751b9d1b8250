"""Looks at chosen tensors of a run at work now and then, so seldom that it costs a bounded share of its time, and tells the
window. Must not change the training by a bit."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import nn

from engine.families.live_file import LiveFile
from engine.families.tap_numbers import tapped
from engine.runs.taps import (
    HISTORY_FILE,
    LOOK_EVENT,
    LOOK_FILE,
    OFFER_EVENT,
    OFFER_FILE,
    Tap,
    TapLook,
    TapOffer,
    Tapped,
    TapWish,
    read_offer,
)
from engine.training.taps import Taps, layers_of
from engine.training.validation import Validation

if TYPE_CHECKING:
    from engine.training.recorder import Recorder

REST = 60.0
"""A look rests so many times as long as it took, and so all looks stay below 2 % of the time."""

KEPT_EACH = 32
"""Looks are large: of 10,000 looks at four large tensors, some 300 are kept in 30 MB."""


class LiveTaps:
    """The onlooker of one training, and what must be left when it is over, however it ended."""

    def __init__(self, recorder: "Recorder", network: nn.Module, fold: str, steps_per_epoch: int) -> None:
        self._recorder, self._fold, self._steps_per_epoch = recorder, fold, steps_per_epoch
        self._layers = layers_of(network)
        self._taps = Taps(network, self._take)
        what = "The tensors to watch"
        self._file = LiveFile(recorder, LOOK_FILE, LOOK_EVENT, what, fold, HISTORY_FILE, REST, kept=KEPT_EACH)
        self._found: list[Tapped] = []
        self._spent = 0.0
        self._next = 0.0
        self._looks = 0
        if recorder.tap_wish is None and recorder.is_resumed:
            known = read_offer(recorder.folder)
            recorder.tap_wish = known.wish if known is not None else None
        self._wish = TapWish()
        self._heed(recorder.tap_wish or self._wish)

    def __enter__(self) -> "LiveTaps":
        return self

    def __exit__(self, *_: object) -> None:
        self._taps.disarm()

    def before(self) -> None:
        """Look at the step that begins, if a look is due."""
        wish = self._recorder.tap_wish
        if wish is not None and wish is not self._wish:
            self._heed(wish)
        if not self._wish.taps or self._file.rests or time.monotonic() < self._next:
            return
        began = time.monotonic()
        self._next = began + self._wish.every
        self._found.clear()
        self._taps.arm(self._wish.taps)
        self._spent = time.monotonic() - began

    def after(self, step: int) -> None:
        """Take what is left of a step that is looked at, and write it."""
        if not self._taps.is_armed:
            return
        began = time.monotonic()
        before, self._spent = self._spent, 0.0
        absent = self._taps.take_rest()
        self._taps.disarm()
        self._looks += 1
        at = Validation(self._looks, round(step / self._steps_per_epoch, 3), step)
        self._file.write(at, lambda: self._look(at, absent), before + time.monotonic() - began)

    def _look(self, at: Validation, absent: tuple[Tap, ...]) -> TapLook:
        found = {one.tap: one for one in self._found}
        ordered = tuple(found[tap] for tap in self._wish.taps if tap in found)
        return TapLook(fold=self._fold, epoch=at.epoch, step=at.step, time=time.time(), tensors=ordered, absent=absent)

    def _take(self, tap: Tap, find: Callable[[], torch.Tensor]) -> None:
        began = time.monotonic()
        try:
            self._found.append(tapped(tap, find()))
        except (RuntimeError, MemoryError) as error:  # looking costs memory, which the run may need all of
            name = tap.name or "the network"
            self._recorder.log(f"The {tap.kind} of {name} could not be looked at: {error}.", "warning")
            self._recorder.tap_wish = TapWish()  # heeded with the next step, and told
        self._spent += time.monotonic() - began

    def _heed(self, wish: TapWish) -> None:
        """Follow a wish from the next step on, and tell that it is followed."""
        from engine.training.weights import write_whole

        self._wish, self._next = wish, 0.0
        offer = TapOffer(layers=self._layers, wish=wish)
        try:
            write_whole(self._recorder.folder / OFFER_FILE, offer.model_dump_json().encode())
        except OSError as error:
            self._recorder.log(f"What can be watched could not be written: {error.strerror}.", "warning")
            return
        self._recorder.event(OFFER_EVENT, file=OFFER_FILE)
