"""Which rows of a table train, validate and test, of those that the missing-value policies leave."""

import pandas as pd

from engine.families.supervised.splitting import Fold, cut
from engine.families.tabular.frames import usable_rows
from engine.spec import RunSpec


def split(frame: pd.DataFrame, spec: RunSpec) -> list[Fold]:
    """Return the fold of a run, or the folds of a cross-validation. Raises RunFailed where a part would be empty."""
    return cut(frame, usable_rows(frame, spec).positions, spec, spec.tabular.task)
