"""new: from a dataset and a target to a specification, with the defaults that the window's form starts with."""

import difflib
import sys
from argparse import Namespace
from pathlib import Path

from engine import datasets
from engine.catalog import model, problems, task_of, with_dataset, with_model, with_preset
from engine.catalog.schema import Preset
from engine.commands.data import dataset_of, told_of_reading
from engine.commands.new_arguments import TABLE_TASKS, TEXT_TASKS
from engine.commands.output import DONE, BadInput
from engine.datasets import Dataset
from engine.spec import DataSpec, Role, Roles, RunSpec, SpecError, Task, to_json, to_toml


def new_command(options: Namespace) -> int:
    """Print a specification for a file and a target, or write it to a file."""
    _check_task(options)
    dataset = dataset_of(options.workspace, options.data)
    for told in told_of_reading(options.workspace, dataset):
        print(told, file=sys.stderr)
    if options.family == "forecasting":
        from engine.commands.new_forecasting import forecasting_spec

        spec = forecasting_spec(options, dataset)
    elif options.family == "text":
        from engine.commands.new_text import text_spec

        spec = text_spec(options, dataset)
    else:
        spec = new_spec(options.workspace, dataset, options.target, options.model, options.preset, options.task)
    if options.set:
        from engine.commands.training import changed

        spec = changed(spec, options.set)
        if found := problems(spec):
            raise SpecError(found)
    path: Path | None = options.output
    as_json = options.json if path is None else path.suffix == ".json"
    text = to_json(spec) if as_json else to_toml(spec)
    if path is None:
        print(text.rstrip())
        return DONE
    try:
        path.write_text(text.rstrip() + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from error
    print(path)
    return DONE


def new_spec(
    workspace: Path,
    dataset: Dataset,
    targets: list[str] | None = None,
    model_name: str | None = None,
    preset: Preset | None = None,
    task: Task | None = None,
) -> RunSpec:
    """Return a specification with inferred roles and sensible defaults.

    Raises BadInput, CatalogError, DatasetError or SpecError.
    """
    roles = _roles(dataset, datasets.infer_roles(workspace, dataset.id), targets)
    types = {column.name: column.type for column in dataset.columns}
    data = DataSpec(dataset=dataset.id, name=dataset.name, roles=roles)
    spec = with_dataset(None, data, types, dataset.rows)
    if model_name is not None:
        spec = with_model(spec, model(model_name).name)
    if preset is not None:
        spec = with_preset(spec, preset)
    tabular = spec.tabular.model_copy(update={"task": task or _task(workspace, dataset, roles)})
    spec = spec.model_copy(update={"tabular": tabular})
    if found := problems(spec):
        raise SpecError(found)
    return spec


def _check_task(options: Namespace) -> None:
    tasks = TEXT_TASKS if options.family == "text" else TABLE_TASKS
    if options.task is not None and options.task not in tasks:
        raise BadInput(f"--task: {options.family} has no task “{options.task}”; it has {', '.join(tasks)}")


def _roles(dataset: Dataset, inferred: Roles, targets: list[str] | None) -> Roles:
    """Return the inferred roles with these targets instead of the inferred one."""
    if not targets:
        if not inferred.target:
            raise BadInput(f"{dataset.name}: no column looks like a target; name one with --target")
        return inferred
    types = {column.name: column.type for column in dataset.columns}
    for name in targets:
        if name not in types:
            close = difflib.get_close_matches(name, list(types), n=1)
            hint = f"did you mean “{close[0]}”?" if close else f"it has {', '.join(list(types)[:20])}"
            raise BadInput(f"--target: {dataset.name} has no column “{name}”; {hint}")
    roles = {name: inferred.of(name) for name in types}
    for name, role in roles.items():
        if role is Role.TARGET:
            roles[name] = Role.CONTINUOUS if types[name] in {"integer", "number"} else Role.CATEGORICAL
    roles.update(dict.fromkeys(targets, Role.TARGET))
    return Roles.from_mapping(roles)


def _task(workspace: Path, dataset: Dataset, roles: Roles) -> Task:
    types = {column.name: column.type for column in dataset.columns}
    distinct = max(datasets.profile(workspace, dataset.id, name).distinct for name in roles.target)
    return task_of(roles, types, distinct)
