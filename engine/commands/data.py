"""import, datasets, samples, models: what there is to learn from and with. Must not start a run."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from engine import datasets
from engine.catalog import forecasting_models, tabular_models, text_models
from engine.commands.output import DONE, BadInput, as_json, size, table
from engine.datasets import Dataset, DatasetError, Melt, ReadOptions


def import_command(options: Namespace) -> int:
    """Import a file, or a bundled sample by its name."""
    path = Path(options.file)
    changes = {
        "encoding": options.encoding,
        "delimiter": options.delimiter,
        "decimal": options.decimal,
        "header": options.header,
        "missing": options.missing and ("", *options.missing),
        "sheet": options.sheet,
    }
    changes = {name: value for name, value in changes.items() if value is not None}
    if is_sample(options.file):
        dataset = datasets.import_sample(options.workspace, options.file)
    else:
        guessed = datasets.sniff(path, options.read_as) if changes or options.read_as else None
        read = guessed and ReadOptions.model_validate({**guessed.model_dump(), **changes})
        dataset = import_with_progress(options.workspace, path, options.name, read)
    if options.json:
        as_json(dataset)
        return DONE
    print(f"{dataset.name}: {dataset.rows:,} rows × {len(dataset.columns)} columns, as {dataset.id}")
    for told in told_of_reading(options.workspace, dataset):
        print(told)
    return DONE


def melt_command(options: Namespace) -> int:
    """Turn the columns of a wide dataset into series, as a new dataset."""
    wide = dataset_of(options.workspace, options.data)
    names = tuple(name for part in options.columns or () for name in part)
    wanted = Melt(
        time=options.time,
        columns=names,
        series_name=options.series_name,
        value_name=options.value_name,
        keep_empty=options.keep_empty,
    )
    with _bar(f"Turning columns of {wide.name} into series") as progress:
        made = datasets.melt(options.workspace, wide.id, wanted, name=options.name, progress=progress)
    if options.json:
        as_json(made)
        return DONE
    count = len(made.origin.melt.columns) if made.origin is not None else 0
    print(f"{made.name}: {made.rows:,} rows of {count:,} series, made of {wide.name}, as {made.id}")
    return DONE


def datasets_command(options: Namespace) -> int:
    """List the workspace's datasets."""
    found = datasets.list_datasets(options.workspace)
    if options.json:
        as_json(found)
        return DONE
    rows = [
        [item.id, item.name, f"{item.rows:,}", len(item.columns), f"{item.rejected:,}", size(item.bytes)]
        for item in found
    ]
    table(["id", "name", "rows", "columns", "rejected", "size"], rows, ["rows", "columns", "rejected", "size"])
    return DONE


def samples_command(options: Namespace) -> int:
    """List the bundled samples."""
    samples = datasets.sample_names()
    if options.json:
        as_json(samples)
    else:
        table(["name", "task", "what"], [[item.name, item.task, item.description] for item in samples])
    return DONE


def models_command(options: Namespace) -> int:
    """List the catalogue's models."""
    models = (*tabular_models(), *forecasting_models(), *text_models())
    if options.json:
        as_json(models)
    else:
        table(
            ["name", "tasks", "what"],
            [[item.name, ", ".join(item.tasks or item.text_tasks) or item.family, item.description] for item in models],
        )
    return DONE


def dataset_of(workspace: Path, text: str) -> Dataset:
    """Return the dataset that a file, a dataset's name or id, or a sample's name stands for, imported where needed.

    Raises BadInput, DatasetError.
    """
    if Path(text).is_file():
        return import_with_progress(workspace, Path(text))
    try:
        return datasets.load_dataset(workspace, text)
    except DatasetError:
        if is_sample(text):
            return datasets.import_sample(workspace, text)
        if Path(text).is_dir():
            return import_with_progress(workspace, Path(text))
        raise BadInput(f"{text}: there is no such file, dataset or sample") from None


def told_of_reading(workspace: Path, dataset: Dataset) -> Iterator[str]:
    """Yield a sentence where a file is no UTF-8, and one about lines that could not be read with the first reason."""
    encoding = dataset.options.encoding
    if encoding in ("latin-1", "gbk"):
        yield f"{dataset.name} is no UTF-8 text and was read as {encoding}; if that looks wrong, import it with --encoding."
    if dataset.rejected:
        first = datasets.rejects(workspace, dataset.id, limit=1)
        why = f" Line {first[0].line:,}: {first[0].reason}" if first else ""
        kept = workspace / "datasets" / dataset.id / "rejects.parquet"
        count = "1 line" if dataset.rejected == 1 else f"{dataset.rejected:,} lines"
        yield f"{count} could not be read, kept with the reasons in {kept}.{why}"


def is_sample(text: str) -> bool:
    """Whether a name stands for a bundled sample; a file of this name comes first."""
    return not Path(text).exists() and text in {sample.name for sample in datasets.sample_names()}


def import_with_progress(workspace: Path, path: Path, name: str = "", options: ReadOptions | None = None) -> Dataset:
    """Import a file; on a terminal a bar shows how far it is."""
    with _bar(f"Importing {path.name}") as progress:
        return datasets.import_file(workspace, path, options, name=name, progress=progress)


@contextmanager
def _bar(text: str) -> Iterator[Callable[[float, str], None]]:
    if not sys.stderr.isatty():
        yield lambda _share, _stage: None
        return
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %")]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=1.0)
        yield lambda share, _stage: bar.update(task, completed=share)
