"""Every operation over tensors, in thousands of random cases: torch is the judge of what is refused, a change of each
cell of what depends on it."""

import pytest

from tests.engine.tensors.cases import OPERATIONS
from tests.engine.tensors.cases_of_cells import MADE
from tests.engine.tensors.proofs import prove, prove_devices, prove_dtypes

CASES = 2000


@pytest.mark.soak
@pytest.mark.parametrize("operation", OPERATIONS)
def test_that_it_is_understood_as_torch_does_it_in_thousands_of_cases(operation: str) -> None:
    print(f"{operation}: {dict(prove(operation, CASES))}", flush=True)


@pytest.mark.soak
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in MADE.split()])
def test_that_it_is_refused_for_its_dtypes_as_torch_does_it_in_thousands_of_cases(operation: str) -> None:
    print(f"{operation}: {dict(prove_dtypes(operation, CASES))}", flush=True)


@pytest.mark.soak
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in MADE.split()])
def test_that_it_is_refused_for_its_devices_as_torch_does_it_in_thousands_of_cases(operation: str) -> None:
    print(f"{operation}: {dict(prove_devices(operation, CASES))}", flush=True)
