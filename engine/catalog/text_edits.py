"""Text specifications with sensible settings: for new data, for another task, for another model. Pure functions."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from engine.catalog.models import model
from engine.catalog.schema import CatalogError, ModelInfo
from engine.catalog.text_guess import guessed_columns, kind_of_labels
from engine.spec import LABELLED, RUNNING, DataSpec, RunSpec, TextColumns, TextTask, parse

USUAL_MODELS: dict[TextTask, str] = {
    "masked-lm": "bert",
    "causal-lm": "gpt2",
    "sequence-classification": "bert",
    "token-classification": "bert",
    "question-answering": "bert",
    "multiple-choice": "bert",
    "seq2seq": "t5",
    "word2vec": "word2vec",
    "rnn-lm": "lstm_lm",
    "text-classifier": "word_average",
}
MENDER = "bart"
"""What is trained where a text is mended, since no target is named."""
TOKENIZERS = {"roberta": "byte-bpe", "gpt2": "byte-bpe", "llama": "byte-bpe", "bart": "byte-bpe", "t5": "unigram"}
# Tasks whose models write, or for which a capital letter tells something.
CASED = {"causal-lm", "rnn-lm", "seq2seq", "token-classification"}
SHARES = ("random", "stratified", "order")
"""Splits that need nothing but shares."""
# The same task by transformers and by our own networks: a change of the model changes it too.
TWINS: dict[TextTask, TextTask] = {
    "sequence-classification": "text-classifier",
    "text-classifier": "sequence-classification",
    "causal-lm": "rnn-lm",
    "rnn-lm": "causal-lm",
}


def new_text(
    data: DataSpec,
    task: TextTask,
    model_name: str = "",
    types: Mapping[str, str] | None = None,
    lengths: Mapping[str, float] | None = None,
    columns: Mapping[str, Any] | None = None,
    checkpoint: str = "",
) -> RunSpec:
    """Return a specification for a task; `types` has each column's type, `lengths` how long its texts are in the mean.

    Only columns that `columns` does not name (by the keys of TextColumns) are guessed. Raises CatalogError for a model
    that does not exist, SpecError.
    """
    named = guessed_columns(task, TextColumns.model_validate(dict(columns or {})), types or {}, lengths or {})
    info = model(model_name or usual_model(task, named))
    labels = kind_of_labels(named, types or {})
    content: dict[str, Any] = {
        "family": "text",
        "data": data.model_dump(mode="json"),
        "split": {"kind": usual_split(task, labels)},
        "model": {"name": info.name},
        "text": {
            "task": task,
            "labels": labels,
            "columns": named.model_dump(mode="json"),
            "checkpoint": checkpoint,
        },
    }
    filled: dict[str, Any] = parse(content).model_dump(mode="json")
    for key, value in usual_settings(task, info, checkpoint).items():
        _put(filled, key, value)
    return parse(filled)


def usual_split(task: TextTask, labels: str) -> str:
    """Return how texts are dealt out: classes evenly, running text in its order, so that no neighbour of a text that
    is validated on was learned from.
    """
    if task in RUNNING:
        return "order"
    return "stratified" if task in LABELLED and labels == "one" else "random"


def usual_model(task: TextTask, columns: TextColumns) -> str:
    """Return the model that a task is begun with."""
    return MENDER if task == "seq2seq" and not columns.target else USUAL_MODELS[task]


def usual_settings(task: TextTask, info: ModelInfo, checkpoint: str = "") -> dict[str, JsonValue]:
    """Return the settings that follow from task and model, by dotted key; always the same keys."""
    ours = not info.config_class
    kind = "words" if ours else TOKENIZERS.get(info.name, "wordpiece")
    vectors = task == "word2vec"
    rate = 0.05 if vectors else 1e-3 if ours else 5e-5 if checkpoint else 5e-4
    answers = task == "question-answering"
    return {
        "trainer.epochs": 3 if checkpoint else 10,
        "trainer.batch_size": 1024 if vectors else 32,
        "trainer.gradient_clip": 0.0 if vectors else 0.25 if task == "rnn-lm" else 1.0,
        # Adagrad steps where a word was met alone; all others go through every vector each time.
        "trainer.optimizer.name": "Adagrad" if vectors else "AdamW",
        "trainer.optimizer.learning_rate": rate,
        "trainer.optimizer.weight_decay": 0.0 if vectors else 0.01,
        "trainer.schedule.name": "constant" if ours else "linear",
        "trainer.schedule.warmup": 0.0 if ours else 0.1,
        "text.max_length": 256 if answers else 128,
        "text.stride": 64 if answers else 32,
        "text.tokenizer.kind": kind,
        "text.tokenizer.vocabulary": 200_000 if vectors else 30_000 if ours else 8_000,
        "text.tokenizer.punctuation": vectors,
        "text.tokenizer.lowercase": kind in ("words", "wordpiece") and task not in CASED,
    }


def with_text_model(spec: RunSpec, name: str) -> RunSpec:
    """Return a text specification with another model at its default sizes.

    Settings that were the usual ones for the old model become the usual ones for the new; the task becomes its twin where
    only that fits; what is for transformers alone, and a checkpoint of another model, is forgotten.
    """
    content: dict[str, Any] = spec.model_dump(mode="json")
    own, task = content["text"], content["text"]["task"]
    content["model"] = {"name": name, "params": {}}
    if name != spec.model.name:
        own["checkpoint"] = ""
    try:
        info = model(name)
    except CatalogError:
        return parse(content)
    if task not in info.text_tasks and TWINS.get(task) in info.text_tasks:
        own["task"] = TWINS[task]
    if not info.config_class:
        own |= {"lora": {}, "freezing": {}, "activation_checkpointing": False}
    return _refitted(spec, content)


def with_text_task(
    spec: RunSpec,
    task: TextTask,
    types: Mapping[str, str] | None = None,
    lengths: Mapping[str, float] | None = None,
) -> RunSpec:
    """Return a text specification for another task: its columns guessed, its model kept where that can do it."""
    assert spec.text is not None
    fresh = new_text(spec.data, task, "", types, lengths)
    assert fresh.text is not None
    content: dict[str, Any] = spec.model_dump(mode="json")
    own = content["text"]
    own["task"] = task
    if types:
        own["columns"] = fresh.text.columns.model_dump(mode="json")
        own["labels"] = fresh.text.labels
    try:
        fits = task in model(spec.model.name).text_tasks
    except CatalogError:
        fits = False
    if not fits:
        content["model"] = {"name": fresh.model.name, "params": {}}
        own |= {"checkpoint": "", "lora": {}, "freezing": {}, "activation_checkpointing": False}
    if spec.split.kind in SHARES:
        content["split"]["kind"] = usual_split(task, own["labels"])
    return _refitted(spec, content)


def with_checkpoint(spec: RunSpec, folder: str, name: str = "") -> RunSpec:
    """Return a text specification that begins with a trained model's folder, or from scratch where that is empty.

    `name` is the catalogue's name of the folder's model, where it is known.
    """
    content: dict[str, Any] = spec.model_dump(mode="json")
    content["text"]["checkpoint"] = folder
    if folder or name:
        content["model"] = {"name": name or spec.model.name, "params": {}}
    return _refitted(spec, content)


def _refitted(before: RunSpec, content: dict[str, Any]) -> RunSpec:
    """Return the changed content with every setting renewed that was the usual one before the change."""
    assert before.text is not None
    try:
        old = usual_settings(before.text.task, model(before.model.name), before.text.checkpoint)
        own = content["text"]
        new = usual_settings(own["task"], model(content["model"]["name"]), own["checkpoint"])
    except CatalogError:
        return parse(content)
    for key, value in new.items():
        if _get(content, key) == old[key]:
            _put(content, key, value)
    return parse(content)


def _get(content: dict[str, Any], key: str) -> Any:
    place: Any = content
    for part in key.split("."):
        place = place[part]
    return place


def _put(content: dict[str, Any], key: str, value: JsonValue) -> None:
    path, _, last = key.rpartition(".")
    _get(content, path)[last] = value
