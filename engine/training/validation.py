"""Validation: where in a training its network was measured. Must not know what was measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Validation:
    """The `count`th time, from 1, that a training is measured: after so many optimizer steps and epochs. 1.5 is half of
    the second epoch; epochs are told in thousandths, and whole ones are whole numbers.
    """

    count: int
    epoch: float
    step: int

    @classmethod
    def at(cls, step: int, steps_per_epoch: int, every: int) -> "Validation":
        """Return the one after a step; `every` so many steps there is one, at the ends of epochs where that is 0."""
        epoch = round(step / steps_per_epoch, 3)
        return cls(-(-step // (every or steps_per_epoch)), int(epoch) if epoch == int(epoch) else epoch, step)
