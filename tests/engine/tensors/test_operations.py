"""Every operation, on random shapes: refused where torch refuses, with fixes that run; made of what changes it.

Thousands of cases an operation: `tests/soak/test_operations.py`.
"""

import pytest

from tests.engine.tensors.cases import OPERATIONS
from tests.engine.tensors.proofs import names_of_operations, prove


def test_that_no_operation_is_left_out() -> None:
    assert set(OPERATIONS) == names_of_operations()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_that_it_is_understood_as_torch_does_it(operation: str) -> None:
    prove(operation, examples=3)
