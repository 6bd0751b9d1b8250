"""The words of a run of word2vec on the Run page: a map that stays legible, a search that lights neighbours, judgements."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from app.pages.run.results_tab import ResultsTab

WORDS = 20_000


@pytest.fixture
def tab(shown):
    made = shown(ResultsTab(), 1000, 700)
    made.wished = []
    made.asked.connect(lambda method, params: made.wished.append((method, params)))
    evaluation = {"task": "word2vec", "split": "test", "rows": 40, "metrics": {"test": {"loss": 2.1}}}
    made.setEvaluation(evaluation)
    return made


@pytest.fixture
def words(tab):
    """The map with as many words as are found in a long text."""
    places = np.random.default_rng(0).normal(size=(WORDS, 2))
    names = [f"w{place}" for place in range(WORDS)]
    tab.take(
        "word_map", {"words": names, "counts": [1] * WORDS, "x": places[:, 0].tolist(), "y": places[:, 1].tolist()}
    )
    return tab._view.words


def test_that_names_are_thinned_and_the_most_frequent_come_first(tab, words):
    assert tab.wished == [("word_map", {})]
    named = words.plot.named()
    assert 20 < len(named) <= 120 and "w0" in named
    rects = [rect for _, rect in words.plot._layer.names(words.plot.places())]
    assert not any(one.intersects(other) for at, one in enumerate(rects) for other in rects[:at])


def test_that_a_found_word_is_shown_with_its_neighbours(tab, words, qtbot):
    search = tab.findChild(QLineEdit, "run.results.words.search")
    search.setText("W77")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert tab.wished[-1] == ("text", {"text": "w77"})
    near = [{"word": "w5", "similarity": 0.9}, {"word": "elsewhere", "similarity": 0.8}]
    tab.take("text", {"task": "word2vec", "text": "w77", "near": near})
    assert [*words.plot.lit] == [77, 5] and {"w77", "w5"} <= {*words.plot.named()}
    assert words.table.model().rowCount() == 2
    tab.take("text", {"task": "word2vec", "text": "w3", "near": near[:1]})
    assert words.table.model().rowCount() == 2, "what was asked before is not shown"
    words.goTo("unheard")
    assert "none of the words" in words.told()


def test_that_a_clicked_word_is_picked(tab, words, qtbot):
    words.goTo("w12")
    area = words.plot.area()
    x, y = words.plot.places()[12]
    viewport = words.plot.view.viewport()
    at = viewport.mapFrom(words.plot, QPoint(round(area.left() + x), round(area.top() + y)))
    tab.wished.clear()
    with qtbot.waitSignal(words.plot.picked) as picked:
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert tab.wished == [("text", {"text": f"w{picked.args[0]}"})]


def test_that_judgements_are_compared_and_failures_told_in_place(tab, words):
    words.compare("/data/wordsim.csv")
    assert tab.wished[-1] == ("word_similarity", {"path": "/data/wordsim.csv"})
    tab.take("word_similarity", {"spearman": 0.4312, "known": 320, "pairs": 353})
    assert words.told() == "Spearman 0.4312: 320 of 353 pairs have words with vectors."
    tab.take("word_similarity", {"spearman": None, "known": 1, "pairs": 353})
    assert "too few" in words.told()
    tab.takeProblem("word_similarity", "Line 2 is no pair.")
    assert words.told() == "Line 2 is no pair."
