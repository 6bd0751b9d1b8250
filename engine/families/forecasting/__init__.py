"""The forecasting family: from series in a table to a trained, evaluated, usable forecaster. Loads no heavy library."""

from typing import TYPE_CHECKING

from engine.runs import Outcome

if TYPE_CHECKING:
    from engine.training.recorder import Recorder

__all__ = ["run", "warm_up"]


def run(recorder: "Recorder") -> Outcome:
    """Prepare, split, train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    from engine.families.forecasting.running import run_recorded

    return run_recorded(recorder)


def warm_up() -> None:
    """Import everything heavy that a forecasting run needs (several seconds), so that a run starts at once later."""
    from engine.families.forecasting import library, running  # noqa: F401

    library.import_library()
