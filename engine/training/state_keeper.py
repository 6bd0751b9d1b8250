"""StateKeeper: when the state that a run is resumed from is written. What is in it is the training's business."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.spec import CheckpointSpec
from engine.training.recorder import Recorder
from engine.training.state import load_state, save_state
from engine.training.state_files import FOLDER, LAST
from engine.training.validation import Validation

SHARE = 0.02  # of the training's time that may go into states which nobody asked for


class StateKeeper:
    """Writes a run's state as its settings say: every so many epochs, steps or minutes, and whenever it is told to.

    States after validations are left out while the last one was written so shortly before that writing would take
    more than 2 % of the time; the first and the last are always written.
    """

    def __init__(self, recorder: Recorder, settings: CheckpointSpec, fits: Mapping[str, Any]) -> None:
        self._recorder = recorder
        self._settings = settings
        self._fits = dict(fits)
        self._folder = recorder.folder / FOLDER
        self._not_before = 0.0
        self._written = time.monotonic()

    def load(self) -> Any:
        """Return what was written last. Raises StateError."""
        return load_state(self._folder, LAST, self._fits)

    def is_due(self, step: int) -> bool:
        """Whether the settings want a state after this step."""
        settings = self._settings
        if not settings.keep_last:
            return False
        if settings.every_steps and step % settings.every_steps == 0:
            return True
        return bool(settings.every_minutes) and time.monotonic() - self._written >= settings.every_minutes * 60

    def is_due_after(self, at: Validation, is_last: bool) -> bool:
        """Whether a state is wanted after this validation."""
        if not self._settings.keep_last:
            return False
        return is_last or (at.count % self._settings.every_epochs == 0 and time.monotonic() >= self._not_before)

    def write(self, make: Callable[[], Any], step: int) -> Path:
        """Write the state that `make` gives. Raises OSError, StoreError; the one before is kept then."""
        begun = time.monotonic()
        content = make()
        # The points come first: a run that is killed now goes on from this step, and never records them again.
        self._recorder.flush()
        path = save_state(self._folder, LAST, self._fits, content, step)
        self._written = time.monotonic()
        self._not_before = self._written + (self._written - begun) / SHARE
        self._recorder.checkpoint_requested = False
        self._recorder.event("checkpoint", step=step, name=LAST)
        return path
