"""The two files of a training's state: whether they are there, whole, ours and fitting. Imports no torch."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.spec import RunSpec

FORMAT, VERSION = "tensorbench.training-state", 1
SUFFIX = ".state.json"
FOLDER, LAST = "checkpoints", "last"
"""Where in a run's folder states are, and the name of the one that it is resumed from."""
OWNER = "run"
AGAIN = "The run stays as it was. It can be started anew from its specification."


class StateError(Exception):
    """A state that cannot be used; the message says why and what to do."""


def fits_of(spec: RunSpec, run: str = "") -> dict[str, Any]:
    """Return what a state must share with a run of this id that is to go on from it, by the name of each in words."""
    shared = {
        "model": spec.model.name,
        "model’s settings": dict(spec.model.params),
        "dataset": spec.data.dataset,
        "choice of columns": spec.data.roles.model_dump(mode="json"),
        **({OWNER: run} if run else {}),
    }
    own = spec.forecasting
    return shared if own is None else {**shared, "choice of windows": own.model_dump(mode="json")}


def has_state(folder: Path, name: str = LAST) -> bool:
    """Whether there is a state of this name."""
    return (folder / f"{name}{SUFFIX}").is_file()


def state_step(folder: Path, name: str = LAST) -> int:
    """Return the optimizer step after which a state was written; 0 where there is none that can be read."""
    try:
        return int(_description(folder / f"{name}{SUFFIX}")["step"])
    except (StateError, KeyError, TypeError, ValueError):
        return 0


def read_whole(folder: Path, name: str, fits: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return what a state's JSON says and its tensors as bytes.

    Raises:
        StateError: it is not there, not whole, not ours, newer, or belongs to something else.
    """
    path = folder / f"{name}{SUFFIX}"
    described = _description(path)
    for key, wanted in json.loads(json.dumps(dict(fits))).items():
        if key == OWNER and key not in described["fits"]:
            continue  # early states did not say whose they are
        if described["fits"].get(key) != wanted:
            raise StateError(
                f"{path.name}: this checkpoint belongs to another {key} ({_short(described['fits'].get(key))} instead of "
                f"{_short(wanted)}). {AGAIN}"
            )
    file = folder / str(described["tensors"])
    try:
        if file.parent != folder:
            raise FileNotFoundError
        data = file.read_bytes()
    except OSError as error:
        raise StateError(f"{file.name}: this part of the checkpoint is gone. {AGAIN}") from error
    if hashlib.sha256(data).hexdigest() != described["sha256"]:
        raise StateError(f"{file.name}: this checkpoint is damaged or was exchanged. {AGAIN}")
    if not _is_safetensors(data):
        raise StateError(f"{file.name}: this is no safetensors file. It was not opened. {AGAIN}")
    return described, data


def _description(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise StateError(f"{path.name}: there is no checkpoint to go on from. {AGAIN}") from error
    try:
        described = json.loads(raw)
        if described["format"] != FORMAT:
            raise ValueError
        if described["version"] > VERSION:
            raise StateError(
                f"{path.name}: this checkpoint was written by a newer Tensorbench. Resume it with that one."
            )
        _ = described["fits"].items(), described["tensors"], described["sha256"], described["content"]
        int(described["step"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StateError(f"{path.name}: this is no checkpoint of Tensorbench. It was not opened. {AGAIN}") from error
    return dict(described)


def _is_safetensors(data: bytes) -> bool:
    """Whether data begins as safetensors does: with the length of a JSON object and the object; what follows is numbers."""
    length = int.from_bytes(data[:8], "little")
    try:
        return isinstance(json.loads(data[8 : 8 + length]), dict) and len(data) >= 8 + length
    except (ValueError, RecursionError):
        return False


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
