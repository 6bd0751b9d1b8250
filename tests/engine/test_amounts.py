"""Shares are written in one way, and never look like nothing or all where they are not."""

import pytest

from engine.amounts import percent


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.0, 0, "0 %"),
        (0.201, 1, "20.1 %"),
        (1.0, 1, "100.0 %"),
        (0.004, 0, "< 1 %"),
        (0.0004, 1, "< 0.1 %"),
        (0.996, 0, "> 99 %"),
        (0.9996, 1, "> 99.9 %"),
        (0.006, 0, "1 %"),
        (1.1, 0, "110 %"),
    ],
)
def test_that_a_share_is_written_with_a_sign_that_stays_with_it(share: float, digits: int, text: str) -> None:
    assert percent(share, digits) == text.replace(" %", "\u00a0%")
