"""What the tensors lab answers about tensors in files: what is in them, tiles, statistics, places, differences."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from engine.inspecting import seeking
from engine.inspecting.arrays import Readable, Stored
from engine.inspecting.asked import Computed, PlaneSpec, Source
from engine.inspecting.blocks import Shown
from engine.inspecting.checkpoints import checkpoints_of, layers_over
from engine.inspecting.desk import Desk
from engine.inspecting.differing import Gap, file_gaps, gap
from engine.inspecting.entries import TensorFile
from engine.inspecting.picture import Place, Tile, sample_tile
from engine.inspecting.summary import Histogram, Summary, histogram, summarize
from engine.inspecting.unreadable import Unreadable
from engine.jobs.raw import Raw
from engine.jobs.requests import Call, Method, RequestError

_desk = Desk()
_sources: TypeAdapter[Source | Computed] = TypeAdapter(Source | Computed)
_asked = _sources.validate_python
_STEP = 0.02  # of the whole, between two tellings of how far it is


def look_into(compute: Callable[[Computed], Readable]) -> None:
    """Let tensors of expressions be looked at as those of files are."""
    _desk.compute = compute


def _open(_call: Call, path: str) -> object:
    return _told_file(_desk.open(Path(path)))


def _runs(call: Call) -> object:
    """Return the runs that have weights on the disk, the newest first."""
    from engine.runs.store import RunStore

    with RunStore(call.workspace) as store:
        runs = sorted(store.runs(), key=lambda run: run.created, reverse=True)
        return [
            {"id": run.id, "name": run.name}
            for run in runs
            if next(store.run_folder(run.id).rglob("*.safetensors"), None) is not None
        ]


def _run(call: Call, run: str) -> object:
    """Open all checkpoints of a run; what cannot be read among them has a problem in place of entries."""
    from engine.runs.store import RunStore

    with RunStore(call.workspace) as store:
        folder = store.run_folder(run)
    found = []
    for one in checkpoints_of(folder):
        try:
            found.append(
                {"label": one.label, "step": one.step, "file": _told_file(_desk.open(one.path)), "problem": ""}
            )
        except Unreadable as error:
            found.append({"label": one.label, "step": one.step, "file": None, "problem": str(error)})
    if not found:
        raise RequestError("This run has no checkpoints: none was kept, or they were cleared away.")
    return found


def _look(call: Call, source: dict[str, Any], plane: dict[str, Any]) -> object:
    """Tell what can be had at once as progress, and a plane's statistics as the result; then all its tiles can be had."""
    picture = _desk.picture(_asked(source), PlaneSpec.model_validate(plane), call.cancelled)
    numbers = picture.first_look() if picture.plane.size else None
    if numbers is not None and not picture.is_small:
        summary = Summary.of(numbers)
        bars = Histogram.over(summary.low, summary.high).add(numbers)
        first = {"tile": _told_tile(sample_tile(numbers)), "summary": summary.told(), "histogram": _told_bars(bars)}
        call.progress({"first": first})
    return {"summary": picture.gather(call.cancelled, _shares(call)).told(), "whole": picture.plane.is_whole}


def _tiles(
    call: Call, source: dict[str, Any], plane: dict[str, Any], places: list[list[int]], shown: Shown = "extreme"
) -> object:
    """Return tiles; None for one that must wait until the plane was looked at, or that lies outside."""
    picture = _desk.picture(_asked(source), PlaneSpec.model_validate(plane), call.cancelled)
    found = [picture.tile(Place(*place), shown, call.cancelled) for place in places]
    return [None if tile is None else _told_tile(tile) for tile in found]


def _cell(call: Call, source: dict[str, Any], index: list[int]) -> object:
    array = _desk.array(_asked(source), call.cancelled)
    offset = array.offset(tuple(index)) if isinstance(array, Stored) else None
    return {"value": array.exact(tuple(index)), "offset": offset}


def _statistics(call: Call, source: dict[str, Any], plane: dict[str, Any] | None = None) -> object:
    """Tell a summary of the whole tensor, or of one plane, as progress and return it with the histogram."""
    asked = _asked(source)
    if plane is None:
        array = _desk.array(asked, call.cancelled)
        summary = summarize(array, call.cancelled, _shares(call, 0.0, 0.5))
    else:
        picture = _desk.picture(asked, PlaneSpec.model_validate(plane), call.cancelled)
        summary = picture.gather(call.cancelled, _shares(call, 0.0, 0.5))
        array = picture.plane.array()
    call.progress({"summary": summary.told()})
    bars = histogram(array, summary.low, summary.high, call.cancelled, _shares(call, 0.5, 1.0))
    return {"summary": summary.told(), "histogram": _told_bars(bars)}


def _seek(call: Call, source: dict[str, Any], what: seeking.Wanted, after: list[int] | None = None) -> object:
    """Return where in the whole tensor the next number that is not finite lies."""
    array = _desk.array(Source.model_validate(source), call.cancelled)
    return seeking.next_odd(array, None if after is None else tuple(after), what, call.cancelled)


def _extreme(call: Call, source: dict[str, Any], plane: dict[str, Any], what: seeking.Extreme) -> object:
    """Return where in the tensor the smallest or largest number of a plane lies."""
    asked = PlaneSpec.model_validate(plane)
    own = _desk.picture(Source.model_validate(source), asked, call.cancelled).plane
    found = seeking.extreme(own.array(), what, call.cancelled)
    return None if found is None else own.index(found[0], found[1])


def _gap(call: Call, source: dict[str, Any]) -> object:
    """Compare a source's tensor with the one that is subtracted from it."""
    asked = Source.model_validate(source)
    if asked.minus is None:
        raise ValueError("nothing is subtracted")
    left = _desk.file(asked.tensor.path).load(asked.tensor.name, call.cancelled)
    right = _desk.file(asked.minus.path).load(asked.minus.name, call.cancelled)
    return _told_gap(gap(left, right, call.cancelled, _shares(call)))


def _file_gaps(call: Call, left: str, right: str) -> object:
    """Compare two files by name; tells the share and the rows since the last telling as progress, returns all rows."""
    rows = []
    files = _desk.file(Path(left)), _desk.file(Path(right))
    for one in file_gaps(*files, call.cancelled, _shares(call)):
        told = None if one.gap is None else _told_gap(one.gap)
        rows.append({"name": one.name, "shape": one.shape, "gap": told, "reason": one.reason})
    return rows


def _trend(call: Call, source: dict[str, Any]) -> object:
    """Return statistics of a tensor at each checkpoint that has it, and how far it went since the one before."""
    asked = Source.model_validate(source)
    stacked, places = layers_over([_desk.file(path) for path in asked.over], asked.tensor.name)
    array = _desk.array(asked, call.cancelled)
    rows: list[dict[str, Any]] = []
    before: Readable | None = None
    for place, layer in zip(places, stacked.layers, strict=True):
        shift = None if before is None else _told_gap(gap(before, layer, call.cancelled, lambda _share: None))
        real = layer if array.kind == layer.kind else None
        summary = None if real is None else summarize(real, call.cancelled).told()
        rows.append({"place": place, "summary": summary, "shift": shift})
        before = layer
    return rows


def _told_file(file: TensorFile) -> dict[str, object]:
    entries = [asdict(entry) for entry in file.entries]
    return {
        "path": str(file.path),
        "format": file.format,
        "size": file.stamp.size,
        "entries": entries,
        "note": file.note,
    }


def _told_tile(tile: Tile) -> dict[str, object]:
    return {"values": Raw(tile.values), "flags": Raw(tile.flags)}


def _told_bars(bars: Histogram) -> dict[str, object]:
    return {"edges": Raw(bars.edges), "counts": Raw(bars.counts)}


def _told_gap(found: Gap) -> dict[str, object]:
    return asdict(found)


def _shares(call: Call, begin: float = 0.0, end: float = 1.0) -> Callable[[float], None]:
    """Tell how far something is, from `begin` to `end`, but not at every step."""
    last = [-1.0]

    def tell(share: float) -> None:
        whole = begin + (end - begin) * share
        if whole - last[0] >= _STEP:
            last[0] = whole
            call.progress({"share": whole})

    return tell


METHODS: dict[str, Method] = {
    "inspect_open": _open,
    "inspect_runs": _runs,
    "inspect_run": _run,
    "inspect_look": _look,
    "inspect_tiles": _tiles,
    "inspect_cell": _cell,
    "inspect_statistics": _statistics,
    "inspect_seek": _seek,
    "inspect_extreme": _extreme,
    "inspect_gap": _gap,
    "inspect_file_gaps": _file_gaps,
    "inspect_trend": _trend,
}
