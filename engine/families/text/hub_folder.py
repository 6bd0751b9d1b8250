"""Where a model of the hub lies in a workspace, and where while it is being fetched. Loads no library."""

import shutil
from collections.abc import Callable
from pathlib import Path

FOLDER = "models"


def folder_of(workspace: Path, name: str) -> Path:
    """Return the folder of a hub's model."""
    return workspace / FOLDER / name.replace("/", "--")


def part_of(folder: Path, pid: int) -> Path:
    """Return the folder that a process fetches into before it is whole."""
    return folder.with_name(f".{pid}.{folder.name}")


def remove_parts(workspace: Path, pid: int) -> None:
    """Remove what a process that is gone has left there."""
    for part in (workspace / FOLDER).glob(f".{pid}.*"):
        shutil.rmtree(part, ignore_errors=True)


def remove_left(workspace: Path, is_alive: Callable[[int], bool]) -> None:
    """Remove what processes have left there that were ended in the middle of a fetch."""
    for part in (workspace / FOLDER).glob(".*.*"):
        pid = part.name.split(".")[1]
        if pid.isdecimal() and not is_alive(int(pid)):
            shutil.rmtree(part, ignore_errors=True)
