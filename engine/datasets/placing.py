"""How any new snapshot is made: watched while the database works, put in place all at once, trouble told in words."""

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engine.datasets.database import is_disk_full
from engine.datasets.records import Dataset, DatasetError
from engine.datasets.snapshots import dataset_folder, write_description

Progress = Callable[[float, str], None]
POLL_S = 0.1


def put_in_place(workspace: Path, dataset: Dataset, scratch: Path) -> None:
    """Move `data.parquet` and what lies beside it in `scratch` to the dataset's own folder; one that is there stays."""
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
def watched(
    db: duckdb.DuckDBPyConnection,
    progress: Progress,
    cancelled: Callable[[], bool],
    stage: str = "Reading",
    gone: str = "The import was cancelled.",
) -> Iterator[None]:
    """Tell the database's progress while it works, and interrupt it when asked to: DatasetError says `gone`."""
    db.execute("SET enable_progress_bar = true")
    db.execute("SET enable_progress_bar_print = false")
    done = threading.Event()

    def watch() -> None:
        while not done.wait(POLL_S):
            if cancelled():
                db.interrupt()
            share = db.query_progress()
            if share >= 0:
                progress(min(0.97, share / 100), stage)

    watcher = threading.Thread(target=watch, name="import-progress")
    watcher.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise DatasetError(gone) from error
    finally:
        done.set()
        watcher.join()


def os_words(root: Path, error: OSError) -> DatasetError:
    """Put an error of the operating system into a sentence; `root` is the workspace's folder of datasets."""
    if is_disk_full(error):
        return DatasetError("The disk is full. Free some space and import again; nothing half-written was kept.")
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        reason = os.strerror(error.errno)
        return DatasetError(f"{root.parent} cannot be written to ({reason}). Choose a workspace that you may write in.")
    return DatasetError(f"{error.filename or root} cannot be used ({os.strerror(error.errno or 0)}).")
