"""Faults of a forecasting specification that can be seen without its data: roles, inputs, losses, what a model can take.
Pure functions of a RunSpec."""

from collections.abc import Iterator

from engine.amounts import percent
from engine.catalog.schema import ModelInfo
from engine.spec import (
    DISTRIBUTIONS,
    EXPONENTIAL,
    ForecastingSpec,
    HoldoutSplit,
    RollingOriginSplit,
    RunSpec,
    ScalingSpec,
)


def forecasting_problems(info: ModelInfo, spec: RunSpec) -> Iterator[str]:
    """Yield one sentence a fault, beginning with the key it is about."""
    own = spec.forecasting or ForecastingSpec()
    yield from _role_problems(spec, own)
    yield from _model_problems(info, spec, own)
    yield from _loss_problems(info, spec, own)
    yield from _window_problems(info, spec, own)
    if not isinstance(spec.split, HoldoutSplit | RollingOriginSplit):
        yield f"split.kind: series are split by time: holdout or rolling, not {spec.split.kind}"
    elif isinstance(spec.split, HoldoutSplit) and spec.split.valid + spec.split.test >= 1:
        share = spec.split.valid + spec.split.test
        yield f"split.test: validation and test take {percent(share)} of the time, so none is left to learn from"


def _role_problems(spec: RunSpec, own: ForecastingSpec) -> Iterator[str]:
    roles = spec.data.roles
    inputs = {*roles.continuous, *roles.categorical}
    if not roles.target:
        yield "data.roles.target: no column is the target; give one column that role"
    time = own.timeline.column
    if not time:
        yield "forecasting.timeline.column: say which column holds the time"
    elif time in inputs or time in (*roles.target, *roles.group):
        yield f"forecasting.timeline.column: “{time}” holds the time, and has another role as well; take that away"
    for key, names in (("static", own.inputs.static), ("known", own.inputs.known)):
        for name in names:
            if name in roles.target:
                yield f"forecasting.inputs.{key}: “{name}” is the target, whose future is not known"
            elif name not in inputs:
                yield f"forecasting.inputs.{key}: “{name}” is no input; give it the role continuous or categorical"
    for name, lags in own.inputs.lags.items():
        if name not in inputs and name not in roles.target:
            yield f"forecasting.inputs.lags: “{name}” is neither the target nor an input"
        elif name in own.inputs.static:
            yield f"forecasting.inputs.lags: “{name}” is static, so that its past is what it is now"
        elif not lags or min(lags) < 1:
            yield f"forecasting.inputs.lags: the lags of “{name}” must be whole numbers from 1 on"


def _model_problems(info: ModelInfo, spec: RunSpec, own: ForecastingSpec) -> Iterator[str]:
    count = len(spec.data.roles.target)
    if count > 1 and not info.several_targets:
        yield f"data.roles.target: {info.title} forecasts one target, not {count}; choose another model, or one target"
    elif count > 1 and info.name == "timexer" and own.loss == "quantile":
        yield "forecasting.loss: TimeXer forecasts several targets without quantiles; choose mae, rmse, smape or mase"
    if not info.losses:
        return  # a baseline looks at the target alone, and leaves the rest be
    inputs, roles = own.inputs, spec.data.roles
    columns = (*roles.continuous, *roles.categorical)
    if not info.inputs:
        if columns:
            yield f"model.name: {info.title} sees the target alone; give “{columns[0]}” and all other inputs the role ignore"
        for name in ("calendar", "holidays", "lags", "series", "relative_time", "target_scales"):
            if getattr(inputs, name):
                yield f"forecasting.inputs.{name}: {info.title} sees the target alone; switch it off"
        return
    unknown = [name for name in columns if name not in inputs.static and name not in inputs.known]
    if unknown and not info.unknown_inputs:
        yield (
            f"model.name: {info.title} takes inputs that are static or known ahead only; “{unknown[0]}” is neither: leave "
            "it out (role ignore), or say that its future is known (forecasting.inputs.known)"
        )
    if inputs.relative_time and not info.relative_time:
        yield f"forecasting.inputs.relative_time: {info.title} does not take it; switch it off"
    dated = bool(inputs.calendar or inputs.holidays)
    moves = dated or bool(unknown or inputs.known or inputs.lags)
    ahead = dated or inputs.known or inputs.static or inputs.series or inputs.relative_time
    if info.needs_known and not ahead:
        yield f"model.name: {info.title} sees only what is known ahead; name such inputs, or add a calendar"
    if info.name == "nhits" and (inputs.static or inputs.series or inputs.target_scales) and not moves:
        yield (
            "forecasting.inputs: N-HiTS needs an input that varies with time beside static ones, the series and the "
            "target’s scale; add parts of the date (calendar)"
        )
    yield from _lag_problems(info, spec, own)


def _lag_problems(info: ModelInfo, spec: RunSpec, own: ForecastingSpec) -> Iterator[str]:
    """A lag shorter than the horizon is not known at its end, and so an input whose future is unknown."""
    targets = spec.data.roles.target
    if info.name in {"deepar", "recurrent"} and len({frozenset(own.inputs.lags.get(name, ())) for name in targets}) > 1:
        yield f"forecasting.inputs.lags: {info.title} needs the same lags for all targets"
    if info.unknown_inputs:
        return
    for name, lags in own.inputs.lags.items():
        goes_on = info.name in {"deepar", "recurrent"} and name in spec.data.roles.target
        if not goes_on and name not in own.inputs.known and lags and min(lags) < own.windows.horizon:
            yield (
                f"forecasting.inputs.lags: {info.title} needs to know “{name}” ahead: lags of at least "
                f"{own.windows.horizon} steps, the horizon"
            )


def _loss_problems(info: ModelInfo, spec: RunSpec, own: ForecastingSpec) -> Iterator[str]:
    if not info.losses:
        return
    scaling, loss = own.scaling, own.loss
    if loss not in info.losses:
        yield f"forecasting.loss: {info.title} cannot be trained with “{loss}”; it takes {', '.join(info.losses)}"
    elif loss in EXPONENTIAL and not _is_exponent(scaling):
        yield (
            f"forecasting.scaling.transformation: the {loss} loss takes the exponential of what is forecast; choose log1p, "
            "or neither scale nor transformation"
        )
    elif loss == "lognormal" and scaling.transformation not in {"log", "log1p"}:
        yield "forecasting.scaling.transformation: the log-normal loss needs log or log1p"
    elif loss == "beta" and (scaling.transformation != "logit" or not scaling.center):
        yield "forecasting.scaling.transformation: the beta loss needs logit, with center, and a target between 0 and 1"
    elif loss == "negative_binomial" and (scaling.center or scaling.transformation in {"log", "logit"}):
        yield "forecasting.scaling.center: the negative binomial loss is for counts: no centre, and neither log nor logit"
    elif loss == "multivariate_normal" and not spec.data.roles.group:
        yield (
            "forecasting.loss: the multivariate normal loss learns how series move together, and there is one series; "
            "choose normal, or name the columns that identify series (data.roles.group)"
        )
    elif info.name == "nhits" and spec.model.params.get("backcast_loss_ratio") and not _is_one_number(own):
        yield (
            "model.params.backcast_loss_ratio: only a loss of one number a step can look at the past as well; set it to 0, "
            "or choose such a loss, as mae"
        )


def _is_exponent(scaling: ScalingSpec) -> bool:
    """Whether the exponential of what is forecast is in the target's unit, or a network can learn that it is."""
    return scaling.transformation == "log1p" or (scaling.transformation == "none" and scaling.normaliser == "none")


def _is_one_number(own: ForecastingSpec) -> bool:
    """Whether a network gives one number a step, not quantiles or parameters of a distribution."""
    return own.loss not in DISTRIBUTIONS and (own.loss != "quantile" or len(own.quantiles) == 1)


def _window_problems(info: ModelInfo, spec: RunSpec, own: ForecastingSpec) -> Iterator[str]:
    past = own.windows.encoder_length
    by_window = own.scaling.normaliser in {"encoder", "last"}
    if past < 2 and (by_window or own.loss == "mase"):
        yield "forecasting.windows.encoder_length: a scale by each window’s past needs at least 2 steps"
    if info.name == "deepar" and past < 2:
        yield "forecasting.windows.encoder_length: DeepAR needs at least 2 steps"
    patch = spec.model.params.get("patch_length")
    if info.name == "timexer" and isinstance(patch, int) and patch > past:
        yield f"model.params.patch_length: a patch of {patch} steps does not fit into a past of {past}"
    if info.name == "timexer":
        width, heads = spec.model.params.get("hidden_size", 256), spec.model.params.get("n_heads", 4)
        if isinstance(width, int) and isinstance(heads, int) and heads > 0 and width % heads:
            yield f"model.params.hidden_size: must be a multiple of n_heads; {width} is not a multiple of {heads}"
