"""A run's checkpoints: their order, their tensors' real names, and one layer over all of them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from engine.inspecting.asked import Named, PlaneSpec, Source
from engine.inspecting.checkpoints import checkpoints_of
from engine.inspecting.desk import Desk
from engine.inspecting.unreadable import Unreadable
from engine.training.state import save_state


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder with two checkpoints, the state that it is resumed from and the kept model."""
    kept = tmp_path / "checkpoints"
    kept.mkdir()
    for epoch in (10, 2):
        save_file({"layer.weight": torch.full((2, 3), float(epoch))}, kept / f"epoch={epoch}.safetensors")
        (kept / f"epoch={epoch}.json").write_text(json.dumps({"epoch": epoch, "step": epoch * 5}), encoding="utf-8")
    network = {"network": {"layer.weight": torch.full((2, 3), 11.0)}, "moments": [torch.ones(2), 3]}
    save_state(kept, "last", {}, {"training": network}, 55)
    (tmp_path / "model").mkdir()
    save_file(
        {"layer.weight": torch.full((2, 3), 12.0), "other": torch.ones(2)}, tmp_path / "model" / "model.safetensors"
    )
    return tmp_path


def test_that_checkpoints_come_in_the_order_of_training_and_the_kept_model_last(folder: Path) -> None:
    found = checkpoints_of(folder)
    assert [(one.label, one.epoch, one.step) for one in found] == [
        ("epoch=2", 2, 10),
        ("epoch=10", 10, 50),
        ("last", None, 55),
        ("model · model", None, None),
    ]


def test_that_the_usual_name_of_a_checkpoint_is_written_shorter(tmp_path: Path) -> None:
    for name in ("epoch=005-step=000125", "mine-005"):
        save_file({"w": torch.ones(2)}, tmp_path / f"{name}.safetensors")
    assert {one.label for one in checkpoints_of(tmp_path)} == {"epoch 5 · step 125", "mine-005"}


def test_that_the_model_beside_the_checkpoints_is_called_so(tmp_path: Path) -> None:
    save_file({"weight": torch.ones(2)}, tmp_path / "model.safetensors")
    assert [one.label for one in checkpoints_of(tmp_path)] == ["model"]


def test_that_a_states_tensors_have_the_names_of_its_description(folder: Path) -> None:
    (state,) = (one.path for one in checkpoints_of(folder) if one.label == "last")
    names = {entry.name: entry.shape for entry in Desk().file(state).entries}
    assert names == {"training.network.layer.weight": (2, 3), "training.moments.0": (2,)}


def test_that_a_layer_is_seen_over_all_checkpoints(folder: Path) -> None:
    paths = tuple(one.path for one in checkpoints_of(folder))
    desk = Desk()
    for name in ("layer.weight", "training.network.layer.weight"):
        over = Source(tensor=Named(path=paths[0], name=name), over=paths)
        array = desk.array(over, lambda: False)
        assert array.shape == (4, 2, 3)
        assert array.part((slice(0, 4), 0, 0)).tolist() == [2, 10, 11, 12]
    made = desk.picture(over, PlaneSpec(rows=0, columns=2), lambda: False)
    np.testing.assert_array_equal(made.plane.read(slice(1, 3), slice(0, 1)), [[10], [11]])
    assert made is desk.picture(over, PlaneSpec(rows=0, columns=2), lambda: False)
    with pytest.raises(Unreadable, match="No checkpoint of this run has “nothing”"):
        desk.array(over.model_copy(update={"tensor": Named(path=paths[0], name="nothing")}), lambda: False)


def test_that_a_picture_is_not_shown_once_its_file_changed(tmp_path: Path) -> None:
    desk, path = Desk(), tmp_path / "a.npy"
    np.save(path, np.zeros((2, 2)))
    source = Source(tensor=Named(path=path, name="a"))
    assert desk.picture(source, PlaneSpec(rows=0, columns=1), lambda: False).plane.shape == (2, 2)
    np.save(path, np.zeros((2, 3)))
    with pytest.raises(Unreadable, match="changed while it was open"):
        desk.picture(source, PlaneSpec(rows=0, columns=1), lambda: False)
    desk.open(path)
    assert desk.picture(source, PlaneSpec(rows=0, columns=1), lambda: False).plane.shape == (2, 3)
