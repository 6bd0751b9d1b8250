import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from engine.families.supervised.scores import classification_scores, confusion, normalised, regression_scores


def drawn(seed, rows, classes):
    rng = np.random.default_rng(seed)
    raw = rng.random((rows, classes)).round(1) + 0.01  # rounded, so that ties occur
    return rng.integers(0, classes, rows), normalised(raw)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), rows=st.integers(1, 60), classes=st.integers(2, 5))
def test_that_classification_metrics_equal_scikit_learns(seed, rows, classes):
    actual, probabilities = drawn(seed, rows, classes)
    scores = classification_scores(actual, probabilities)
    predicted = probabilities.argmax(axis=1)
    assert scores["accuracy"] == pytest.approx(metrics.accuracy_score(actual, predicted))
    assert scores["f1_macro"] == pytest.approx(metrics.f1_score(actual, predicted, average="macro", zero_division=0))
    assert scores["f1_micro"] == pytest.approx(metrics.f1_score(actual, predicted, average="micro", zero_division=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of predicted classes that do not occur
        assert scores["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(actual, predicted))
    labels = list(range(classes))
    assert scores["log_loss"] == pytest.approx(metrics.log_loss(actual, probabilities, labels=labels))
    if len(set(actual)) == classes:
        asked = probabilities[:, 1] if classes == 2 else probabilities
        assert scores["auroc"] == pytest.approx(metrics.roc_auc_score(actual, asked, multi_class="ovr"))
        expected = metrics.confusion_matrix(actual, predicted, labels=labels)
        assert (confusion(actual, predicted, classes) == expected).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), rows=st.integers(2, 50))
def test_that_regression_metrics_equal_scikit_learns(seed, rows):
    rng = np.random.default_rng(seed)
    actual, predicted = rng.normal(5, 2, rows), rng.normal(5, 2, rows)
    scores = regression_scores(actual, predicted)
    assert scores["mae"] == pytest.approx(metrics.mean_absolute_error(actual, predicted))
    assert scores["rmse"] == pytest.approx(metrics.root_mean_squared_error(actual, predicted))
    assert scores["r2"] == pytest.approx(metrics.r2_score(actual, predicted))
    assert scores["mape"] == pytest.approx(metrics.mean_absolute_percentage_error(actual, predicted))
    assert scores["median_error"] == pytest.approx(metrics.median_absolute_error(actual, predicted))


def test_that_what_is_not_defined_is_left_out():
    one_class = classification_scores(np.array([1, 1]), np.array([[0.4, 0.6], [0.9, 0.1]]))
    assert "auroc" not in one_class
    assert one_class["accuracy"] == 0.5
    flat = regression_scores(np.array([0.0, 0.0]), np.array([1.0, 3.0]))
    assert set(flat) == {"mae", "rmse", "median_error"}
    assert classification_scores(np.array([], dtype=int), np.empty((0, 2))) == {}
    assert regression_scores(np.array([]), np.array([])) == {}


def test_that_a_certain_but_wrong_prediction_has_a_finite_loss():
    scores = classification_scores(np.array([0]), np.array([[0.0, 1.0]]))
    assert 30 < scores["log_loss"] < 40
