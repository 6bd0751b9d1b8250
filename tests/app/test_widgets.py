"""Numbers with their nouns, and the widgets that several pages use."""

import pytest

from app.amounts import count, counted
from app.pages.data import wording
from app.widgets import ElidedLabel


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (7710, "7,710 rows"), ([1], "1 row")]
)
def test_that_one_of_a_kind_is_not_written_in_the_plural(number, told):
    assert counted(number, "{0} row", "{0} rows") == told


def test_that_thousands_are_written_alike_everywhere(qapp):
    assert count(7710) == wording.figure(7710) == "7,710"
    assert wording.shape(1, 12_000) == "1 row × 12,000 columns"


def test_that_a_line_without_room_ends_in_an_ellipsis_and_is_told_in_full(qtbot):
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("The model of epoch 3 is kept")
    label.resize(400, 24)
    label.show()
    assert not label.isCut() and label.toolTip() == ""
    label.resize(60, 24)
    assert label.isCut() and label.toolTip() == "The model of epoch 3 is kept"
    assert not label.grab().isNull()
