"""Which rule explains which operation."""

from collections.abc import Callable

from engine.tensors import clashes_of_cells, clashes_of_layers, clashes_of_moves, clashes_of_products
from engine.tensors.clash import Call, Clash
from engine.tensors.operation import Kind, Operation

Rule = Callable[[Call], Clash | None]
_RULES: dict[str, Rule] = {
    "matmul": clashes_of_products.matmul,
    **dict.fromkeys(("mm", "bmm", "mv", "dot", "outer"), clashes_of_products.ranked),
    "linear": clashes_of_products.linear,
    "einsum": clashes_of_products.einsum,
    "cat": clashes_of_cells.cat,
    "stack": clashes_of_cells.stack,
    "scaled_dot_product_attention": clashes_of_cells.attention,
    "layer_norm": clashes_of_layers.layer_norm,
    **dict.fromkeys(("batch_norm", "instance_norm", "group_norm"), clashes_of_layers.channel_norm),
    **dict.fromkeys(("conv1d", "conv2d"), clashes_of_layers.convolution),
    **dict.fromkeys(("view", "reshape"), clashes_of_moves.view),
    **dict.fromkeys(("expand", "broadcast_to"), clashes_of_moves.expand),
    "repeat": clashes_of_moves.repeat,
    "permute": clashes_of_moves.permute,
    "getitem": clashes_of_moves.index,
    **dict.fromkeys(("triu", "tril", "mT", "diagonal"), clashes_of_moves.flat_matrix),
}
_CHECKED: dict[str, Rule] = {
    **dict.fromkeys(("softmax", "log_softmax", "gumbel_softmax"), clashes_of_moves.along),
    **dict.fromkeys(("max", "min", "argmax", "argmin", "amax", "amin"), clashes_of_moves.along),
    **dict.fromkeys(("conv1d", "conv2d"), clashes_of_layers.convolution),
    "scaled_dot_product_attention": clashes_of_cells.attention_mask,
}
"""What the meta device takes although torch refuses it elsewhere."""


def clash_in(operation: Operation, call: Call) -> Clash | None:
    """Return what the rule for an operation finds, None where there is no rule or it finds nothing."""
    rule = _RULES.get(operation.name)
    if rule is None:
        rule = clashes_of_cells.each if operation.kind is Kind.EACH else clashes_of_moves.along
    try:
        return rule(call)
    except (TypeError, IndexError, AttributeError, ValueError):  # arguments of another kind than the rule is about
        return None


def missed(operation: Operation, call: Call) -> Clash | None:
    """Return what is wrong with a call that the meta device takes and torch refuses elsewhere."""
    rule = _CHECKED.get(operation.name.split(".")[0])
    return rule(call) if rule else None
