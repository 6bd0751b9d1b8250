"""Why torch refuses, from shapes: the same cases as torch, in a sentence, with fixes that run."""

import warnings

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.tensors.chain import evaluate
from engine.tensors.explaining import explain, explain_text
from tests.engine.tensors.cases import GROUPS, Case, cases, lengths, some

NORMS = ("batch_norm", "instance_norm", "layer_norm", "group_norm")


@st.composite
def bent(draw, group: str) -> Case:
    """A case with some of its shapes changed, so that it may be refused."""
    case = draw(cases(group))
    shapes = dict(case.shapes)
    for name in shapes:
        if draw(st.booleans()):
            # torch lets some attentions pass that clash and have no cells
            shapes[name] = draw(st.lists(some if group == "attention" else lengths, max_size=4).map(tuple))
    return Case(case.text, shapes)


def check(case: Case) -> None:
    """torch itself, with real numbers, is the judge."""
    inputs = {name: torch.rand(shape) + 0.5 for name, shape in case.shapes.items()}
    explanation = explain_text(case.text, {name: tensor.to("meta") for name, tensor in inputs.items()})
    refused = _torch_refuses(case, inputs)
    assert (explanation is not None) == refused, explanation
    if explanation is not None:
        assert explanation.sentence.endswith((".", "!"))
        assert "refuses" not in explanation.sentence, explanation
        for fix in explanation.fixes:
            assert tuple(evaluate(fix.text, inputs).result.shape) == fix.shape


def _torch_refuses(case: Case, inputs: dict[str, torch.Tensor]) -> bool:
    functional = vars(torch.nn.functional)
    names = {**functional, **vars(torch), **{name: functional[name] for name in ("dropout", *NORMS)}}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            eval(case.text, names | inputs)
    except (RuntimeError, ValueError, IndexError, TypeError):
        return True
    return False


@pytest.mark.parametrize("group", GROUPS)
def test_that_what_torch_refuses_is_explained_and_nothing_else(group: str) -> None:
    @settings(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(bent(group))
    def proof(case: Case) -> None:
        check(case)

    proof()


@pytest.mark.parametrize(
    ("operation", "shapes", "more", "sentence", "dims", "fixes"),
    [
        (
            "matmul",
            [(2, 3), (2, 5)],
            {},
            "columns of A (3) to equal the rows of B (2)",
            ((0, 1), (1, 0)),
            ["A.mT.matmul(B)"],
        ),
        ("matmul", [(3,), (4,)], {}, "equal lengths: A has 3, B has 4", ((0, 0), (1, 0)), ["outer(A, B)"]),
        ("bmm", [(7, 2, 3), (5, 3, 4)], {}, "bmm does not broadcast", ((0, 0), (1, 0)), []),
        ("mul", [(2, 4), (3,)], {}, "dim 1 of A is 4, dim 0 of B is 3", ((0, 1), (1, 0)), ["A.unsqueeze(-1).mul(B)"]),
        ("cat", [(2, 3), (2, 4)], {}, "dim 1 of A is 3, of B 4", ((0, 1), (1, 1)), ["cat([A, B], 1)"]),
        ("expand", [(2, 3)], {"size": (4, 3)}, "dim 0 of A is 2, not 4", ((0, 0),), ["A.repeat(2, 1)"]),
        ("view", [(2, 3)], {"size": (4, 2)}, "A has 6, (4, 2) would have 8", ((0, 0), (0, 1)), ["A.view(-1, 2)"]),
        ("softmax", [(3,)], {"dim": 2}, "dim 2 is outside [-1, 0]", (), ["A.softmax(dim=-1)"]),
        ("linear", [(2, 3), (3, 5)], {}, "takes 5 input features", ((0, 1), (1, 1)), ["linear(A, B.mT)"]),
        ("conv1d", [(1, 3, 5), (4, 2, 3)], {}, "expects 2 channels and A has 3", ((0, 1), (1, 1)), []),
        ("layer_norm", [(2, 3)], {"normalized_shape": (4,)}, "A ends in (3,)", ((0, 1),), ["layer_norm(A, (3,))"]),
        (
            "batch_norm",
            [(2, 3, 4), (4,), (4,)],
            {},
            "Channels are dim 1",
            ((0, 1),),
            ["batch_norm(A.transpose(1, -1), B, C)"],
        ),
        ("einsum", [(2, 3), (2, 3)], {"equation": "ij,jk->ik"}, "j is 3 in A and 2 in B", ((0, 1), (1, 0)), []),
        ("scaled_dot_product_attention", [(2, 8), (2, 7), (2, 7)], {}, "head size of A is 8", ((0, 1), (1, 1)), []),
        ("triu", [(3,)], {}, "at least 2 dimensions", (), ["A.reshape(1, -1).triu()"]),
    ],
)
def test_that_a_clash_is_told_with_its_dims_and_what_may_be_meant(
    operation, shapes, more, sentence, dims, fixes
) -> None:
    explanation = explain(operation, *shapes, **more)
    assert explanation is not None
    assert sentence in explanation.sentence
    assert explanation.dims == dims
    assert set(fixes) <= {fix.text for fix in explanation.fixes}
    assert len(explanation.fixes) <= 3


def test_that_what_fits_needs_no_explanation() -> None:
    assert explain("matmul", (2, 3), (3, 4)) is None


def test_that_a_fix_of_a_later_step_keeps_the_names_before_it() -> None:
    explanation = explain_text("y = A.T; z = (y @ y).sum()", {"A": torch.empty(2, 3, device="meta")})
    assert explanation is not None
    assert [(fix.text, fix.shape) for fix in explanation.fixes] == [("y @ y.mT", (3, 3)), ("y.mT @ y", (2, 2))]
    assert (explanation.place.column, explanation.place.end) == (15, 20)


def test_that_a_view_that_would_copy_is_told_by_its_strides() -> None:
    explanation = explain_text("A.T.view(6)", {"A": torch.empty(2, 3, device="meta")})
    assert explanation is not None
    assert "stride of dim 0 is 1 and would have to be 2·3 = 6" in explanation.sentence
    assert explanation.fixes[0].text == "A.T.reshape(6)"


@pytest.mark.soak
@pytest.mark.parametrize("group", GROUPS)
def test_that_what_torch_refuses_is_explained_in_thousands_of_cases(group: str) -> None:
    @settings(max_examples=20_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(bent(group))
    def proof(case: Case) -> None:
        check(case)

    proof()
