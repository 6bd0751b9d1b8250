"""Why torch refuses, from shapes, in a sentence that names them; `test_operations` proves that nothing else is refused."""

import pytest
import torch

from engine.tensors.chain import evaluate
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
        (
            "conv1d",
            [(2, 3, 8), (3, 4, 3)],
            {},
            "expects 4 channels",
            ((0, 1), (1, 1)),
            ["conv1d(A, B.transpose(0, 1))"],
        ),
        ("conv1d", [(2, 4, 8), (4, 2, 3)], {}, "and A has 4", ((0, 1), (1, 1)), ["conv1d(A, B, groups=2)"]),
        ("conv1d", [(2, 8), (4, 1, 3)], {}, "and A has 2", ((0, 0), (1, 1)), ["conv1d(A.unsqueeze(1), B)"]),
        ("conv2d", [(2, 8, 8, 3), (4, 3, 2, 2)], {}, "A has 8", ((0, 1), (1, 1)), ["conv2d(A.movedim(-1, 1), B)"]),
        (
            "conv2d",
            [(1, 1, 5, 5), (4, 3, 2, 2)],
            {},
            "A has 1",
            ((0, 1), (1, 1)),
            ["conv2d(A.expand(-1, 3, -1, -1), B)"],
        ),
        ("linear", [(2, 3, 4), (5, 12)], {}, "takes 12 input", ((0, 2), (1, 1)), ["linear(A.flatten(1), B)"]),
        ("linear", [(2, 5), (3, 4)], {}, "takes 4 input", ((0, 1), (1, 1)), ["linear(A[:, :4], B)"]),
        (
            "einsum",
            [(2, 3, 4), (4, 5)],
            {"equation": "ij,jk->ik"},
            "“ij” names 2 dimensions",
            ((0, 0), (0, 1), (0, 2)),
            ["einsum('...ij,jk->...ik', A, B)"],
        ),
        (
            "einsum",
            [(3,), (3, 1)],
            {"equation": "i,ii->i"},
            "i is 3 in B and 1 in B",
            ((1, 0), (1, 1)),
            ["einsum('i,ia->i', A, B)"],
        ),
        ("einsum", [(2, 3), (3, 4)], {"equation": "ij,jk->il"}, "“l” stands", (), ["einsum('ij,jk->ik', A, B)"]),
        (
            "scaled_dot_product_attention",
            [(4, 8), (5, 6), (5, 8)],
            {},
            "head size of A is 8",
            ((0, 1), (1, 1)),
            ["scaled_dot_product_attention(A[:, :6], B, C)"],
        ),
        (
            "scaled_dot_product_attention",
            [(1, 4, 3, 8), (1, 2, 3, 8), (1, 2, 3, 8)],
            {},
            "The batches differ",
            ((0, 1), (1, 1)),
            ["scaled_dot_product_attention(A, B, C, enable_gqa=True)"],
        ),
        (
            "scaled_dot_product_attention",
            [(4, 8), (5, 8), (8, 5)],
            {},
            "5 keys and C 8 values",
            ((1, 0), (2, 0)),
            ["scaled_dot_product_attention(A, B, C.mT)"],
        ),
        ("batch_norm", [(2, 3), (2,), (2,)], {}, "Channels are dim 1", ((0, 1),), ["batch_norm(A.mT, B, C)"]),
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


@pytest.mark.parametrize(
    ("text", "fix", "dims"),
    [
        ("x[::-1]", "x.flip(0)", ((0, 0),)),
        ("x[1, ..., ::-2]", "x[1, ..., 1::2].flip(1)", ((0, 2),)),
        ("x[None, 4:0:-1, ::-1]", "x[None, 1:, :].flip(1, 2)", ((0, 0), (0, 1))),
        ("layer_norm(x, (4,), weight=ones(5))", "layer_norm(x, (4,), weight=ones(5)[:4])", ((1, 0),)),
        ("group_norm(x, 3, weight=ones(2))", "group_norm(x, 3, weight=None)", ((0, 1),)),
    ],
)
def test_that_a_step_back_and_a_weight_of_another_length_have_a_fix(text, fix, dims) -> None:
    explanation = explain_text(text, {"x": torch.empty(5, 3, 4, device="meta")})
    assert explanation is not None
    assert fix in {one.text for one in explanation.fixes}
    assert explanation.dims == dims


def test_that_the_fix_of_a_step_back_takes_the_same_cells_as_a_list_does() -> None:
    x = torch.arange(7)
    for part in ("::-1", "5:1:-2", ":2:-3", "1:5:-1", "-2::-2"):
        explanation = explain_text(f"x[{part}]", {"x": x.to("meta")})
        assert explanation is not None
        (fix,) = explanation.fixes
        assert evaluate(fix.text, {"x": x}).result.tolist() == eval(f"list(range(7))[{part}]"), fix.text
