"""Text to learn from, made from what is installed: Python's own documentation, and sentences of a grammar of our own."""

import random
from collections.abc import Iterable, Sequence

SENTENCES = 4_000
_THINGS = ("film", "book", "song", "play", "meal", "hotel", "game", "trip", "lecture", "phone", "concert", "garden")
_PARTS = ("beginning", "end", "story", "price", "service", "music", "view", "staff", "design", "second half", "idea")
_GOOD = ("lovely", "clever", "warm", "brilliant", "charming", "fresh", "fair", "honest", "splendid", "funny", "moving")
_BAD = ("dull", "clumsy", "cold", "awful", "tired", "stale", "unfair", "false", "dreadful", "silly", "boring")
_DEGREES = ("", "", "very ", "really ", "rather ", "surprisingly ", "quite ")
_FRAMES = (
    "the {part} of the {thing} was {one}",
    "i found the {part} {one}",
    "what a {one} {thing}",
    "a {one} {thing} , and the {part} was {two}",
    "the {thing} was {one} and the {part} {two}",
    "my friends said the {thing} was {other} , but i found it {one}",
    "the {part} was {other} ; all the same , the {thing} was {one}",
    "it was not {other} at all : the {thing} was {one}",
    "they promised a {other} {part} and gave us a {one} one",
)
Table = tuple[list[str], Iterable[Sequence[object]]]


def python_docs() -> Table:
    """Return the paragraphs of the reference that Python's help() shows."""
    from pydoc_data.topics import topics

    whole = [(topic, " ".join(part.split())) for topic, text in sorted(topics.items()) for part in text.split("\n\n")]
    rows = [[topic, text] for topic, text in whole if sum(letter.isalpha() for letter in text) > 20]
    return ["topic", "text"], rows


def opinions() -> Table:
    """Return sentences that praise or blame, where a word of the other side may stand in the way."""
    draw = random.Random(1)
    rows = []
    for _ in range(SENTENCES):
        is_good = draw.random() < 0.5
        own, other = (_GOOD, _BAD) if is_good else (_BAD, _GOOD)
        text = draw.choice(_FRAMES).format(
            thing=draw.choice(_THINGS),
            part=draw.choice(_PARTS),
            one=draw.choice(_DEGREES) + draw.choice(own),
            two=draw.choice(_DEGREES) + draw.choice(own),
            other=draw.choice(other),
        )
        rows.append([text, "praise" if is_good else "blame"])
    return ["sentence", "opinion"], rows
