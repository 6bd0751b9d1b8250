"""What a specification will do, whatever its family, and what looks wrong with it. Imports a family when used."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.families.findings import Finding
from engine.spec import RunSpec

if TYPE_CHECKING:
    from engine.families.findings import Preflight


def preflight(workspace: Path, spec: RunSpec) -> "Preflight":
    """Look at a specification and its data. Never raises for what a user could have got wrong: it becomes a finding."""
    if spec.family == "forecasting":
        from engine.families.forecasting.preflight import preflight as of_series

        return of_series(workspace, spec)
    if spec.family == "text":
        from engine.families.text.preflight import preflight as of_texts

        return of_texts(workspace, spec)
    from engine.families.tabular.preflight import preflight as of_rows

    return of_rows(workspace, spec)


def check_columns(columns: Sequence[str], spec: RunSpec) -> Iterator[Finding]:
    """Yield the columns that a specification names and the dataset does not have."""
    from engine.families.tabular.checks import check_columns as of_roles

    yield from of_roles(columns, spec)
    time = "" if spec.forecasting is None else spec.forecasting.timeline.column
    if time and time not in columns:
        text = f"“{time}” is not in the dataset."
        yield Finding(
            severity="error", field="forecasting.timeline.column", text=text, fix="Choose the column of times."
        )
