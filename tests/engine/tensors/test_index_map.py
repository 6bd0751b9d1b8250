"""Exact places of moved cells."""

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.tensors.chain import evaluate
from engine.tensors.index_map import FILL, index_map
from tests.engine.tensors.cases import cases
from tests.engine.tensors.cases_of_moves import OF_MOVES
from tests.engine.tensors.drawing import Case
from tests.engine.tensors.proofs import check_refusal


@settings(max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(OF_MOVES)).flatmap(cases))
def test_that_every_cell_is_found_where_the_map_says(case: Case) -> None:
    assume(not check_refusal(case))
    chain = evaluate(case.text, {name: torch.rand(shape) + 1 for name, shape in case.shapes.items()})
    first = len(chain.program.inputs)
    for number, one in enumerate(chain.program.instructions, first):
        sources, places = index_map(one, chain.tensors)
        result = chain.tensors[number]
        assert sources.shape == places.shape == result.shape
        pairs = zip(sources.reshape(-1).tolist(), places.reshape(-1).tolist(), strict=True)
        taken = [0.0 if source == FILL else float(chain.tensors[source].reshape(-1)[place]) for source, place in pairs]
        assert taken == result.reshape(-1).tolist()


def test_that_an_operation_that_computes_has_no_map() -> None:
    chain = evaluate("A + 1", {"A": torch.ones(2)})
    with pytest.raises(ValueError, match="only move"):
        index_map(chain.program.instructions[0], chain.tensors)
