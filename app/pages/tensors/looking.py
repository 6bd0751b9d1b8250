"""Looking: asks the lab for what the inspector shows of one plane, in an order that keeps the picture ahead."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.engine_thread import EngineThread, Requests
from app.pages.tensors.inspected import Bars, Gap, Stats
from app.plots.tensor_window import TilePlace
from app.plots.tile_book import MapTile
from engine.inspecting.asked import Computed, PlaneSpec, Source
from engine.inspecting.blocks import Shown

AT_ONCE = 4  # tiles in one request: few, so that what is wanted by then is asked for soon
LANES = ("tiles.0", "tiles.1")


class Looking(QObject):
    """What is known of one plane of one tensor. Answers to what is no longer looked at are dropped."""

    firstLook = Signal(object)  # MapTile of single numbers, evenly spaced
    tileCame = Signal(object, object)  # TilePlace, MapTile
    sliceKnown = Signal(object, bool)  # Stats; whether they are of a few numbers only
    wholeKnown = Signal(object)  # Stats of the whole tensor
    barsKnown = Signal(object)  # Bars
    gapKnown = Signal(object)  # Gap
    trendKnown = Signal(object)  # list of rows
    cellKnown = Signal(object, str, object)  # index, exact value, offset or None
    cellLost = Signal()  # the cell asked for cannot be read
    found = Signal(object)  # the index of what was sought, or None
    progressed = Signal(float)  # share of the plane that was gone through
    failed = Signal(str)

    def __init__(self, engine: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = Requests(engine, self)
        self._requests.answered.connect(self._take)
        self._requests.failed.connect(self._take_failure)
        self._requests.progressed.connect(self._take_progress)
        self._source: Source | Computed | None = None
        self._plane: PlaneSpec | None = None
        self._shown: Shown = "extreme"
        self._asked: dict[str, list[TilePlace]] = {}
        self._late: set[TilePlace] = set()  # asked for before the plane was gone through
        self._gathered = False
        self._whole_of: Source | Computed | None = None
        self._next_cell: tuple[int, ...] | None = None

    def look(self, source: Source | Computed, plane: PlaneSpec) -> None:
        """Look at a plane; of another tensor, its statistics come too."""
        is_new = source != self._source
        self._source, self._plane = source, plane
        self._forget()
        self._ask("look", "inspect_look", plane=self._told_plane())
        if is_new:
            self._requests.cancel("whole")
            self._whole_of = None
            if source.minus is not None:
                self._ask("gap", "inspect_gap")
            if source.over:
                self._ask("trend", "inspect_trend")

    def stop(self) -> None:
        """Look at nothing."""
        self._forget()
        for name in ("whole", "gap", "trend", "seek", "cell"):
            self._requests.cancel(name)
        self._source = self._plane = None

    def setShown(self, shown: Shown) -> None:
        """Show another number of each block; tiles have to be asked for again."""
        self._shown = shown
        for lane in LANES:
            self._requests.cancel(lane)
        self._asked.clear()
        self._late.clear()

    @Slot(object)
    def want(self, places: list[TilePlace]) -> None:
        """Ask for tiles, the first ones first; to be told again what is missing whenever one came."""
        asked = {place for one in self._asked.values() for place in one}
        rest = [place for place in places if place not in asked and (self._gathered or place not in self._late)]
        for lane in LANES:
            if rest and not self._requests.isWaiting(lane) and self._source is not None:
                batch, rest = rest[:AT_ONCE], rest[AT_ONCE:]
                self._asked[lane] = batch
                told = [[one.down, one.across, one.row, one.column] for one in batch]
                self._ask(lane, "inspect_tiles", plane=self._told_plane(), places=told, shown=self._shown)

    def askCell(self, index: tuple[int, ...] | None) -> None:
        """Ask for the exact number of a cell; while one is asked for, the newest wish waits."""
        if index is None or self._requests.isWaiting("cell"):
            self._next_cell = index
        elif self._source is not None:
            self._cell = index
            self._ask("cell", "inspect_cell", index=list(index))

    def seek(self, what: str, after: tuple[int, ...] | None) -> None:
        """Look for the next “nan”, “inf” or “any” of both in the tensor, or for “min” or “max” of the plane."""
        if self._source is None:
            return
        if what in {"min", "max"}:
            self._ask("seek", "inspect_extreme", plane=self._told_plane(), what=what)
        else:
            self._ask("seek", "inspect_seek", what=what, after=None if after is None else list(after))

    # Answers

    @Slot(str, object)
    def _take(self, name: str, value: Any) -> None:
        if name in LANES:
            self._take_tiles(self._asked.pop(name, []), value)
        elif name == "look":
            self._take_look(value)
        elif name in {"statistics", "whole"}:
            self._take_statistics(name, value)
        elif name == "gap":
            self.gapKnown.emit(Gap.of(value))
        elif name == "trend":
            self.trendKnown.emit(value)
        elif name == "seek":
            self.found.emit(None if value is None else tuple(value))
        elif name == "cell":
            self.cellKnown.emit(self._cell, value["value"], value["offset"])
            wish, self._next_cell = self._next_cell, None
            if wish is not None and wish != self._cell:
                self.askCell(wish)

    def _take_tiles(self, places: list[TilePlace], tiles: list[dict[str, Any] | None]) -> None:
        for place, tile in zip(places, tiles, strict=True):
            if tile is None:
                self._late.add(place)
            else:
                self.tileCame.emit(place, MapTile(tile["values"], tile["flags"]))
        if self._gathered and None in tiles:  # the lab was begun anew and has forgotten what it gathered
            self._gathered = False
            self._ask("look", "inspect_look", plane=self._told_plane())

    def _take_look(self, value: dict[str, Any]) -> None:
        self._gathered = True
        self._late.clear()
        stats = Stats.of(value["summary"])
        self.progressed.emit(1.0)
        if value["whole"]:
            self._whole_of = self._source
            self.wholeKnown.emit(stats)
        elif self._whole_of != self._source and not self._requests.isWaiting("whole"):
            self._ask("whole", "inspect_statistics")
        self.sliceKnown.emit(stats, False)
        self._ask("statistics", "inspect_statistics", plane=self._told_plane())

    def _take_statistics(self, name: str, value: dict[str, Any]) -> None:
        if name == "whole":
            self._whole_of = self._source
            self.wholeKnown.emit(Stats.of(value["summary"]))
        else:
            bars = value["histogram"]
            self.barsKnown.emit(Bars(bars["edges"], bars["counts"].astype(float)))

    @Slot(str, object)
    def _take_progress(self, name: str, value: dict[str, Any]) -> None:
        if name != "look":
            return
        if "share" in value:
            self.progressed.emit(value["share"])
        if "first" in value:
            first = value["first"]
            self.firstLook.emit(MapTile(first["tile"]["values"], first["tile"]["flags"]))
            self.sliceKnown.emit(Stats.of(first["summary"]), True)
            bars = first["histogram"]
            self.barsKnown.emit(Bars(bars["edges"], bars["counts"].astype(float), is_sample=True))

    @Slot(str, str)
    def _take_failure(self, name: str, sentence: str) -> None:
        if name == "cell":  # what is wrong with the file is told by what shows it
            self._next_cell = None
            self.cellLost.emit()
            return
        self._asked.pop(name, None)
        self.failed.emit(sentence)

    # Asking

    def _ask(self, name: str, method: str, **more: object) -> None:
        assert self._source is not None
        self._requests.ask(name, "tensors", method, source=self._source.model_dump(mode="json"), **more)

    def _told_plane(self) -> dict[str, Any]:
        assert self._plane is not None
        return self._plane.model_dump(mode="json")

    def _forget(self) -> None:
        for name in ("look", "statistics", *LANES):
            self._requests.cancel(name)
        self._asked.clear()
        self._late.clear()
        self._gathered = False
        self._next_cell = None
