"""RunSpec and its parts: pure, frozen, versioned data, as JSON and TOML. Must not import anything that computes."""

from engine.spec.data import (
    ColumnSplit,
    DataSpec,
    GroupSplit,
    KFoldSplit,
    RandomSplit,
    Role,
    Roles,
    Split,
    StratifiedSplit,
    TimeSplit,
)
from engine.spec.run import SCHEMA_VERSION, OriginSpec, RunSpec
from engine.spec.tabular import BalanceSpec, ModelSpec, PreprocessSpec, PretrainSpec, TabularSpec, Task
from engine.spec.text import SpecError, from_json, from_toml, parse, read, to_json, to_toml, with_settings
from engine.spec.training import CheckpointSpec, EarlyStoppingSpec, OptimizerSpec, ScheduleSpec, TrainerSpec

__all__ = [
    "SCHEMA_VERSION",
    "BalanceSpec",
    "CheckpointSpec",
    "ColumnSplit",
    "DataSpec",
    "EarlyStoppingSpec",
    "GroupSplit",
    "KFoldSplit",
    "ModelSpec",
    "OptimizerSpec",
    "OriginSpec",
    "PreprocessSpec",
    "PretrainSpec",
    "RandomSplit",
    "Role",
    "Roles",
    "RunSpec",
    "ScheduleSpec",
    "SpecError",
    "Split",
    "StratifiedSplit",
    "TabularSpec",
    "Task",
    "TimeSplit",
    "TrainerSpec",
    "from_json",
    "from_toml",
    "parse",
    "read",
    "to_json",
    "to_toml",
    "with_settings",
]
