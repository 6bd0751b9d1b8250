"""The text family: from a RunSpec to a trained, evaluated, usable model. Importing it loads no heavy library."""

from typing import TYPE_CHECKING

from engine.runs import Outcome

if TYPE_CHECKING:
    from engine.training.recorder import Recorder

__all__ = ["run", "warm_up"]


def run(recorder: "Recorder") -> Outcome:
    """Read, tokenise, train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    from engine.families.text.running import run_recorded

    return run_recorded(recorder)


def warm_up() -> None:
    """Import everything heavy that a text run needs, so that a run starts at once later."""
    from engine.families.text import classifying  # noqa: F401
