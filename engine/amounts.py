"""How a share is written everywhere, in the window and in the terminal. Must not know what it is a share of."""

SIGN = "\u00a0%"
"""What follows the figure: a sign that no line begins with."""


def percent(share: float, digits: int = 0) -> str:
    """Write a share of one in percent, with so many digits after the point. What is small and not nothing never looks
    like nothing, nor what is nearly all like all: < 1 %, > 99 %.
    """
    least = 10.0 ** -(digits + 2)
    rounded = round(share, digits + 2)
    if rounded == 0 < share:
        return f"< {percent(least, digits)}"
    if rounded == 1 > share:
        return f"> {percent(1 - least, digits)}"
    return f"{share:.{digits}%}".replace("%", SIGN)
