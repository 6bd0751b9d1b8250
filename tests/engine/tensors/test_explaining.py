"""Why torch refuses, from shapes, in a sentence that names them; `test_operations` proves that nothing else is refused."""

import pytest
import torch

from engine.tensors.explaining import explain, explain_text


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
