"""How shapes are aligned, in words: which lengths are the same and whose are stretched, and what a vector stands for."""

from collections.abc import Sequence

Shape = tuple[int, ...]


def stretched(shapes: Sequence[Shape], names: Sequence[str], result: Shape) -> str:
    """Return `From the right: 4 same · 3 stretches b`, empty where nothing is stretched."""
    if len(shapes) < 2 or all(shape == result for shape in shapes):
        return ""
    told = []
    for back in range(1, len(result) + 1):
        length = result[-back]
        short = [name for name, shape in zip(names, shapes, strict=True) if _at(shape, back) != length]
        told.append(f"{length} stretches {' and '.join(dict.fromkeys(short))}" if short else f"{length} same")
    return f"From the right: {' · '.join(told)}" if told else ""


def multiplied(shapes: Sequence[Shape], names: Sequence[str], result: Shape) -> list[str]:
    """Return what matmul does beside the product: vectors that get a dim for as long, and batches that are stretched."""
    (a, b), told = shapes[:2], []
    if len(a) == 1:
        told.append(f"{names[0]} stands as a row, 1×{a[0]}")
    if len(b) == 1:
        told.append(f"{names[1]} stands as a column, {b[0]}×1")
    first = f"{' and '.join(told)}; the dim is taken off again." if told else ""
    batch = result[: len(result) - (len(a) > 1) - (len(b) > 1)]
    both = [shape[:-2] for shape in (a, b)]
    return [first, stretched(both, names, batch).replace("From the right", "Batch, from the right")]


def _at(shape: Shape, back: int) -> int:
    return shape[-back] if back <= len(shape) else 0
