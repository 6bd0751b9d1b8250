"""What pre-flight says of memory and time, against what the operations of a real step take."""

import numpy as np
import pytest
import torch

from engine.families.footprint import SPARE_TENTHS, WORKSPACE_BYTES
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import split
from engine.families.forecasting.footprint import footprint as of_series
from engine.families.forecasting.forecaster import build
from engine.families.forecasting.library import quiet
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.running import trainable
from engine.families.forecasting.series import prepare
from engine.families.tabular import library, network, preflight
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.footprint import footprint
from engine.families.tabular.tracing import training_cost
from engine.families.tracing import cost_of
from engine.spec import ModelSpec, TrainerSpec
from engine.training.loader import BatchPlan

SMALL = {
    "category_embedding": {"layers": "64-32"},
    "ft_transformer": {"input_embed_dim": 16, "num_heads": 4, "num_attn_blocks": 2},
    "node": {"num_trees": 32, "depth": 3},
    "gate": {"gflu_stages": 2, "num_trees": 2, "tree_depth": 2},
    "danet": {"n_layers": 4, "abstlay_dim_1": 8},
}


@pytest.mark.parametrize("name", SMALL)
def test_that_the_estimate_of_a_batch_is_what_a_real_one_takes(small_frame, make_spec, name):
    torch.set_num_threads(1)
    spec = make_spec(model=ModelSpec(name=name, params=SMALL[name]), trainer=TrainerSpec(batch_size=96, device="cpu"))
    rows = np.arange(len(small_frame))
    encoder = Encoder.fit(small_frame, rows, spec)
    size, findings = footprint(spec, encoder, len(rows), 0)
    assert findings == ()

    model, tensors = network.build(spec, encoder), encoder.transform(small_frame, rows)
    network.initialise(model, tensors)
    with library.quiet():
        real = training_cost(model, tensors.batch(slice(0, 96)))
    traced = (size.batch_bytes - WORKSPACE_BYTES) * 10 / SPARE_TENTHS
    assert real.peak_bytes / 1.5 <= traced
    if name != "node":  # its first look at the data may take more than a batch
        assert traced <= 1.5 * real.peak_bytes
    assert 0 < size.step_seconds < 60


def test_that_a_large_node_looks_at_fewer_rows_first(small_frame, make_spec):
    rows = np.arange(len(small_frame))
    counts = {}
    for trees, depth in ((32, 3), (1024, 6), (2048, 8)):
        spec = make_spec(model=ModelSpec(name="node", params={"num_trees": trees, "depth": depth, "num_layers": 1}))
        with torch.device("meta"):
            model = network.build(spec, Encoder.fit(small_frame, rows, spec))
        counts[trees] = network.aware_rows(model, 10**6)
        assert network.aware_rows(model, 50) == 50
        assert network.aware_row_bytes(model) * counts[trees] < 8e9
    assert counts[32] == 2000 > counts[1024] > counts[2048] == network.FEWEST_AWARE_ROWS


def test_that_a_slow_model_is_told_with_its_time(workspace, small_frame, snapshot, make_spec, monkeypatch):
    snapshot(small_frame)
    told = [one.text for one in preflight.preflight(workspace, make_spec()).warnings]
    assert not any("An epoch takes" in text for text in told)
    monkeypatch.setattr("engine.families.footprint.SLOW_EPOCH_S", 0.0)
    (slow,) = [one for one in preflight.preflight(workspace, make_spec()).warnings if "An epoch takes" in one.text]
    assert (slow.severity, slow.field) == ("info", "model.params")
    assert "small preset" in slow.fix


@pytest.mark.parametrize(("model", "loss"), [("nhits", "quantile"), ("tft", "quantile"), ("deepar", "normal")])
def test_that_the_estimate_for_series_is_what_a_real_batch_takes(shops, make_shop_spec, model, loss):
    torch.set_num_threads(1)
    spec = make_shop_spec(model, forecasting__loss=loss, trainer__batch_size=48)
    series = trainable(prepare(shops, spec), spec)
    material = Material(spec, series, split(series, spec)[0])
    size = of_series(material, *material.count(material.fold.valid, "validation"))

    forecaster = build(spec, material.recipe)
    x, y = loader_of(material.train, BatchPlan((48,)), None, torch.device("cpu")).take(slice(0, 48))
    tensors = (*forecaster.network.parameters(), *forecaster.network.buffers(), *x.values(), y[0])
    with quiet():
        real = cost_of(lambda: forecaster.loss((x, y)).backward(), tensors)
    traced = (size.batch_bytes - WORKSPACE_BYTES) * 10 / SPARE_TENTHS
    assert real.peak_bytes / 1.5 <= traced
    if model == "nhits":  # the others are judged on more windows at once, or draw samples then
        assert traced <= 4 * real.peak_bytes
    assert size.parameters == sum(one.numel() for one in forecaster.network.parameters())
    assert 0 < size.step_seconds < 60
