"""What can be trained: every model with its parameters, help, ranges and needs, as data. Imports no torch;
what a model computes is the families' business."""

from engine.catalog.checks import param_problem, problems, unsuited
from engine.catalog.edits import batch_size_for, task_of, with_dataset, with_model, with_preset, with_value
from engine.catalog.fields import COMMON_FIELDS, common_metrics, idle_fields
from engine.catalog.forecasting_edits import fitted_to_model, new_forecasting
from engine.catalog.models import (
    changed_params,
    forecasting_models,
    model,
    preset_of,
    run_name,
    settings,
    tabular_models,
    text_models,
    title_of,
)
from engine.catalog.schedules import Option, optimizers, schedules
from engine.catalog.schema import CatalogError, ModelInfo, Param, Preset
from engine.catalog.seen import Seen, SeenKind, left_out, seen_inputs
from engine.catalog.series_roles import (
    InputUse,
    forecast_of,
    looks_wide,
    number_columns,
    spec_lags,
    suggests_forecast,
    time_columns,
    tuned,
    use_of,
    wide_columns,
    with_groups,
    with_series_value,
    with_target,
    with_time,
    with_use,
)
from engine.catalog.text_edits import (
    new_text,
    usual_model,
    usual_settings,
    with_checkpoint,
    with_text_model,
    with_text_task,
)
from engine.catalog.text_fields import TEXT_COLUMNS
from engine.catalog.text_form import can_learn, offered_tasks, suggests_text, text_of_dataset, with_text_value
from engine.catalog.text_guess import guessed_task

__all__ = [
    "COMMON_FIELDS",
    "TEXT_COLUMNS",
    "CatalogError",
    "InputUse",
    "ModelInfo",
    "Option",
    "Param",
    "Preset",
    "Seen",
    "SeenKind",
    "batch_size_for",
    "can_learn",
    "changed_params",
    "common_metrics",
    "fitted_to_model",
    "forecast_of",
    "forecasting_models",
    "guessed_task",
    "idle_fields",
    "left_out",
    "looks_wide",
    "model",
    "new_forecasting",
    "new_text",
    "number_columns",
    "offered_tasks",
    "optimizers",
    "param_problem",
    "preset_of",
    "problems",
    "run_name",
    "schedules",
    "seen_inputs",
    "settings",
    "spec_lags",
    "suggests_forecast",
    "suggests_text",
    "tabular_models",
    "task_of",
    "text_models",
    "text_of_dataset",
    "time_columns",
    "title_of",
    "tuned",
    "unsuited",
    "use_of",
    "usual_model",
    "usual_settings",
    "wide_columns",
    "with_checkpoint",
    "with_dataset",
    "with_groups",
    "with_model",
    "with_preset",
    "with_series_value",
    "with_target",
    "with_text_model",
    "with_text_task",
    "with_text_value",
    "with_time",
    "with_use",
    "with_value",
]
