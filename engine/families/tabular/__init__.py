"""The tabular family: from a RunSpec to a trained, evaluated, usable model. Importing it loads no heavy library."""

from typing import TYPE_CHECKING

from engine.runs import Outcome

if TYPE_CHECKING:
    from engine.training.recorder import Recorder

__all__ = ["run", "warm_up"]


def run(recorder: "Recorder") -> Outcome:
    """Split, encode, train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    from engine.families.tabular.running import run_recorded

    return run_recorded(recorder)


def warm_up() -> None:
    """Import everything heavy that a tabular run needs (several seconds), so that a run starts at once later."""
    from engine.families.tabular import library, running  # noqa: F401

    library.import_library()
