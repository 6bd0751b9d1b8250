"""Splits: every usable row in one part, repeatable, and refused in words where a part would be empty."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.families.supervised.splitting import Fold
from engine.families.tabular.frames import usable_rows
from engine.families.tabular.splitting import split
from engine.spec import (
    ColumnSplit,
    GroupSplit,
    KFoldSplit,
    OrderSplit,
    PreprocessSpec,
    RandomSplit,
    Roles,
    RunSpec,
    StratifiedSplit,
    TabularSpec,
    TimeSplit,
    TrainerSpec,
)
from engine.training.failures import RunFailed

Make = Callable[..., RunSpec]
KINDS: list[Any] = [
    RandomSplit(),
    StratifiedSplit(),
    GroupSplit(column="name"),
    OrderSplit(),
    TimeSplit(column="day"),
    KFoldSplit(folds=3, test=0.2),
    KFoldSplit(folds=4, stratified=False),
]


def assert_whole(folds: list[Fold], rows: int) -> None:
    for fold in folds:
        parts = [fold.train, fold.valid, fold.test]
        assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(rows))
        assert all(np.all(np.diff(part) > 0) for part in parts if len(part) > 1)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_that_every_row_is_in_exactly_one_part_and_the_seed_decides(
    small_frame: pd.DataFrame, make_spec: Make, kind: Any
) -> None:
    folds = split(small_frame, make_spec(split=kind))
    assert_whole(folds, len(small_frame))
    again = split(small_frame, make_spec(split=kind))
    assert all(np.array_equal(one.train, other.train) for one, other in zip(folds, again, strict=True))
    if kind.kind not in ("time", "order"):
        other = split(small_frame, make_spec(split=kind, trainer=TrainerSpec(seed=1)))
        assert not np.array_equal(folds[0].train, other[0].train)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.integers(1, 30), min_size=2, max_size=6), valid=st.floats(0.05, 0.45), test=st.floats(0, 0.4))
def test_that_stratified_parts_keep_the_mix_and_every_class_is_trained_on(
    make_spec: Make, counts: list[int], valid: float, test: float
) -> None:
    labels = [f"c{place}" for place, count in enumerate(counts) for _ in range(count)]
    frame = pd.DataFrame({"kind": labels, "a": 0.0, "b": 0.0, "colour": "x", "day": pd.Timestamp("2024-01-01")})
    try:
        fold = split(frame, make_spec(split=StratifiedSplit(valid=valid, test=test)))[0]
    except RunFailed:
        assert all(round(count * valid) == 0 for count in counts if count > 1) or sum(counts) < 5
        return
    assert_whole([fold], len(frame))
    for place, count in enumerate(counts):
        in_train = (frame["kind"].iloc[fold.train] == f"c{place}").sum()
        in_valid = (frame["kind"].iloc[fold.valid] == f"c{place}").sum()
        assert in_train >= 1
        assert in_valid <= round(count * valid)


def test_that_groups_are_never_torn_apart(small_frame: pd.DataFrame, make_spec: Make) -> None:
    small_frame["team"] = np.arange(len(small_frame)) % 17
    fold = split(small_frame, make_spec(split=GroupSplit(column="team")))[0]
    teams = [set(small_frame["team"].iloc[part]) for part in (fold.train, fold.valid, fold.test)]
    assert not teams[0] & teams[1] and not teams[0] & teams[2] and not teams[1] & teams[2]
    assert all(teams)


def test_that_time_runs_from_training_to_test(small_frame: pd.DataFrame, make_spec: Make) -> None:
    fold = split(small_frame, make_spec(split=TimeSplit(column="day")))[0]
    days = small_frame["day"]
    assert days.iloc[fold.train].max() <= days.iloc[fold.valid].min()
    assert days.iloc[fold.valid].max() <= days.iloc[fold.test].min()


def test_that_folds_validate_each_row_once_and_share_their_test_rows(
    small_frame: pd.DataFrame, make_spec: Make
) -> None:
    folds = split(small_frame, make_spec(split=KFoldSplit(folds=5, test=0.1)))
    assert [fold.name for fold in folds] == ["fold1", "fold2", "fold3", "fold4", "fold5"]
    assert folds[2].prefix == "fold3/"
    validated = np.concatenate([fold.valid for fold in folds])
    assert len(np.unique(validated)) == len(validated) == len(small_frame) - len(folds[0].test)
    assert all(np.array_equal(fold.test, folds[0].test) for fold in folds)
    share = (small_frame["kind"] == "yes").mean()
    assert all(abs((small_frame["kind"].iloc[fold.valid] == "yes").mean() - share) < 0.05 for fold in folds)


def test_that_a_column_may_say_each_rows_part_and_other_values_are_in_none(
    small_frame: pd.DataFrame, make_spec: Make
) -> None:
    small_frame["part"] = ["train"] * 180 + ["valid"] * 40 + ["other"] * 20
    fold = split(small_frame, make_spec(split=ColumnSplit(column="part")))[0]
    assert (len(fold.train), len(fold.valid), len(fold.test)) == (180, 40, 0)


def frame_with(small_frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    return small_frame.assign(**columns)


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("all one class", {"kind": "yes"}, {}, "one class only, “yes”"),
    ("column gone", {}, {"split": GroupSplit(column="absent")}, "“absent” is gone"),
    ("one group", {"team": "a"}, {"split": GroupSplit(column="team")}, "names 1 groups"),
    ("no such part", {"part": "train"}, {"split": ColumnSplit(column="part")}, "with the value “valid”"),
    ("too much", {}, {"split": RandomSplit(valid=0.6, test=0.5)}, "nothing is left to train on"),
    ("no time", {"when": [None] * 240}, {"split": TimeSplit(column="when")}, "no time in 240 rows"),
    ("folds", {}, {"split": KFoldSplit(folds=50, test=0.9)}, "too few for 50 folds"),
]


@pytest.mark.parametrize(
    ("columns", "parts", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_that_a_split_that_cannot_be_made_is_refused_in_words(
    small_frame: pd.DataFrame, make_spec: Make, columns: dict[str, Any], parts: dict[str, Any], words: str
) -> None:
    with pytest.raises(RunFailed, match=words) as failed:
        split(frame_with(small_frame, **columns), make_spec(**parts))
    assert failed.value.advice


def test_that_missing_values_are_dropped_refused_or_filled_as_asked(small_frame: pd.DataFrame, make_spec: Make) -> None:
    gaps = small_frame.copy()
    gaps.loc[:3, "a"] = np.nan
    gaps.loc[4, "a"] = np.inf
    gaps.loc[10:11, "kind"] = None

    def usable(**policies: str) -> Any:
        return usable_rows(gaps, make_spec(tabular=TabularSpec(preprocess=PreprocessSpec(**policies))))

    filled = usable()
    assert len(filled.positions) == 238
    assert any("5 rows of “a” had no value or infinity: filled with the median" in note for note in filled.notes)
    assert len(usable(missing_continuous="drop").positions) == 233
    with pytest.raises(RunFailed, match="“a” has no value or infinity in 5 rows"):
        usable(missing_continuous="refuse")
    with pytest.raises(RunFailed, match="“kind” has no target in 2 rows"):
        usable(missing_target="refuse")


def test_that_text_in_a_column_of_numbers_is_named_with_an_example(small_frame: pd.DataFrame, make_spec: Make) -> None:
    with pytest.raises(RunFailed, match="“a” has 240 rows that are no number, such as “abc”"):
        split(small_frame.assign(a="abc"), make_spec())
    with pytest.raises(RunFailed, match="“kind” has 240 rows that are no number"):
        split(small_frame, make_spec("regression", target=("kind",)))


def test_that_a_run_without_target_or_inputs_is_refused(small_frame: pd.DataFrame, make_spec: Make) -> None:
    spec = make_spec()
    for roles in (Roles(continuous=("a",)), Roles(target=("kind",))):
        with pytest.raises(RunFailed, match="No column"):
            split(small_frame, spec.model_copy(update={"data": spec.data.model_copy(update={"roles": roles})}))
