"""Perplexity from summed losses. Must not know any model."""

import math


def perplexity(loss_sum: float, tokens: int) -> float:
    """Return exp of the mean loss a token (natural logarithm); infinite where it is too large for a number.

    Raises ValueError for no tokens: a text of one token has none to predict.
    """
    if tokens < 1:
        raise ValueError("There is no token to predict: perplexity needs texts of two tokens or more.")
    try:
        return math.exp(loss_sum / tokens)
    except OverflowError:
        return math.inf
