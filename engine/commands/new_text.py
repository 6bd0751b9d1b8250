"""new text: from a dataset and a task to a specification; the columns that are not named are guessed from a look at it."""

import difflib
import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import datasets
from engine.catalog import new_text, problems, text_models, with_preset, with_value
from engine.commands.new_arguments import TEXT_TASKS
from engine.commands.output import BadInput
from engine.datasets import Dataset
from engine.spec import DataSpec, RunSpec, SpecError, TextTask

LOOKED_AT = 200
"""Rows whose texts are measured."""
# Option → the key of TextColumns that it says.
_COLUMNS = {
    "text": "text",
    "pair": "second",
    "tokens": "tokens",
    "tags": "tags",
    "context": "context",
    "question": "question",
    "answers": "answers",
    "choices": "choices",
    "answer": "answer",
}
_SETTINGS = {
    "tokenizer": "text.tokenizer.kind",
    "vocabulary": "text.tokenizer.vocabulary",
    "max_length": "text.max_length",
}


def text_spec(options: Namespace, dataset: Dataset) -> RunSpec:
    """Return a specification with sensible defaults. Raises BadInput, CatalogError, DatasetError or SpecError."""
    task: TextTask | None = options.task
    if task is None:
        raise BadInput(f"--task: say what is to be learned; there are {', '.join(TEXT_TASKS)}")
    types = {column.name: column.type for column in dataset.columns}
    columns = _columns(options, task)
    for name in _named(columns):
        _check(dataset, types, name)
    folder = None if options.checkpoint is None else _checkpoint(options)
    data = DataSpec(dataset=dataset.id, name=dataset.name)
    spec = new_text(
        data,
        task,
        options.model or ("" if folder is None else _model_of(folder)),
        types,
        _lengths(options.workspace, dataset),
        columns,
        "" if folder is None else str(folder.resolve()),
    )
    for option, key in _SETTINGS.items():
        if getattr(options, option) is not None:
            spec = with_value(spec, key, getattr(options, option))
    if options.preset is not None:
        spec = with_preset(spec, options.preset)
    if found := problems(spec):
        raise SpecError(found)
    return spec


def _columns(options: Namespace, task: TextTask) -> dict[str, Any]:
    """Return what the options say of the columns, by the keys of TextColumns."""
    said = {key: getattr(options, option) for option, key in _COLUMNS.items() if getattr(options, option) is not None}
    targets: list[str] = options.target or []
    if task == "seq2seq":
        if len(targets) > 1:
            raise BadInput(f"--target: one column is written, not {len(targets)}")
        if "text" in said:
            said["source"] = said.pop("text")
        return said | ({"target": targets[0]} if targets else {})
    if task == "multiple-choice" and targets:
        return {"answer": targets[0], **said}
    if task == "token-classification" and targets:
        return {"tags": targets[0], **said}
    return said | ({"labels": tuple(targets)} if targets else {})


def _named(columns: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for value in columns.values():
        found += [value] if isinstance(value, str) else list(value)
    return found


def _check(dataset: Dataset, types: Mapping[str, str], name: str) -> None:
    if name not in types:
        close = difflib.get_close_matches(name, list(types), n=1)
        hint = f"did you mean “{close[0]}”?" if close else f"it has {', '.join(list(types)[:20])}"
        raise BadInput(f"{dataset.name} has no column “{name}”; {hint}")


def _lengths(workspace: Path, dataset: Dataset) -> dict[str, float]:
    """Return how long the texts of each column are in the mean, in the first rows."""
    page = datasets.read_page(workspace, dataset.id, limit=LOOKED_AT)
    return {
        name: sum(len(str(row[place] or "")) for row in page.rows) / max(1, len(page.rows))
        for place, name in enumerate(page.columns)
    }


def _checkpoint(options: Namespace) -> Path:
    """Return the folder of a checkpoint, fetched where that is allowed. Raises BadInput, RunFailed."""
    folder = Path(options.checkpoint)
    if folder.is_dir():
        return folder
    if not options.allow_network:
        raise BadInput(
            f"--checkpoint: “{folder}” is no folder here; a model of a hub is fetched only with --allow-network"
        )
    from engine.families.text.fetching import fetch

    return fetch(options.workspace, options.checkpoint)


def _model_of(folder: Path) -> str:
    """Return which of the catalogue's models a folder holds. Raises BadInput."""
    try:
        content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"--checkpoint: {folder} has no config.json that can be read") from error
    kind = content.get("model_type") if isinstance(content, dict) else None
    known = [info.name for info in text_models() if info.config_class]
    if kind not in known:
        raise BadInput(f"--checkpoint: {folder} holds a model of the kind “{kind}”; there are {', '.join(known)}")
    return str(kind)
