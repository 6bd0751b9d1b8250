"""RunSpec: everything that says what a run is. Pure data; what it means is decided by the families."""

from typing import Any, Literal

from pydantic import Field, model_validator

from engine.spec.base import SpecModel
from engine.spec.data import DataSpec, RandomSplit, Split
from engine.spec.forecasting import ForecastingSpec
from engine.spec.nlp import TextSpec
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
    family: Literal["tabular", "forecasting", "text"] = "tabular"
    data: DataSpec
    split: Split = RandomSplit()
    model: ModelSpec = ModelSpec()
    tabular: TabularSpec = TabularSpec()
    forecasting: ForecastingSpec | None = Field(default=None, description="A forecasting run's own part.")
    text: TextSpec | None = Field(default=None, description="A text run's own part.")
    trainer: TrainerSpec = TrainerSpec()
    origin: OriginSpec | None = Field(
        default=None, description="Where the first weights come from, if not from chance."
    )

    @property
    def speed_unit(self) -> Literal["rows", "windows", "tokens", "pairs"]:
        """What the run's speed is counted in."""
        if self.family == "text":
            return "pairs" if self.text is not None and self.text.task == "word2vec" else "tokens"
        return "windows" if self.family == "forecasting" else "rows"

    @model_validator(mode="before")
    @classmethod
    def _own_part(cls, content: Any) -> Any:
        """Give a run that says nothing about its family's own part the defaults of that part and of its split."""
        if isinstance(content, dict) and content.get("family") == "text" and content.get("text") is None:
            return {**content, "text": {}}
        if isinstance(content, dict) and content.get("family") == "forecasting":
            content = {"split": {"kind": "holdout"}, **content}
            if content.get("forecasting") is None:
                content["forecasting"] = {}
        return content
