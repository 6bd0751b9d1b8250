"""import, datasets, samples, models, new: from a file to a specification."""

from argparse import Namespace
from pathlib import Path

from engine import datasets
from engine.catalog import model, problems, tabular_models
from engine.commands.output import DONE, BadInput, as_json, table
from engine.datasets import Dataset, DatasetError, ReadOptions
from engine.spec import DataSpec, ModelSpec, Role, Roles, RunSpec, StratifiedSplit, TabularSpec, Task, to_json, to_toml

MANY_CLASSES = 50


def import_command(options: Namespace) -> int:
    """Import a file, or a bundled sample by its name."""
    dataset = _imported(options.workspace, options.file, options.name or "")
    if options.json:
        as_json(dataset)
        return DONE
    print(f"{dataset.name}: {dataset.rows:,} rows × {len(dataset.columns)} columns, as {dataset.id}")
    if dataset.rejected:
        print(f"{dataset.rejected:,} lines were rejected; they are kept, with the reasons, beside the snapshot")
    return DONE


def datasets_command(options: Namespace) -> int:
    """List the workspace's datasets."""
    found = datasets.list_datasets(options.workspace)
    if options.json:
        as_json([dataset.model_dump(mode="json") for dataset in found])
        return DONE
    rows = [[item.id, item.name, f"{item.rows:,}", len(item.columns), f"{item.rejected:,}"] for item in found]
    table(["id", "name", "rows", "columns", "rejected"], rows, right=["rows", "columns", "rejected"])
    return DONE


def samples_command(options: Namespace) -> int:
    """List the bundled samples."""
    samples = datasets.sample_names()
    if options.json:
        as_json([sample.model_dump(mode="json") for sample in samples])
    else:
        table(["name", "task", "what"], [[item.name, item.task, item.description] for item in samples])
    return DONE


def models_command(options: Namespace) -> int:
    """List the catalogue's models."""
    models = tabular_models()
    if options.json:
        as_json([item.model_dump(mode="json") for item in models])
    else:
        table(["name", "tasks", "what"], [[item.name, ", ".join(item.tasks), item.description] for item in models])
    return DONE


def new_command(options: Namespace) -> int:
    """Print a specification for a file and a target."""
    dataset = _known_or_imported(options.workspace, options.data)
    spec = new_spec(options.workspace, dataset, options.target, options.model, options.task)
    text = to_json(spec) if options.json else to_toml(spec)
    if options.output is None:
        print(text)
        return DONE
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{options.output}: cannot be written ({error.strerror})") from error
    print(options.output)
    return DONE


def new_spec(
    workspace: Path, dataset: Dataset, targets: list[str] | None, model_name: str | None, task: Task | None
) -> RunSpec:
    """Return a specification with inferred roles and sensible defaults. Raises BadInput, DatasetError."""
    roles = _with_targets(dataset, datasets.infer_roles(workspace, dataset.id), targets)
    task = task or _task(workspace, dataset, roles)
    name = model_name or "category_embedding"
    params = dict(model(name).presets.get("default", {}))
    spec = RunSpec(
        data=DataSpec(dataset=dataset.id, name=dataset.name, roles=roles),
        model=ModelSpec(name=name, params=params),
        tabular=TabularSpec(task=task),
    )
    if task == "classification" and len(roles.target) == 1:
        spec = spec.model_copy(update={"split": StratifiedSplit()})
    if found := problems(spec):
        raise BadInput(found[0])
    return spec


def _with_targets(dataset: Dataset, inferred: Roles, targets: list[str] | None) -> Roles:
    if not targets:
        return inferred
    known = [column.name for column in dataset.columns]
    if unknown := [name for name in targets if name not in known]:
        raise BadInput(f"--target: {dataset.name} has no column “{unknown[0]}”; it has {', '.join(known[:20])}")
    roles = {name: inferred.of(name) for name in known}
    for name, role in roles.items():
        if role is Role.TARGET and name not in targets:
            kind = next(column.type for column in dataset.columns if column.name == name)
            roles[name] = Role.CONTINUOUS if kind in {"integer", "number"} else Role.CATEGORICAL
    roles.update(dict.fromkeys(targets, Role.TARGET))
    return Roles.from_mapping(roles)


def _task(workspace: Path, dataset: Dataset, roles: Roles) -> Task:
    """A target of text or of few whole numbers is a class; everything else is a number."""
    if not roles.target:
        raise BadInput(f"{dataset.name}: no column looks like a target; name one with --target")
    profile = datasets.profile(workspace, dataset.id, roles.target[0])
    if profile.type in {"text", "boolean"}:
        return "classification"
    return "classification" if profile.type == "integer" and profile.distinct <= MANY_CLASSES else "regression"


def _known_or_imported(workspace: Path, text: str) -> Dataset:
    if not Path(text).exists():
        try:
            return datasets.load_dataset(workspace, text)
        except DatasetError:
            if text not in {sample.name for sample in datasets.sample_names()}:
                raise BadInput(f"{text}: is neither a file nor a dataset of the workspace") from None
    return _imported(workspace, text, "")


def _imported(workspace: Path, text: str, name: str, options: ReadOptions | None = None) -> Dataset:
    path = Path(text)
    if not path.exists() and text in {sample.name for sample in datasets.sample_names()}:
        return datasets.import_sample(workspace, text)
    return datasets.import_file(workspace, path, options, name=name)
