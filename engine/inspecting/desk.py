"""The desk: files that lie open, and the pictures that were gathered from them, so that each is made once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

from engine.inspecting.arrays import Difference, Readable, Real
from engine.inspecting.asked import Computed, PlaneSpec, Source
from engine.inspecting.checkpoints import layers_over, with_names
from engine.inspecting.entries import Stamp, TensorFile
from engine.inspecting.opening import open_file
from engine.inspecting.picture import Picture
from engine.inspecting.plane import Plane

MOST_FILES, MOST_PICTURES, MOST_COMPUTED = 64, 12, 4
T = TypeVar("T")


class Desk:
    """Open files and pictures, the least used put away. May be asked by several threads at once.

    `compute` returns the tensors of expressions; they are not kept here, but for the last few pictures.
    """

    def __init__(self, compute: Callable[[Computed], Readable] | None = None) -> None:
        self.compute = compute
        self._computed = _Kept[Picture](MOST_COMPUTED)
        self._files = _Kept[TensorFile](MOST_FILES)
        self._arrays = _Kept[Readable](MOST_FILES)
        self._pictures = _Kept[Picture](MOST_PICTURES)

    def open(self, path: Path) -> TensorFile:
        """Return a file as it is now, opened anew. Raises Unreadable."""
        self._files.drop(path)
        return self.file(path)

    def file(self, path: Path) -> TensorFile:
        """Return a file as it was when it was opened. Raises Unreadable where it is another one by now."""
        file = self._files.get(path, lambda: with_names(open_file(path)))
        file.check()
        return file

    def array(self, source: Source | Computed, cancelled: Callable[[], bool]) -> Readable:
        """Return numbers as real ones. Raises Unreadable, Cancelled."""
        if isinstance(source, Computed):
            assert self.compute is not None
            found = self.compute(source)
            return Real(found, source.part) if found.kind.is_complex else found
        stamps = tuple(self.file(path).stamp for path in self._paths(source))
        return self._arrays.get((source, stamps), lambda: self._array(source, cancelled))

    def picture(self, source: Source | Computed, plane: PlaneSpec, cancelled: Callable[[], bool]) -> Picture:
        """Return the picture of a plane. Raises Unreadable, Cancelled."""
        if isinstance(source, Computed):
            return self._computed.get((source, plane), lambda: self._picture(self.array(source, cancelled), plane))
        array = self.array(source, cancelled)
        stamps: tuple[Stamp, ...] = tuple(self.file(path).stamp for path in self._paths(source))
        return self._pictures.get((source, plane, stamps), lambda: self._picture(array, plane))

    @staticmethod
    def _picture(array: Readable, plane: PlaneSpec) -> Picture:
        return Picture(Plane(array, plane.rows, plane.columns, plane.at or (0,) * len(array.shape)))

    def _array(self, source: Source, cancelled: Callable[[], bool]) -> Readable:
        if source.over:
            found: Readable = layers_over([self.file(path) for path in source.over], source.tensor.name)[0]
        else:
            found = self.file(source.tensor.path).load(source.tensor.name, cancelled)
        if source.minus is not None:
            other = self.file(source.minus.path).load(source.minus.name, cancelled)
            found = Difference(found, other, source.relative)
        return Real(found, source.part) if found.kind.is_complex else found

    def _paths(self, source: Source) -> list[Path]:
        minus = [] if source.minus is None else [source.minus.path]
        return [*(source.over or (source.tensor.path,)), *minus]


class _Kept(Generic[T]):
    """The things that were used last, by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under a key, or make it; two who want the same wait for one making."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._things:
                    self._things.move_to_end(key)
                    return self._things[key]
            made = make()
            with self._lock:
                self._things[key] = made
                while len(self._things) > self._most:
                    self._making.pop(self._things.popitem(last=False)[0], None)
                return made

    def drop(self, key: Hashable) -> None:
        """Put one thing away."""
        with self._lock:
            self._things.pop(key, None)
