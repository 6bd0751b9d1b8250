"""What random uses of operations are drawn from: shapes, 0-d, empty and stretched ones included, and dims of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

Shape = tuple[int, ...]
Draw = Callable[[st.SearchStrategy], object]
lengths = st.integers(0, 3)
some = st.integers(1, 3)
shapes = st.lists(lengths, max_size=3).map(tuple)
filled = st.lists(some, min_size=1, max_size=3).map(tuple)
CHANGES = (-1e3, 0.0, 1.7, 1e3)


@dataclass(frozen=True)
class Case:
    """A text and the shapes of the tensors that it names.

    `of` says what is in them (random, zeros, ones, whole, complex), `changes` what a cell is changed to (`also`: of
    one input more), and `draws` how many sets of numbers are looked at, where one value decides whether another counts.
    """

    text: str
    shapes: dict[str, Shape]
    of: str = "random"
    changes: tuple[complex, ...] = CHANGES
    draws: int = 1
    also: dict[str, tuple[float, ...]] = field(default_factory=dict)


def one_of(draw, *parts: object):
    return draw(st.sampled_from(parts))


def dim_of(draw, shape: Shape, extra: int = 0) -> int:
    most = max(len(shape) + extra, 1)
    return draw(st.integers(-most, most - 1))


def dims_of(draw, shape: Shape) -> tuple[int, ...]:
    """Some dims, each once, in any order and with either sign."""
    order = draw(st.permutations(range(len(shape))))
    chosen = order[: draw(st.integers(0, len(shape)))]
    return tuple(dim - len(shape) * draw(st.booleans()) for dim in chosen)


def stretched(draw, shape: Shape) -> Shape:
    """A shape that broadcasts into `shape`."""
    kept = shape[draw(st.integers(0, len(shape))) :]
    return tuple(one_of(draw, 1, length) for length in kept)


def bent(draw, case: Case) -> Case:
    """The case with some of its shapes changed, so that it may be refused."""
    changed = dict(case.shapes)
    for name in changed:
        if draw(st.booleans()):
            changed[name] = draw(st.lists(lengths, max_size=4).map(tuple))
    return replace(case, shapes=changed)
