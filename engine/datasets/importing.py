"""From a file to a snapshot: Parquet named by the hash of its source, rejects beside it, all or nothing."""

import errno
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from engine.datasets.conversion import Converted, convert
from engine.datasets.corpus import text_files
from engine.datasets.database import connect, in_words, is_disk_full
from engine.datasets.guessing import guess_options
from engine.datasets.records import Dataset, DatasetError, ReadOptions
from engine.datasets.snapshots import dataset_folder, load_dataset, write_description
from engine.datasets.sniffing import read_head

Progress = Callable[[float, str], None]
ID_DIGITS = 20
POLL_S = 0.1


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
        raise _os_words(root, error) from error
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
        with connect(scratch) as db, _watched(db, progress, cancelled):
            converted = convert(db, path, options, scratch, cancelled)
        progress(0.98, "Naming the snapshot")
        dataset_id = digest.result()
    if cancelled():
        raise DatasetError("The import was cancelled.")
    dataset = _describe(dataset_id, path, options, name, converted)
    _put_in_place(workspace, dataset, scratch)
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


def _put_in_place(workspace: Path, dataset: Dataset, scratch: Path) -> None:
    target = dataset_folder(workspace, dataset.id)
    if target.exists():
        return
    ready = scratch / "ready"
    ready.mkdir()
    for file in ("data.parquet", "rejects.parquet"):
        if (scratch / file).exists():
            shutil.move(scratch / file, ready / file)
    write_description(ready, dataset)
    try:
        ready.rename(target)
    except OSError:
        if not target.exists():  # somebody imported the same content meanwhile: theirs is as good
            raise


@contextmanager
def _watched(db: duckdb.DuckDBPyConnection, progress: Progress, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Tell the database's progress while it works, and interrupt it when asked to."""
    db.execute("SET enable_progress_bar = true")
    db.execute("SET enable_progress_bar_print = false")
    done = threading.Event()

    def watch() -> None:
        while not done.wait(POLL_S):
            if cancelled():
                db.interrupt()
            share = db.query_progress()
            if share >= 0:
                progress(min(0.97, share / 100), "Reading")

    watcher = threading.Thread(target=watch, name="import-progress")
    watcher.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise DatasetError("The import was cancelled.") from error
    finally:
        done.set()
        watcher.join()


def _os_words(root: Path, error: OSError) -> DatasetError:
    if is_disk_full(error):
        return DatasetError("The disk is full. Free some space and import again; nothing half-written was kept.")
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        reason = os.strerror(error.errno)
        return DatasetError(f"{root.parent} cannot be written to ({reason}). Choose a workspace that you may write in.")
    return DatasetError(f"{error.filename or root} cannot be used ({os.strerror(error.errno or 0)}).")
