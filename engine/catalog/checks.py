"""Faults of a specification that can be seen without its data: parameters, task, roles. Pure functions of a RunSpec."""

import difflib
import re
from collections.abc import Iterator, Mapping

from pydantic import JsonValue, ValidationError

from engine.amounts import percent
from engine.catalog.forecasting_checks import forecasting_problems
from engine.catalog.gallery import PRETRAINABLE, STACKABLE
from engine.catalog.models import model, settings
from engine.catalog.schema import CatalogError, ModelInfo, Param
from engine.catalog.text_checks import text_problems, text_unsuited
from engine.spec import ModelSpec, RunSpec

# The width that must be a multiple of num_heads: torch and the library assert it.
_WIDTH_OF_HEADS = {
    "autoint": "attn_embed_dim",
    "ft_transformer": "input_embed_dim",
    "tab_transformer": "input_embed_dim",
}
_DOES = {
    "tabular": "learns from the rows of a table",
    "forecasting": "forecasts series",
    "text": "learns from text",
}


def problems(spec: RunSpec) -> list[str]:
    """Return one sentence a fault, beginning with the key it is about; an empty list when there is none."""
    try:
        info = model(spec.model.name)
    except CatalogError as error:
        return [f"model.name: {error}"]
    if info.family != spec.family:
        return [
            f"model.name: {info.title} {_DOES[info.family]}; a run of the family “{spec.family}” needs another model"
        ]
    found = [*_parameter_problems(info, spec.model.params)]
    if spec.family == "forecasting":
        return [*found, *forecasting_problems(info, spec)]
    if spec.family == "text":
        return [*found, *text_problems(info, spec), *_training_problems(spec)]
    return [*found, *_fit_problems(info, spec), *_training_problems(spec)]


def unsuited(info: ModelInfo, task: str, targets: int, categorical: int) -> str:
    """Return why this model cannot do the task, in words, or nothing when it can."""
    if info.family == "text":
        return text_unsuited(info, task)
    if task not in info.tasks:
        return f"{info.title} predicts numbers, not classes"
    if targets > 1 and not info.several_targets:
        return f"{info.title} predicts one target, not {targets}"
    if info.needs_categorical and not categorical:
        return f"{info.title} needs at least one categorical column"
    return ""


def param_problem(param: Param, value: JsonValue) -> str:
    """Return what is wrong with a parameter's value, in words, or nothing."""
    if value is None:
        return "" if param.nullable else "needs a value"
    if param.kind == "choice":
        return "" if value in param.choices else f"must be one of {_listed(param.choices)}, not {value!r}"
    if param.kind == "bool":
        return "" if isinstance(value, bool) else f"must be true or false, not {value!r}"
    if param.kind in ("int", "float"):
        return _number_problem(param, value)
    if param.name == "layers":
        return _layers_problem(value)
    return ""


def _parameter_problems(info: ModelInfo, params: Mapping[str, JsonValue]) -> Iterator[str]:
    names = [param.name for param in info.params]
    for name, value in params.items():
        param = info.param(name)
        if param is None:
            close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
            hint = f"; did you mean “{close[0]}”?" if close else f"; it has {', '.join(names)}"
            yield f"model.params.{name}: {info.title} has no such parameter{hint}"
        elif wrong := param_problem(param, value):
            yield f"model.params.{name}: {wrong}"
    yield from _head_problems(info, params)
    if info.name == "stacking":
        yield from _stack_problems(settings(ModelSpec(name=info.name, params=dict(params)))["model_configs"])


def _head_problems(info: ModelInfo, params: Mapping[str, JsonValue]) -> Iterator[str]:
    width_name = _WIDTH_OF_HEADS.get(info.name)
    if width_name is None:
        return
    declared = {param.name: param.default for param in info.params}
    width, heads = ({**declared, **params}[name] for name in (width_name, "num_heads"))
    if isinstance(width, int) and isinstance(heads, int) and heads > 0 and width % heads:
        yield f"model.params.{width_name}: must be a multiple of num_heads; {width} is not a multiple of {heads}"


def _stack_problems(configs: JsonValue) -> Iterator[str]:
    key = "model.params.model_configs"
    if not isinstance(configs, list) or not configs:
        yield f'{key}: needs a list of models, such as [{{"name": "gandalf", "params": {{}}}}]'
        return
    for index, content in enumerate(configs):
        try:
            inner = ModelSpec.model_validate(content)
            info = model(inner.name)
        except ValidationError:
            yield f"{key}[{index}]: needs a “name” and may have “params”"
        except CatalogError as error:
            yield f"{key}[{index}].name: {error}"
        else:
            if inner.name not in STACKABLE:
                yield f"{key}[{index}].name: {info.title} cannot be stacked; choose from {_listed(STACKABLE)}"
                continue
            yield from (
                problem.replace("model.params", f"{key}[{index}].params", 1)
                for problem in _parameter_problems(info, inner.params)
            )


def _fit_problems(info: ModelInfo, spec: RunSpec) -> Iterator[str]:
    roles, task = spec.data.roles, spec.tabular.task
    if not roles.target:
        yield "data.roles.target: no column is the target; give one column that role"
    if not roles.features:
        yield "data.roles: no column is an input; give at least one the role continuous, categorical or date"
    wrong = unsuited(info, task, len(roles.target), len(roles.categorical))
    if wrong:
        yield f"model.name: {wrong}"
    if task == "regression" and (
        spec.tabular.balance.class_weights != "none" or spec.tabular.balance.balanced_sampling
    ):
        yield "tabular.balance: class weights and balanced sampling are for classification"
    if spec.tabular.pretrain.enabled and info.name not in PRETRAINABLE:
        yield f"tabular.pretrain.enabled: {info.title} cannot be pre-trained; only Category embedding can"


def _training_problems(spec: RunSpec) -> Iterator[str]:
    split = spec.split
    valid = getattr(split, "valid", 0.0)
    test = getattr(split, "test", 0.0)
    if valid + test >= 1:
        yield f"split.test: validation and test take {percent(valid + test)} of the rows, so none are left to learn from"
    column = getattr(split, "column", None)
    if column is not None and not column:
        yield f"split.column: a split by {'column' if split.kind == 'column' else split.kind} needs a column"
    elif column is not None and split.kind == "column" and column in spec.data.roles.features:
        yield f"split.column: “{column}” is an input as well; a column that names the parts must not be learned from"


def _number_problem(param: Param, value: JsonValue) -> str:
    wanted = "a whole number" if param.kind == "int" else "a number"
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole and not (param.kind == "float" and isinstance(value, float)):
        return f"must be {wanted}, not {value!r}"
    assert isinstance(value, int | float)
    if param.minimum is not None and value < param.minimum:
        return f"must be at least {param.minimum:g}, not {value:g}"
    if param.maximum is not None and value > param.maximum:
        return f"must be at most {param.maximum:g}, not {value:g}"
    return ""


def _layers_problem(value: JsonValue) -> str:
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d{0,5}(-[1-9]\d{0,5})*", value):
        return ""
    return f"must be widths joined by hyphens, such as 128-64-32, not {value!r}"


def _listed(names: tuple[object, ...]) -> str:
    return ", ".join(str(name) for name in names)
