"""What can be trained: every model with its parameters, help, ranges and needs, as data. Imports no torch;
what a model computes is the families' business."""

from engine.catalog.checks import param_problem, problems, unsuited
from engine.catalog.models import changed_params, model, preset_of, settings, tabular_models
from engine.catalog.schedules import Option, optimizers, schedules
from engine.catalog.schema import CatalogError, ModelInfo, Param, Preset

__all__ = [
    "CatalogError",
    "ModelInfo",
    "Option",
    "Param",
    "Preset",
    "changed_params",
    "model",
    "optimizers",
    "param_problem",
    "preset_of",
    "problems",
    "schedules",
    "settings",
    "tabular_models",
    "unsuited",
]
