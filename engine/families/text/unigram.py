"""A trained Unigram tokenizer brought into an order that does not depend on chance. Its trainer finds the same pieces each
time, but goes through a hash table, whose order differs: letters that it keeps for want of a piece are punished one
after the other in that order, and sums differ in their last digits. Must not train."""

import json
from collections.abc import Sequence

from tokenizers import Tokenizer

PENALTY = 1e-4
"""How much more probable than the one before each letter is that is kept beyond the model's own pieces."""
DIGITS = 6
Pieces = list[tuple[str, float]]


def settled(made: Tokenizer, special: Sequence[str]) -> Tokenizer:
    """Return the tokenizer with the scores that the trainer gave by chance given in the letters' order, all scores rounded,
    and its pieces numbered by score, then by their letters. `special` tokens come first and stay as they are."""
    described = json.loads(made.to_str())
    vocabulary = described["model"]["vocab"]
    pieces = [(str(piece), float(score)) for piece, score in vocabulary[len(special) :]]
    given = _shared_out(pieces)
    rounded = [(piece, round(given.get(piece, score), DIGITS)) for piece, score in pieces]
    ordered = sorted(rounded, key=lambda one: (-one[1], one[0]))
    described["model"]["vocab"] = [*vocabulary[: len(special)], *([piece, score] for piece, score in ordered)]
    return Tokenizer.from_str(json.dumps(described))


def _shared_out(pieces: Pieces) -> dict[str, float]:
    """Return the scores of letters that stand one penalty after the other above the lowest of all, in the letters' order."""
    lowest = min((score for _, score in pieces), default=0.0)
    places: dict[int, list[str]] = {}
    for piece, score in pieces:
        place = round((score - lowest) / PENALTY)
        if len(piece) == 1 and abs(score - lowest - place * PENALTY) < PENALTY / 1000:
            places.setdefault(place, []).append(piece)
    chain = 0
    while chain in places:
        chain += 1
    letters = sorted(letter for place in range(chain) for letter in places[place])
    scores = [lowest + place * PENALTY for place in range(chain) for _ in places[place]]
    return dict(zip(letters, scores, strict=True))
