"""A view of the Runs page: which columns, in which order, filtered and grouped how. Data that a workspace keeps."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from PySide6.QtCore import QCoreApplication

from app.pages.runs.columns import ColumnId

AT_HAND = ""  # the name under which the view that was left is kept
STANDARD = (
    ColumnId.STAR,
    ColumnId.NAME,
    ColumnId.STATUS,
    ColumnId.DATASET,
    ColumnId.MODEL,
    ColumnId.SCORE,
    ColumnId.LOSS,
    ColumnId.EPOCHS,
    ColumnId.DURATION,
    ColumnId.CREATED,
    ColumnId.NOTE,
)


class View(BaseModel):
    """What can be chosen, named and chosen again. Columns are ids from left to right; widths are of those that were set."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = ""
    """The saved view that this one came from; empty for all runs."""
    columns: tuple[str, ...] = tuple(column.id for column in STANDARD)
    widths: dict[str, int] = {}
    sort: str = ColumnId.CREATED.id
    descending: bool = True
    filter: str = ""
    group: str = ""
    collapsed: tuple[str, ...] = ()

    @property
    def essence(self) -> tuple[Any, ...]:
        """What makes two views the same to a user: all but widths and closed sections."""
        return (self.columns, self.sort, self.descending, self.filter, self.group)


def all_runs() -> str:
    """Return the name of the view that is always there."""
    return QCoreApplication.translate("RunsView", "All runs")


def read_views(told: dict[str, Any]) -> dict[str, View]:
    """Read views as the store keeps them; those that cannot be read are left out."""
    views = {}
    for name, content in told.items():
        try:
            views[name] = View.model_validate(content)
        except ValidationError:
            continue
    return views
