import duckdb
import numpy as np
import pandas as pd
import pytest

from engine.datasets import DatasetError, list_datasets
from engine.families.matching import match_columns
from engine.families.tabular import prediction
from engine.families.tabular.prediction import PredictionReport, predict
from engine.runs import RunStore
from engine.training.failures import RunFailed


@pytest.fixture
def trained(workspace, small_frame, make_spec, fit):
    """A run with a saved model: its id and the model."""

    def make(*args):
        spec = make_spec(*args)
        model = fit(small_frame, spec, np.arange(len(small_frame)))
        with RunStore(workspace) as store:
            run = store.create_run(spec)
            model.save(store.run_folder(run.id))
        return run.id, model

    return make


@pytest.fixture
def new_file(tmp_path, small_frame):
    """Writes rows of the small frame, changed as asked, as a CSV file."""

    def write(frame=None, name="new.csv"):
        path = tmp_path / name
        (small_frame.head(50) if frame is None else frame).to_csv(path, index=False)
        return path

    return write


def test_that_predictions_stand_beside_the_input(trained, workspace, new_file, small_frame, tmp_path):
    run, model = trained()
    out = tmp_path / "out.csv"
    report = predict(workspace, run, new_file(), out=out, limit=7)
    expected = model.predict(model.encoder.transform(small_frame.head(50)))[0]
    assert report.rows == 50
    assert report.matched == ("a", "b", "day", "colour")
    assert report.extra_columns == ("name", "price")
    assert report.missing_columns == ()
    assert report.columns[-3:] == report.predicted_columns
    assert report.predicted_columns == ("predicted kind", "probability of no", "probability of yes")
    assert len(report.preview) == 7
    written = pd.read_csv(out)
    assert tuple(written.columns) == report.columns
    assert written["name"].tolist() == [f"row {i}" for i in range(50)]
    assert written["probability of yes"].to_numpy() == pytest.approx(expected[:, 1])
    right = written["predicted kind"] == small_frame["kind"].head(50)
    assert report.metrics["accuracy"] == pytest.approx(right.mean())
    assert not list(tmp_path.glob(".*.part"))
    assert list_datasets(workspace) == []


def test_that_a_file_of_many_pieces_keeps_its_order_and_types(trained, workspace, new_file, tmp_path, monkeypatch):
    run, model = trained("regression")
    rng = np.random.default_rng(0)
    rows = 10_000
    frame = pd.DataFrame(
        {
            "number": np.arange(rows),
            "a": rng.normal(size=rows),
            "b": rng.normal(size=rows),
            "colour": ["blue"] * rows,
            "day": "2024-03-01",
            "note": [None] * (rows - 1) + ["last"],
            "count": pd.array([None, *range(rows - 1)], dtype="Int64"),
        }
    )
    monkeypatch.setattr(prediction, "VECTORS", 1)
    told = []
    report = predict(workspace, run, new_file(frame), out=tmp_path / "out.parquet", progress=told.append)
    table = duckdb.sql(f"SELECT * FROM '{tmp_path / 'out.parquet'}'").df()
    types = dict(
        duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{tmp_path / 'out.parquet'}')").fetchall()
    )
    assert report.rows == rows
    assert report.metrics == {}
    assert table["number"].tolist() == list(range(rows))
    assert types["count"] == "BIGINT"
    read = frame.assign(day=pd.Timestamp("2024-03-01"))
    assert table["predicted price"].to_numpy() == pytest.approx(
        np.asarray(model.predict(model.encoder.transform(read)))[:, 0], rel=1e-5
    )
    assert told[-1] == {"rows": rows, "total_rows": rows}
    assert len(told) > 2


def test_that_missing_columns_are_named_and_filled_only_on_request(trained, workspace, new_file, small_frame):
    run, _ = trained()
    lacking = new_file(small_frame.head(20).drop(columns=["a", "colour"]))
    with pytest.raises(RunFailed, match="“a”, “colour”"):
        predict(workspace, run, lacking)
    report = predict(workspace, run, lacking, allow_missing=True)
    assert report.missing_columns == ("a", "colour")
    assert report.rows == 20
    assert any("count as missing" in note for note in report.notes)


def test_that_names_are_matched_without_case_and_spaces_and_said_so(trained, workspace, new_file, small_frame):
    run, _ = trained()
    frame = small_frame.head(20).rename(columns={"a": " A ", "colour": "COLOUR"})
    report = predict(workspace, run, new_file(frame))
    assert report.missing_columns == ()
    assert "“COLOUR” was taken for “colour”." in report.notes
    same = predict(workspace, run, new_file(small_frame.head(20)))
    assert [row[-1] for row in report.preview] == [row[-1] for row in same.preview]


def test_that_unseen_categories_and_unreadable_numbers_are_counted(trained, workspace, new_file, small_frame):
    run, _ = trained()
    frame = small_frame.head(20).copy()
    frame.loc[:2, "colour"] = "violet"
    frame["a"] = frame["a"].astype(object)
    frame.loc[4, "a"] = "much"
    report = predict(workspace, run, new_file(frame))
    assert report.unseen == {"colour": {"violet": 3}}
    assert "“a”: 1 value is no number and counts as missing (row 5)." in report.notes
    assert all(row[-1] is not None for row in report.preview)


def test_that_a_column_with_a_predictions_name_is_not_overwritten(trained, workspace, new_file, small_frame):
    run, _ = trained()
    report = predict(workspace, run, new_file(small_frame.head(5).assign(**{"Predicted kind": "mine"})))
    assert "predicted kind (2)" in report.predicted_columns
    assert report.preview[0][report.columns.index("Predicted kind")] == "mine"


def test_that_what_cannot_be_done_is_said_in_words(trained, workspace, new_file, tmp_path):
    run, _ = trained()
    with pytest.raises(RunFailed, match=r"\.csv or \.parquet"):
        predict(workspace, run, new_file(), out=tmp_path / "out.docx")
    with pytest.raises(RunFailed, match="cannot be written"):
        predict(workspace, run, new_file(), out=tmp_path / "nowhere" / "out.csv")
    with pytest.raises((RunFailed, DatasetError), match="cancelled"):
        predict(workspace, run, new_file(), out=tmp_path / "out.csv", cancelled=lambda: True)
    assert not (tmp_path / "out.csv").exists()
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(DatasetError):
        predict(workspace, run, empty)


def test_that_a_run_without_a_model_says_so(workspace, make_spec, new_file):
    with RunStore(workspace) as store:
        run = store.create_run(make_spec()).id
    with pytest.raises(RunFailed, match="no saved model"):
        predict(workspace, run, new_file())


def test_that_a_report_travels_as_json(trained, workspace, new_file):
    run, _ = trained()
    report = predict(workspace, run, new_file())
    assert PredictionReport.model_validate_json(report.model_dump_json()) == report


def test_that_a_column_stands_for_one_input_only():
    match = match_columns(["a b", "A_B", "c"], ["y"], ["ab", "C", "Y"])
    assert match.found == {"a b": "ab", "c": "C", "y": "Y"}
    assert match.missing == ("A_B",)
    assert match.extra == ()
    exact = match_columns(["A", "a"], [], ["a", "A"])
    assert exact.found == {"A": "A", "a": "a"}
    assert exact.notes == ()
