import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from engine.families.files import read_evaluation
from engine.families.fold_scores import fold_scores
from engine.families.tabular.evaluation import evaluate, evaluate_folds, score
from engine.families.tabular.importance import permutation_importance
from engine.families.tabular.splitting import split
from engine.runs import RunStore
from engine.runs.evaluation import Evaluation
from engine.spec import KFoldSplit, RandomSplit
from engine.training.recorder import Recorder


@pytest.fixture
def record(workspace):
    recorders = []

    def make(spec):
        with RunStore(workspace) as store:
            run = store.create_run(spec)
        recorder = Recorder(workspace, run.id)
        recorders.append(recorder)
        return recorder

    yield make
    for recorder in recorders:
        recorder.close()


def test_that_a_classifier_is_evaluated_on_its_test_rows(small_frame, snapshot, make_spec, fit, record):
    snapshot(small_frame)
    spec = make_spec(split=RandomSplit(valid=0.2, test=0.25))
    fold = split(small_frame, spec)[0]
    recorder, model = record(spec), fit(small_frame, spec, fold.train)
    found = evaluate(model, small_frame, fold, recorder, spec)

    probabilities = model.predict(model.encoder.transform(small_frame, fold.test))[0]
    actual = (small_frame["kind"].iloc[fold.test] == "yes").to_numpy()
    assert found.split == "test"
    assert found.rows == len(fold.test) == 60
    assert found.metrics["test"]["accuracy"] == metrics.accuracy_score(actual, probabilities[:, 1] > 0.5)
    assert found.metrics["test"]["auroc"] == pytest.approx(metrics.roc_auc_score(actual, probabilities[:, 1]))
    assert set(found.metrics) == {"valid", "test"}

    (report,) = found.classification
    assert report.classes == ("no", "yes")
    assert np.sum(report.confusion) == 60
    assert [curve.label for curve in report.roc] == ["yes"]
    assert sum(report.calibration[0].count) == 60
    assert found.importance[0].column == "a"
    assert {one.column for one in found.importance} == {"a", "b", "colour", "day"}
    assert found.importance_metric == "log_loss"


def test_that_the_worst_predictions_are_whole_rows_worst_first(small_frame, snapshot, make_spec, fit, record):
    snapshot(small_frame)
    spec = make_spec()
    fold = split(small_frame, spec)[0]
    recorder, model = record(spec), fit(small_frame, spec, fold.train)
    worst = evaluate(model, small_frame, fold, recorder, spec).worst
    assert worst.columns[:4] == ("row", "predicted kind", "actual kind", "loss")
    assert "name" in worst.columns  # an ignored column, which says which row it is
    losses = [float(row[3]) for row in worst.rows]
    assert losses == sorted(losses, reverse=True)
    for row in worst.rows:
        position = int(row[0]) - 1
        assert position in fold.test
        assert row[worst.columns.index("name")] == f"row {position}"
        assert row[2] == small_frame["kind"][position]


def test_that_the_files_and_the_summary_hold_what_was_returned(
    small_frame, snapshot, make_spec, fit, record, workspace
):
    snapshot(small_frame)
    spec = make_spec()
    fold = split(small_frame, spec)[0]
    recorder, model = record(spec), fit(small_frame, spec, fold.train)
    found = evaluate(model, small_frame, fold, recorder, spec)
    recorder.flush()
    assert read_evaluation(recorder.folder) == found
    with RunStore(workspace) as store:
        assert store.run(recorder.run_id).summary["test/accuracy"] == found.metrics["test"]["accuracy"]
        assert {one.path for one in store.artifacts(recorder.run_id)} == {"evaluation.json", "predictions.parquet"}
    table = duckdb.sql(f"SELECT * FROM '{recorder.folder / 'predictions.parquet'}'").df()
    assert list(table.columns) == ["row", "split", "kind", "predicted kind", "probability of no", "probability of yes"]
    assert list(table["row"]) == sorted([*(fold.valid + 1), *(fold.test + 1)])
    tested = table[table["split"] == "test"]
    assert (tested["kind"] == tested["predicted kind"]).mean() == pytest.approx(found.metrics["test"]["accuracy"])
    assert not list(recorder.folder.glob("*.part")) + list(recorder.folder.glob(".*"))


def test_that_regression_is_measured_in_the_targets_unit(small_frame, snapshot, make_spec, fit, record):
    snapshot(small_frame)
    spec = make_spec("regression")
    fold = split(small_frame, spec)[0]
    recorder, model = record(spec), fit(small_frame, spec, fold.train)
    found = evaluate(model, small_frame, fold, recorder, spec)
    actual = small_frame["price"].to_numpy()[fold.test]
    predicted = np.asarray(model.predict(model.encoder.transform(small_frame, fold.test)))[:, 0]
    assert found.metrics["test"]["mae"] == pytest.approx(metrics.mean_absolute_error(actual, predicted))
    assert found.metrics["test"]["r2"] == pytest.approx(metrics.r2_score(actual, predicted))
    assert found.regression[0].actual == tuple(actual)
    assert found.worst.columns[:4] == ("row", "predicted price", "actual price", "absolute error")


def test_that_several_targets_are_told_apart(small_frame, snapshot, make_spec, fit, record):
    small_frame["double"] = 2 * small_frame["price"]
    snapshot(small_frame)
    spec = make_spec("regression", ("price", "double"))
    fold = split(small_frame, spec)[0]
    recorder, model = record(spec), fit(small_frame, spec, fold.train)
    found = evaluate(model, small_frame, fold, recorder, spec)
    assert [report.target for report in found.regression] == ["price", "double"]
    scores = found.metrics["test"]
    assert {"rmse/price", "rmse/double", "r2"} <= set(scores)
    assert "rmse" not in scores  # a mean over different units would say nothing
    assert scores["r2"] == pytest.approx((scores["r2/price"] + scores["r2/double"]) / 2)


def test_that_without_test_rows_the_validation_rows_are_shown_and_said_so(
    small_frame, snapshot, make_spec, fit, record, workspace
):
    snapshot(small_frame)
    spec = make_spec(split=RandomSplit(valid=0.3, test=0.0))
    fold = split(small_frame, spec)[0]
    found = evaluate(fit(small_frame, spec, fold.train), small_frame, fold, record(spec), spec)
    assert found.split == "valid"
    assert "no test rows" in found.notes[0]


def test_that_cross_validation_pools_the_rows_that_each_model_has_not_seen(
    small_frame, snapshot, make_spec, fit, record, workspace
):
    snapshot(small_frame)
    spec = make_spec(split=KFoldSplit(folds=3, test=0.1))
    folds = split(small_frame, spec)
    models = [fit(small_frame, spec, fold.train) for fold in folds]
    recorder = record(spec)
    for fold, (early, best) in zip(folds, [(0.9, 0.6), (0.8, 0.5), (0.4, 0.7)], strict=True):
        recorder.metric(f"{fold.prefix}valid/loss", 1, early, 1.0)
        recorder.metric(f"{fold.prefix}valid/loss", 2, best, 2.0)
    found = evaluate_folds(models, small_frame, folds, recorder, spec)
    assert found.rows == sum(len(fold.valid) for fold in folds)
    scores = {one.metric: one for one in found.folds}
    expected = [score(model, small_frame, fold.valid)["accuracy"] for model, fold in zip(models, folds, strict=True)]
    assert scores["valid/accuracy"].values == tuple(expected)
    assert scores["valid/accuracy"].std == pytest.approx(np.std(expected, ddof=1))
    assert scores["valid/accuracy"].standard_error == pytest.approx(np.std(expected, ddof=1) / np.sqrt(3))
    assert "did not learn from it" in found.notes[0]
    recorder.flush()
    with RunStore(workspace) as store:
        summary = store.run(recorder.run_id).summary
    assert summary == {one.metric: one.mean for one in found.folds} | {"best/valid/loss": pytest.approx(0.5)}
    assert {"valid/accuracy", "test/accuracy"} <= set(summary)


def test_that_a_model_gone_to_nan_is_reported_and_not_measured(small_frame, snapshot, make_spec, fit, record):
    import torch

    snapshot(small_frame)
    spec = make_spec()
    fold = split(small_frame, spec)[0]
    model = fit(small_frame, spec, fold.train, steps=1)
    with torch.no_grad():
        for parameter in model.network.parameters():
            parameter.fill_(float("nan"))
    recorder = record(spec)
    found = evaluate(model, small_frame, fold, recorder, spec)
    assert found.metrics["test"] == {}
    assert any("NaN" in note for note in found.notes)
    content = json.loads((recorder.folder / "evaluation.json").read_text())
    assert Evaluation.model_validate(content) == found


def test_that_importance_stops_when_asked_and_finds_a_useless_column(small_frame, make_spec, fit):
    spec = make_spec()
    rows = np.arange(len(small_frame))
    model = fit(small_frame, spec, rows)
    told = []
    found, notes = permutation_importance(model, small_frame, rows, seed=1, progress=lambda *one: told.append(one))
    importance = {one.column: one.mean for one in found}
    assert importance["a"] > 10 * abs(importance["b"])
    assert told[-1] == (20, 20)
    assert notes == ()
    again, _ = permutation_importance(model, small_frame, rows, seed=1)
    assert again == found
    nothing, notes = permutation_importance(model, small_frame, rows, seed=1, stopped=lambda: True)
    assert nothing == ()
    assert "stopped" in notes[0]


def test_that_fold_scores_need_the_metric_in_every_fold():
    scores = fold_scores([{"a": 1.0, "b": 2.0}, {"a": 3.0}])
    assert [one.metric for one in scores] == ["a"]
    assert scores[0].mean == 2.0
    assert fold_scores([]) == ()


def test_that_classes_missing_from_the_test_rows_are_named(make_spec, fit, record, snapshot, small_frame):
    small_frame["kind"] = np.where(small_frame.index < 6, "rare", small_frame["kind"])
    snapshot(small_frame)
    spec = make_spec()
    fold = split(small_frame, spec)[0]
    keep = fold.test[fold.test >= 6]
    fold = type(fold)(fold.train, fold.valid, keep, fold.name)
    found = evaluate(fit(small_frame, spec, fold.train), small_frame, fold, record(spec), spec)
    assert any("“rare”" in note for note in found.notes)
    assert [curve.label for curve in found.classification[0].roc] == ["no", "yes"]
    assert pd.notna(found.metrics["test"]["auroc"])
