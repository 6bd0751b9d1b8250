"""A run's checkpoints: which files of weights lie in its folder, in the order of training, and their tensors' real names."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.inspecting.arrays import Readable, Stacked
from engine.inspecting.entries import TensorFile
from engine.inspecting.unreadable import Unreadable

NETWORK = "network."  # what stands before a weight's name in the state that a run is resumed from
_STATE = re.compile(r"(.+)\.[0-9a-f]{12}")
_USUAL = re.compile(r"epoch=(\d+)-step=(\d+)")


@dataclass(frozen=True)
class Checkpoint:
    """A file of weights. The model that was kept at the end has no step of its own."""

    path: Path
    label: str
    epoch: float | None = None
    step: int | None = None


def checkpoints_of(folder: Path) -> list[Checkpoint]:
    """Return all weights in a run's folder, the earliest first and the kept model last."""
    found = [_checkpoint(path, folder) for path in sorted(folder.rglob("*.safetensors"))]
    return sorted(found, key=lambda one: (one.step is None, one.step or 0, one.label))


def with_names(file: TensorFile) -> TensorFile:
    """Give the tensors of a training's state, which are numbered, the names under which its description has them."""
    described = _description_of(file.path)
    content = None if described is None else _read(described).get("content")
    names = dict(_places(content, ""))
    if not names:
        return file
    entries = tuple(replace(entry, name=names.get(entry.name, entry.name)) for entry in file.entries)
    loads = {names.get(name, name): load for name, load in file.loads.items()}
    return replace(file, entries=entries, loads=loads)


def layers_over(files: list[TensorFile], name: str) -> tuple[Stacked, list[int]]:
    """Stack a tensor over checkpoints; returns it with the places of the files that have it in the first one's shape.

    Raises Unreadable where none has it.
    """
    layers: list[Readable] = []
    places: list[int] = []
    for place, file in enumerate(files):
        own = own_name(file, name)
        layer = None if own is None else file.load(own)
        if layer is not None and (not layers or (layer.shape, layer.kind) == (layers[0].shape, layers[0].kind)):
            layers.append(layer)
            places.append(place)
    if not layers:
        raise Unreadable(f"No checkpoint of this run has “{name}”.")
    return Stacked(tuple(layers)), places


def own_name(file: TensorFile, name: str) -> str | None:
    """Return what a file calls a weight: a state says “…network.” before it; None where it does not have it."""
    names = [entry.name for entry in file.entries if not entry.problem]
    if name in names:
        return name
    plain = name.rpartition(NETWORK)[2] if NETWORK in name else name
    endings = (f".{NETWORK}{plain}", f"{NETWORK}{plain}")
    found = (one for one in names if one == plain or one == endings[1] or one.endswith(endings[0]))
    return next(found, None)


def _checkpoint(path: Path, folder: Path) -> Checkpoint:
    place = path.parent.relative_to(folder).as_posix().replace("checkpoints", "").strip("/")
    before = f"{place} · " if place not in {"", "."} else ""
    if (described := _description_of(path)) is not None:
        step = _number(_read(described).get("step"))
        return Checkpoint(path, f"{before}{_name_of_state(path)}", step=None if step is None else int(step))
    told = _read(path.with_suffix(".json"))
    epoch, step = _number(told.get("epoch")), _number(told.get("step"))
    return Checkpoint(path, f"{before}{_label(path.stem)}", epoch, None if step is None else int(step))


def _label(stem: str) -> str:
    """Write the usual name of a checkpoint shorter: epoch=005-step=000125 as epoch 5 · step 125."""
    usual = _USUAL.fullmatch(stem)
    return f"epoch {int(usual[1])} · step {int(usual[2])}" if usual else stem


def _description_of(path: Path) -> Path | None:
    described = path.with_name(f"{_name_of_state(path)}.state.json")
    return described if _STATE.fullmatch(path.stem) and described.is_file() else None


def _name_of_state(path: Path) -> str:
    found = _STATE.fullmatch(path.stem)
    return found.group(1) if found else path.stem


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _places(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Go through a state's description as `engine.training.state` writes it; gives a tensor's number and its name."""
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _places(inner, f"{name}.{place}" if name else str(place))
    elif isinstance(value, dict) and len(value) == 1:
        ((kind, inner),) = value.items()
        if kind in {"tensor", "array"}:
            yield str(inner), name
        elif kind == "tuple":
            yield from _places(inner, name)
        elif kind == "dict" and isinstance(inner, list):
            for pair in inner:
                if isinstance(pair, list) and len(pair) == 2:
                    yield from _places(pair[1], f"{name}.{pair[0]}" if name else str(pair[0]))
