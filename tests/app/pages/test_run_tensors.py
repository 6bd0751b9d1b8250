"""Watching the tensors of a run at work on its page: what can be ticked, what is asked for, and what is seen of it."""

import base64

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QSlider, QTabWidget

from app.pages.run.page import RunPage
from engine.inspecting.blocks import Flag
from engine.runs import Outcome
from engine.runs.taps import (
    HISTORY_FILE,
    LOOK_EVENT,
    LOOK_FILE,
    MOST_TAPS,
    OFFER_EVENT,
    OFFER_FILE,
    Tap,
    TapLayer,
    TapLook,
    TapOffer,
    TapParameter,
    Tapped,
    TapPicture,
    TapWish,
)

WEIGHT, GRADIENT = (Tap(name="body.0.weight", kind=kind) for kind in ("weight", "gradient"))
NOTHING = TapWish()
MADE, WHOLE = (Tap(name=name, kind="activation") for name in ("body.0", ""))


def layers(count=1):
    own = [TapParameter(name="body.0.weight", shape=(2, 3), dtype="float32")]
    own += [TapParameter(name="body.0.scale", shape=(), dtype="float32", learns=False)]
    first = (TapLayer(name="", made="Network"), TapLayer(name="body", made="Sequential"))
    linear = TapLayer(name="body.0", made="Linear", parameters=tuple(own))
    return (*first, linear, *(TapLayer(name=f"body.{place}", made="ReLU") for place in range(1, count)))


def text_of(numbers, dtype="<f2"):
    return base64.b64encode(np.asarray(numbers, dtype).tobytes()).decode()


def seen(tap, top, flags=""):
    """A tensor of 130 × 3 numbers in tiles of three rows."""
    means = np.linspace(-0.5, 0.5, 44 * 3)
    picture = TapPicture(
        rows=130, columns=3, down=3, across=1, bound=2 * top, mean=text_of(means), extreme=text_of(-means), flags=flags
    )
    counts = (10, 0, 20)
    return Tapped(
        tap=tap, shape=(130, 3), dtype="float32", low=-top, high=top, mean=0.0, std=1.0, counts=counts, picture=picture
    )


@pytest.fixture
def told(engine, samples):
    """Makes a run at work that offers its layers, and tells looks of it."""

    class Told:
        run = samples.running()
        folder = engine.store.run_folder(run)
        looks: tuple[TapLook, ...] = ()

        def offer(self, wish=NOTHING, count=1):
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / OFFER_FILE).write_text(TapOffer(layers=layers(count), wish=wish).model_dump_json())
            engine.store.append(self.run, events=[(1.0, OFFER_EVENT, {})])
            engine.tell()

        def look(self, step, *tensors, absent=()):
            one = TapLook(epoch=step / 10, step=step, time=1.0, tensors=tensors, absent=absent)
            (self.folder / LOOK_FILE).write_text(one.model_dump_json())
            with (self.folder / HISTORY_FILE).open("a") as file:
                file.write(one.model_dump_json() + "\n")
            engine.store.append(self.run, events=[(1.0, LOOK_EVENT, {})])
            engine.tell()

    return Told()


@pytest.fixture
def page(engine, shown, told):
    page = shown(RunPage(engine), 1200, 760)
    page.setRun(told.run)
    tabs = page.findChild(QTabWidget, "run.tabs")
    tabs.setCurrentWidget(page._tensors)
    return page


def tick(page, tap, state=Qt.CheckState.Checked):
    page._tensors.tree.item(tap).setCheckState(("weight", "gradient", "activation").index(tap.kind) + 1, state)


def test_that_what_is_ticked_is_asked_for_and_only_of_a_run_at_work(page, engine, told):
    tree, empty = page._tensors.tree, page.findChild(QLabel, "run.tensors.empty")
    assert tree.isHidden() and empty.text() == "The layers appear here when the training begins."
    told.offer()
    assert tree.isVisible() and empty.text().startswith("Tick a weight")
    assert tree.names() == ["", "body", "body.0", "body.0.weight", "body.0.scale"]
    assert set(tree._ticks) >= {WEIGHT, GRADIENT, MADE, WHOLE}
    assert Tap(name="body.0.scale", kind="gradient") not in tree._ticks  # it does not learn
    page.findChild(QComboBox, "run.tensors.rate").setCurrentIndex(0)
    tick(page, GRADIENT)
    tick(page, WHOLE)
    assert engine.wished[-1] == ("tap", told.run, TapWish(taps=(WHOLE, GRADIENT), every=1.0))
    told.offer(TapWish(taps=(GRADIENT,), every=1.0))  # what the run heeded before it heard of the second tick
    assert tree.wish().taps == (WHOLE, GRADIENT)
    told.offer(TapWish(taps=(WHOLE, GRADIENT), every=1.0))
    told.offer(TapWish(taps=(WEIGHT,), every=30.0))  # somebody else wished
    assert tree.wish() == TapWish(taps=(WEIGHT,), every=30.0)
    page.findChild(QPushButton, "run.tensors.none").click()
    assert engine.wished[-1] == ("tap", told.run, TapWish(every=30.0))
    engine.store.finish(told.run, Outcome.finished())
    engine.tell()
    assert tree.isHidden() and empty.text() == "No tensor was watched while this run was at work."


def test_that_a_layer_is_found_by_a_part_of_its_name_and_too_many_ticks_are_refused(page, told, qtbot):
    told.offer(count=MOST_TAPS + 2)
    page.findChild(QLineEdit, "run.tensors.search").setText("WEIGHT")
    assert page._tensors.tree.names()[:4] == ["", "body", "body.0", "body.0.weight"]
    assert page._tensors.tree._ticks[Tap(name="body.1", kind="activation")].isHidden()
    for place in range(MOST_TAPS):
        tick(page, Tap(name=f"body.{place}", kind="activation"))
    with qtbot.waitSignal(page.told) as heard:
        tick(page, WEIGHT)
    assert heard.args == [f"At most {MOST_TAPS} tensors are watched at once."]
    assert len(page._tensors.tree.wish().taps) == MOST_TAPS


def test_that_looks_are_drawn_and_can_be_gone_back_to(page, told):
    told.offer(TapWish(taps=(WEIGHT,)))
    told.look(20, seen(WEIGHT, 1.0))
    odd = np.zeros((44, 3), np.uint8)
    odd[43, 2] = Flag.NAN
    told.look(40, seen(WEIGHT, 4.0, text_of(odd, np.uint8)).model_copy(update={"nan": 1}), absent=(MADE,))
    weight, made = page._tensors.cards()
    assert weight.texts()[:3] == (
        "weight   ·   float32   ·   130 × 3",
        "smallest −4     largest 4     mean 0     standard deviation 1",
        "1 NaN",
    )
    assert made.texts()[1] == "This step did not use it."
    weight.draw()
    assert [spread.step for spread in weight.pictures().spreads._spreads] == [20, 40]
    assert weight.pictures().spreads.numbers()[1][3] == (40, -4.0, pytest.approx(-4 / 3), 10)
    weight.pictures().map.cellPointed.emit((43, 2))
    assert weight.texts()[3] == "[129, 2]   mean 4.00"
    shown = page.findChild(QComboBox, "run.tensors.shown")
    shown.setCurrentIndex(1)
    shown.activated.emit(1)
    weight.draw()
    assert weight.texts()[3] == "colours reach ±4.00"
    weight.pictures().map.cellPointed.emit((43, 2))
    assert weight.texts()[3] == "[129, 2]   farthest from zero −4.00"
    slider, place = page.findChild(QSlider, "run.tensors.look"), page.findChild(QLabel, "run.tensors.place")
    assert place.text() == "step 40 · epoch 4"
    slider.setValue(0)
    assert place.text() == "step 20 · epoch 2"
    assert [card.tap for card in page._tensors.cards()] == [WEIGHT]
    told.look(60, seen(WEIGHT, 2.0))  # who went back stays there
    assert slider.maximum() == 2 and place.text() == "step 20 · epoch 2"


def test_that_attention_is_offered_where_there_is_some_and_shown_head_by_head(page, told):
    told.offer()
    tree = page._tensors.tree.tree
    assert tree.isColumnHidden(4)
    tap = Tap(name="body.0", kind="attention")
    offered = tuple(layer.model_copy(update={"attends": layer.name == "body.0"}) for layer in layers())
    page._tensors.setOffer(TapOffer(layers=offered, wish=TapWish(taps=(tap,))))
    assert not tree.isColumnHidden(4) and page._tensors.tree.wish().taps == (tap,)
    heads = [np.full((3, 2), share) for share in (0.5, 0.25)]
    pictures = [TapPicture(rows=3, columns=2, down=1, across=1, bound=1.0, mean=text_of(head)) for head in heads]
    found = Tapped(tap=tap, shape=(2, 3, 2), dtype="float32", low=0.25, high=0.5, heads=tuple(pictures), every=4)
    told.look(20, found)
    (card,) = page._tensors.cards()
    assert card.texts()[0] == "attention   ·   first example   ·   2 heads, 3 places look at 2"
    assert card.texts()[1].endswith("(mean, deviation and pictures: 1 number in 4)")
    card.draw()
    assert card.texts()[3].startswith("colours reach 0.500 ")
    card.pictures().map.cellPointed.emit((2, 1))
    assert card.texts()[3] == "place 2 looks at place 1: 0.500"
    page.findChild(QSlider, f"{card.objectName()}.head").setValue(1)
    card.pictures().map.cellPointed.emit((2, 1))
    assert card.texts()[3] == "place 2 looks at place 1: 0.250"


def test_that_what_comes_while_another_tab_is_open_is_drawn_when_the_user_comes(page, told):
    tabs = page.findChild(QTabWidget, "run.tabs")
    tabs.setCurrentWidget(page._live)
    told.look(20, seen(WEIGHT, 1.0))
    assert not page._tensors.cards()
    tabs.setCurrentWidget(page._tensors)
    assert [card.tap for card in page._tensors.cards()] == [WEIGHT]
