"""What an operation is: its name, what runs it, and how it is written in Python. The table stands in `operations`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import torch

Run = Callable[..., torch.Tensor]


class Kind(StrEnum):
    """How an operation treats its cells."""

    MADE = "made"  # from numbers alone
    MOVED = "moved"  # every cell of the result is one cell of an operand, or a fill
    EACH = "each"  # cell by cell, operands stretched
    REDUCED = "reduced"  # lanes become cells
    LANES = "lanes"  # a cell from its lane
    PRODUCT = "product"  # sums of products: matmul, einsum, linear, convolutions
    NORM = "norm"
    ATTENTION = "attention"


class Form(StrEnum):
    """How a call is written."""

    FUNCTION = "function"  # torch.cat(…)
    METHOD = "method"  # x.view(…)
    INFIX = "infix"  # x @ y
    PREFIX = "prefix"  # -x
    INDEX = "index"  # x[…]
    PROPERTY = "property"  # x.mT


@dataclass(frozen=True)
class Operation:
    """One operation. `written` is its name in Python: `torch.cat`, `view`, `@`; `picks` what is taken of a pair."""

    name: str
    run: Run
    kind: Kind
    form: Form
    written: str
    random: bool = False
    picks: str = ""

    @property
    def torch_name(self) -> str:
        """The name in torch's documentation."""
        if self.written.startswith("F."):
            return f"torch.nn.functional.{self.written[2:]}"
        if self.form in (Form.INDEX, Form.PROPERTY) or not hasattr(torch, self.name.split(".")[0]):
            return f"torch.Tensor.{'__getitem__' if self.form is Form.INDEX else self.written}"
        return f"torch.{self.name.split('.')[0]}"
