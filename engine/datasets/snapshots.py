"""The snapshots of a workspace: where they lie, which there are, and their rejected lines. Imports nothing new."""

import re
import shutil
from pathlib import Path

from pydantic import ValidationError

from engine.datasets.database import connect, literal
from engine.datasets.records import Dataset, DatasetError, Reject

_ID = re.compile(r"[0-9a-f]{8,64}")


def dataset_folder(workspace: Path, dataset_id: str) -> Path:
    """Return the folder of a snapshot. Raises DatasetError where the id cannot be one."""
    if not _ID.fullmatch(dataset_id):
        raise DatasetError(f"“{dataset_id}” is not the id of a dataset.")
    return Path(workspace) / "datasets" / dataset_id


def parquet_path(workspace: Path, dataset_id: str) -> Path:
    """Return where the rows of a snapshot lie."""
    return dataset_folder(workspace, dataset_id) / "data.parquet"


def write_description(folder: Path, dataset: Dataset) -> None:
    """Write what a snapshot is beside its rows."""
    (folder / "dataset.json").write_text(dataset.model_dump_json(indent=2), encoding="utf-8")


def list_datasets(workspace: Path) -> list[Dataset]:
    """Return the workspace's datasets, newest first; folders that are none are passed over."""
    found = []
    for file in (Path(workspace) / "datasets").glob("*/dataset.json"):
        try:
            found.append(Dataset.model_validate_json(file.read_text(encoding="utf-8")))
        except (OSError, ValidationError):
            continue
    return sorted(found, key=lambda dataset: dataset.created, reverse=True)


def load_dataset(workspace: Path, id_or_name: str) -> Dataset:
    """Return a dataset by its id, the start of its id, or its name (the newest of that name). Raises DatasetError."""
    datasets = list_datasets(workspace)
    for dataset in datasets:
        if id_or_name == dataset.id:
            return dataset
    for dataset in datasets:
        if id_or_name and (dataset.name == id_or_name or (len(id_or_name) >= 6 and dataset.id.startswith(id_or_name))):
            return dataset
    raise DatasetError(f"There is no dataset “{id_or_name}” in {workspace}. Import its file first.")


def delete_dataset(workspace: Path, dataset_id: str) -> None:
    """Remove a snapshot; runs that learned from it stay, but cannot be repeated. Raises DatasetError."""
    folder = dataset_folder(workspace, dataset_id)
    if not folder.exists():
        raise DatasetError(f"There is no dataset “{dataset_id}” in {workspace}.")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise DatasetError(f"{folder} cannot be removed ({error.strerror}).") from error


def rejects(workspace: Path, dataset_id: str, offset: int = 0, limit: int = 200) -> list[Reject]:
    """Return rejected lines, in file order."""
    path = dataset_folder(workspace, dataset_id) / "rejects.parquet"
    if not path.exists():
        return []
    with connect() as db:
        rows = db.execute(
            f"SELECT line, text, reason FROM read_parquet({literal(str(path))}) ORDER BY line LIMIT ? OFFSET ?",
            [limit, offset],
        ).fetchall()
    return [Reject(line=line, text=text, reason=reason) for line, text, reason in rows]


def export_rejects(workspace: Path, dataset_id: str, target: Path) -> None:
    """Write the rejected lines with number and reason as CSV. Raises DatasetError."""
    source = dataset_folder(workspace, dataset_id) / "rejects.parquet"
    if not source.exists():
        raise DatasetError("This dataset has no rejected lines.")
    try:
        with connect() as db:
            db.execute(
                f"COPY (SELECT line, reason, text FROM read_parquet({literal(str(source))}) ORDER BY line) "
                f"TO {literal(str(target))} (FORMAT csv, HEADER)"
            )
    except Exception as error:
        raise DatasetError(f"{target} cannot be written. Choose another place.") from error
