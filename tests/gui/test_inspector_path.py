"""The inspector in the real window over a real lab: a file is opened, a NaN gone to, two files compared, a bad one told."""

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file


def test_that_files_of_tensors_are_looked_into_and_compared(tmp_path: Path, user: Any) -> None:
    first = {"layer.weight": np.random.default_rng(0).normal(size=(300, 400)).astype(np.float32)}
    second = {"layer.weight": first["layer.weight"].copy()}
    second["layer.weight"][250, 31] = np.nan
    for name, tensors in (("before", first), ("after", second)):
        save_file(tensors, tmp_path / f"{name}.safetensors")
    window = user.open_window()
    window.showTensors()
    window.tensors.showInspector()
    inspector = window.tensors.inspector
    inspector.openPaths([tmp_path / "before.safetensors"])
    user.until(inspector.pane.map.isVisible)
    inspector.openPaths([tmp_path / "after.safetensors"])
    user.until(lambda: len(inspector.shelf()) == 2)
    user.press(window, "tensors.inspector.next")
    user.until(lambda: inspector.pane.map.pinned() == (250, 31))
    user.until(lambda: "[250, 31] = nan" in inspector.pane.place.told())
    user.until(inspector.pane.map.isComplete)
    inspector.compare(*inspector.shelf())
    user.until(lambda: inspector.gaps.told() == "1 of 1 tensors differ.")
    (tmp_path / "evil.pt").write_bytes(b"\x80\x02cos\nsystem\nq\x00.")
    inspector.openPaths([tmp_path / "evil.pt"])
    user.until(lambda: "would run code" in inspector.problem())
    window.close()
