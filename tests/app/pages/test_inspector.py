"""The inspector over a lab that answers in this process: open, look, slice, compare, and files that cannot be read."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QSlider
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from app.pages.tensors.inspected import Stats
from app.pages.tensors.inspector import Inspector
from app.pages.tensors.scale_bar import ColourKey, scale_of
from app.plots.export import save_picture
from app.plots.tile_book import MapScale
from engine.jobs import inspector_requests as lab
from engine.jobs.lab import sentence
from engine.jobs.requests import Call
from engine.runs import RunStore
from tests.app.pages.tensor_lab import sent


class LabHere(QObject):
    """The part of EngineThread that labs are asked through; what is asked is answered a moment later, in this process."""

    answered = Signal(int, object)
    failed = Signal(int, str)
    progressed = Signal(int, object)

    def __init__(self, workspace: Path) -> None:
        super().__init__()
        self.workspace = workspace
        self.methods: list[str] = []
        self._tickets = itertools.count(1)
        self._cancelled: set[int] = set()

    def ask(self, _lab: str, method: str, params: dict[str, Any]) -> int:
        ticket = next(self._tickets)
        self.methods.append(method)
        QTimer.singleShot(0, self, lambda: self._answer(ticket, method, json.loads(json.dumps(params))))
        return ticket

    def cancel(self, ticket: int) -> None:
        self._cancelled.add(ticket)

    def _answer(self, ticket: int, method: str, params: dict[str, Any]) -> None:
        if ticket in self._cancelled:
            return
        call = Call(self.workspace, lambda value: self.progressed.emit(ticket, sent(value)), lambda: False)
        try:
            value = lab.METHODS[method](call, **params)
        except Exception as error:
            self.failed.emit(ticket, sentence(error))
        else:
            self.answered.emit(ticket, sent(value))


@pytest.fixture
def engine(workspace: Path) -> LabHere:
    return LabHere(workspace)


@pytest.fixture
def inspector(engine: LabHere, qtbot: QtBot) -> Inspector:
    page = Inspector(engine)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    return page


@pytest.fixture
def settled(inspector: Inspector, qtbot: QtBot) -> Callable[[], None]:
    """Wait until a picture is whole and all is known of it."""

    def wait() -> None:
        qtbot.waitUntil(lambda: inspector.pane.map.isComplete() and inspector.pane.stats.texts()["count"] != "…")

    return wait


@pytest.fixture
def open_(inspector: Inspector, settled: Callable[[], None], qtbot: QtBot) -> Callable[[Path], None]:
    """Open a file and wait for its first tensor."""

    def open_one(path: Path) -> None:
        with qtbot.waitSignal(inspector.opened):
            inspector.openPaths([path])
        settled()

    return open_one


def label(inspector: Inspector, name: str) -> str:
    found = inspector.findChild(QLabel, f"tensors.inspector.{name}")
    assert found is not None
    return found.text()


def cube(path: Path) -> Path:
    """4 × 5 × 6 numbers with a NaN."""
    array = np.arange(120, dtype=np.float32).reshape(4, 5, 6)
    array[2, 3, 1] = np.nan
    np.save(path, array)
    return path


def test_that_a_file_is_opened_and_its_tensor_drawn(inspector: Inspector, open_: Any, tmp_path: Path) -> None:
    open_(cube(tmp_path / "cube.npy"))
    assert inspector.tree.names() == ["cube"]
    assert inspector.pane.axes.plane().model_dump() == {"rows": 1, "columns": 2, "at": (0, 0, 0)}
    assert label(inspector, "about").startswith("f32[4, 5, 6]   ·   480 B")
    assert inspector.pane.stats.texts()["high"] == "29"


def test_that_the_slider_goes_to_another_slice_and_its_statistics(
    inspector: Inspector, open_: Any, settled: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    open_(cube(tmp_path / "cube.npy"))
    slider = inspector.findChild(QSlider, "tensors.inspector.axis.0.slider")
    assert slider is not None
    slider.setValue(3)
    qtbot.waitUntil(lambda: inspector.pane.stats.texts()["high"] == "119")
    rows = inspector.findChild(QComboBox, "tensors.inspector.rows")
    assert rows is not None
    rows.setCurrentIndex(rows.findData(0))
    rows.activated.emit(rows.currentIndex())
    settled()
    assert inspector.pane.axes.plane().model_dump() == {"rows": 0, "columns": 2, "at": (3, 0, 0)}


def test_that_play_goes_through_the_slices(inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path) -> None:
    open_(cube(tmp_path / "cube.npy"))
    play = inspector.findChild(QAbstractButton, "tensors.inspector.axis.0.play")
    assert play is not None
    play.click()
    qtbot.waitUntil(lambda: inspector.pane.axes.plane().at[0] >= 2)
    play.click()


def test_that_one_goes_to_the_next_nan_in_another_slice(
    inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    open_(cube(tmp_path / "cube.npy"))
    button = inspector.findChild(QAbstractButton, "tensors.inspector.next")
    assert button is not None
    qtbot.waitUntil(button.isEnabled)
    button.click()
    qtbot.waitUntil(lambda: inspector.pane.map.pinned() == (3, 1))
    assert inspector.pane.axes.plane().at[0] == 2
    qtbot.waitUntil(lambda: "[2, 3, 1] = nan" in inspector.pane.place.told())
    assert "storage offset 79" in inspector.pane.place.told()


def test_that_one_goes_to_the_largest_number_of_the_slice(
    inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    open_(cube(tmp_path / "cube.npy"))
    button = inspector.findChild(QAbstractButton, "tensors.inspector.largest")
    assert button is not None and button.text() == "29"
    button.click()
    qtbot.waitUntil(lambda: inspector.pane.map.pinned() == (4, 5))
    assert inspector.pane.axes.plane().at[0] == 0


def test_that_a_pointed_cell_is_told_exactly(inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path) -> None:
    np.save(tmp_path / "big.npy", np.array([[2**60 + 1, 5]]))
    open_(tmp_path / "big.npy")
    map_ = inspector.pane.map
    x, y = map_.window_().point(0.5, 0.5)
    qtbot.mouseMove(map_, (map_._room().topLeft().toPoint() + QPoint(round(x), round(y))))
    qtbot.waitUntil(lambda: f"[0, 0] = {2**60 + 1}" in inspector.pane.place.told())


def test_that_a_large_tensor_is_first_seen_from_a_few_numbers(
    inspector: Inspector, open_: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("engine.inspecting.picture.SMALL", 1000)
    monkeypatch.setattr("engine.inspecting.picture.MOST_BLOCKS", 2000)
    array = np.random.default_rng(0).normal(size=(700, 900)).astype(np.float32)
    array[333, 444] = np.inf
    np.save(tmp_path / "large.npy", array)
    looks: list[object] = []
    inspector.pane.looking.firstLook.connect(looks.append)
    open_(tmp_path / "large.npy")
    assert len(looks) == 1
    assert inspector.pane.stats.texts()["odd"] == "+∞ 1"


def test_that_two_files_are_compared_and_a_row_shows_the_difference(
    inspector: Inspector, open_: Any, settled: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    first = {"layer.weight": np.ones((3, 4), np.float32), "layer.bias": np.zeros(3, np.float32)}
    second = {"layer.weight": np.ones((3, 4), np.float32), "layer.bias": np.zeros(3, np.float32)}
    second["layer.weight"][1, 2] = 5
    for name, tensors in (("a", first), ("b", second)):
        save_file(tensors, tmp_path / f"{name}.safetensors")
        open_(tmp_path / f"{name}.safetensors")
    left, right = inspector.shelf()
    inspector.compare(left, right)
    qtbot.waitUntil(lambda: inspector.gaps.told() == "1 of 2 tensors differ.")
    top = inspector.gaps.table.topLevelItem(0)
    assert top is not None
    assert [top.text(column) for column in range(3)] == ["layer.weight", "1", "4"]
    inspector.gaps.table.setCurrentItem(top)
    settled()
    qtbot.waitUntil(lambda: "at most by 4 at" in inspector.pane.difference.text())
    assert inspector.pane.stats.texts()["low"] == "−4"
    assert "1 of 12 numbers differ" in inspector.pane.difference.text()
    made = inspector.pane.picture()
    save_picture(made, tmp_path / "map.svg")
    drawing = (tmp_path / "map.svg").read_text()
    assert made.title == "layer.weight: a.safetensors − b.safetensors"
    assert all(words in drawing for words in ("f32[3, 4]", "at most by 4 at [1, 2]"))
    inspector.pane.difference.told.linkActivated.emit("largest")
    assert inspector.pane.map.pinned() == (1, 2)


def test_that_a_layer_is_compared_over_the_checkpoints_of_a_run(
    inspector: Inspector, settled: Any, qtbot: QtBot, workspace: Path, spec_of: Any
) -> None:
    with RunStore(workspace) as store:
        run = store.create_run(spec_of("my run"))
        folder = store.run_folder(run.id) / "checkpoints"
    folder.mkdir(parents=True)
    for epoch in (1, 2, 3):
        save_file({"layer.weight": np.full((2, 3), float(epoch), np.float32)}, folder / f"epoch={epoch}.safetensors")
        (folder / f"epoch={epoch}.json").write_text(json.dumps({"epoch": epoch, "step": epoch}), encoding="utf-8")
    with qtbot.waitSignal(inspector.opened):
        inspector.openRun(run.id, "my run")
    settled()
    assert inspector.shelf()[0].title == "my run · all 3 checkpoints"
    assert inspector.pane.axes.plane().at[0] == 2  # the newest first
    assert inspector.pane.stats.texts()["mean"] == "3"
    slider = inspector.findChild(QSlider, "tensors.inspector.axis.0.slider")
    assert slider is not None
    slider.setValue(0)
    qtbot.waitUntil(lambda: inspector.pane.stats.texts()["mean"] == "1")
    trend = inspector.pane._trend
    qtbot.waitUntil(lambda: len(trend.points()) == 3 + 3 + 2)
    inspector.bar.runs.aboutToShow.emit()
    assert [action.text() for action in inspector.bar.runs.actions()] == ["Looking for runs …"]
    qtbot.waitUntil(lambda: [action.text() for action in inspector.bar.runs.actions()] == ["my run"])


def test_that_parts_of_complex_numbers_are_offered(
    inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    np.save(tmp_path / "c.npy", np.array([[3 + 4j, 1j]]))
    open_(tmp_path / "c.npy")
    assert inspector.pane.stats.texts()["high"] == "5"
    part = inspector.findChild(QComboBox, "tensors.inspector.part")
    assert part is not None and part.isVisible()
    part.setCurrentIndex(part.findData("imag"))
    part.activated.emit(part.currentIndex())
    qtbot.waitUntil(lambda: inspector.pane.stats.texts()["high"] == "4")


@pytest.mark.parametrize(
    "array", [np.float32(5), np.arange(7), np.empty((0, 3)), np.array([[np.nan]]), np.ones((1, 1, 2, 3)) > 0]
)
def test_that_any_shape_can_be_looked_at(
    inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path, array: Any
) -> None:
    np.save(tmp_path / "a.npy", array)
    open_(tmp_path / "a.npy")
    assert inspector.pane.stats.texts()["count"] == str(np.size(array))
    assert not inspector.problem()


def test_that_a_bad_file_is_told_in_a_sentence_and_the_page_keeps_its_state(
    inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    open_(cube(tmp_path / "cube.npy"))
    (tmp_path / "evil.pkl").write_bytes(b"\x80\x02cos\nsystem\nq\x00.")
    inspector.openPaths([tmp_path / "evil.pkl"])
    qtbot.waitUntil(lambda: "would run code" in inspector.problem())
    assert inspector.tree.names() == ["cube"]
    assert inspector.pane.map.isComplete()


def test_that_a_file_that_changed_can_be_opened_again(
    inspector: Inspector, open_: Any, settled: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    path = cube(tmp_path / "cube.npy")
    open_(path)
    np.save(path, np.full((4, 5, 6), 7.0))
    inspector.tree.search.setText("nothing")
    slider = inspector.findChild(QSlider, "tensors.inspector.axis.0.slider")
    assert slider is not None
    slider.setValue(1)
    qtbot.waitUntil(lambda: "changed while it was open" in inspector.problem())
    again = inspector.findChild(QAbstractButton, "tensors.inspector.again")
    assert again is not None
    with qtbot.waitSignal(inspector.opened):
        again.click()
    settled()
    assert inspector.pane.stats.texts()["high"] == "7"
    assert not inspector.problem()


def test_that_the_line_of_a_cell_is_cleared_when_its_file_fails(
    inspector: Inspector, open_: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    path = cube(tmp_path / "cube.npy")
    open_(path)
    inspector.pane.place.showIndex((0, 1, 1))
    qtbot.waitUntil(lambda: "[0, 1, 1] = " in inspector.pane.place.told())
    np.save(path, np.full((4, 5, 6), 7.0))
    inspector.pane.place.showIndex((1, 2, 2))
    qtbot.waitUntil(lambda: "changed while it was open" in inspector.problem())
    qtbot.waitUntil(lambda: inspector.pane.place.told().startswith("Point at a cell"))
    inspector.pane.map.cellPointed.emit((3, 3))
    assert inspector.pane.place.told().startswith("[1, 3, 3]")
    qtbot.waitUntil(lambda: inspector.pane.place.told().startswith("Point at a cell"))


def test_that_dropped_files_are_opened(inspector: Inspector, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(cube(tmp_path / "cube.npy")))])
    where = inspector.rect().center().toPointF()
    drop = QDropEvent(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(inspector.opened):
        inspector.dropEvent(drop)


def test_that_names_are_found_and_groups_of_one_are_merged(
    inspector: Inspector, open_: Any, settled: Any, tmp_path: Path
) -> None:
    names = ["encoder.layer.0.weight", "encoder.layer.0.bias", "decoder.out.weight"]
    save_file({name: np.ones(2, np.float32) for name in names}, tmp_path / "m.safetensors")
    open_(tmp_path / "m.safetensors")
    (file,) = inspector.tree.model.root.children
    assert [node.texts[0] for node in file.children] == ["decoder.out.weight", "encoder.layer.0"]
    inspector.tree.search.setText("bias")
    assert inspector.tree.names() == ["encoder.layer.0.bias"]


def test_that_the_rows_of_a_folded_checkpoint_are_made_when_it_is_unfolded(
    inspector: Inspector, settled: Any, tmp_path: Path, qtbot: QtBot, qtmodeltester: Any
) -> None:
    path = tmp_path / "m.safetensors"
    save_file({f"a.{place}.w": np.ones(2, np.float32) for place in range(3)}, path)
    with qtbot.waitSignal(inspector.opened):
        inspector.openPaths([path])
    (file,) = inspector.shelf()
    folded = replace(file, title="run · one", group="run")
    inspector.tree.setShelf([replace(folded, title="run · all", over=(path,)), folded])
    assert inspector.tree.names() == ["a.0.w", "a.1.w", "a.2.w"]
    inspector.tree.choose(folded, "a.1.w")
    assert len(inspector.tree.names()) == 6
    assert inspector.pane.opened() == folded
    qtmodeltester.check(inspector.tree.model, force_py=True)


def test_that_the_key_tells_the_ends_of_a_narrow_range_apart(qtbot: QtBot) -> None:
    stats = Stats(9, 9, 0, 0, 0, 1000.0, 1000.2, 1000.1, 0.1)
    assert scale_of(stats, "zero", False) == MapScale(0, 1000.2, 0)
    key = ColourKey()
    qtbot.addWidget(key)
    key.setScale(scale_of(stats, "range", False))
    assert key.texts() == ["1000", "1000.05", "1000.1", "1000.15", "1000.2"]
    key.setScale(MapScale(0, 2.5, 0))
    assert key.texts() == ["−2.50", "−1.25", "0", "1.25", "2.50"]


def test_that_a_closed_file_leaves_and_another_is_shown(inspector: Inspector, open_: Any, tmp_path: Path) -> None:
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", np.ones((2, 2)))
        open_(tmp_path / f"{name}.npy")
    first, second = inspector.shelf()
    inspector.pane.subtract(first, "a")
    inspector._close(first)
    assert inspector.pane.opened() == second and inspector.pane.difference.minus() is None
    inspector._close(second)
    assert inspector.tree.names() == [] and inspector.pane.source() is None
