"""The Train page for texts, over a stand-in for the labs, which answer when a test says so."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from app.forms.several import SeveralEditor
from app.pages.train import TrainPage
from engine.catalog import can_learn, problems
from engine.spec import Roles, from_toml, to_toml

TYPES = {"review": "text", "verdict": "text", "stars": "integer"}
LENGTHS = {"review": 180.0, "verdict": 8.0}
COLUMNS = ("text", "tokens", "tags", "context", "question", "answers", "choices", "answer", "source", "target")
ROLES = Roles(continuous=("stars",), target=("verdict",))


@pytest.fixture
def page(labs, shown):
    return shown(TrainPage(labs), 1200, 760)


def dataset(types=None, **more):
    columns = [{"name": name, "type": kind} for name, kind in (types or TYPES).items()]
    return {"id": "d1", "name": "reviews", "rows": 600, "columns": columns, **more}


@pytest.fixture
def filled(qtbot, page, labs):
    page.setDataset(dataset(), ROLES)
    qtbot.waitUntil(lambda: bool(labs.of("text_lengths")))
    labs.answer("text_lengths", LENGTHS)
    return page


def shown_tabs(page):
    return [page.form.tabText(index) for index in range(page.form.count()) if page.form.isTabVisible(index)]


def shown_models(page):
    return [name for name, card in page.gallery._cards.items() if not card.isHidden()]


def choose(page, key, text):
    box = page.form.findChild(QComboBox, key)
    place = box.findText(text)
    assert place >= 0, [box.itemText(one) for one in range(box.count())]
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_that_long_texts_are_offered_to_be_classified_by_the_column_chosen_as_target(filled):
    spec = filled.spec()
    assert spec.family == "text"
    assert spec.text.task == "text-classifier"
    assert spec.text.columns.text == "review"
    assert spec.text.columns.labels == ("verdict",)
    assert spec.data.roles == Roles()
    assert shown_tabs(filled) == ["Text", "Tokens", "Model", "Training"]
    assert filled.form.tabText(filled.form.currentIndex()) == "Text"
    assert "tells verdict from review" in filled.findChild(QLabel, "train.about").text()


def test_that_short_texts_remain_a_table(qtbot, page, labs):
    page.setDataset(dataset(), ROLES)
    qtbot.waitUntil(lambda: bool(labs.of("text_lengths")))
    labs.answer("text_lengths", {"review": 12.0, "verdict": 8.0})
    assert page.spec().family == "tabular"


def test_that_what_the_user_changed_is_not_taken_away_by_what_the_texts_are_found_to_be(qtbot, page, labs):
    page.setDataset(dataset(), ROLES)
    page._edit("trainer.epochs", 3)
    qtbot.waitUntil(lambda: bool(labs.of("text_lengths")))
    labs.answer("text_lengths", LENGTHS)
    assert page.spec().family == "tabular"
    page.findChild(QPushButton, "train.family.text").click()
    assert page.spec().family == "text"
    assert page.spec().text.columns.text == "review"


def test_that_texts_alone_are_learned_as_a_language(qtbot, page, labs):
    page.setDataset(dataset({"text": "text"}), Roles())
    qtbot.waitUntil(lambda: bool(labs.of("text_lengths")))
    labs.answer("text_lengths", {"text": 20.0})
    assert page.spec().text.task == "rnn-lm"
    assert shown_models(page) == ["lstm_lm", "gru_lm", "gpt2", "llama"]


def test_that_another_number_of_classes_leaves_the_cursor_and_the_view_where_they_are(filled, qtbot):
    field = filled.form.findChild(QComboBox, "text.labels")
    field.setFocus()
    filled.window().resize(1200, 420)
    bar = filled.form.currentWidget().verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 40)
    bar.setValue(40)
    choose(filled, "text.labels", "any number of classes")
    assert filled.spec().text.labels == "many"
    columns = filled.form.findChild(SeveralEditor, "text.columns.labels")
    assert columns.value() == ["verdict"]
    assert filled.form.findChild(QComboBox, "text.labels") is field and field.hasFocus()
    qtbot.waitUntil(lambda: columns.isVisible() and bar.value() == 40)
    columns.menu().actions()[-1].trigger()
    assert len(filled.spec().text.columns.labels) == 2
    assert filled.form.findChild(SeveralEditor, "text.columns.labels") is columns


def test_that_the_task_decides_which_models_and_fields_are_shown(filled):
    assert "word_average" in shown_models(filled)
    assert "bert" in shown_models(filled)
    choose(filled, "text.task", "Guess hidden words")
    assert filled.spec().text.task == "masked-lm"
    assert filled.spec().model.name == "bert"
    assert "word_average" not in shown_models(filled)
    assert not filled.form.findChild(QComboBox, "text.columns.labels").isVisible()
    filled.history.stack.undo()
    assert filled.spec().text.task == "text-classifier"


# What is shown when a task is chosen, of the columns that tasks read.
SHOWN = {
    "Tag words": {"tokens", "tags"},
    "Answer questions": {"context", "question", "answers"},
    "Choose an answer": {"context", "question", "choices", "answer"},
    "Write from text": {"source", "target"},
    "Guess hidden words": {"text"},
    "Continue text": {"text"},
    "Learn word vectors": {"text"},
}


@pytest.mark.parametrize("title", SHOWN)
def test_that_a_task_shows_its_own_columns_and_the_models_that_can_do_it(filled, title):
    choose(filled, "text.task", title)
    rows = filled.form.text.subject._rows
    assert {name for name in COLUMNS if not rows[f"text.columns.{name}"].isHidden()} == SHOWN[title]
    task = filled.spec().text.task
    assert shown_models(filled)
    assert all(can_learn(filled.gallery.card(name).info, task) for name in shown_models(filled))


def test_that_what_a_task_lacks_is_said_beside_the_field(filled):
    choose(filled, "text.task", "Tag words")
    note = filled.form.text.subject._rows["text.columns.tags"].findChild(QLabel, "text.columns.tags.note")
    assert "tag of each token" in note.text()
    assert not filled.start.isEnabled()


def test_that_a_sentences_lists_of_words_are_offered_to_be_tagged(qtbot, page, labs):
    page.setDataset(dataset({"tokens": "text", "tags": "text"}), Roles())
    qtbot.waitUntil(lambda: bool(labs.of("text_lengths")))
    labs.answer("text_lengths", {"tokens": 60.0, "tags": 20.0})
    spec = page.spec()
    assert (spec.text.task, spec.text.columns.tokens, spec.text.columns.tags) == (
        "token-classification",
        "tokens",
        "tags",
    )
    assert problems(spec) == []


def test_that_words_to_watch_are_written_one_after_the_other(filled):
    choose(filled, "text.task", "Learn word vectors")
    line = filled.form.findChild(QLineEdit, "text.words")
    line.setText("list, integer 3")
    line.textEdited.emit(line.text())
    assert filled.spec().text.words == ("list", "integer", "3")


def test_that_what_trains_transformers_leanly_stands_among_the_training_settings(filled):
    filled.gallery.card("bert").radio.click()
    filled.goTo("text.label_smoothing")
    assert filled.form.tabText(filled.form.currentIndex()) == "Training"
    assert not filled.form.training.findChild(QWidget, "text.activation_checkpointing.row").isHidden()


def test_that_a_transformer_takes_over_the_task_of_a_small_network(filled):
    filled.gallery.card("bert").radio.click()
    assert filled.spec().text.task == "sequence-classification"
    assert filled.spec().text.columns.labels == ("verdict",)
    assert filled.form.findChild(QPushButton, "train.text.checkpoint.choose") is not None
    filled.gallery.card("text_cnn").radio.click()
    assert filled.spec().text.task == "text-classifier"


def test_that_what_is_begun_with_says_its_size_and_that_nothing_is_fetched(filled):
    filled.gallery.card("bert").radio.click()
    about = filled.form.text.beginning
    assert "BERT, small, 5.4 M weights" in about.text()
    assert "nothing is fetched" in filled.form.text.hub.note.text()
    button = filled.form.model.findChild(QPushButton, "train.preset.small")
    assert button.text() == "Tiny"
    button.click()
    assert "BERT, tiny, 1.5 M weights" in about.text()


def test_that_a_number_as_label_is_dealt_out_at_random(filled):
    choose(filled, "text.columns.labels", "stars")
    assert filled.spec().text.columns.labels == ("stars",)
    filled._edit("text.labels", "number")
    assert filled.spec().text.labels == "number"
    assert filled.spec().split.kind == "random"


def test_that_a_models_folder_is_looked_into_before_it_is_begun_with(filled, labs):
    filled.gallery.card("bert").radio.click()
    filled.form.text._take_checkpoint("/models/roberta")
    assert filled.spec().text.checkpoint == ""
    labs.answer("model_folder", {"model": "roberta", "problem": ""})
    assert filled.spec().text.checkpoint == "/models/roberta"
    assert filled.spec().model.name == "roberta"
    assert filled.form.text.minimumSizeHint().width() < 500  # as wide as a window of 1280 has room for
    filled.form.text._scratch.click()
    assert filled.spec().text.checkpoint == ""


def test_that_a_folder_without_a_model_is_refused_beside_its_field(filled, labs):
    filled.gallery.card("bert").radio.click()
    filled.form.text._take_checkpoint("/models/none")
    labs.answer("model_folder", {"model": "", "problem": "/models/none has no config.json that can be read."})
    assert filled.spec().text.checkpoint == ""
    assert not filled.start.isEnabled()
    assert "config.json" in filled.reason.text()


def test_that_a_hubs_name_is_fetched_only_with_leave_which_counts_once(filled, labs):
    filled.gallery.card("bert").radio.click()
    hub = filled.form.text.hub
    hub.name.setText("owner/model")
    hub.name.returnPressed.emit()
    assert not hub.allowed.isChecked() and not hub.fetch.isEnabled()
    assert not labs.of("fetch_model") and "nothing is fetched" in hub.note.text()
    hub.allowed.click()
    hub.fetch.click()
    ((ticket, _, asked),) = labs.of("fetch_model")
    assert asked == {"name": "owner/model"} and not hub.name.isEnabled()
    labs.progressed.emit(ticket, {"file": "model.safetensors", "done": 4_000_000, "of": 16_000_000})
    assert hub.note.text().startswith("Fetching model.safetensors: ") and hub._bar.value() == 250
    labs.answer("fetch_model", {"folder": "/workspace/models/owner--model"})
    assert not hub.allowed.isChecked() and hub.name.text() == ""
    labs.answer("model_folder", {"model": "roberta", "problem": ""})
    assert filled.spec().text.checkpoint == "/workspace/models/owner--model"
    assert filled.form.text.findChild(QLineEdit, "text.checkpoint").text() == "/workspace/models/owner--model"


def test_that_a_fetch_can_be_cancelled_and_says_why_it_failed(filled, labs):
    filled.gallery.card("bert").radio.click()
    hub = filled.form.text.hub
    hub.name.setText("owner/model")
    for end in ("cancel", "fail"):
        hub.allowed.click()
        hub.fetch.click()
        ((ticket, _, _),) = labs.of("fetch_model")
        if end == "cancel":
            hub.cancel.click()
            assert not labs.of("fetch_model") and "nothing is fetched" in hub.note.text()
        else:
            labs.failed.emit(ticket, "“owner/model” could not be fetched: no way. See whether there is a network.")
            assert "could not be fetched" in hub.note.text()
        assert hub.name.isEnabled() and not hub.allowed.isChecked() and hub.name.text() == "owner/model"
    assert filled.spec().text.checkpoint == ""


def test_that_going_to_a_table_and_back_loses_nothing(filled):
    filled._edit("text.max_length", 64)
    filled.findChild(QPushButton, "train.family.tabular").click()
    assert shown_tabs(filled) == ["Model", "Training", "Data"]
    assert filled.spec().data.roles == ROLES
    filled.findChild(QPushButton, "train.family.text").click()
    assert filled.spec().text.max_length == 64
    assert shown_tabs(filled) == ["Text", "Tokens", "Model", "Training"]


def test_that_a_fault_leads_to_its_field_in_the_text_tab(filled):
    filled.form.showModel()
    filled._edit("text.columns.labels", "")
    assert not filled.start.isEnabled()
    filled.goTo("text.columns.labels")
    assert filled.form.tabText(filled.form.currentIndex()) == "Text"


def test_that_a_loaded_specification_of_texts_is_shown_whole(filled, shown, labs):
    text = to_toml(filled.spec())
    other = shown(TrainPage(labs), 1200, 760)
    other.setSpec(from_toml(text))
    assert to_toml(other.spec()) == text
    assert shown_tabs(other) == ["Text", "Tokens", "Model", "Training"]


def test_that_no_memory_is_promised_that_is_not_reckoned_for_texts(filled, labs):
    figure = filled.findChild(QLabel, "train.preflight.memory")
    assert not figure.isVisible()
    filled._edit("family", "tabular")
    filled.preflight.setFamily("tabular")
    assert figure.isVisible()


def test_that_tab_walks_down_the_text_form_as_it_is_read(filled):
    form = filled.form.text
    places, one = [], form.findChild(QComboBox, "text.task")
    while form.isAncestorOf(one):
        if one.isVisibleTo(form) and one.focusPolicy() & Qt.FocusPolicy.TabFocus:
            places.append(one.mapTo(form, one.rect().center()).y() // 8)  # what stands in a row, in one
        one = one.nextInFocusChain()
    assert len(places) > 10 and places == sorted(places)
