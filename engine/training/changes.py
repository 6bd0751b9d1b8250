"""Settings that are changed while a run is at work, or rests. What may be changed is named here, and nothing else."""

from collections.abc import Iterable

from engine.runs import Change
from engine.spec import TrainerSpec

RATE, EPOCHS = "trainer.optimizer.learning_rate", "trainer.epochs"
CHANGEABLE = (RATE, EPOCHS)


def changed(trainer: TrainerSpec, changes: Iterable[Change]) -> TrainerSpec:
    """Return the settings after some changes. Raises pydantic's ValidationError for a value out of range."""
    content = trainer.model_dump()
    for change in changes:
        if change.field == RATE:
            content["optimizer"]["learning_rate"] = change.value
        elif change.field == EPOCHS:
            content["epochs"] = change.value
    return TrainerSpec.model_validate(content)


def words(change: Change) -> str:
    """Say what a change does, for the log."""
    if change.field == EPOCHS:
        return f"From step {change.step:,} on: {change.value:g} epochs in all; the schedule is the one for so many."
    return f"From step {change.step:,} on: learning rate {change.value:g}, which the schedule scales."
