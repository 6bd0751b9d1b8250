"""How a run of one training or of several says that trainings ended before their last epochs."""

from pathlib import Path

from engine.families.folds import Fitted, with_early

WHY = "Stopped early after epoch 7: the validation loss was no better for 3 epochs; the best was epoch 4."


class Nothing:
    """A model without files."""

    def save(self, folder: Path) -> None:
        """Write nothing."""


def fitted(ended_early: str) -> Fitted[Nothing]:
    return Fitted(Nothing(), 4, 0.5, stopped=False, ended_early=ended_early)


def test_that_a_run_says_why_it_ended_early_before_what_became_of_it() -> None:
    assert with_early([fitted("")], "The model is kept.") == "The model is kept."
    assert with_early([fitted(WHY)], "The model is kept.") == f"{WHY} The model is kept."


def test_that_of_several_folds_those_that_ended_early_are_counted() -> None:
    told = with_early([fitted(WHY), fitted(""), fitted(WHY)], "All 3 folds were trained.")
    assert told == "2 of the 3 folds stopped early, as nothing became better any more. All 3 folds were trained."
