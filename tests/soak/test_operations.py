"""Every operation over tensors, in thousands of random cases: torch is the judge of what is refused, a change of each
cell of what depends on it."""

import pytest

from tests.engine.tensors.cases import OPERATIONS
from tests.engine.tensors.proofs import prove

CASES = 2000


@pytest.mark.soak
@pytest.mark.parametrize("operation", OPERATIONS)
def test_that_it_is_understood_as_torch_does_it_in_thousands_of_cases(operation: str) -> None:
    print(f"{operation}: {dict(prove(operation, CASES))}", flush=True)
