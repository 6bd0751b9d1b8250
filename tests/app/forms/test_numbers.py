import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.forms import Field
from app.forms.numbers import read, read_integers, read_json, read_list, shown, shown_list, stepped

A_FLOAT = Field(key="a", kind="float")
AN_INT = Field(key="a", kind="int", minimum=1, maximum=10)


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_that_a_shown_number_is_read_back_exactly(number):
    assert read(shown(number), A_FLOAT) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.001, "0.001"), (1e-3, "0.001"), (3e-5, "3e-5"), (1e-8, "1e-8"), (20_000, "20000"), (1.0, "1"), (None, "")],
)
def test_that_numbers_are_shown_in_their_shortest_form(number, text):
    assert shown(number) == text


@pytest.mark.parametrize(
    ("text", "number"), [("3e-4", 3e-4), ("0,5", 0.5), (" 1 000 ", 1000), ("1_000", 1000), ("1e-3", 1e-3)]
)
def test_that_numbers_are_read_as_people_write_them(text, number):
    assert read(text, A_FLOAT) == number


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [
        ("", A_FLOAT, "A number is needed here"),
        ("much", A_FLOAT, "“much” is not a number"),
        ("inf", A_FLOAT, "The number must be finite"),
        ("2.5", AN_INT, "A whole number is needed here"),
        ("0", AN_INT, "Must be at least 1"),
        ("11", AN_INT, "Must be at most 10"),
        ("0", Field(key="a", kind="float", minimum=0, above_minimum=True), "Must be more than 0"),
        ("1", Field(key="a", kind="float", maximum=1, below_maximum=True), "Must be less than 1"),
    ],
)
def test_that_what_cannot_be_used_is_said_in_a_sentence(text, field, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(text, field)


def test_that_an_empty_optional_number_is_none_and_large_whole_numbers_stay_exact():
    assert read("", Field(key="a", kind="int", nullable=True)) is None
    assert read("9007199254740993", Field(key="a", kind="int")) == 9007199254740993


def test_that_arrow_keys_walk_along_nice_learning_rates_and_stop_at_the_range():
    rate = Field(key="a", kind="float", minimum=0, above_minimum=True, maximum=10)
    assert [stepped(0.001, rate, True), stepped(0.002, rate, True), stepped(0.005, rate, True)] == [0.002, 0.005, 0.01]
    assert [stepped(0.001, rate, False), stepped(3e-4, rate, False)] == [0.0005, 0.0002]
    assert stepped(10, rate, True) == 10
    assert stepped(1, AN_INT, False) == 1


@settings(max_examples=100)
@given(st.floats(1e-8, 10), st.booleans())
def test_that_a_step_changes_a_learning_rate_in_the_right_direction(value, up):
    moved = stepped(value, Field(key="a", kind="float", minimum=0, above_minimum=True), up)
    assert (moved > value) == up


def test_that_lists_and_json_are_read():
    assert read_integers("128-64, 32") == [128, 64, 32]
    assert read_json('{"layers": "32"}', Field(key="a", kind="json")) == {"layers": "32"}
    assert read_json("", Field(key="a", kind="json", nullable=True, default=[])) is None
    with pytest.raises(ValueError, match="Line 1: this is not JSON"):
        read_json("{", Field(key="a", kind="json"))
    with pytest.raises(ValueError, match="Whole numbers"):
        read_integers("a")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2, 2", [2, 2]),
        ("[0.5 1]", [0.5, 1]),
        ("trend seasonality", ["trend", "seasonality"]),
        ("yes, no", [True, False]),
    ],
)
def test_that_a_list_is_written_on_one_line(text, value):
    field = Field(key="a", kind="list", nullable=True)
    assert read_list(text, field) == value
    assert read_list(shown_list(value), field) == value


def test_that_one_number_is_a_list_only_where_the_default_is_none():
    assert read_list("3", Field(key="a", kind="list", nullable=True)) == [3]
    assert read_list("3", Field(key="a", kind="list", default=2)) == 3
    assert read_list("", Field(key="a", kind="list", nullable=True)) is None


@pytest.mark.parametrize("text", ["", "1, trend", "yes, 3"])
def test_that_a_list_of_different_things_is_refused(text):
    with pytest.raises(ValueError, match="A list is needed"):
        read_list(text, Field(key="a", kind="list", default=2))


def test_that_epochs_step_by_one_and_may_be_fractions():
    epochs = Field("trainer.epochs", "float", 20, minimum=0, maximum=100_000, above_minimum=True)
    assert stepped(3, epochs, up=True) == 4
    assert stepped(1, epochs, up=False) == 1
    assert read("1.5", epochs) == 1.5
