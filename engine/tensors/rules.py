"""Which rule explains which operation."""

from collections.abc import Callable

from engine.tensors import (
    clashes_of_attention,
    clashes_of_cells,
    clashes_of_convolutions,
    clashes_of_dims,
    clashes_of_indices,
    clashes_of_layers,
    clashes_of_letters,
    clashes_of_made,
    clashes_of_moves,
    clashes_of_products,
)
from engine.tensors.clash import Call, Clash
from engine.tensors.operation import Kind, Operation

Rule = Callable[[Call], Clash | None]
_RULES: dict[str, Rule] = {
    "matmul": clashes_of_products.matmul,
    **dict.fromkeys(("mm", "bmm", "mv", "dot", "outer"), clashes_of_products.ranked),
    "linear": clashes_of_products.linear,
    "einsum": clashes_of_letters.einsum,
    "cat": clashes_of_cells.cat,
    "stack": clashes_of_cells.stack,
    "scaled_dot_product_attention": clashes_of_attention.attention,
    "layer_norm": clashes_of_layers.layer_norm,
    **dict.fromkeys(("batch_norm", "instance_norm", "group_norm"), clashes_of_layers.channel_norm),
    **dict.fromkeys(("conv1d", "conv2d"), clashes_of_convolutions.convolution),
    **dict.fromkeys(("view", "reshape"), clashes_of_moves.view),
    **dict.fromkeys(("expand", "broadcast_to"), clashes_of_moves.expand),
    "repeat": clashes_of_moves.repeat,
    "permute": clashes_of_moves.permute,
    "getitem": clashes_of_indices.index,
    **dict.fromkeys(("triu", "tril", "mT"), clashes_of_moves.flat_matrix),
    **dict.fromkeys(("view_as", "reshape_as", "expand_as"), clashes_of_dims.like),
    "t": clashes_of_dims.two_at_most,
    "diag": clashes_of_dims.diag,
    "diagonal": clashes_of_dims.diagonal,
    "flatten": clashes_of_dims.flatten,
    "unflatten": clashes_of_dims.unflatten,
    "unfold": clashes_of_dims.unfold,
    "roll": clashes_of_dims.roll,
    **dict.fromkeys(("rand", "randn", "empty", "zeros", "ones", "full", "eye"), clashes_of_made.sizes),
    **dict.fromkeys(("randperm", "linspace"), clashes_of_made.counted),
    "randint": clashes_of_made.randint,
    "arange": clashes_of_made.arange,
    "dropout": clashes_of_cells.dropout,
    "normal": clashes_of_cells.normal,
    "multinomial": clashes_of_cells.multinomial,
}
_CHECKED: dict[str, Rule] = {
    **dict.fromkeys(("softmax", "log_softmax", "gumbel_softmax"), clashes_of_moves.along),
    **dict.fromkeys(("max", "min", "argmax", "argmin", "amax", "amin"), clashes_of_moves.along),
    **dict.fromkeys(("conv1d", "conv2d"), clashes_of_convolutions.missed_convolution),
    "batch_norm": clashes_of_layers.missed_norm,
    "tensor": clashes_of_made.tensor,
    "multinomial": clashes_of_cells.multinomial,
    "logsumexp": clashes_of_moves.all_or_some,
    "roll": clashes_of_dims.shifts,
    **dict.fromkeys(("expand", "broadcast_to"), clashes_of_moves.expand),
    **dict.fromkeys(("logical_and", "logical_or", "logical_xor"), clashes_of_cells.each),
    "scaled_dot_product_attention": clashes_of_attention.attention_mask,
}
"""What the meta device takes although torch refuses it elsewhere."""


def clash_in(operation: Operation, call: Call) -> Clash | None:
    """Return what the rule for an operation finds, None where there is no rule or it finds nothing."""
    rule = _RULES.get(operation.name)
    if rule is None:
        rule = clashes_of_cells.each if operation.kind is Kind.EACH else clashes_of_moves.along
    return _found(rule, call)


def missed(operation: Operation, call: Call) -> Clash | None:
    """Return what is wrong with a call that the meta device takes and torch refuses elsewhere."""
    rule = _CHECKED.get(operation.name.split(".")[0])
    return _found(rule, call) if rule else None


def _found(rule: Rule, call: Call) -> Clash | None:
    try:
        return rule(call)
    except (TypeError, IndexError, AttributeError, ValueError):  # arguments of another kind than the rule is about
        return None
