"""Tensors on devices: what an expression may name, what goes together, and what has no values. meta is on every machine;
what a graphics card does is planned here for one that is pretended, and judged by torch's fake tensors."""

from collections.abc import Iterator

import pytest
import torch

from engine.tensors import devices
from engine.tensors.chain import evaluate
from engine.tensors.explaining import explain_text
from engine.tensors.formula import formula
from engine.tensors.gradients import gradients
from engine.tensors.notes import notes_of
from engine.tensors.picturing import picture_of
from engine.tensors.planning import plan
from engine.tensors.python_code import as_python
from engine.tensors.refusal import Refused
from tests.engine.tensors.cases import OPERATIONS
from tests.engine.tensors.proofs import prove_devices

SEVERAL = [
    *(
        "add",
        "sub",
        "mul",
        "div",
        "pow",
        "maximum",
        "eq",
        "le",
        "logical_and",
        "where",
        "masked_fill",
        "clamp",
        "outer",
    ),
    *(
        "matmul",
        "mm",
        "bmm",
        "mv",
        "dot",
        "linear",
        "einsum",
        "cat",
        "stack",
        "conv1d",
        "conv2d",
        "view_as",
        "expand_as",
    ),
    *("layer_norm", "batch_norm", "group_norm", "instance_norm", "scaled_dot_product_attention", "normal", "to"),
]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with one graphics card, as far as is planned."""
    monkeypatch.setattr(devices, "seen", lambda: ("cpu", "cuda:0", "meta"))
    yield


def test_that_the_operations_looked_at_are_there() -> None:
    assert set(SEVERAL) <= set(OPERATIONS)


@pytest.mark.parametrize("operation", SEVERAL)
def test_that_operands_on_two_devices_are_refused_where_torch_refuses_them(operation: str) -> None:
    prove_devices(operation, examples=8)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("zeros(2, device='meta')", "meta"),
        ("zeros(2).to('meta')", "meta"),
        ("rand(2, device=torch.device('meta'))", "meta"),
        ("x = rand(2, device='meta'); ones(2, device=x.device)", "meta"),
        ("zeros(2, device='meta') + tensor(1.0)", "meta"),
        ("zeros_like(rand(2, device='meta'))", "meta"),
        ("zeros_like(rand(2, device='meta'), device='cpu')", "cpu"),
        ("empty_like(rand(2, device='meta'), device='cpu')", "cpu"),
        ("arange(3, device=None).cpu()", "cpu"),
        ("x = rand(2); x.to('meta', float64).to(float32)", "meta"),
    ],
)
def test_that_a_device_is_named_as_in_torch(text: str, where: str) -> None:
    chain = evaluate(text)
    assert chain.result.device.type == where == chain.program.spots[-1].device
    names: dict[str, torch.Tensor] = {}
    exec(as_python(chain), names)
    assert list(names.values())[-1].device.type == where


@pytest.mark.parametrize(
    ("text", "sentence", "fixes"),
    [
        (
            "A = rand(2, 3, device='meta'); B = rand(3); C = A + B",
            "+ takes operands of one device, and here is A on meta and B on the CPU.",
            ["zeros_like(A, device='cpu') + B", "A + B.to('meta')"],
        ),
        (
            "A = rand(2, device='meta'); B = rand(2); C = cat([A, B])",
            "cat takes operands of one device, and here is A on meta and B on the CPU.",
            ["cat([zeros_like(A, device='cpu'), B])", "cat([A, B.to('meta')])"],
        ),
        (
            "A = rand(2, device='meta'); A.cpu()",
            "A is on meta and has no values that could be copied to the CPU. torch.empty_like makes a tensor of its shape "
            "there.",
            ["empty_like(A, device='cpu')", "zeros_like(A, device='cpu')"],
        ),
        (
            "A = rand(2, device='gpu')",
            "“gpu” is no device; torch sees cpu and meta (shapes without values).",
            ["rand(2, device='cpu')", "rand(2, device='meta')"],
        ),
        (
            "A = rand(2); A.to('xpu')",
            "There is no xpu here; torch sees cpu and meta (shapes without values).",
            ["A.to('cpu')", "A.to('meta')"],
        ),
    ],
)
def test_that_a_device_that_does_not_go_is_told_with_fixes_that_run(text: str, sentence: str, fixes: list[str]) -> None:
    found = explain_text(text, {})
    assert found is not None
    assert found.sentence == sentence
    assert [one.text for one in found.fixes] == fixes


@pytest.mark.skipif(torch.cuda.is_available(), reason="a machine without a graphics card")
@pytest.mark.parametrize(
    "text", ["rand(2, device='cuda')", "rand(2).cuda()", "rand(2).to('cuda:0')", "rand(2).cuda(3)"]
)
def test_that_a_card_that_is_not_there_is_refused_before_anything_runs(text: str) -> None:
    with pytest.raises(Refused, match=r"There is no cuda(:.)? here; torch sees cpu and meta"):
        plan(text)


def test_that_what_is_on_meta_has_a_shape_and_strides_and_no_values() -> None:
    chain = evaluate("x = rand(50000, 50000, device='meta'); y = x.T; z = (x @ y).softmax(-1); s = dropout(z, 0.5)")
    picture = picture_of(chain)
    x, y, *_ = picture.tensors
    assert (x.device, x.has_values, x.is_made, x.minimum, x.nans) == ("meta", False, False, None, 0)
    assert (x.shape, x.strides, x.logical_bytes) == ((50000, 50000), (50000, 1), 10**10)
    assert (y.strides, y.verdict) == ((1, 50000), "viewed")
    assert formula(chain, 0, (1, 1)) == "x[1, 1] has no value: on meta there are shapes only"
    with pytest.raises(Refused, match="no values"):
        gradients(chain)


def test_that_what_torch_works_out_of_meta_on_the_cpu_is_not_shown_as_numbers() -> None:
    """mm takes a matrix of the CPU and one of meta (torch 2.13); what comes out was never written."""
    chain = evaluate("a = ones(2, 2); b = ones(2, 2, device='meta'); c = a @ b; d = c + 1; e = a.view_as(b)")
    picture = picture_of(chain)
    assert [one.name for one in picture.tensors if one.has_values] == ["a", "e"]
    assert chain.tensors[2].device.type == "cpu"


def test_that_a_move_says_what_was_copied() -> None:
    chain = evaluate("x = rand(3, 2); y = x.to('meta'); z = x.cpu(); e = empty_like(y, device='cpu')")
    assert notes_of(chain, 1) == ("From cpu to meta: shape, dtype and strides are kept, values are not.",)
    assert notes_of(chain, 2) == ("It is on cpu already: nothing is copied.",)
    assert chain.tensors[3].isnan().all()
    assert [step.verdict for step in chain.steps] == ["made", "copied", "viewed", "made"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a = rand(2, device='cuda'); b = rand(2); a + b", None),
        ("a = rand(2, device='cuda'); b = tensor(2.0); a + b", "cuda:0"),
        ("a = rand(2, device='cuda'); b = tensor(2.0); b * a", "cuda:0"),
        ("a = tensor(1.0, device='cuda'); b = tensor(2.0); a + b", "cuda:0"),
        ("a = tensor(1.0, device='cuda'); b = rand(2); a + b", None),
        ("a = rand(2, 2, device='cuda'); b = rand(2, 2); a @ b", None),
        ("a = rand(2, 2, device='cuda'); b = rand(2, 2, device='cuda:0'); a @ b", "cuda:0"),
        ("a = rand(2, device='cuda'); b = rand(2); cat([a, b])", None),
        ("a = rand(2, device='cuda'); b = rand(2); where(a > 0, a, b)", None),
        ("a = rand(2, device='cuda'); where(a > 0, a, 0.0)", "cuda:0"),
        ("a = rand(2, device='cuda'); a.sum().cpu() + 1", "cpu"),
        ("a = rand(2, device='cuda'); a.to('meta') * 2", "meta"),
        ("a = rand(2, device='cuda'); b = rand(2, device='meta'); a * b", None),
    ],
)
@pytest.mark.usefixtures("card")
def test_that_a_card_is_planned_as_torch_would_take_it(text: str, where: str | None) -> None:
    found = explain_text(text, {})
    assert (found is None) == (where is not None)
    assert taken_by_fakes(text) == where
    if found is None:
        assert plan(text).spots[-1].device == where
    else:
        assert found.sentence.endswith("on the CPU.") or "meta" in found.sentence
        assert found.fixes


def taken_by_fakes(text: str) -> str | None:
    """Where torch's fake tensors put the result, None where they refuse."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    *before, last = text.split("; ")
    with FakeTensorMode():
        try:
            names = {**vars(torch), "torch": torch}
            exec("; ".join(before), names)
            found = eval(last, names)
        except RuntimeError:
            return None
    return devices.name_of(found.device)


def test_that_no_room_on_a_device_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.tensors import operations
    from engine.tensors.chain import work_out

    def full(*_: object, **__: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    program = plan("x = ones(4); y = x + 1")
    monkeypatch.setattr(torch, "ones", full)
    monkeypatch.setitem(program.instructions[1].operation.__dict__, "run", full)
    with pytest.raises(Refused, match="cpu has no room left for add, whose result takes 16 bytes"):
        work_out(program, ())
    assert operations.functions()


def test_that_cells_elsewhere_are_copied_in_pieces() -> None:
    x = torch.rand(7, 3)

    class Elsewhere(torch.Tensor):
        @property
        def device(self) -> torch.device:
            return torch.device("cuda:0")

    assert torch.equal(devices.on_cpu(x.as_subclass(Elsewhere), piece=24).as_subclass(torch.Tensor), x)
    assert torch.equal(devices.on_cpu(torch.ones((), device="meta")), torch.zeros(()))


def test_that_prefixes_of_a_long_lane_are_not_linked_one_by_one() -> None:
    picture = picture_of(evaluate("x = rand(1000000); y = x.cumsum(0)"))
    assert picture.steps[-1].reaches == (None,)
