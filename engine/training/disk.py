"""What a run's files take on disk, and how old checkpoints are cleared away. Imports no torch; a window may use it."""

from dataclasses import dataclass
from pathlib import Path

from engine.training.state_files import FOLDER, LAST, SUFFIX


@dataclass(frozen=True)
class DiskUse:
    """Bytes of a run's folder: all of them, those of the best checkpoints, and those of the state to resume from."""

    total: int
    checkpoints: int
    state: int


def disk_use(folder: Path) -> DiskUse:
    """Measure a run's folder; what is not there counts nothing."""
    total = sum(_size(path) for path in folder.rglob("*"))
    states = sum(_size(path) for path in _states(folder))
    return DiskUse(total, sum(_size(path) for path in _checkpoints(folder)), states)


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


def _files(folder: Path) -> list[Path]:
    return [path for place in (FOLDER, f"fold*/{FOLDER}") for path in folder.glob(f"{place}/*") if path.is_file()]


def _is_state(path: Path) -> bool:
    return path.name == f"{LAST}{SUFFIX}" or (path.name.startswith(f"{LAST}.") and path.suffix == ".safetensors")


def _states(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if _is_state(path)]


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if not _is_state(path)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # it went just now
