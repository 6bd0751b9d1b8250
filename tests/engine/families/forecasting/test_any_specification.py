"""Whatever is put together by chance is refused in words before training, or is trained, forecasts and is scored."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings

from tests.engine.families.forecasting.any_specification import check, runs


def prove(cases: int, seeded: bool) -> Counter[str]:
    """Try so many cases; return how they ended."""
    ends: Counter[str] = Counter()

    @settings(
        max_examples=cases,
        deadline=None,
        derandomize=seeded,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=runs())
    def proof(drawn: tuple[pd.DataFrame, dict[str, Any]]) -> None:
        with TemporaryDirectory(prefix="any-") as folder:
            ends[check(Path(folder), *drawn)] += 1

    torch.set_num_threads(1)
    proof()
    return ends


def test_that_a_few_are_trained_or_refused_in_words() -> None:
    ends = prove(8, seeded=True)
    assert ends["trained"] >= 1 and ends["trained"] + ends["refused"] + ends["problem"] + ends["failed"] >= 8


@pytest.mark.soak
def test_that_hundreds_are_trained_or_refused_in_words() -> None:
    print(dict(prove(600, seeded=False)))
