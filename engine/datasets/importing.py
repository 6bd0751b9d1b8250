"""From a file to a snapshot: Parquet named by the hash of its source, rejects beside it, all or nothing."""

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from engine.datasets.conversion import Converted, convert
from engine.datasets.corpus import text_files
from engine.datasets.database import connect, in_words
from engine.datasets.guessing import guess_options
from engine.datasets.placing import Progress, os_words, put_in_place, watched
from engine.datasets.records import Dataset, DatasetError, ReadOptions
from engine.datasets.snapshots import load_dataset
from engine.datasets.sniffing import read_head

ID_DIGITS = 20


def import_file(
    workspace: Path,
    path: Path,
    options: ReadOptions | None = None,
    *,
    name: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Dataset:
    """Read a file into the workspace and return its snapshot; the same file read the same way is imported once.

    `progress` hears a share from 0 to 1 and what is being done; `cancelled` is asked about every 100 ms. Raises
    DatasetError in words, leaving nothing behind.
    """
    path = Path(path)
    progress = progress or (lambda _share, _stage: None)
    cancelled = cancelled or (lambda: False)
    if not path.is_dir():
        read_head(path)
    options = options or guess_options(path)
    root = Path(workspace) / "datasets"
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".importing-", dir=root) as scratch:
            return _import(Path(workspace), path, options, name or path.stem, Path(scratch), progress, cancelled)
    except OSError as error:
        raise os_words(root, error) from error
    except duckdb.Error as error:
        raise in_words(path, error) from error


def _import(
    workspace: Path,
    path: Path,
    options: ReadOptions,
    name: str,
    scratch: Path,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Dataset:
    with ThreadPoolExecutor(1, thread_name_prefix="hash") as pool:
        digest = pool.submit(content_hash, path, options, cancelled)
        with connect(scratch) as db, watched(db, progress, cancelled):
            converted = convert(db, path, options, scratch, cancelled)
        progress(0.98, "Naming the snapshot")
        dataset_id = digest.result()
    if cancelled():
        raise DatasetError("The import was cancelled.")
    dataset = _describe(dataset_id, path, options, name, converted)
    put_in_place(workspace, dataset, scratch)
    progress(1.0, "Done")
    return load_dataset(workspace, dataset_id)


def content_hash(path: Path, options: ReadOptions, cancelled: Callable[[], bool]) -> str:
    """Return the hash that names a snapshot: of the source's bytes and of how they are read."""
    digest = hashlib.sha256(options.model_dump_json().encode())  # in hardware on today's processors
    for one in text_files(path) if path.is_dir() else (path,):
        if one != path:  # an end that no name can hold, so that no two folders are told alike
            digest.update(f"\0{one.relative_to(path).as_posix()}\0{one.stat().st_size}\0".encode())
        with one.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
                if cancelled():
                    return ""
    return digest.hexdigest()[:ID_DIGITS]


def _describe(dataset_id: str, path: Path, options: ReadOptions, name: str, converted: Converted) -> Dataset:
    return Dataset(
        id=dataset_id,
        name=name,
        source=str(path.resolve()),
        rows=converted.rows,
        columns=converted.columns,
        rejected=converted.rejected,
        created=time.time(),
        options=options,
        bytes=converted.parquet.stat().st_size,
    )
