"""new forecasting: from a dataset, its time column and a target to a specification, with the series looked at first."""

import difflib
import shlex
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import datasets
from engine.catalog import new_forecasting, problems, wide_columns, with_preset, with_value
from engine.commands.output import BadInput, complain
from engine.datasets import Dataset
from engine.spec import DataSpec, Role, Roles, RunSpec, SpecError, parse
from engine.workspace import default_workspace


def forecasting_spec(options: Namespace, dataset: Dataset) -> RunSpec:
    """Return a specification with sensible defaults. Raises BadInput, DatasetError, SpecError or RunFailed in words."""
    types = {column.name: column.type for column in dataset.columns}
    hint = _melt_hint(options, dataset, types)
    for flag in ("target", "group", "known", "static"):
        for name in getattr(options, flag) or ():
            _check(dataset, types, name, f"--{flag}", hint if flag in {"target", "group"} else "")
    if options.horizon is None:
        raise BadInput("--horizon: say how many steps are to be forecast")
    time = _time(options.workspace, options.time, dataset, types)
    targets = _targets(options.target, dataset, types, hint)
    _check_one_role(time, targets, options.group or ())
    roles = _roles(options, dataset, types, time, targets)
    data = DataSpec(dataset=dataset.id, name=dataset.name, roles=roles)
    if hint and not (options.known or options.static or options.group):
        complain(hint[:1].upper() + hint[1:])
    looked = _look(options.workspace, data, time, options.frequency or "")
    spec = new_forecasting(
        data,
        time,
        options.horizon,
        known=tuple(options.known or ()),
        static=tuple(options.static or ()),
        model_name=options.model or "nhits",
        **looked,
    )
    if options.holidays:
        spec = _with_holidays(spec, options.holidays)
    if options.encoder is not None:
        spec = with_value(spec, "forecasting.windows.encoder_length", options.encoder)
    if options.preset is not None:
        spec = with_preset(spec, options.preset)
    if found := problems(spec):
        raise SpecError(found)
    return spec


def _melt_hint(options: Namespace, dataset: Dataset, types: Mapping[str, str]) -> str:
    """Return how columns become series, where each of many may be one."""
    time = options.time or next((name for name, kind in types.items() if kind in {"date", "datetime"}), "")
    if time not in types or not (columns := wide_columns(types, time)):
        return ""
    where = [] if options.workspace == default_workspace() else ["--workspace", str(options.workspace)]
    long = f"{dataset.name}-long"
    melt = shlex.join(["tensorbench", *where, "melt", str(options.data), "--time", time, "--name", long])
    asked = shlex.join(["--data", long, "--target", "value", "--group", "series"])
    return f"if each of its {len(columns)} columns of numbers is a series of its own: `{melt}`, then new with {asked}"


def _check(dataset: Dataset, types: Mapping[str, str], name: str, flag: str, otherwise: str = "") -> None:
    if name not in types:
        close = difflib.get_close_matches(name, list(types), n=1)
        hint = f"did you mean “{close[0]}”?" if close else f"it has {', '.join(list(types)[:20])}"
        raise BadInput(f"{flag}: {dataset.name} has no column “{name}”; {hint}{otherwise and f'; {otherwise}'}")


def _time(workspace: Path, name: str | None, dataset: Dataset, types: Mapping[str, str]) -> str:
    if name is not None:
        _check(dataset, types, name, "--time")
        return name
    dates = [column for column, kind in types.items() if kind in {"date", "datetime"}]
    texts = [column for column, kind in types.items() if kind == "text"]
    if not dates and texts:
        from engine.families.forecasting.looking import date_texts

        dates = list(date_texts(datasets.parquet_path(workspace, dataset.id), texts))
    if not dates:
        raise BadInput(f"--time: {dataset.name} has no column of dates; name the column that orders the steps")
    return dates[0]


def _targets(names: list[str] | None, dataset: Dataset, types: Mapping[str, str], otherwise: str) -> list[str]:
    if not names:
        raise BadInput(f"--target: name the column that is to be forecast{otherwise and f'; {otherwise}'}")
    for name in names:
        if types[name] not in {"integer", "number"}:
            raise BadInput(f"--target: “{name}” of {dataset.name} holds {types[name]}, and a forecast needs numbers")
    return list(dict.fromkeys(names))


def _check_one_role(time: str, targets: list[str], groups: Sequence[str]) -> None:
    for flag, names in (("--target", targets), ("--group", groups)):
        if time in names:
            raise BadInput(f"{flag}: “{time}” holds the time; name another column, or another one with --time")
    for name in groups:
        if name in targets:
            raise BadInput(f"--group: “{name}” is to be forecast, and cannot tell the series apart as well")


def _with_holidays(spec: RunSpec, code: str) -> RunSpec:
    from engine.families.forecasting.holiday_days import check

    told = with_value(spec, "forecasting.inputs.holidays", code)
    assert told.forecasting is not None
    check(told.forecasting.inputs.holidays)
    return told


def _roles(options: Namespace, dataset: Dataset, types: Mapping[str, str], time: str, targets: list[str]) -> Roles:
    """Return roles: what is left over and no identifier is an input."""
    groups = tuple(options.group or ())
    given = {time: Role.IGNORE, **dict.fromkeys(targets, Role.TARGET), **dict.fromkeys(groups, Role.GROUP)}
    inferred = datasets.infer_roles(options.workspace, dataset.id)
    told = {*(options.known or ()), *(options.static or ())}
    roles: dict[str, Role] = {}
    for name, kind in types.items():
        if name in given:
            roles[name] = given[name]
        elif kind in {"integer", "number"}:
            roles[name] = Role.CONTINUOUS
        elif name in told or (kind in {"text", "boolean"} and inferred.of(name) is not Role.IGNORE):
            roles[name] = Role.CATEGORICAL
        else:
            roles[name] = Role.IGNORE
    roles.pop(time)
    return Roles.from_mapping(roles)


def _look(workspace: Path, data: DataSpec, time: str, frequency: str) -> dict[str, Any]:
    """Return what the series themselves tell: their frequency, a season, lengths, and which parts of the date matter."""
    from engine.families.forecasting.calendar import suggested
    from engine.families.forecasting.invented import invented
    from engine.families.forecasting.series import columns_of, prepare
    from engine.families.frames import read_columns

    bare = {"target": data.roles.target, "group": data.roles.group}
    policies = {"duplicates": "mean", "missing_target": "forward"}
    spec = parse(
        {
            "family": "forecasting",
            "data": {"dataset": data.dataset, "roles": bare},
            "forecasting": {"timeline": {"column": time, "frequency": frequency, **policies}},
        }
    )
    series = prepare(read_columns(datasets.parquet_path(workspace, data.dataset), columns_of(spec)), spec)
    for one in invented(series, spec):
        complain(f"{one.text} {one.fix}")
    text = series.frequency.text
    return {
        "frequency": "" if text.endswith("ns") else text,
        "season": series.frequency.season,
        "length": int(series.step.max() - series.step.min()) + 1,
        "rows": len(series),
        "calendar": suggested(series.frequency, series.step),
    }
