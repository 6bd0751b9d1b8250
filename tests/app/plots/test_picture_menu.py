"""Pictures are saved and copied in one way: at the chosen size, and those of tensors with what they show."""

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QMenu

from app.plots.colour_key import Key, odd_of
from app.plots.picture_menu import Painted, PictureMenu, file_stem
from app.plots.tensor_map import TensorMap
from app.plots.tensor_sheet import body_of, sheet
from app.plots.tensor_window import TilePlace
from app.plots.tile_book import MapScale, MapTile


@pytest.fixture
def map_(qtbot):
    made = TensorMap()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.setPlane(2, 3)
    values = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]], np.float32)
    made.addTile(TilePlace(1, 1, 0, 0), MapTile(values, np.zeros(values.shape, np.uint8)))
    made.setScale(MapScale(0.0, 6.0))
    return made


@pytest.fixture
def made(map_):
    def picture():
        return sheet("layer.weight", ["f32[2, 3]"], body_of(map_, [map_]), [Key(map_.scale(), odd_of(1, 0, 0))])

    return PictureMenu(Painted(picture), "layer.weight [0]", map_)


def chosen(made, name):
    menu = QMenu(made.parent())
    made.addTo(menu)
    menu.findChild(QAction, name).trigger()


def test_that_a_picture_is_saved_and_copied_as_large_as_was_chosen(made, tmp_path, monkeypatch):
    sizes = {}
    for scale in ("1", "4"):
        chosen(made, f"picture.scale{scale}")
        made.save(str(tmp_path / f"{scale}.png"))
        sizes[scale] = QImage(str(tmp_path / f"{scale}.png")).size()
    assert sizes["4"] == sizes["1"] * 4
    assert sizes["1"].width() > 400
    chosen(made, "picture.copy")
    assert QGuiApplication.clipboard().image().size() == sizes["4"]
    chosen(made, "picture.scale2")


def test_that_a_drawing_says_what_it_shows(made, map_, tmp_path):
    made.save(str(tmp_path / "map.svg"))
    drawing = (tmp_path / "map.svg").read_text()
    for text in ("layer.weight", "f32[2, 3]", "−6.00", "NaN 1"):
        assert text in drawing
    assert not map_.isPlain


def test_that_the_dialog_proposes_a_name_and_that_what_cannot_be_written_is_told(made, qtbot, tmp_path, monkeypatch):
    from PySide6.QtWidgets import QFileDialog, QMessageBox

    told = []
    monkeypatch.setattr(QMessageBox, "warning", lambda _parent, _title, text: told.append(text))
    made.save(str(tmp_path / "gone" / "map.png"))
    assert "map.png" in told[0]
    chosen(made, "picture.save")
    dialog = made.parent().findChild(QFileDialog, "picture.dialog")
    assert [name.rpartition("/")[2] for name in dialog.selectedFiles()] == ["layer.weight-0.png"]
    dialog.reject()
    assert file_stem("…/") == "picture"


def test_that_a_wide_text_makes_a_picture_higher_not_cut(map_):
    body = body_of(map_, [map_])
    short, long = (sheet("a", [words], body, []).size for words in ("b", "many words " * 40))
    assert long.width() == short.width() and long.height() > short.height()
    assert isinstance(short, QSize)
