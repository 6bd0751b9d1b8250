"""The letters of an einsum, and the product that does the same."""

import pytest
import torch

from engine.tensors.chain import evaluate
from engine.tensors.lettered import equivalent, terms_of

SIZES = {"b": 2, "i": 3, "j": 4, "k": 5}


EQUATIONS = """ik,kj->ij ik,jk->ij ki,kj->ij ki,jk->ij ik,kj->ji ki,jk->ji bik,bkj->bij bik,bjk->bji
    i,i-> ij,ij->ij ij->ji ij->i ij-> ijk->k"""


@pytest.mark.parametrize("equation", EQUATIONS.split())
def test_that_what_is_said_to_do_the_same_does(equation: str) -> None:
    found = terms_of(equation, equation.partition("->")[0].count(",") + 1)
    assert found is not None
    terms, right = found
    names = ["A", "B"][: len(terms)]
    given = {name: torch.rand([SIZES[one] for one in term]) for name, term in zip(names, terms, strict=True)}
    told = equivalent(terms, right, names)
    assert told or equation == "ij->"
    if told:
        torch.testing.assert_close(evaluate(told, given).result, torch.einsum(equation, *given.values()))


def test_that_letters_that_are_not_plain_are_left_alone() -> None:
    assert terms_of("...i->i", 1) is None
    assert terms_of("ii->i", 1) is None
    assert terms_of("ij,jk", 2) == (["ij", "jk"], "ik")
    assert equivalent(["ijk", "kl"], "ijl", ["A", "B"]) == ""
