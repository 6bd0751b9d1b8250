import pytest

from engine.catalog import common_metrics, idle_fields, model, problems, unsuited, with_value
from engine.spec import parse
from tests.engine.catalog.test_text_catalog import a_spec

CLASSIFY = "sequence-classification"
ANSWER = "question-answering"


@pytest.mark.parametrize(
    ("name", "task", "parts", "sentence"),
    [
        ("bert", "causal-lm", {}, "model.name: BERT cannot be trained for causal-lm; it can for masked-lm, sequence"),
        ("word2vec", "rnn-lm", {}, "model.name: word2vec cannot be trained for rnn-lm; it can for word2vec"),
        ("bert", "", {"text": {"columns": {"text": ""}}}, "text.columns.text: say which column holds the text"),
        (
            "bert",
            ANSWER,
            {"text": {"columns": {"context": ""}}},
            "text.columns.context: say which column holds the text",
        ),
        ("bert", ANSWER, {"text": {"columns": {"question": ""}}}, "text.columns.question: say which column holds"),
        ("bert", ANSWER, {"text": {"columns": {"answers": ""}}}, "text.columns.answers: say which column holds"),
        ("bert", "token-classification", {"text": {"columns": {"tags": ""}}}, "text.columns.tags: say which column"),
        (
            "bert",
            "multiple-choice",
            {"text": {"columns": {"choices": ["a"]}}},
            "text.columns.choices: name a column for each choice, two or more, not 1",
        ),
        ("bert", "multiple-choice", {"text": {"columns": {"answer": ""}}}, "text.columns.answer: say which column"),
        ("t5", "", {"text": {"columns": {"source": ""}}}, "text.columns.source: say which column holds the text that"),
        ("t5", "", {"text": {"columns": {"target": "long"}}}, "text.columns.target: “long” is read as well"),
        (
            "seq2seq_attention",
            "",
            {"text": {"columns": {"target": ""}}},
            "text.columns.target: say which column holds the text that is written",
        ),
        ("bert", CLASSIFY, {"text": {"columns": {"labels": []}}}, "text.columns.labels: no column holds the label"),
        (
            "bert",
            CLASSIFY,
            {"text": {"columns": {"labels": ["a", "b"]}}},
            "text.columns.labels: a class comes from one",
        ),
        ("bert", CLASSIFY, {"text": {"columns": {"labels": ["words"]}}}, "text.columns.labels: “words” is the text"),
        (
            "bert",
            CLASSIFY,
            {"text": {"columns": {"second": "words"}}},
            "text.columns.second: “words” is the first text",
        ),
        (
            "bert",
            CLASSIFY,
            {"text": {"labels": "number", "label_smoothing": 0.1}, "split": {"kind": "random"}},
            "text.label_smoothing: it takes certainty from classes",
        ),
        (
            "roberta",
            "",
            {"params": {"max_position_embeddings": 129}},
            "text.max_length: 128 tokens do not fit into the 127 positions of RoBERTa; take fewer, or more max_position",
        ),
        ("gpt2", "", {"params": {"n_positions": 64}}, "text.max_length: 128 tokens do not fit into the 64 positions"),
        ("bert", "", {"params": {"hidden_size": 30}}, "model.params.hidden_size: must be a multiple of num_attention"),
        ("distilbert", "", {"params": {"n_heads": 3}}, "model.params.dim: must be a multiple of n_heads; 256 is not"),
        ("bart", "", {"params": {"decoder_attention_heads": 3}}, "model.params.d_model: must be a multiple of decoder"),
        ("llama", "", {"params": {"num_key_value_heads": 3}}, "model.params.num_key_value_heads: must divide"),
        (
            "lstm_lm",
            "",
            {"params": {"hidden_size": 100}},
            "model.params.tied: tied weights need embedding_dim, 200, to",
        ),
        ("text_cnn", "", {"params": {"widths": [0]}}, "model.params.widths: needs a list of whole numbers"),
        (
            "text_cnn",
            "",
            {"params": {"filter": 3}},
            "model.params.filter: Text CNN has no such parameter; did you mean",
        ),
        ("bert", "", {"text": {"freezing": {"layers": 5}}}, "text.freezing.layers: BERT has 4 layers, so 5 cannot"),
        (
            "gpt2",
            "",
            {"text": {"tokenizer": {"vocabulary": 200}}},
            "text.tokenizer.vocabulary: bytes and special tokens alone are 261; 200 are too few",
        ),
        ("word_average", "", {"text": {"freezing": {"embeddings": True}}}, "text.freezing: it is for transformers"),
        ("seq2seq_attention", "", {"text": {"lora": {"enabled": True}}}, "text.lora.enabled: it is for transformers"),
        ("lstm_lm", "", {"text": {"activation_checkpointing": True}}, "text.activation_checkpointing: it is for"),
        ("word_average", "", {"text": {"checkpoint": "here"}}, "text.checkpoint: Word average is trained from scratch"),
        (
            "bert",
            "",
            {"text": {"checkpoint": "here", "tokenizer": {"folder": "there"}}},
            "text.tokenizer.folder: the checkpoint has a tokenizer of its own",
        ),
        (
            "bert",
            "",
            {"text": {"checkpoint": "here"}, "params": {"hidden_size": 128}},
            "model.params.hidden_size: the checkpoint decides it",
        ),
        ("bert", "", {"split": {"kind": "holdout"}}, "split.kind: holdout is for series"),
        ("bert", "", {"split": {"kind": "stratified"}}, "split.kind: stratified needs one class a text; choose random"),
        (
            "bert",
            "",
            {"split": {"kind": "random", "valid": 0.5, "test": 0.6}},
            "split.test: validation and test take 110\u00a0%",
        ),
    ],
)
def test_that_what_cannot_be_learned_is_said_before_it_is_trained(name, task, parts, sentence):
    found = problems(a_spec(name, task, **parts))
    assert any(one.startswith(sentence) for one in found), found


@pytest.mark.parametrize(
    ("name", "task", "parts"),
    [
        ("bert", "", {"text": {"max_length": 2_000}}),
        ("t5", "", {"params": {"d_model": 30}}),
        ("bart", "", {"text": {"columns": {"target": ""}}}),
        ("bert", "", {"text": {"checkpoint": "here"}, "params": {"hidden_dropout_prob": 0.2}}),
        (
            "bert",
            CLASSIFY,
            {"text": {"labels": "many", "columns": {"labels": ["a", "b"]}}, "split": {"kind": "random"}},
        ),
        ("lstm_lm", "", {"params": {"hidden_size": 100, "tied": False}}),
        ("bert", CLASSIFY, {"split": {"kind": "group", "column": "author"}}),
    ],
)
def test_that_what_can_be_learned_is_not_refused(name, task, parts):
    assert problems(a_spec(name, task, **parts)) == []


def test_that_families_do_not_take_models_of_each_other():
    content = a_spec("bert").model_dump(mode="json")
    assert problems(parse({**content, "model": {"name": "gandalf"}}))[0].startswith(
        "model.name: GANDALF learns from the"
    )
    spec = parse({"data": {"dataset": "x"}, "model": {"name": "bert"}})
    assert problems(spec) == ["model.name: BERT learns from text; a run of the family “tabular” needs another model"]


def test_that_a_card_says_which_tasks_a_model_has():
    assert unsuited(model("bert"), "masked-lm", 0, 0) == ""
    assert unsuited(model("t5"), "masked-lm", 0, 0) == "T5 cannot be trained for masked-lm; it can for seq2seq"


def test_that_settings_without_effect_are_idle():
    idle = idle_fields(a_spec("bert"))
    assert {"text.stride", "text.denoising", "text.labels", "text.columns.labels", "text.lora.rank"} <= idle
    assert (
        not {"text.masking", "text.columns.text", "text.lora.enabled", "text.length_buckets", "trainer.epochs"} & idle
    )
    assert "text.denoising" in idle_fields(a_spec("bart"))
    assert "text.denoising" not in idle_fields(a_spec("bart", text={"columns": {"target": ""}}))
    assert {"text.lora", "text.freezing", "text.checkpoint"} <= idle_fields(a_spec("word_average"))
    assert {"text.max_length", "text.length_buckets"} <= idle_fields(a_spec("lstm_lm"))
    started = idle_fields(a_spec("bert", text={"checkpoint": "here"}))
    assert {"text.tokenizer", "model.params.hidden_size"} <= started
    assert "model.params.hidden_dropout_prob" not in started
    assert "text.freezing" in idle_fields(a_spec("bert", text={"lora": {"enabled": True}}))


def test_that_metrics_to_watch_follow_from_the_task():
    assert common_metrics(a_spec("bert")) == ("valid/loss", "valid/pseudo_perplexity")
    assert common_metrics(a_spec("lstm_lm")) == ("valid/loss", "valid/perplexity")
    assert "valid/f1_macro" in common_metrics(a_spec("word_average"))
    assert "valid/exact_match" in common_metrics(a_spec("bert", ANSWER))
    assert "valid/r2" in common_metrics(with_value(a_spec("bert", CLASSIFY), "text.labels", "number"))
