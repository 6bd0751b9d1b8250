"""What a run's files take on disk, and how old checkpoints and kept tokens are cleared away. Imports no torch; a window
may use it."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.training.state_files import FOLDER, LAST, SUFFIX

RESERVE, ROOM = "reserve", 1 << 20
"""A file of zeros in the folder of a run at work, and its bytes: given back so that a full disk can be told of."""
TOKENS = "tokens"
"""The workspace's folder of tokenizers and token ids of large corpora, which runs of texts share and can make again."""


@dataclass(frozen=True)
class DiskUse:
    """Bytes of a run's folder: all of them, those of the best checkpoints, and those of the state to resume from; beside
    these, of a run of texts, those of all tokens that the workspace keeps.
    """

    total: int
    checkpoints: int
    state: int
    tokens: int = 0


def disk_use(folder: Path, workspace: Path | None = None) -> DiskUse:
    """Measure a run's folder, and a workspace's tokens; what is not there counts nothing."""
    total = sum(_size(path) for path in folder.rglob("*"))
    states = sum(_size(path) for path in _states(folder))
    tokens = 0 if workspace is None else sum(map(_whole_size, _tokens(workspace)))
    return DiskUse(total, sum(_size(path) for path in _checkpoints(folder)), states, tokens)


def clear_checkpoints(folder: Path, state_too: bool = False) -> int:
    """Delete the checkpoints of a run that is not at work, and return the bytes that are free now.

    Its kept model stays. With `state_too` it cannot be resumed from where it stood any more: it would begin again.
    """
    freed = 0
    # A state's JSON goes first: without its tensors it would be a damaged checkpoint.
    for path in [*_checkpoints(folder), *(sorted(_states(folder), reverse=True) if state_too else [])]:
        size = _size(path)
        path.unlink(missing_ok=True)
        freed += size
    return freed


def clear_tokens(workspace: Path) -> int:
    """Delete the tokens that a workspace keeps, while no run of texts is at work; returns the bytes that are free now."""
    freed = 0
    for path in _tokens(workspace):
        size = _whole_size(path)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        freed += size - _whole_size(path)
    return freed


def hold_room(folder: Path) -> None:
    """Take some room on the disk for what has to be written when there is no more; does nothing where there is none now."""
    with suppress(OSError):
        (folder / RESERVE).write_bytes(bytes(ROOM))


def free_room(folder: Path) -> None:
    """Give that room back."""
    with suppress(OSError):
        (folder / RESERVE).unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return [path for place in (FOLDER, f"fold*/{FOLDER}") for path in folder.glob(f"{place}/*") if path.is_file()]


def _is_state(path: Path) -> bool:
    return path.name == f"{LAST}{SUFFIX}" or (path.name.startswith(f"{LAST}.") and path.suffix == ".safetensors")


def _states(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if _is_state(path)]


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if not _is_state(path)]


def _tokens(workspace: Path) -> list[Path]:
    """Return what is whole; names with a dot are being written."""
    return [path for path in (workspace / TOKENS).glob("*") if not path.name.startswith(".")]


def _whole_size(path: Path) -> int:
    return _size(path) + sum(_size(inner) for inner in path.rglob("*"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # it went just now
