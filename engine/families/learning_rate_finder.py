"""The search for a learning rate, whatever the family. Imports a family when used."""

import time
from collections.abc import Callable
from pathlib import Path

from engine.spec import RunSpec
from engine.training.rate_search import LONGEST_S, LrCurve, Search


def find_learning_rate(
    workspace: Path,
    spec: RunSpec,
    progress: Callable[[object], None],
    cancelled: Callable[[], bool],
    longest: float = LONGEST_S,
    clock: Callable[[], float] = time.monotonic,
) -> LrCurve:
    """Let a fresh copy of the model take steps on the first fold's training data while the rate grows, as `Search` says.

    Raises RunFailed for what would stop a run, and where `cancelled` says so.
    """
    search = Search(progress, cancelled, longest, clock)
    if spec.family == "forecasting":
        from engine.families.forecasting.learning_rate_finder import search_series

        return search_series(workspace, spec, search)
    from engine.families.tabular.learning_rate_finder import search_rows

    return search_rows(workspace, spec, search)
