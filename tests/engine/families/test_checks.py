import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.findings import Finding, named, sorted_findings
from engine.families.supervised.splitting import Fold
from engine.families.tabular.checks import check_columns, check_data
from engine.families.tabular.leaks import check_doubles, check_parts, check_targets_among_inputs
from engine.spec import ColumnSplit, PreprocessSpec, Roles, TabularSpec


def about(found, *words):
    """The findings whose text has all these words."""
    return [one for one in found if all(word in one.text for word in words)]


def roles_of(make_spec, roles, task="classification", **parts):
    spec = make_spec(task, **parts)
    return spec.model_copy(update={"data": spec.data.model_copy(update={"roles": Roles(**roles)})})


def test_that_clean_data_gives_no_finding(small_frame, make_spec):
    for task in ("classification", "regression"):
        spec = make_spec(task)
        assert list(check_data(small_frame, spec)) == []
        assert list(check_targets_among_inputs(small_frame, spec)) == []


def test_that_columns_that_are_gone_are_named_with_what_is_close(make_spec):
    found = list(check_columns(["a", "b", "colours", "day", "kind"], make_spec(split=ColumnSplit(column="part"))))
    assert [one.field for one in found] == ["data.roles.categorical", "split.column"]
    assert "“colour”" in found[0].text and "“colours” is close" in found[0].text


def test_that_an_input_that_is_the_target_is_found(small_frame, make_spec):
    small_frame["copy"] = small_frame["kind"]
    small_frame["code"] = small_frame["kind"].map({"yes": "j", "no": "n"})
    spec = roles_of(make_spec, {"target": ("kind",), "categorical": ("copy", "code", "colour"), "continuous": ("a",)})
    found = list(check_targets_among_inputs(small_frame, spec))
    assert about(found, "“copy”", "another name")
    assert about(found, "“code”", "alone tells")
    assert not about(found, "colour")


def test_that_a_number_that_separates_the_classes_is_found(small_frame, make_spec):
    small_frame["score"] = np.where(small_frame["kind"] == "yes", 1, -1) * (1 + small_frame["a"].abs())
    spec = roles_of(make_spec, {"target": ("kind",), "continuous": ("a", "b", "score")})
    (found,) = check_targets_among_inputs(small_frame, spec)
    assert "“score” alone tells" in found.text


def test_that_the_target_on_another_scale_is_found(small_frame, make_spec):
    small_frame["cents"] = 100 * small_frame["price"] + 7
    spec = roles_of(make_spec, {"target": ("price",), "continuous": ("a", "cents")}, "regression")
    (found,) = check_targets_among_inputs(small_frame, spec)
    assert "“cents”" in found.text


def test_that_a_leak_with_many_values_is_found_beyond_the_first_rows(make_spec):
    rng = np.random.default_rng(0)
    zips = rng.integers(0, 1500, 20_000)
    frame = pd.DataFrame({"zip": [f"z{z}" for z in zips], "region": np.where(zips % 3 == 0, "x", "y")})
    spec = roles_of(make_spec, {"target": ("region",), "categorical": ("zip",)})
    assert about(check_targets_among_inputs(frame, spec), "“zip” alone tells")
    frame.loc[19_000:, "region"] = "x"
    assert not list(check_targets_among_inputs(frame, spec))


def test_that_constants_and_identifiers_are_named(small_frame, make_spec):
    small_frame["same"] = 3
    small_frame["number"] = np.random.default_rng(0).permutation(len(small_frame)) + 1000
    spec = roles_of(
        make_spec, {"target": ("kind",), "continuous": ("a", "same", "number"), "categorical": ("name", "colour")}
    )
    found = list(check_data(small_frame, spec))
    assert [one.severity for one in found] == ["warning", "warning"]
    assert about(found, "“same” is the same in every row")
    assert about(found, "“name”, “number” look like an identifier")


def test_that_targets_that_cannot_be_learned_are_errors(small_frame, make_spec):
    spec = make_spec()
    small_frame["kind"] = "yes"
    assert about(check_data(small_frame, spec), "only one class, “yes”")[0].severity == "error"
    small_frame["kind"] = None
    assert about(check_data(small_frame, spec), "no values at all")[0].severity == "error"
    small_frame["price"] = "cheap"
    assert about(check_data(small_frame, make_spec("regression")), "text")[0].field == "tabular.task"
    small_frame["price"] = 1.0
    assert about(check_data(small_frame, make_spec("regression")), "the same in every row")


def test_that_a_class_with_one_row_is_named(small_frame, make_spec):
    small_frame.loc[3, "kind"] = "maybe"
    (found,) = check_data(small_frame, make_spec())
    assert found.severity == "warning"
    assert "“maybe”" in found.text


def test_that_classifying_a_measured_number_is_questioned(small_frame, make_spec):
    found = about(check_data(small_frame, make_spec(target=("price",))), "would become a class")
    assert found[0].fix == "Choose regression."


@pytest.mark.parametrize("policy,severity", [("drop", "info"), ("refuse", "error")])
def test_that_rows_without_a_target_are_counted(small_frame, make_spec, policy, severity):
    small_frame.loc[:4, "kind"] = None
    tabular = TabularSpec(preprocess=PreprocessSpec(missing_target=policy))
    (found,) = check_data(small_frame, make_spec(tabular=tabular))
    assert found.severity == severity
    assert found.text.startswith("5 rows have no value")


def test_that_gaps_and_infinities_are_told_with_what_happens_to_them(small_frame, make_spec):
    small_frame.loc[:9, "a"] = np.nan
    small_frame.loc[:1, "b"] = np.inf
    small_frame.loc[3, "colour"] = None
    found = list(check_data(small_frame, make_spec()))
    assert about(found, "“a” (10 rows at most)", "filled with the median")
    assert about(found, "“colour” (1 row at most)", "category of their own")
    assert about(found, "“b” holds infinite values")[0].severity == "warning"
    refuse = TabularSpec(preprocess=PreprocessSpec(missing_continuous="refuse", missing_categorical="drop"))
    found = list(check_data(small_frame, make_spec(tabular=refuse)))
    assert about(found, "“a”", "refuse")[0].severity == "error"
    assert about(found, "1 row with missing values in “colour”", "left out")


def test_that_text_in_a_continuous_column_is_an_error(small_frame, make_spec):
    small_frame["a"] = small_frame["a"].round(1).astype(str) + " kg"
    assert about(check_data(small_frame, make_spec()), "“a” should be numbers")[0].severity == "error"


def test_that_too_many_categories_are_counted(small_frame, make_spec):
    tabular = TabularSpec(preprocess=PreprocessSpec(max_categories=2))
    assert about(check_data(small_frame, make_spec(tabular=tabular)), "“colour” has 3 different values")


def test_that_rows_on_both_sides_of_the_split_are_counted(small_frame, make_spec):
    doubled = pd.concat([small_frame, small_frame.iloc[:6]], ignore_index=True)
    fold = Fold(np.arange(200), np.arange(200, 240), np.arange(240, 246))
    (found,) = check_doubles(doubled, fold, make_spec())
    assert found.text.startswith("6 rows of validation and test (13.0\u00a0%) also stand in training")
    assert found.severity == "warning"
    assert not list(check_doubles(small_frame, Fold(np.arange(200), np.arange(200, 240), np.arange(0)), make_spec()))


def test_that_a_class_only_in_the_test_rows_is_named(small_frame, make_spec):
    small_frame.loc[239, "kind"] = "maybe"
    fold = Fold(np.arange(200), np.arange(200, 230), np.arange(230, 240))
    (found,) = check_parts(small_frame, fold, make_spec())
    assert "“maybe”" in found.text


@settings(max_examples=40, deadline=None)
@given(
    frame=st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(), st.integers(-3, 3)),
            st.one_of(st.none(), st.text(max_size=2)),
            st.one_of(st.none(), st.text(max_size=1), st.integers(0, 2)),
        ),
        max_size=40,
    ),
    task=st.sampled_from(["classification", "regression"]),
)
def test_that_any_data_is_checked_without_an_exception(frame, task):
    from engine.spec import DataSpec, RunSpec

    table = pd.DataFrame(frame, columns=["a", "colour", "kind"])
    roles = Roles(target=("kind",), continuous=("a",), categorical=("colour",))
    spec = RunSpec(data=DataSpec(dataset="d", roles=roles), tabular=TabularSpec(task=task))
    for finding in [*check_data(table, spec), *check_targets_among_inputs(table, spec)]:
        assert finding.text.endswith(".")


def test_that_findings_are_sorted_and_long_lists_cut():
    worse = Finding(severity="error", field="a", text="x")
    mild = Finding(severity="info", field="a", text="x")
    assert sorted_findings([mild, worse, mild]) == (worse, mild)
    assert named([str(i) for i in range(8)]) == "“0”, “1”, “2”, “3”, “4” and 3 more"
