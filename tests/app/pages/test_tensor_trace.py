"""What is lit between operands and result when a part of a step is pointed at."""

import numpy as np
import torch

from app.pages.tensors.trace import traced
from engine.tensors.chain import evaluate
from engine.tensors.picturing import picture_of


def _lit(text: str, part: int, cell: tuple[int, ...]) -> dict[str, list[tuple[int, ...]]]:
    picture = picture_of(evaluate(text, {"x": torch.tensor([[1.0, 3.0], [2.0, 7.0]])}))
    step = picture.steps[-1]
    first = picture.first_part(step)
    found = traced(picture, first + part, cell)
    assert found is not None
    names = {first + place: one.tensor.name for place, one in enumerate(step.parts)}
    return {names[at]: list(map(tuple, np.argwhere(mask).tolist())) for at, mask in found.items() if at in names}


def test_that_a_part_lights_the_parts_it_came_through_and_those_that_come_of_it() -> None:
    causal, hard = "scaled_dot_product_attention(x, x, x, is_causal=True)", "gumbel_softmax(x, hard=True)"
    row = [(1, 0), (1, 1)]
    assert _lit(causal, 2, (1, 0)) == {"scores": row, "masked": row, "weights": [(1, 0)]}
    assert _lit(causal, 0, (1, 0)) == {"scores": [(1, 0)], "masked": [(1, 0)], "weights": row}
    assert _lit(causal, 0, (0, 1)) == {"scores": [(0, 1)]}, "what is masked goes no further"
    assert _lit("scaled_dot_product_attention(x, x, x)", 1, (1, 0)) == {"scores": row, "weights": [(1, 0)]}
    assert _lit(hard, 2, (1, 0)) == {"g": row, "s": row, "soft": [(1, 0)]}
    assert _lit(hard, 0, (1, 0)) == {"g": [(1, 0)], "s": [(1, 0)], "soft": row}
    assert _lit("batch_norm(x, zeros(2), ones(2), training=True)", 3, (1,)) == {
        "μ": [(1,)], "σ²": [(1,)], "running σ²": [(1,)]
    }  # fmt: skip
