"""What the window looks up itself is what provenance says, both ways, for every set of cells."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.tensors.chain import evaluate
from engine.tensors.ghosting import ghosts_of
from engine.tensors.provenance import Provenance
from engine.tensors.reach import Mask, Reach, from_wire, to_wire
from engine.tensors.reaches import Use, reaches
from tests.engine.tensors.cases import OF_CELLS, OF_LAYERS, OF_MOVES, cases
from tests.engine.tensors.drawing import Case
from tests.engine.tensors.proofs import check_refusal, numbers

GROUPS = {"cells": OF_CELLS, "moves": OF_MOVES, "layers": OF_LAYERS}
UNKNOWN = 0.7  # of the operands of a group at most, which the window has to ask for


def check(case: Case, seed: int) -> tuple[int, int]:
    """Return how many operands were met and of how many the reach is known."""
    source = np.random.default_rng(seed)
    chain = evaluate(case.text, numbers(case, seed, torch.float32))
    asked, first, met, known = Provenance(chain), len(chain.program.inputs), 0, 0
    for number, one in enumerate(chain.program.instructions, first):
        relation, operands = asked._relation(number), [ref.number for ref in one.operands()]
        found = [from_wire(to_wire(reach)) for reach in reaches(one, chain.tensors, chain.tensors[number])]
        met, known = met + len(found), known + sum(reach is not None for reach in found)
        if None in found or not found:
            continue
        cells = source.random(tuple(chain.tensors[number].shape)) < 0.3
        sources = {operand: np.zeros(tuple(chain.tensors[operand].shape), bool) for operand in operands}
        for operand, reach in zip(operands, found, strict=True):
            sources[operand] |= reach.sources(cells)
        check_ghosts(case, Use(one, chain.tensors, chain.tensors[number]), found, cells)
        for operand, mask in relation.sources(torch.from_numpy(np.asarray(cells))).items():
            np.testing.assert_array_equal(sources[operand], mask.numpy(), case.text)
        marked = {operand: source.random(mask.shape) < 0.3 for operand, mask in sources.items()}
        touched = np.zeros(cells.shape, bool)
        for operand, reach in zip(operands, found, strict=True):
            touched |= reach.touched(marked[operand])
        truth = relation.touched({operand: torch.from_numpy(np.asarray(mask)) for operand, mask in marked.items()})
        np.testing.assert_array_equal(touched, truth.numpy(), case.text)
    return met, known


def check_ghosts(case: Case, use: Use, found: list[Reach], cells: Mask) -> None:
    """What is drawn of the ghosts of an operand is what its own cells would be, wherever they are drawn."""
    for ghosts, reach, shape in zip(ghosts_of(use), found, use.shapes, strict=False):
        if ghosts is None or ghosts.reach is None:
            continue
        read = ghosts.reach.sources(cells)
        own = np.zeros(shape, bool)
        own.reshape(-1)[ghosts.places[read & ~ghosts.padding]] = True
        np.testing.assert_array_equal(own, reach.sources(cells), case.text)
        np.testing.assert_array_equal(np.unique(ghosts.places[~ghosts.padding]), np.arange(own.size), case.text)


def prove(group: str, examples: int) -> None:
    counted = []

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(sorted(GROUPS[group])).flatmap(cases), st.integers(0, 99))
    def proof(case: Case, seed: int) -> None:
        assume(not check_refusal(case))
        counted.append(check(case, seed))

    proof()
    met, known = np.sum(counted, axis=0)
    assert known >= met * (1 - UNKNOWN)


@pytest.mark.parametrize("group", GROUPS)
def test_that_a_reach_is_what_provenance_says(group: str) -> None:
    prove(group, 40)


@pytest.mark.soak
@pytest.mark.parametrize("group", GROUPS)
def test_that_a_reach_is_what_provenance_says_in_thousands_of_cases(group: str) -> None:
    prove(group, 4000)
