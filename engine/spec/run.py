"""RunSpec: everything that says what a run is. Pure data; what it means is decided by the families."""

from typing import Literal

from pydantic import Field

from engine.spec.base import SpecModel
from engine.spec.data import DataSpec, RandomSplit, Split
from engine.spec.tabular import ModelSpec, TabularSpec
from engine.spec.training import TrainerSpec

SCHEMA_VERSION: Literal[1] = 1


class OriginSpec(SpecModel):
    """The run whose weights a run begins with."""

    run: str = Field(min_length=1, description="Id of that run.")
    checkpoint: str = Field(default="model", description="“model”, its kept model, or the name of a checkpoint's file.")


class RunSpec(SpecModel):
    """A complete, versioned description of one run; the same file gives the same run in the window and the terminal."""

    schema_version: Literal[1] = SCHEMA_VERSION
    name: str = Field(default="", max_length=200, description="What the run is called, for people.")
    family: Literal["tabular"] = "tabular"
    data: DataSpec
    split: Split = RandomSplit()
    model: ModelSpec = ModelSpec()
    tabular: TabularSpec = TabularSpec()
    trainer: TrainerSpec = TrainerSpec()
    origin: OriginSpec | None = Field(
        default=None, description="Where the first weights come from, if not from chance."
    )
