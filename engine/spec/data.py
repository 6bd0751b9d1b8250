"""What a run learns from: the dataset's snapshot, what each column is for, and how the rows are split."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.spec.base import SpecModel


class Role(StrEnum):
    """What a column is for."""

    TARGET = "target"
    CONTINUOUS = "continuous"
    CATEGORICAL = "categorical"
    DATE = "date"
    GROUP = "group"
    IGNORE = "ignore"


class Roles(SpecModel):
    """Columns by role; a column stands in at most one, and one that stands in none is ignored."""

    target: tuple[str, ...] = ()
    continuous: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_column_once(self) -> "Roles":
        seen: dict[str, str] = {}
        for role in Role:
            for column in self.columns(role):
                if column in seen:
                    raise ValueError(f"column “{column}” is both {seen[column]} and {role.value}; give it one role")
                seen[column] = role.value
        return self

    def columns(self, role: Role) -> tuple[str, ...]:
        """Return the columns that have this role, in order."""
        found: tuple[str, ...] = getattr(self, role.value)
        return found

    def of(self, column: str) -> Role:
        """Return the role of a column; one that is not named is ignored."""
        for role in Role:
            if column in self.columns(role):
                return role
        return Role.IGNORE

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that a model is given: continuous, categorical and date."""
        return (*self.continuous, *self.categorical, *self.date)

    @classmethod
    def from_mapping(cls, roles: dict[str, Role]) -> "Roles":
        """Build from column → role, keeping the columns' order within each role."""
        return cls(**{role.value: tuple(name for name, its in roles.items() if its is role) for role in Role})


class DataSpec(SpecModel):
    """The snapshot that a run learns from, named by its content's hash, and the columns' roles."""

    dataset: str = Field(description="The hash that names the dataset's snapshot in the workspace.")
    name: str = Field(default="", description="What the dataset is called, for people.")
    roles: Roles = Roles()


class RandomSplit(SpecModel):
    """Rows drawn at random."""

    kind: Literal["random"] = "random"
    valid: float = Field(default=0.15, gt=0, lt=1, description="Share of rows that validate after each epoch.")
    test: float = Field(default=0.15, ge=0, lt=1, description="Share of rows kept for the final metrics.")


class StratifiedSplit(SpecModel):
    """Rows drawn at random so that every part has the same mix of the (first) target."""

    kind: Literal["stratified"] = "stratified"
    valid: float = Field(default=0.15, gt=0, lt=1, description="Share of rows that validate after each epoch.")
    test: float = Field(default=0.15, ge=0, lt=1, description="Share of rows kept for the final metrics.")


class GroupSplit(SpecModel):
    """Whole groups go to one part, so that no group is both learned from and tested on."""

    kind: Literal["group"] = "group"
    column: str = Field(description="The column that names each row's group.")
    valid: float = Field(default=0.15, gt=0, lt=1, description="Share of groups that validate after each epoch.")
    test: float = Field(default=0.15, ge=0, lt=1, description="Share of groups kept for the final metrics.")


class OrderSplit(SpecModel):
    """The first rows train, those after them validate, the last test: for text that runs on from row to row."""

    kind: Literal["order"] = "order"
    valid: float = Field(default=0.15, gt=0, lt=1, description="Share of rows that validate after each epoch.")
    test: float = Field(default=0.15, ge=0, lt=1, description="Share of rows, the last, kept for the final metrics.")


class TimeSplit(SpecModel):
    """The oldest rows train, newer ones validate, the newest test."""

    kind: Literal["time"] = "time"
    column: str = Field(description="The column that orders the rows.")
    valid: float = Field(default=0.15, gt=0, lt=1, description="Share of rows that validate after each epoch.")
    test: float = Field(default=0.15, ge=0, lt=1, description="Share of rows kept for the final metrics.")


class ColumnSplit(SpecModel):
    """A column of the data says which part each row belongs to."""

    kind: Literal["column"] = "column"
    column: str = Field(description="The column that names each row's part.")
    train_value: str = Field(default="train", description="The value that marks training rows.")
    valid_value: str = Field(default="valid", description="The value that marks validation rows.")
    test_value: str = Field(default="test", description="The value that marks test rows.")


class KFoldSplit(SpecModel):
    """Cross-validation: k models, each validated on another k-th of the rows."""

    kind: Literal["kfold"] = "kfold"
    folds: int = Field(default=5, ge=2, le=50, description="How many parts the rows are cut into, and models trained.")
    stratified: bool = Field(default=True, description="Keep the same mix of the target in every fold.")
    test: float = Field(default=0.0, ge=0, lt=1, description="Share of rows kept aside for the final metrics.")


class HoldoutSplit(SpecModel):
    """For series: the newest stretch of time tests, the one before it validates, everything older trains.

    A stretch begins at its date, else it has its number of steps, else it is a share of the whole time.
    """

    kind: Literal["holdout"] = "holdout"
    valid: float = Field(default=0.1, gt=0, lt=1, description="Share of the time that validates after each epoch.")
    test: float = Field(default=0.2, ge=0, lt=1, description="Share of the time, the newest, for the final metrics.")
    valid_steps: int = Field(default=0, ge=0, description="Steps that validate; 0 leaves it to the share.")
    test_steps: int = Field(default=0, ge=0, description="Steps, the last ones, that test; 0 leaves it to the share.")
    valid_from: str = Field(default="", description="Date, or whole number, at which validation begins.")
    test_from: str = Field(default="", description="Date, or whole number, at which the test begins.")
    gap: int = Field(default=0, ge=0, description="Steps left out between two stretches.")


class RollingOriginSplit(SpecModel):
    """For series: k backtests, each on a later stretch, and each with a model that knew only what was before it."""

    kind: Literal["rolling"] = "rolling"
    folds: int = Field(default=5, ge=2, le=50, description="How many stretches are forecast, and models trained.")
    test_steps: int = Field(default=0, ge=0, description="Steps of each stretch; 0: as many as the horizon.")
    valid_steps: int = Field(default=0, ge=0, description="Steps before it that validate; 0: as many as the stretch.")
    train_steps: int = Field(default=0, ge=0, description="Steps to learn from, the newest ones; 0: all.")
    gap: int = Field(default=0, ge=0, description="Steps left out between two stretches.")


TableSplit = Annotated[
    RandomSplit | StratifiedSplit | GroupSplit | OrderSplit | TimeSplit | ColumnSplit | KFoldSplit,
    Field(discriminator="kind"),
]
"""How the rows of a table are dealt out."""

Split = Annotated[
    RandomSplit
    | StratifiedSplit
    | GroupSplit
    | OrderSplit
    | TimeSplit
    | ColumnSplit
    | KFoldSplit
    | HoldoutSplit
    | RollingOriginSplit,
    Field(discriminator="kind"),
]
