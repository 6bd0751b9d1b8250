"""The rule by which operands of several dtypes make one, in words.
https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc"""

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.tensors.operation import Kind, Operation

_NAMES = ("True or False", "whole numbers", "real numbers", "complex numbers")
_PROMOTING = (Kind.EACH, Kind.MOVED)


def rule(operation: Operation, operands: Sequence[Tensor], numbers: Sequence[complex], result: torch.dtype) -> str:
    """Return why the result has its dtype, empty where every operand has it and where the dtype is of the operation."""
    dtypes = list(dict.fromkeys(operand.dtype for operand in operands))
    if operation.kind not in _PROMOTING or not dtypes:
        return ""
    name = _name(result)
    if len(dtypes) == 1:
        return _of_one(dtypes[0], numbers, result)
    if result == torch.bool:
        return f"{' and '.join(map(_name, dtypes))} are compared in the larger of the two; the answer is bool."
    highest = max(map(_category, dtypes))
    sized = [one for one in operands if _category(one.dtype) == highest]
    if any(not one.ndim for one in operands) and any(one.ndim for one in sized):
        weak = next((one for one in operands if not one.ndim and one.dtype != result), None)
        if weak is not None:
            return f"A 0-d tensor of {_name(weak.dtype)} does not widen one with dims of the same kind: {name}."
    if _category(result) > highest:
        return f"{' and '.join(map(_name, dtypes))} give {name}: division gives real numbers."
    kinds = {_category(dtype) for dtype in dtypes}
    if len(kinds) > 1:
        lower = _NAMES[min(kinds)]
        return (
            f"{' and '.join(map(_name, dtypes))} give {name}: {_NAMES[highest]} win over {lower}, whatever their size."
        )
    if {torch.float16, torch.bfloat16} <= set(dtypes):
        return f"float16 and bfloat16 give {name}: neither holds all numbers of the other."
    return f"{' and '.join(map(_name, dtypes))} give {name}, which holds the numbers of each."


def _of_one(dtype: torch.dtype, numbers: Sequence[complex], result: torch.dtype) -> str:
    if result in {dtype, torch.bool} or not numbers:
        return ""
    number = max(numbers, key=lambda one: _NAMES.index(_kind_of(one)))
    if _NAMES.index(_kind_of(number)) > _category(dtype):
        return f"{_name(dtype)} with {number} gives {_name(result)}: a plain number of a higher kind lifts the tensor."
    return f"{_name(dtype)} gives {_name(result)} here: division gives real numbers."


def _kind_of(number: complex) -> str:
    return _NAMES[
        0 if isinstance(number, bool) else 1 if isinstance(number, int) else 2 if isinstance(number, float) else 3
    ]


def _category(dtype: torch.dtype) -> int:
    return 3 if dtype.is_complex else 2 if dtype.is_floating_point else 0 if dtype == torch.bool else 1


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
