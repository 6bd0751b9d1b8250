"""The operations that are offered: an example of each, and in one sentence what it does. Data, and nothing else."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.actions import QT_TRANSLATE_NOOP
from engine.tensors.casts import NAMED_CASTS


@dataclass(frozen=True)
class Entry:
    """One operation: its name, an expression that shows it, and what it does."""

    name: str
    example: str
    sentence: str


@dataclass(frozen=True)
class Group:
    """Operations that belong together."""

    title: str
    entries: tuple[Entry, ...]


def _entry(name: str, example: str, sentence: str) -> Entry:
    return Entry(name, example, sentence)


CONTEXT = "TensorCatalogue"
GROUPS = (
    Group(QT_TRANSLATE_NOOP("TensorCatalogue", "Products"), (
        _entry("matmul", "A = rand(3, 4); B = rand(4, 2); C = A @ B", QT_TRANSLATE_NOOP("TensorCatalogue", "Each cell is a row of the left times a column of the right, summed.")),
        _entry("bmm", "A = rand(2, 3, 4); B = rand(2, 4, 2); C = bmm(A, B)", QT_TRANSLATE_NOOP("TensorCatalogue", "One matrix product for each item of the batch; batches are never stretched.")),
        _entry("*", "A = rand(3, 4); b = arange(4); C = A * b", QT_TRANSLATE_NOOP("TensorCatalogue", "Cell by cell; lengths are aligned from the right, and those of 1 are stretched.")),
        _entry("linear", "x = rand(3, 4); W = randn(2, 4); b = rand(2); y = linear(x, W, b)", QT_TRANSLATE_NOOP("TensorCatalogue", "x · Wᵀ + b: the weight stands as (out, in).")),
        _entry("einsum", "A = rand(3, 4); B = rand(4, 2); C = einsum('ik,kj->ij', A, B)", QT_TRANSLATE_NOOP("TensorCatalogue", "Letters name axes; those missing after the arrow are multiplied and summed.")),
        _entry("scaled_dot_product_attention", "Q = randn(4, 3); K = randn(4, 3); V = randn(4, 2); y = scaled_dot_product_attention(Q, K, V, is_causal=True)", QT_TRANSLATE_NOOP("TensorCatalogue", "Each query weighs the keys it may see by softmax(q·kᵀ/√d) and mixes their values.")),
    )),
    Group(QT_TRANSLATE_NOOP("TensorCatalogue", "Shape and memory"), (
        _entry("view", "x = arange(12); y = x.view(3, 4)", QT_TRANSLATE_NOOP("TensorCatalogue", "Other lengths over the same storage: nothing is copied.")),
        _entry("reshape", "x = randint(10, 100, (3, 4)); y = x.T.reshape(2, 6)", QT_TRANSLATE_NOOP("TensorCatalogue", "A view where strides allow it, a copy where they do not.")),
        _entry("contiguous", "x = randint(10, 100, (3, 4)); y = x.T.contiguous()", QT_TRANSLATE_NOOP("TensorCatalogue", "A copy whose cells lie row by row, unless they already do.")),
        _entry("transpose", "x = randint(10, 100, (3, 4)); y = x.transpose(0, 1)", QT_TRANSLATE_NOOP("TensorCatalogue", "Two axes change places: only strides change.")),
        _entry("permute", "x = randint(10, 100, (2, 3, 4)); y = x.permute(2, 0, 1)", QT_TRANSLATE_NOOP("TensorCatalogue", "Axes in another order: only strides change.")),
        _entry("unsqueeze", "x = arange(4); y = x.unsqueeze(1)", QT_TRANSLATE_NOOP("TensorCatalogue", "A new axis of length 1.")),
        _entry("squeeze", "x = rand(3, 1, 4); y = x.squeeze(1)", QT_TRANSLATE_NOOP("TensorCatalogue", "An axis of length 1 is dropped; any other stays.")),
        _entry("expand", "x = rand(3, 1); y = x.expand(3, 4)", QT_TRANSLATE_NOOP("TensorCatalogue", "An axis of length 1 is read again and again: stride 0, no copy.")),
        _entry("repeat", "x = arange(3); y = x.repeat(2, 2)", QT_TRANSLATE_NOOP("TensorCatalogue", "Tiles copied into new storage.")),
        _entry("stack", "a = arange(3); b = arange(10, 13); y = stack([a, b], dim=0)", QT_TRANSLATE_NOOP("TensorCatalogue", "Tensors of one shape along a new axis.")),
        _entry("cat", "a = rand(2, 3); b = rand(1, 3); y = cat([a, b], dim=0)", QT_TRANSLATE_NOOP("TensorCatalogue", "Tensors behind each other along an axis they have; all others must agree.")),
        _entry("slicing", "x = randint(10, 100, (4, 6)); y = x[1:, ::2]", QT_TRANSLATE_NOOP("TensorCatalogue", "A part of each axis, with steps: a view with an offset.")),
        _entry("triu", "x = rand(4, 4); y = x.triu()", QT_TRANSLATE_NOOP("TensorCatalogue", "What lies below the diagonal becomes 0.")),
        _entry("tril", "x = rand(4, 4); y = x.tril()", QT_TRANSLATE_NOOP("TensorCatalogue", "What lies above the diagonal becomes 0.")),
    )),
    Group(QT_TRANSLATE_NOOP("TensorCatalogue", "Along an axis"), (
        _entry("sum", "x = rand(3, 4); y = x.sum(1)", QT_TRANSLATE_NOOP("TensorCatalogue", "A lane becomes its sum, and its axis is gone.")),
        _entry("mean", "x = rand(3, 4); y = x.mean(1)", QT_TRANSLATE_NOOP("TensorCatalogue", "A lane becomes its mean, and its axis is gone.")),
        _entry("max", "x = rand(3, 4); y = x.max(1).values", QT_TRANSLATE_NOOP("TensorCatalogue", "A lane becomes its largest cell; max also tells where it stood.")),
        _entry("argmax", "x = rand(3, 4); y = x.argmax(1)", QT_TRANSLATE_NOOP("TensorCatalogue", "The place of the largest cell of a lane; it has no gradient.")),
        _entry("cumsum", "x = randint(0, 10, (2, 4)); y = x.cumsum(1)", QT_TRANSLATE_NOOP("TensorCatalogue", "Each cell is the sum of its lane up to itself.")),
        _entry("softmax", "x = randn(3, 4); y = x.softmax(-1)", QT_TRANSLATE_NOOP("TensorCatalogue", "exp of each cell, divided so that its lane sums to 1.")),
        _entry("gumbel_softmax", "x = randn(3, 4); y = gumbel_softmax(x, tau=0.5)", QT_TRANSLATE_NOOP("TensorCatalogue", "softmax of x + Gumbel noise, divided by τ: a soft sample with a gradient.")),
    )),
    Group(QT_TRANSLATE_NOOP("TensorCatalogue", "Layers"), (
        _entry("LayerNorm | BatchNorm", "x = randn(4, 3); ln = layer_norm(x, (3,)); bn = batch_norm(x, None, None, training=True)", QT_TRANSLATE_NOOP("TensorCatalogue", "The same x: one takes each row for itself, the other each column. Point at a cell of x.")),
        _entry("layer_norm", "x = randn(3, 4); y = layer_norm(x, (4,))", QT_TRANSLATE_NOOP("TensorCatalogue", "Each row for itself: its mean taken off, divided by its deviation.")),
        _entry("batch_norm", "x = randn(4, 2); m = zeros(2); v = ones(2); y = batch_norm(x, m, v, training=True)", QT_TRANSLATE_NOOP("TensorCatalogue", "Each channel over the whole batch: mean taken off, divided by the deviation.")),
        _entry("group_norm", "x = randn(2, 4, 3); y = group_norm(x, 2)", QT_TRANSLATE_NOOP("TensorCatalogue", "Each sample's channels in groups, every group for itself.")),
        _entry("instance_norm", "x = randn(2, 3, 4); y = instance_norm(x)", QT_TRANSLATE_NOOP("TensorCatalogue", "Each channel of each sample for itself.")),
        _entry("conv1d", "x = rand(1, 1, 8); w = rand(1, 1, 3); y = conv1d(x, w, padding=1)", QT_TRANSLATE_NOOP("TensorCatalogue", "A kernel slides along; each cell is the sum of what lies under it.")),
        _entry("conv2d", "x = rand(1, 1, 4, 4); w = randn(1, 1, 3, 3); y = conv2d(x, w, padding=1)", QT_TRANSLATE_NOOP("TensorCatalogue", "A kernel slides over the picture; each cell is the sum of what lies under it.")),
        _entry("dropout", "x = ones(3, 6); y = dropout(x, 0.3)", QT_TRANSLATE_NOOP("TensorCatalogue", "Cells become 0 by chance p; the others are divided by 1 − p.")),
    )),
    Group(QT_TRANSLATE_NOOP("TensorCatalogue", "New tensors"), (
        _entry("arange", "x = arange(0, 10, 2)", QT_TRANSLATE_NOOP("TensorCatalogue", "Whole numbers in even steps, the end left out.")),
        _entry("rand", "x = rand(3, 4)", QT_TRANSLATE_NOOP("TensorCatalogue", "Even chance from 0 up to 1.")),
        _entry("randn", "x = randn(3, 4)", QT_TRANSLATE_NOOP("TensorCatalogue", "Normal chance: mean 0, deviation 1.")),
        _entry("randint", "x = randint(0, 10, (3, 4))", QT_TRANSLATE_NOOP("TensorCatalogue", "Whole numbers by chance, the upper end left out.")),
    )),
)  # fmt: skip
SENTENCES = {
    "to": QT_TRANSLATE_NOOP("TensorCatalogue", "Another dtype, in which cells are rounded or out of range where it holds less; or another device."),
    "cpu": QT_TRANSLATE_NOOP("TensorCatalogue", "A copy in the CPU's memory; a tensor that is there already is itself."),
    "cuda": QT_TRANSLATE_NOOP("TensorCatalogue", "A copy in the memory of a graphics card."),
    "empty": QT_TRANSLATE_NOOP("TensorCatalogue", "A place for cells that nobody has filled."),
    "empty_like": QT_TRANSLATE_NOOP("TensorCatalogue", "A place for cells, shaped as another tensor, that nobody has filled."),
    "normal": QT_TRANSLATE_NOOP("TensorCatalogue", "Each cell is drawn with a mean and a deviation of its own."),
    "bernoulli": QT_TRANSLATE_NOOP("TensorCatalogue", "Each cell becomes 1 with its own chance, else 0."),
    "multinomial": QT_TRANSLATE_NOOP("TensorCatalogue", "Places drawn by chance, each with its cell as its weight."),
    "where": QT_TRANSLATE_NOOP("TensorCatalogue", "The second where the first is True, else the third."),
    "masked_fill": QT_TRANSLATE_NOOP("TensorCatalogue", "Another value where the mask is True."),
    "relu": QT_TRANSLATE_NOOP("TensorCatalogue", "Cells below 0 become 0."),
    "neg": QT_TRANSLATE_NOOP("TensorCatalogue", "Each cell with the other sign."),
    "exp": QT_TRANSLATE_NOOP("TensorCatalogue", "e to the power of each cell."),
    "log": QT_TRANSLATE_NOOP("TensorCatalogue", "The natural logarithm of each cell."),
    "min": QT_TRANSLATE_NOOP("TensorCatalogue", "A lane becomes its smallest cell; min also tells where it stood."),
    "argmin": QT_TRANSLATE_NOOP("TensorCatalogue", "The place of the smallest cell of a lane; it has no gradient."),
    "log_softmax": QT_TRANSLATE_NOOP("TensorCatalogue", "The logarithm of softmax, without its rounding."),
    "var": QT_TRANSLATE_NOOP("TensorCatalogue", "A lane becomes its variance, and its axis is gone."),
    "std": QT_TRANSLATE_NOOP("TensorCatalogue", "A lane becomes its standard deviation, and its axis is gone."),
    "prod": QT_TRANSLATE_NOOP("TensorCatalogue", "A lane becomes its product, and its axis is gone."),
    "flip": QT_TRANSLATE_NOOP("TensorCatalogue", "An axis turned round, as a copy."),
    "roll": QT_TRANSLATE_NOOP("TensorCatalogue", "Cells moved along an axis; those that leave it come in at its other end."),
    "zeros": QT_TRANSLATE_NOOP("TensorCatalogue", "Cells of 0."),
    "ones": QT_TRANSLATE_NOOP("TensorCatalogue", "Cells of 1."),
    "tensor": QT_TRANSLATE_NOOP("TensorCatalogue", "The numbers that are written."),
}  # fmt: skip
"""What operations do that are not offered, but may be written."""
ENTRIES = {entry.name: entry for group in GROUPS for entry in group.entries}
_ALSO = {
    "mm": "matmul",
    "mul": "*",
    "mT": "transpose",
    "T": "transpose",
    "t": "transpose",
    "getitem": "slicing",
    "view_as": "view",
    "reshape_as": "reshape",
    "swapaxes": "transpose",
    **dict.fromkeys(NAMED_CASTS, "to"),
    **dict.fromkeys(("add", "sub", "div", "pow", "eq", "ne", "lt", "le", "gt", "ge"), "*"),
}
_SIGNS = {"matmul": "@", "mm": "@", "bmm": "@", "mul": "×", "add": "+", "sub": "−", "div": "÷"}


def sentence_of(operation: str) -> str:
    """Return what an operation does, empty where that is not told."""
    name = operation.split(".", maxsplit=1)[0]
    entry = ENTRIES.get(_ALSO.get(name, name))
    sentence = SENTENCES.get(_ALSO.get(name, name), "") if entry is None else entry.sentence
    return QCoreApplication.translate(CONTEXT, sentence) if sentence else ""


def title_of(group: Group) -> str:
    """Return the words over a group."""
    return QCoreApplication.translate(CONTEXT, group.title)


def sign_of(operation: str) -> str:
    """Return what stands between the operands, nothing for a call."""
    return _SIGNS.get(operation, "")
