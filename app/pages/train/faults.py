"""From sentences that name a key to faults beside fields and findings in the list. Pure functions."""

from collections.abc import Iterable, Mapping

from app.pages.train.finding_row import Finding


def split_sentence(sentence: str) -> tuple[str, str]:
    """Return the dotted key that a sentence begins with, and the rest as a sentence of its own."""
    key, colon, rest = sentence.partition(": ")
    if not colon or " " in key:
        return "", sentence
    return key, f"{rest[:1].upper()}{rest[1:].removesuffix('.')}."


def faults_of(sentences: Iterable[str]) -> dict[str, str]:
    """Return the first fault of each key."""
    faults: dict[str, str] = {}
    for sentence in sentences:
        key, text = split_sentence(sentence)
        faults.setdefault(key, text)
    return faults


def findings_of(faults: Mapping[str, str], names: Mapping[str, str]) -> list[Finding]:
    """Return each fault as an error, begun with its field's name where that is known."""
    return [
        Finding("error", key, f"{names[key]}: {text[:1].lower()}{text[1:]}" if key in names else text)
        for key, text in faults.items()
    ]
