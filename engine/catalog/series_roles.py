"""Which column of a dataset is what in a forecast: time, target, series, inputs. Pure functions from RunSpec to RunSpec."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from engine.catalog.edits import with_value
from engine.catalog.forecasting_edits import fitted_to_model, new_forecasting
from engine.spec import CalendarFeature, DataSpec, Role, Roles, RunSpec, parse

InputUse = Literal["unused", "past", "known", "static"]
"""What a forecast knows of a column: nothing, its past, its future too, or that it never changes."""

FIRST_HORIZON = 24
WIDE_FROM = 3  # columns of numbers
_DATES = frozenset({"date", "datetime"})
_NUMBERS = frozenset({"integer", "number"})


def time_columns(types: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that may order a series: dates first, then whole numbers, then texts that may hold dates."""
    kinds = (_DATES, {"integer"}, {"text"})
    return tuple(name for kind in kinds for name, its in types.items() if its in kind)


def number_columns(types: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that can be forecast."""
    return tuple(name for name, kind in types.items() if kind in _NUMBERS)


def looks_wide(spec: RunSpec, types: Mapping[str, str]) -> bool:
    """Whether each column of a dataset may be a series of its own: a time, many columns of numbers, and no identifier."""
    time = "" if spec.forecasting is None else spec.forecasting.timeline.column
    return not spec.data.roles.group and bool(wide_columns(types, time))


def wide_columns(types: Mapping[str, str], time: str) -> tuple[str, ...]:
    """Return the columns of numbers that may each be a series, if they are many and no text tells series apart."""
    others = {name: kind for name, kind in types.items() if name != time}
    found = number_columns(others)
    return found if time and "text" not in others.values() and len(found) >= WIDE_FROM else ()


def suggests_forecast(roles: Roles, types: Mapping[str, str]) -> bool:
    """Whether a dataset looks like series: it has a column of dates, and its target is a number."""
    return bool(roles.date) and len(roles.target) == 1 and types.get(roles.target[0]) in _NUMBERS


def forecast_of(data: DataSpec, types: Mapping[str, str], rows: int = 0, old: RunSpec | None = None) -> RunSpec:
    """Return a forecasting specification for a dataset whose roles are a table's; the settings of an old one are kept."""
    roles = data.roles
    dates = [*roles.date, *(name for name, kind in types.items() if kind in _DATES)]
    time = dates[0] if dates else ""
    usable = [name for name in (*roles.target, *reversed(number_columns(types))) if types.get(name) in _NUMBERS]
    target = next((name for name in usable if name != time), "")
    mapping = {name: roles.of(name) for name in types}
    mapping |= {name: Role.CONTINUOUS for name in roles.target if types.get(name) in _NUMBERS}
    mapping |= {name: Role.CATEGORICAL for name in roles.target if types.get(name) not in _NUMBERS}
    mapping |= {target: Role.TARGET} if target else {}
    mapping |= {time: Role.DATE} if time else {}
    data = data.model_copy(update={"roles": Roles.from_mapping(mapping)})
    if old is None:
        return new_forecasting(data, time, FIRST_HORIZON, rows=rows)
    return _moved(old, data, time)


def tuned(spec: RunSpec, season: int, length: int, rows: int, calendar: Sequence[CalendarFeature]) -> RunSpec:
    """Return a fresh specification with windows, split and calendar for what the series were found to be."""
    own = spec.forecasting
    assert own is not None
    fresh = new_forecasting(
        spec.data,
        own.timeline.column,
        usual_horizon(season, length),
        season=season,
        length=length,
        rows=rows,
        calendar=tuple(calendar),
        model_name=spec.model.name,
    )
    return fresh.model_copy(update={"name": spec.name})


def usual_horizon(season: int, length: int) -> int:
    """Return a season, or ten steps where there is none; never more than a tenth of the series."""
    wanted = season if season > 1 else 10
    return max(1, min(wanted, length // 10) if length else wanted)


def use_of(spec: RunSpec, column: str) -> InputUse:
    """Return what a forecast knows of an input."""
    own = spec.forecasting
    if own is None or spec.data.roles.of(column) not in (Role.CONTINUOUS, Role.CATEGORICAL):
        return "unused"
    if column in own.inputs.static:
        return "static"
    return "known" if column in own.inputs.known else "past"


def with_use(spec: RunSpec, column: str, use: InputUse, kind: str) -> RunSpec:
    """Return the specification with another use of an input, whose type in the dataset is `kind`."""
    content = _content(spec)
    before = spec.data.roles.of(column)
    kept = before if before in (Role.CONTINUOUS, Role.CATEGORICAL) else None
    role = Role.IGNORE if use == "unused" else kept or (Role.CONTINUOUS if kind in _NUMBERS else Role.CATEGORICAL)
    _give(content, {column: role})
    inputs = content["forecasting"]["inputs"]
    if use in ("known", "static"):
        inputs[use].append(column)
    if use != "static" and column in spec_lags(spec) and use != "unused":
        inputs["lags"][column] = list(spec_lags(spec)[column])
    return parse(content)


def with_target(spec: RunSpec, column: str) -> RunSpec:
    """Return the specification with another first target; the old one becomes an input with a past."""
    content = _content(spec)
    old, further = spec.data.roles.target[:1], spec.data.roles.target[1:]
    lags = next((spec_lags(spec)[name] for name in old if name in spec_lags(spec)), ())
    _give(content, {**dict.fromkeys(old, Role.CONTINUOUS), column: Role.TARGET})
    content["data"]["roles"]["target"] = [column, *(name for name in further if name != column)]
    if lags:
        content["forecasting"]["inputs"]["lags"][column] = list(lags)
    return fitted_to_model(parse(content))


def with_further_targets(spec: RunSpec, columns: Sequence[str]) -> RunSpec:
    """Return the specification with these targets beside the first one; those no longer named become inputs with a past."""
    content = _content(spec)
    first, old = spec.data.roles.target[:1], spec.data.roles.target[1:]
    new = [name for name in columns if name not in first]
    usual = next((spec_lags(spec)[name] for name in first if name in spec_lags(spec)), ())
    kept = {name: list(its) for name in new if (its := spec_lags(spec).get(name, usual))}
    _give(content, {**dict.fromkeys(old, Role.CONTINUOUS), **dict.fromkeys(new, Role.TARGET)})
    content["forecasting"]["inputs"]["lags"] |= kept
    content["data"]["roles"]["target"] = [*first, *new]
    return fitted_to_model(parse(content))


def with_time(spec: RunSpec, column: str, types: Mapping[str, str]) -> RunSpec:
    """Return the specification with another time column, whose frequency is to be detected."""
    content = _content(spec)
    _give(content, {column: Role.DATE if types.get(column) in _DATES else Role.IGNORE})
    content["forecasting"]["timeline"] |= {"column": column, "frequency": ""}
    return parse(content)


def with_groups(spec: RunSpec, columns: Sequence[str]) -> RunSpec:
    """Return the specification with other columns that tell the series apart; those no longer named are left out."""
    content = _content(spec)
    _give(content, {**dict.fromkeys(spec.data.roles.group, Role.IGNORE), **dict.fromkeys(columns, Role.GROUP)})
    return parse(content)


def spec_lags(spec: RunSpec) -> Mapping[str, tuple[int, ...]]:
    """Return the lags of each column."""
    return {} if spec.forecasting is None else spec.forecasting.inputs.lags


def _content(spec: RunSpec) -> dict[str, Any]:
    content: dict[str, Any] = spec.model_dump(mode="json")
    return content


def _give(content: dict[str, Any], change: Mapping[str, Role]) -> None:
    """Give columns roles; what was said of them as inputs is forgotten."""
    roles, inputs = content["data"]["roles"], content["forecasting"]["inputs"]
    for column, role in change.items():
        if column not in roles[role.value]:
            for names in roles.values():
                names[:] = [name for name in names if name != column]
            roles[role.value].append(column)
        for key in ("known", "static"):
            inputs[key] = [name for name in inputs[key] if name != column]
        inputs["lags"].pop(column, None)


def _moved(old: RunSpec, data: DataSpec, time: str) -> RunSpec:
    """Return an old specification on another dataset, or other roles, without what no longer fits."""
    content = _content(old)
    content["data"] = data.model_dump(mode="json")
    inputs = content["forecasting"]["inputs"]
    columns = {*data.roles.continuous, *data.roles.categorical}
    for key in ("known", "static"):
        inputs[key] = [name for name in inputs[key] if name in columns]
    lagged = columns | set(data.roles.target)
    inputs["lags"] = {name: lags for name, lags in inputs["lags"].items() if name in lagged}
    if content["forecasting"]["timeline"]["column"] != time:
        content["forecasting"]["timeline"] |= {"column": time, "frequency": ""}
    return fitted_to_model(parse(content))


def with_series_value(spec: RunSpec, key: str, value: Any, types: Mapping[str, str]) -> RunSpec:
    """Return the specification with one thing of a form replaced: a plain dotted key, or what columns are for.

    Uses of inputs come under `forecasting.inputs.use` as {"columns": […], "use": …}; lags are those of
    every target. Raises
    SpecError when the value does not fit.
    """
    if key == "data.roles.target":
        return with_target(spec, str(value))
    if key == "data.roles.target.further":
        return with_further_targets(spec, [str(one) for one in value])
    if key == "data.roles.group":
        return with_groups(spec, [str(one) for one in value])
    if key == "forecasting.timeline.column":
        return with_time(spec, str(value), types)
    if key == "forecasting.inputs.use":
        for column in value["columns"]:
            spec = with_use(spec, column, value["use"], types.get(column, "number"))
        return spec
    if key == "forecasting.inputs.lags":
        lags: dict[str, Any] = {name: list(its) for name, its in spec_lags(spec).items()}
        lags |= dict.fromkeys(spec.data.roles.target, value)  # networks that go on by themselves want the same for all
        value = {name: its for name, its in lags.items() if its}
    return with_value(spec, key, value)
