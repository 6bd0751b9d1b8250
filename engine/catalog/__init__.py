"""What can be trained: every model with its parameters, help, ranges and needs, as data. Imports no torch;
what a model computes is the families' business."""

from engine.catalog.checks import param_problem, problems, unsuited
from engine.catalog.edits import batch_size_for, task_of, with_dataset, with_model, with_preset, with_value
from engine.catalog.fields import COMMON_FIELDS, common_metrics, idle_fields
from engine.catalog.forecasting_edits import fitted_to_model, new_forecasting
from engine.catalog.models import changed_params, forecasting_models, model, preset_of, settings, tabular_models
from engine.catalog.schedules import Option, optimizers, schedules
from engine.catalog.schema import CatalogError, ModelInfo, Param, Preset

__all__ = [
    "COMMON_FIELDS",
    "CatalogError",
    "ModelInfo",
    "Option",
    "Param",
    "Preset",
    "batch_size_for",
    "changed_params",
    "common_metrics",
    "fitted_to_model",
    "forecasting_models",
    "idle_fields",
    "model",
    "new_forecasting",
    "optimizers",
    "param_problem",
    "preset_of",
    "problems",
    "schedules",
    "settings",
    "tabular_models",
    "task_of",
    "unsuited",
    "with_dataset",
    "with_model",
    "with_preset",
    "with_value",
]
