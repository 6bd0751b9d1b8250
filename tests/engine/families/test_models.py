"""Every model of the catalogue trains on a small table and predicts the same after a reload."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from engine.families.supervised.objective import Objective
from engine.families.tabular import network
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.library import CONFIGS
from engine.families.tabular.task import penalty
from engine.families.tabular.trained import TrainedModel, rows_at_once
from engine.spec import ModelSpec, PretrainSpec, Roles, RunSpec, TabularSpec
from engine.training.failures import RunFailed

Make = Callable[..., RunSpec]
SMALL: dict[str, dict[str, Any]] = {
    "category_embedding": {"layers": "8", "use_batch_norm": True, "dropout": 0.1},
    "autoint": {"attn_embed_dim": 4, "num_attn_blocks": 1, "embedding_dim": 4},
    "danet": {"n_layers": 2, "abstlay_dim_1": 4, "k": 2},
    "ft_transformer": {"input_embed_dim": 8, "num_heads": 2, "num_attn_blocks": 1},
    "gandalf": {"gflu_stages": 1},
    "gate": {"gflu_stages": 1, "num_trees": 2, "tree_depth": 2},
    "node": {"num_trees": 4, "depth": 2, "num_layers": 1},
    "tab_transformer": {"input_embed_dim": 8, "num_heads": 2, "num_attn_blocks": 1},
    "tabnet": {"n_d": 4, "n_a": 4, "n_steps": 2},
    "mdn": {"head_config": {"num_gaussian": 3}, "backbone_config_params": {"layers": "8"}},
    "stacking": {
        "model_configs": [
            {"name": "category_embedding", "params": {"layers": "8"}},
            {"name": "node", "params": {"num_trees": 4, "depth": 2}},
            "gandalf",
        ]
    },
}
TARGETS = {"classification": ("kind", "colour"), "regression": ("price", "b")}
CASES = [
    (name, task, several)
    for name in SMALL
    for task in ("classification", "regression")
    for several in (False, True)
    if name != "mdn" or (task == "regression" and not several)
]


def specified(make_spec: Make, name: str, task: str, several: bool = False, **parts: Any) -> RunSpec:
    spec = make_spec(task, model=ModelSpec(name=name, params=SMALL[name]), **parts)
    if not several:
        return spec
    roles = Roles(target=TARGETS[task], continuous=("a",), categorical=("name",), date=("day",))
    return spec.model_copy(update={"data": spec.data.model_copy(update={"roles": roles})})


def train_one_epoch(spec: RunSpec, frame: pd.DataFrame) -> TrainedModel:
    torch.set_num_threads(1)
    encoder = Encoder.fit(frame, np.arange(64), spec)
    model = network.build(spec, encoder)
    tensors = encoder.transform(frame, np.arange(64))
    network.initialise(model, tensors)
    objective, optimizer = Objective.of(encoder), torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for first in range(0, 64, 32):
        batch = tensors.batch(slice(first, first + 32))
        loss = objective.loss(objective.raw(model(batch)), batch["target"])
        extra = penalty(model)
        optimizer.zero_grad()
        (loss if extra is None else loss + extra).backward()
        optimizer.step()
    model.eval()
    return TrainedModel(spec, encoder, model)


def test_that_the_cases_cover_every_model() -> None:
    assert set(SMALL) == set(CONFIGS)


@pytest.mark.parametrize(("name", "task", "several"), CASES)
def test_that_a_model_learns_and_predicts_the_same_after_a_reload(
    small_frame: pd.DataFrame, make_spec: Make, tmp_path: Path, name: str, task: str, several: bool
) -> None:
    spec = specified(make_spec, name, task, several)
    trained = train_one_epoch(spec, small_frame)
    tensors = trained.encoder.transform(small_frame)
    predictions = trained.predict(tensors)
    trained.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.safetensors", "model.json"}
    again = TrainedModel.load(tmp_path).predict(tensors)
    if task == "classification":
        for one, other, encoding in zip(predictions, again, trained.encoder.targets, strict=True):
            assert one.shape == (240, len(encoding.classes))
            assert np.allclose(one.sum(axis=1), 1)
            assert np.array_equal(one, other)
    else:
        assert np.asarray(predictions).shape == (240, 2 if several else 1)
        assert np.array_equal(np.asarray(predictions), np.asarray(again))
        assert np.isfinite(np.asarray(predictions)).all()


@pytest.mark.parametrize(
    "roles", [{"continuous": ("a", "b")}, {"categorical": ("colour",)}], ids=["numbers", "categories"]
)
@pytest.mark.parametrize("name", SMALL)
def test_that_a_model_takes_inputs_of_one_kind(
    small_frame: pd.DataFrame, make_spec: Make, name: str, roles: dict[str, Any]
) -> None:
    spec = specified(make_spec, name, "regression")
    spec = spec.model_copy(update={"data": spec.data.model_copy(update={"roles": Roles(target=("price",), **roles)})})
    trained = train_one_epoch(spec, small_frame)
    assert np.isfinite(np.asarray(trained.predict(trained.encoder.transform(small_frame)))).all()


@pytest.mark.parametrize("noise", ["swap", "zero"])
def test_that_a_denoising_autoencoder_becomes_a_model(
    small_frame: pd.DataFrame, make_spec: Make, tmp_path: Path, noise: str
) -> None:
    tabular = TabularSpec(pretrain=PretrainSpec.model_validate({"enabled": True, "noise_strategy": noise}))
    trained = train_one_epoch(make_spec(tabular=tabular), small_frame)
    tensors = trained.encoder.transform(small_frame)
    trained.save(tmp_path)
    assert np.array_equal(trained.predict(tensors)[0], TrainedModel.load(tmp_path).predict(tensors)[0])


def test_that_the_seed_decides_the_first_weights_and_nothing_else_does(
    small_frame: pd.DataFrame, make_spec: Make
) -> None:
    spec = make_spec()
    encoder = Encoder.fit(small_frame, np.arange(64), spec)
    one = network.build(spec, encoder).state_dict()
    torch.rand(7)
    np.random.rand(7)
    other = network.build(spec, encoder).state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    seeded = spec.model_copy(update={"trainer": spec.trainer.model_copy(update={"seed": 1})})
    third = network.build(seeded, encoder).state_dict()
    assert any(not torch.equal(one[name], third[name]) for name in one)


def test_that_building_leaves_no_file_and_no_word_behind(
    small_frame: pd.DataFrame,
    make_spec: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("node", "danet", "tabnet"):
        train_one_epoch(specified(make_spec, name, "classification"), small_frame)
    assert list(tmp_path.iterdir()) == []
    heard = capfd.readouterr()
    assert heard.out == "" and heard.err == ""


REFUSED = [
    ("category_embedding", {"layerz": "8"}, "layerz"),
    ("category_embedding", {"initialization": "magic"}, "magic"),
    ("category_embedding", {"layers": "${oc.env:HOME}"}, "not allowed"),
    ("category_embedding", {"embedding_dims": [3, 4, 5]}, "3 entries for 1"),
    ("tabnet", {"grouped_features": [["absent"]]}, "absent"),
    ("stacking", {"model_configs": ["tab_transformer"]}, "cannot be stacked"),
    ("mdn", {}, "exactly one number"),
    ("no_such_model", {}, "no model"),
]


@pytest.mark.parametrize(("name", "params", "words"), REFUSED)
def test_that_parameters_that_make_no_model_are_refused_in_words(
    small_frame: pd.DataFrame, make_spec: Make, name: str, params: dict[str, Any], words: str
) -> None:
    spec = make_spec(model=ModelSpec(name=name, params=params))
    with pytest.raises(RunFailed, match=words):
        network.build(spec, Encoder.fit(small_frame, np.arange(64), spec))


def test_that_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="no saved model"):
        TrainedModel.load(tmp_path)


def test_that_attention_over_many_columns_takes_fewer_rows_at_once(make_spec: Make, small_frame: pd.DataFrame) -> None:
    wide = pd.concat([small_frame, pd.DataFrame(0.0, small_frame.index, [f"x{i}" for i in range(400)])], axis=1)
    roles = Roles(target=("kind",), continuous=tuple(f"x{i}" for i in range(400)))
    spec = specified(make_spec, "ft_transformer", "classification")
    spec = spec.model_copy(update={"data": spec.data.model_copy(update={"roles": roles})})
    encoder = Encoder.fit(wide, np.arange(64), spec)
    assert 1 <= rows_at_once(spec, encoder) < 200
    assert rows_at_once(make_spec(), encoder) == 4096
