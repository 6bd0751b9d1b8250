"""Values as text: one category for one value, and the most frequent of very many without sorting all of them."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.labels import codes_of, most_frequent, natural_order

VALUES = st.one_of(st.integers(-3, 30), st.sampled_from(["a", "b", "10", "9", "x y", "1"]), st.none(), st.just(1.0))


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=60), st.integers(1, 12))
def test_that_the_most_frequent_are_those_of_a_whole_sort(values: list[object], most: int) -> None:
    column = pd.Series(values, dtype=object)
    codes, names = codes_of(column)
    counts = [int((codes == place).sum()) for place in range(len(names))]
    first = [codes.tolist().index(place) for place in range(len(names))]
    ranked = sorted(range(len(names)), key=lambda place: (-counts[place], first[place]))[:most]
    assert most_frequent(column, most) == natural_order(names[place] for place in ranked)


@pytest.mark.parametrize(
    ("texts", "order"),
    [(["10", "9", "-1"], ["-1", "9", "10"]), (["10", "9", "a"], ["10", "9", "a"]), (["nan", "1"], ["1", "nan"])],
)
def test_that_numbers_are_ordered_by_size_where_all_are_numbers(texts: list[str], order: list[str]) -> None:
    assert natural_order(texts) == order
