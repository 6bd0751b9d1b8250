"""The Train page's Tokens tab, over a stand-in for the labs, which answer when a test says so."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QLabel

from app.pages.train import TrainPage
from app.pages.train.token_chips import TokenChips, runs_leftwards
from app.pages.train.tokenizer_panel import TokenizerPanel
from app.widgets import ElidedLabel
from engine.catalog.text_view import (
    MOST_TYPED,
    Chip,
    Lengths,
    SeenPart,
    SeenSample,
    TextView,
    TokenizerView,
    TypedTokens,
)
from engine.spec import Roles

TYPES = {"review": "text", "verdict": "text"}


def part(*texts, **more):
    return SeenPart(chips=tuple(Chip(text=text, raw=text, id=at) for at, text in enumerate(texts)), **more)


def view(**changes):
    found = {
        "task": "text-classifier",
        "max_length": 128,
        "texts": 100,
        "lengths": Lengths(tokens=(5, 20, 200), texts=(50, 45, 5)),
        "tokenizer": TokenizerView(
            kind="words", vocabulary=7312, allowed=8000, unknown_train=0.0, unknown_valid=0.0004, per_word=1.25
        ),
        "batch": 2,
        "padding": 0.125,
        "samples": (
            SeenSample(parts=(part("a", "good", "film"),), label="good"),
            SeenSample(parts=(part("a", "bad"),), label="bad"),
        ),
    }
    return TextView(**{**found, **changes})


def plain(found):
    return found.model_dump(mode="json")


@pytest.fixture
def page(qtbot, labs, shown):
    page = shown(TrainPage(labs), 1200, 760)
    columns = [{"name": name, "type": kind} for name, kind in TYPES.items()]
    page.setDataset({"id": "d1", "name": "reviews", "rows": 600, "columns": columns}, Roles(target=("verdict",)))
    labs.answer("text_lengths", {"review": 180.0, "verdict": 8.0})
    return page


@pytest.fixture
def tab(page, labs, qtbot):
    page.form.setCurrentWidget(page.form._pages["tokens"])
    qtbot.waitUntil(lambda: bool(labs.of("texts")))
    return page.form.tokens


@pytest.fixture
def full(tab, labs):
    labs.answer("texts", plain(view()))
    return tab


def said(tab, name):
    return tab.findChild(QLabel, f"train.tokens.{name}").text()


def test_that_texts_are_asked_for_only_while_somebody_looks(page, labs, qtbot):
    assert not page._texts._timer.isActive()
    page.form.setCurrentWidget(page.form._pages["tokens"])
    assert "Reading" in said(page.form.tokens, "state")
    qtbot.waitUntil(lambda: bool(labs.of("texts")))


def test_that_a_newer_question_takes_the_place_of_an_older_one(page, tab, labs, qtbot):
    ticket = labs.of("texts")[0][0]
    page._edit("text.tokenizer.vocabulary", 500)
    qtbot.waitUntil(lambda: bool(labs.of("texts")) and labs.of("texts")[-1][0] != ticket)
    assert labs.of("texts")[-1][2]["spec"]["text"]["tokenizer"]["vocabulary"] == 500
    labs.answered.emit(ticket, plain(view(max_length=9)))
    assert said(tab, "state")


def test_that_the_share_that_is_cut_is_told_in_words(full):
    assert said(full, "cut") == "5\u00a0% of the texts are cut at 128 tokens."
    assert "at most 5 tokens, 95 % at most 20, the longest 200" in said(full, "lengths")


def test_that_texts_which_become_several_samples_are_not_called_cut(tab, labs):
    labs.answer("texts", plain(view(cuts=False)))
    assert "become several samples" in said(tab, "cut")


def test_that_the_tokenizers_figures_are_named(full):
    assert said(full, "vocabulary.figure") == "7,312"
    assert said(full, "vocabulary.note") == "of 8,000 allowed"
    assert said(full, "unknown.figure") == "0\u00a0% · < 0.1\u00a0%"


def test_that_both_shares_of_unknown_tokens_have_room_in_a_small_window(qtbot, shown):
    panel = shown(TokenizerPanel(), 510, 200)
    panel.setTokenizer(
        TokenizerView(kind="words", vocabulary=2757, allowed=30_000, unknown_train=0.117, unknown_valid=0.201)
    )
    facts = [panel.findChild(ElidedLabel, f"train.tokens.{name}") for name in ("unknown.figure", "vocabulary.note")]
    assert [fact.text() for fact in facts] == ["11.7\u00a0% · 20.1\u00a0%", "of 30,000 allowed"]
    qtbot.waitUntil(lambda: not any(fact.isCut() for fact in facts))


def test_that_the_limit_is_told_while_it_is_dragged_and_set_when_it_is_let_go(page, full):
    line = full.plot._line
    line.setValue(11)
    line.sigDragged.emit(line)
    assert said(full, "cut") == "50\u00a0% of the texts are cut at 10 tokens."
    assert page.spec().text.max_length == 128
    line.sigPositionChangeFinished.emit(line)
    assert page.spec().text.max_length == 10
    page.history.stack.undo()
    assert full.plot.limit() == page.spec().text.max_length == 128


def test_that_a_limit_beyond_the_longest_text_is_in_sight_where_there_is_room(full):
    full.setView(view(lengths=Lengths(tokens=(5, 60), texts=(50, 50))))
    assert full.plot._line.value() == 128.5
    assert said(full, "cut") == "No text is longer than 128 tokens."


def test_that_a_limit_that_is_refused_goes_back_and_holds_nothing_up(page, full):
    refused = page.spec()
    full.changed.disconnect()  # as where the page refuses a value: the specification stays
    full.plot.chosen.emit(7)
    assert page.spec() == refused
    assert full.plot.limit() == 128
    assert "7 tokens are not possible" in said(full, "cut")


def test_that_a_stream_of_text_has_no_limit_to_drag(page, full):
    page._edit("text.task", "rnn-lm")
    assert full.plot._line is None
    assert not full.findChild(QLabel, "train.tokens.cut").isVisible()
    page._edit("text.task", "text-classifier")
    assert full.plot._line is not None


def test_that_keys_move_the_limit(page, full, qtbot):
    full.plot.setFocus()
    qtbot.keyClick(full.plot, Qt.Key.Key_Left)
    assert page.spec().text.max_length == 127
    qtbot.keyClick(full.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert page.spec().text.max_length == 137


def test_that_one_giant_text_does_not_hide_the_others(tab, labs):
    labs.answer("texts", plain(view(lengths=Lengths(tokens=(5, 20, 4_000_000), texts=(50, 45, 1)))))
    assert tab.plot.beyond() == 1
    assert max(end for _, end, _ in tab.plot.numbers()[1]) < 200
    assert "1 are too long" not in said(tab, "lengths")
    assert "1 is too long to be drawn" in said(tab, "lengths")


def test_that_samples_are_browsed_by_keys(full, qtbot):
    assert said(full, "sample.label") == "Label: good"
    assert "12.5\u00a0%" in said(full, "sample.about")
    qtbot.keyClick(full, Qt.Key.Key_Right)
    assert said(full, "sample.label") == "Label: bad"
    assert said(full, "sample.name") == "Sample 2 of 2"
    qtbot.keyClick(full, Qt.Key.Key_Right)
    qtbot.keyClick(full, Qt.Key.Key_Left)
    assert said(full, "sample.label") == "Label: good"


def test_that_pairs_of_words_are_browsed_by_their_word(full):
    words = (SeenSample(parts=(part("cat", title="center"), part("the", "sat", title="near"))),)
    full.setView(view(task="word2vec", batch=2, samples=words))
    assert said(full, "sample.name") == "Sample 1 of 1"
    assert said(full, "sample.about") == "2 pairs of words; each word guesses those near it."


def test_that_the_place_in_the_batch_stays_when_another_one_comes(full):
    full.samples.nextSample()
    full.setView(view(max_length=64))
    assert full.samples.place() == 1
    full.setView(view(samples=()))
    assert full.samples.place() == 0


def test_that_typed_text_is_shown_as_its_tokens_and_the_last_question_counts(full, labs, qtbot):
    full.tokenizer.field.setPlainText("a")
    full.tokenizer.field.setPlainText("a film 😀")
    qtbot.waitUntil(lambda: bool(labs.of("tokens")))
    assert [params["text"] for _, _, params in labs.of("tokens")] == ["a film 😀"]
    unknown = Chip(text="😀", raw="[UNK]", id=1, kind="unknown")
    found = TypedTokens(part=SeenPart(chips=(*part("a", "film").chips, unknown)), tokens=3)
    labs.answer("tokens", plain(found))
    assert [chip.text for chip in full.tokenizer.chips.part().chips] == ["a", "film", "😀"]
    assert full.tokenizer.said() == "3 tokens · 1 unknown"
    full.tokenizer.field.clear()
    assert not full.tokenizer.chips.part().chips


def test_that_a_pasted_line_of_ten_megabytes_is_clipped_and_says_so(full, labs, qtbot):
    pasted = QMimeData()
    pasted.setText("x" * 10_000_000)
    full.tokenizer.field.insertFromMimeData(pasted)
    assert len(full.tokenizer.field.toPlainText()) == MOST_TYPED
    qtbot.waitUntil(lambda: bool(labs.of("tokens")))
    labs.answer("tokens", plain(TypedTokens(part=part("x"), tokens=1)))
    assert "9,980,000 letters were left out" in full.tokenizer.said()


def test_that_a_failure_is_a_sentence_in_place_and_goes_when_it_is_mended(page, tab, labs, qtbot):
    ticket = labs.of("texts")[0][0]
    labs.cancel(ticket)
    labs.failed.emit(ticket, "Only 2 rows can be used.")
    assert said(tab, "problem") == "Only 2 rows can be used."
    assert not tab.plot.isVisible()
    page._edit("text.tokenizer.vocabulary", 500)
    qtbot.waitUntil(lambda: bool(labs.of("texts")))
    labs.answer("texts", plain(view()))
    assert not tab.findChild(QLabel, "train.tokens.problem").isVisible()
    assert tab.plot.isVisible()


def test_that_a_text_that_cannot_be_cut_says_why_below_the_field(full, labs, qtbot):
    full.tokenizer.field.setPlainText("a")
    qtbot.waitUntil(lambda: bool(labs.of("tokens")))
    labs.failed.emit(labs.of("tokens")[0][0], "There is no text to train a tokenizer on.")
    assert full.tokenizer.said() == "There is no text to train a tokenizer on."


def test_that_chips_break_into_lines_and_flow_with_their_script(qtbot):
    chips = TokenChips()
    qtbot.addWidget(chips)
    chips.setPart(part(*["token"] * 40))
    assert chips.heightForWidth(200) > 3 * chips.heightForWidth(1000)
    assert runs_leftwards(part("שלום", "ok").chips)
    assert not runs_leftwards(part("shalom", "של").chips)
    chips.setPart(SeenPart())
    assert chips.heightForWidth(200) == 0


def test_that_hidden_tokens_tell_what_they_were(qtbot):
    chips = TokenChips()
    qtbot.addWidget(chips)
    hidden = Chip(text="[MASK]", raw="[MASK]", id=4, kind="special", mark="masked", note="film")
    assert "it was film" in chips.told(hidden)
