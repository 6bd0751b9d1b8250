import subprocess
import sys
import warnings

import pytest

from engine.catalog import (
    model,
    new_text,
    param_problem,
    problems,
    settings,
    text_models,
)
from engine.catalog.derive_text import FILE, weights_of
from engine.catalog.text_classic import CARDS as CLASSIC_CARDS
from engine.catalog.text_details import DETAILS, DETAILS_OF
from engine.catalog.text_gallery import CARDS
from engine.commands.new_arguments import TEXT_TASKS, TOKENIZERS
from engine.spec import DataSpec, ModelSpec, RunSpec, TextTask, TokenizerKind, parse

COLUMNS = {
    "text": "words",
    "labels": ("mood",),
    "choices": ("a", "b"),
    "answer": "right",
    "source": "long",
    "target": "short",
}


def a_spec(
    name: str = "bert", task: str = "", params: dict | None = None, text: dict | None = None, **parts
) -> RunSpec:
    """A specification that this model can be trained with, but for the parts that are given."""
    task = task or model(name).text_tasks[0]
    content = new_text(DataSpec(dataset="x"), task, name, columns=COLUMNS).model_dump(mode="json")
    content["model"]["params"] = params or {}
    for key, value in (text or {}).items():
        content["text"][key] = {**content["text"][key], **value} if isinstance(value, dict) else value
    return parse({**content, **parts})


def test_that_the_shipped_file_equals_a_fresh_derivation():
    code = "from engine.catalog.derive_text import derive, text; import sys; sys.stdout.write(text(derive()))"
    fresh = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert fresh.stdout == FILE.read_text(encoding="utf-8")


def test_that_the_catalogue_of_text_needs_no_torch():
    code = (
        "import sys, engine.catalog as c; c.text_models(); print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "False False"


def test_that_every_hand_written_entry_names_something_that_exists():
    everything = {param.name for info in text_models() for param in info.params if info.config_class}
    assert set(DETAILS) == everything
    assert set(DETAILS_OF) <= {card.name for card in CARDS}
    for card in (*CARDS, *CLASSIC_CARDS):
        info = model(card.name)
        assert {name for values in info.presets.values() for name in values} <= {param.name for param in info.params}
    for card in CARDS:
        names = {param.name for param in model(card.name).params}
        assert {*card.common, *card.tiny, *card.small, *card.base, *DETAILS_OF.get(card.name, {})} <= names


@pytest.mark.parametrize("info", text_models(), ids=lambda info: info.name)
def test_that_every_card_is_complete_and_its_defaults_and_presets_are_valid_for_every_task(info):
    assert info.description.count("\n") == 1
    assert info.paper_url.startswith("https://")
    for param in info.params:
        assert param.help, param.name
        assert param_problem(param, param.default) == "", param.name
    for task in info.text_tasks:
        for values in info.presets.values():
            assert problems(a_spec(info.name, task, values)) == []
    assert [param.common for param in info.params] == sorted((param.common for param in info.params), reverse=True)


def test_that_what_the_specification_owns_is_not_a_parameter():
    for info in text_models():
        owned = {
            "vocab_size",
            "pad_token_id",
            "use_cache",
            "dtype",
            "num_labels",
            "is_decoder",
            "vocabulary",
            "outputs",
        }
        assert not owned & {param.name for param in info.params}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_that_every_head_of_every_transformer_can_be_built(card):
    for task in card.tasks:
        assert weights_of(card, task, card.tiny) > 1_000_000


def test_that_parameters_are_those_of_the_networks_of_ours():
    from engine.families.text.classic.classifiers import TextCnn, TextRnn, WordAverage
    from engine.families.text.classic.language_model import RnnLanguageModel

    for name, network in (("word_average", WordAverage), ("text_cnn", TextCnn), ("text_lstm", TextRnn)):
        network(20, 2, **settings(ModelSpec(name=name)))
    given = settings(ModelSpec(name="lstm_lm"))
    assert given.pop("bptt") == 35
    RnnLanguageModel(20, **given)


def test_that_a_transformer_is_given_every_parameter_and_fractions_as_such():
    given = settings(ModelSpec(name="bert", params={"hidden_dropout_prob": 0}))
    assert given["hidden_size"] == 256
    assert isinstance(given["hidden_dropout_prob"], float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import BertConfig
    assert BertConfig(**given).num_hidden_layers == 4


def test_that_the_command_line_offers_every_task_and_tokenizer():
    assert TextTask.__args__ == TEXT_TASKS
    assert TokenizerKind.__args__ == TOKENIZERS
    assert {task for info in text_models() for task in info.text_tasks} == set(TEXT_TASKS)
