"""Metrics of an epoch: exact over all rows whatever the batches were, and equal to scikit-learn's."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, log_loss, mean_absolute_error, r2_score, roc_auc_score

from engine.families.supervised import measures
from engine.families.supervised.measures import Measures, auroc
from engine.families.supervised.objective import Objective, balanced_weights
from engine.families.tabular.encoding import TargetEncoding

KIND = TargetEncoding(name="kind", classes=("a", "b", "c"))
PAIR = TargetEncoding(name="pair", classes=("no", "yes"))


def collect(found: Measures, raw: torch.Tensor, target: torch.Tensor, batch: int) -> dict[str, float]:
    for first in range(0, len(raw), batch):
        found.add(raw[first : first + batch], target[first : first + batch])
    return found.compute()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(30, 200), batch=st.integers(1, 200))
def test_that_classes_are_measured_as_scikit_learn_does(seed: int, rows: int, batch: int) -> None:
    rng = np.random.default_rng(seed)
    raw = torch.from_numpy(rng.normal(size=(rows, 5)).round(1)).float()
    kind = np.concatenate([[0, 1, 2], rng.integers(0, 3, rows - 3)])
    pair = np.concatenate([[0, 1], rng.integers(0, 2, rows - 2)])
    target = torch.from_numpy(np.stack([kind, pair], axis=1))
    found = collect(Measures(Objective("classification", [KIND, PAIR])), raw, target, batch)
    chances = torch.softmax(raw[:, :3].double(), dim=1).numpy()
    assert found["accuracy/kind"] == pytest.approx(accuracy_score(kind, chances.argmax(axis=1)))
    assert found["f1_macro/kind"] == pytest.approx(f1_score(kind, chances.argmax(axis=1), average="macro"))
    assert found["log_loss/kind"] == pytest.approx(log_loss(kind, chances), rel=1e-5)
    score = raw[:, 4] - raw[:, 3]
    assert found["auroc/pair"] == pytest.approx(roc_auc_score(pair, score.numpy()))
    assert found["accuracy"] == pytest.approx((found["accuracy/kind"] + found["accuracy/pair"]) / 2)
    assert found["loss"] == pytest.approx((found["log_loss/kind"] + found["log_loss/pair"]) / 2, rel=1e-5)
    assert "auroc" not in found


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), batch=st.integers(1, 90))
def test_that_numbers_are_measured_in_their_unit(seed: int, batch: int) -> None:
    rng = np.random.default_rng(seed)
    encoding = TargetEncoding(name="price", mean=100.0, scale=25.0)
    truth, guess = rng.normal(size=(2, 90, 1))
    objective = Objective("regression", [encoding])
    found = collect(Measures(objective), torch.from_numpy(guess), torch.from_numpy(truth), batch)
    actual, predicted = encoding.values(truth[:, 0]), encoding.values(guess[:, 0])
    assert found["mae"] == pytest.approx(mean_absolute_error(actual, predicted))
    assert found["rmse"] == pytest.approx(float(np.sqrt(np.square(actual - predicted).mean())))
    assert found["r2"] == pytest.approx(r2_score(actual, predicted))
    assert found["loss"] == pytest.approx(float(np.square(truth - guess).mean()))


def test_that_many_rows_are_reduced_on_the_way_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    raw, target = torch.randn(500, 2), torch.randint(2, (500, 1))
    whole = collect(Measures(Objective("classification", [PAIR])), raw, target, 500)
    monkeypatch.setattr(measures, "BUFFERED", 64)
    assert collect(Measures(Objective("classification", [PAIR])), raw, target, 7) == pytest.approx(whole)


def test_that_an_epoch_does_not_remember_the_one_before() -> None:
    found = Measures(Objective("classification", [PAIR]))
    right, labels = torch.tensor([[0.0, 9.0]] * 4), torch.ones(4, 1, dtype=torch.int64)
    assert collect(found, -right, labels, 4)["accuracy"] == 0.0
    assert collect(found, right, labels, 4)["accuracy"] == 1.0
    assert found.compute() == {}


def test_that_what_is_not_defined_is_left_out() -> None:
    found = collect(
        Measures(Objective("classification", [PAIR])), torch.randn(5, 2), torch.ones(5, 1, dtype=torch.int64), 5
    )
    assert "auroc" not in found
    assert auroc(torch.tensor([0.1, float("nan")]), torch.tensor([0, 1])) is None
    constant = collect(
        Measures(Objective("regression", [TargetEncoding(name="x")])), torch.randn(5, 1), torch.full((5, 1), 3.0), 5
    )
    assert "r2" not in constant


def test_that_class_weights_make_classes_count_alike() -> None:
    target = torch.tensor([[0]] * 90 + [[1]] * 10)
    weights = balanced_weights(target, [2])
    assert weights[0].tolist() == pytest.approx([100 / 180, 100 / 20])
    objective = Objective("classification", [PAIR], weights)
    raw = torch.randn(100, 2)
    sums = objective.sums(raw, target)
    assert float(sums[0, 0] / sums[0, 1]) == pytest.approx(float(objective.loss(raw, target)), rel=1e-5)


def test_that_a_mixtures_loss_is_its_density() -> None:
    objective = Objective("regression", [TargetEncoding(name="x")])
    pi, sigma, mu = torch.randn(20, 3), torch.rand(20, 3) + 0.1, torch.randn(20, 3)
    target = torch.randn(20, 1)
    mixture = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=pi), torch.distributions.Normal(mu, sigma)
    )
    raw = objective.raw({"pi": pi, "sigma": sigma, "mu": mu})
    assert objective.loss(raw, target).item() == pytest.approx(-mixture.log_prob(target[:, 0]).mean().item(), rel=1e-4)
    assert torch.allclose(objective.values(raw)[:, 0], mixture.mean, atol=1e-5)


def test_that_a_number_that_was_scaled_is_told_as_it_was() -> None:
    target = TargetEncoding(name="stars", mean=2.4867, scale=1.7123)
    for number in (0.0, 1.0, 5.0, -3.25):
        assert target.value(np.float32((number - target.mean) / target.scale)) == number
    assert f"{target.value(np.float32(-target.mean / target.scale)):.4g}" == "0"
