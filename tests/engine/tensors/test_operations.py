"""Every operation, on random shapes: refused where torch refuses, with fixes that run; made of what changes it.

Thousands of cases an operation: `tests/soak/test_operations.py`.
"""

import pytest
import torch

from engine.tensors.explaining import explain_text
from tests.engine.tensors.cases import OPERATIONS
from tests.engine.tensors.cases_of_cells import MADE
from tests.engine.tensors.drawing import Case
from tests.engine.tensors.proofs import check_refusal, names_of_operations, prove, prove_dtypes


def test_that_no_operation_is_left_out() -> None:
    assert set(OPERATIONS) == names_of_operations()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_that_it_is_understood_as_torch_does_it(operation: str) -> None:
    prove(operation, examples=3)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in MADE.split()])
def test_that_it_is_refused_for_its_dtypes_where_torch_refuses_them(operation: str) -> None:
    prove_dtypes(operation, examples=3)


@pytest.mark.parametrize("bias", [(2, 4), (3, 4), (6, 4), (6, 1), (2, 1), (1, 3, 4), (2, 3, 1), (1, 3, 1), (0,)])
def test_that_a_bias_of_any_shape_is_refused_where_torch_refuses_it(bias: tuple[int, ...]) -> None:
    check_refusal(Case("linear(x, w, b)", {"x": (2, 3, 5), "w": (4, 5), "b": bias}))


@pytest.mark.parametrize(
    ("text", "sentence", "fix"),
    [
        ("k.mean()", "mean needs k to be real numbers, such as float32: k is int64.", "k.to(float32).mean()"),
        ("k @ x", "@ takes operands of one dtype here: k is int64 and x is float32.", "k.to(float32) @ x"),
        ("rand(3, dtype=int64)", "rand does not make int64; make another dtype and cast it.", "rand(3).to(int64)"),
        ("x.imag", "imag needs x to be complex numbers, such as complex64: x is float32.", ""),
    ],
)
def test_that_a_refused_dtype_is_told_with_a_cast(text: str, sentence: str, fix: str) -> None:
    found = explain_text(text, {"k": torch.ones(3, dtype=torch.int64), "x": torch.ones(3)})
    assert found is not None
    assert found.sentence == sentence
    assert [one.text for one in found.fixes] == [fix] * bool(fix)
