"""How whole numbers are written everywhere in the window: 7,710 as in the engine's own sentences. No widgets here."""

from collections.abc import Sized


def count(number: float) -> str:
    """Write a whole number with commas between thousands."""
    return f"{round(number):,}".replace("-", "−")


def epochs(number: float) -> str:
    """Write a number of epochs, which may be a fraction: 20, 1.5."""
    return count(number) if number == round(number) else f"{number:g}"


def counted(number: int | Sized, one: str, many: str) -> str:
    """Write a number with its noun; both texts take the place of the number from “{0}”: “{0} row”, “{0} rows”."""
    whole = number if isinstance(number, int) else len(number)
    return (one if whole == 1 else many).format(count(whole))
