"""What a text run learns, in words for the Train page. Pure functions."""

from PySide6.QtCore import QCoreApplication

from engine.catalog import ModelInfo
from engine.spec import LABELLED, TextSpec


def say(text: str) -> str:
    """Return a sentence in the user's language."""
    return QCoreApplication.translate("Texts", text)


def about_task(own: TextSpec) -> str:
    """Return what the model of a task learns from, and what it is good for."""
    if own.task in LABELLED:
        return say("Reads a text and tells its label. Learns from texts whose labels are known.")
    if own.task == "masked-lm":
        return say("Guesses words that are hidden. Needs text only; a good beginning for classifying later.")
    if own.task in ("causal-lm", "rnn-lm"):
        return say("Guesses each next word, and so writes on. Needs text only.")
    return ""


def aim(own: TextSpec, label: str) -> str:
    """Return in a few words what a run is for, for the page's head."""
    if own.task in LABELLED:
        words = say("tells {0} from {1}")
        return words.format(label or say("a label"), own.columns.text or say("text"))
    if own.task == "masked-lm":
        return say("guesses hidden words of {0}").format(own.columns.text or say("text"))
    return say("learns to continue {0}").format(own.columns.text or say("text"))


def abilities(info: ModelInfo) -> list[str]:
    """Return what kind of model it is, and how large at its default size."""
    if not info.config_class:
        return [say("small network")]
    weights = info.weights.get("default") if info.weights else None
    return [say("transformer"), *([say("{0} M weights").format(f"{weights / 1e6:.1f}")] if weights else [])]
