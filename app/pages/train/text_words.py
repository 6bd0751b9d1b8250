"""What a text run learns, in words for the Train page. Pure functions."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from engine.catalog import CatalogError, ModelInfo, Preset, model, preset_of
from engine.spec import RunSpec, TextSpec


def say(text: str) -> str:
    """Return a sentence in the user's language."""
    return QCoreApplication.translate("Texts", text)


def about_task(own: TextSpec) -> str:
    """Return what the model of a task learns from, and what it is good for."""
    match own.task:
        case "masked-lm":
            return say("Guesses words that are hidden. Needs text only; a good beginning for classifying later.")
        case "causal-lm" | "rnn-lm":
            return say("Guesses each next word, and so writes on. Needs text only.")
        case "token-classification":
            return say(
                "Gives each word a tag: names, places, parts of speech. Learns from lists of words with their tags."
            )
        case "question-answering":
            return say(
                "Finds where the answer to a question stands in a text. Learns from answers that stand in theirs."
            )
        case "multiple-choice":
            return say("Tells which of several choices is right. Each choice has a column of its own.")
        case "seq2seq" if not own.columns.target:
            return say(
                "Mends text that was spoilt before it reads it. Needs text only; name what is written to learn that."
            )
        case "seq2seq":
            return say("Reads a text and writes another: a summary, a translation. Learns from pairs of both.")
        case "word2vec":
            return say("Gives each word a vector, so that words of like use are near. Needs text only, and much of it.")
    return say("Reads a text and tells its label. Learns from texts whose labels are known.")


def aim(own: TextSpec, label: str) -> str:
    """Return in a few words what a run is for, for the page's head."""
    columns = own.columns
    text = columns.text or say("text")
    match own.task:
        case "masked-lm":
            return say("guesses hidden words of {0}").format(text)
        case "causal-lm" | "rnn-lm":
            return say("learns to continue {0}").format(text)
        case "token-classification":
            return say("tags the words of {0}").format(columns.tokens or say("text"))
        case "question-answering":
            return say("finds answers in {0}").format(columns.context or say("text"))
        case "multiple-choice":
            return say("chooses one of {0} answers").format(len(columns.choices))
        case "seq2seq" if not columns.target:
            return say("mends spoilt {0}").format(columns.source or text)
        case "seq2seq":
            return say("writes {1} from {0}").format(columns.source or say("text"), columns.target)
        case "word2vec":
            return say("learns vectors of the words of {0}").format(text)
    return say("tells {0} from {1}").format(label or say("a label"), text)


SIZES: dict[Preset, object] = {
    "small": QT_TRANSLATE_NOOP("Texts", "Tiny"),
    "default": QT_TRANSLATE_NOOP("Texts", "Small"),
    "large": QT_TRANSLATE_NOOP("Texts", "Base"),
}
"""What the presets of transformers are called, by their place among presets."""


def size_name(preset: Preset) -> str:
    """Return what a preset of a transformer is called."""
    return say(str(SIZES[preset]))


def beginning(spec: RunSpec) -> str:
    """Return what the weights are before the first step."""
    if spec.text is not None and spec.text.checkpoint:
        return say("The weights begin as they are in this folder.")
    try:
        info = model(spec.model.name)
    except CatalogError:
        return ""
    preset = preset_of(info, spec.model.params)
    size = say("a size of your own") if preset is None else size_name(preset).lower()
    weights = info.weights.get(preset) if preset else None
    about = "" if weights is None else say(", {0} M weights").format(f"{weights / 1e6:.1f}")
    words = say("{0}, {1}{2}. Sizes stand under Model.")
    return words.format(info.title, size, about)


def abilities(info: ModelInfo) -> list[str]:
    """Return what kind of model it is, and how large at its default size."""
    if not info.config_class:
        return [say("small network")]
    weights = info.weights.get("default") if info.weights else None
    return [say("transformer"), *([say("{0} M weights").format(f"{weights / 1e6:.1f}")] if weights else [])]
