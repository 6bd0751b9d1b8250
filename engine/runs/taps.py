"""What is watched of the tensors of a run at work: what may be, what somebody wishes, and what was seen. Pure data."""

import base64
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from engine.runs.lines import read_lines, read_whole
from engine.spec import Epochs

TAP_COMMAND = "tap"
OFFER_EVENT, OFFER_FILE = "tensors", "tensors.json"
LOOK_EVENT, LOOK_FILE, HISTORY_FILE = "tapped", "tapped.json", "tapped.jsonl"
MOST_TAPS = 16
BINS = 64
TILES = 64  # a side of a picture at most

TapKind = Literal["weight", "gradient", "activation", "attention"]
TAP_KINDS: tuple[TapKind, ...] = ("weight", "gradient", "activation", "attention")
Plane = NDArray[np.float32]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants")


class Tap(_Part):
    """A tensor to watch: a parameter's weight or gradient, what a layer returned, or how it attended. The whole network has
    no name.
    """

    name: str
    kind: TapKind


class TapWish(_Part):
    """What somebody wishes to see, and how many seconds lie between two looks at least."""

    taps: Annotated[tuple[Tap, ...], Field(max_length=MOST_TAPS)] = ()
    every: Annotated[float, Field(ge=0)] = 5.0


class TapParameter(_Part):
    """A parameter of a layer; one that does not learn has no gradient."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    learns: bool = True


class TapLayer(_Part):
    """A layer by its name, the name of its class, and the parameters that are its own. A mere list of layers returns
    nothing. One that attends has a map of how much each place looks at each other one.
    """

    name: str
    made: str
    returns: bool = True
    attends: bool = False
    parameters: tuple[TapParameter, ...] = ()


class TapOffer(_Part):
    """The layers of the network that a run trains now, and the wish that it heeds."""

    layers: tuple[TapLayer, ...]
    wish: TapWish = TapWish()


class TapPicture(_Part):
    """A tensor as a plane of at most 64 × 64 tiles of `down` × `across` numbers; those at the edges may be smaller.

    What is not finite has no part in a tile, and its flags tell of it (`engine.inspecting.blocks.Flag`). Numbers are kept
    as shares of `bound`, the power of two above the largest magnitude, in half precision.
    """

    rows: int
    columns: int
    down: int
    across: int
    bound: float
    mean: str
    extreme: str = ""
    flags: str = ""

    @property
    def tiles(self) -> tuple[int, int]:
        """How many tiles there are, down and across."""
        return -(-self.rows // self.down), -(-self.columns // self.across)

    def means(self) -> Plane:
        """Return each tile's mean."""
        return self._numbers(self.mean)

    def extremes(self) -> Plane:
        """Return each tile's number farthest from zero."""
        return self._numbers(self.extreme or self.mean)

    def marks(self) -> NDArray[np.uint8]:
        """Return each tile's flags; empty where there are none."""
        if not self.flags:
            return np.empty((0, 0), np.uint8)
        return np.frombuffer(base64.b64decode(self.flags), np.uint8).reshape(self.tiles)

    def _numbers(self, text: str) -> Plane:
        shares = np.frombuffer(base64.b64decode(text), "<f2").reshape(self.tiles)
        return np.asarray(shares.astype(np.float64) * self.bound, np.float32)


class Tapped(_Part):
    """A tensor at one step: its statistics are of its finite numbers, and None where it has none.

    `counts` are how many of them lie in each of even bins between `low` and `high`. A sparse gradient has the rows alone
    that the step touched; `whole` is then the shape of what they are rows of. Of a tensor too large to be gone through in
    a step, mean, deviation, counts and picture are of one row (or column) in `every`; the rest is of all numbers.
    An attention map [heads, queries, keys] is the first example's, before dropout, with a picture a head.
    """

    tap: Tap
    shape: tuple[int, ...]
    dtype: str
    whole: tuple[int, ...] = ()
    nan: int = 0
    inf: int = 0
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None
    counts: tuple[int, ...] = ()
    every: int = 1
    picture: TapPicture | None = None
    heads: tuple[TapPicture, ...] = ()


class TapLook(_Part):
    """What was seen of one optimizer step: the weights it began with, what the layers returned for its first batch, and
    the gradients of all its batches before they were clipped. `absent` is what the step did not use.
    """

    fold: str = ""
    epoch: Epochs
    step: int
    time: float
    tensors: tuple[Tapped, ...]
    absent: tuple[Tap, ...] = ()


def read_offer(folder: Path) -> TapOffer | None:
    """Return what can be watched of a run, or None where it has not told yet."""
    return read_whole(folder / OFFER_FILE, TapOffer)


def read_newest(folder: Path) -> TapLook | None:
    """Return the newest look, or None where there is none."""
    return read_whole(folder / LOOK_FILE, TapLook)


def read_looks(folder: Path, offset: int = 0) -> tuple[list[TapLook], int]:
    """Return the kept looks from a place in their file on, and the place of those to come."""
    return read_lines(folder / HISTORY_FILE, TapLook, offset)
