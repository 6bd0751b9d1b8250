"""Numbers as people write them: reading, checking, stepping and showing them. Pure functions, no widgets."""

import json
import math
from decimal import Decimal

from pydantic import JsonValue

from app.forms.field import Field
from app.forms.wording import say


def shown(value: float | int | None) -> str:
    """Return a number in its shortest form: 0.001, 3e-5, 20000."""
    if value is None:
        return ""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    text = repr(value)
    if "e" in text:
        digits, _, exponent = text.partition("e")
        return f"{digits.removesuffix('.0')}e{int(exponent)}"
    return text


def read(text: str, field: Field) -> float | int | None:
    """Return the number that was typed. Raises ValueError with a sentence to show."""
    plain = text.strip().replace(" ", "").replace("_", "").replace("\N{NARROW NO-BREAK SPACE}", "")
    if not plain:
        if field.nullable:
            return None
        raise ValueError(say("A number is needed here"))
    if plain.count(",") == 1 and "." not in plain and field.kind == "float":
        plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        raise ValueError(say("“{0}” is not a number").format(text.strip())) from None
    if not math.isfinite(value):
        raise ValueError(say("The number must be finite"))
    if field.kind == "int":
        if not value.is_integer():
            raise ValueError(say("A whole number is needed here"))
        value = int(Decimal(plain))
    _check(value, field)
    return value


def stepped(value: float | int, field: Field, up: bool) -> float | int:
    """Return the next value for an arrow key: whole numbers by one, others along 1, 2, 5, 10 …, within the range."""
    if field.kind == "int" or (isinstance(field.default, int) and field.default > 1):
        moved: float | int = int(value) + (1 if up else -1)
    elif field.maximum in (0.95, 1):
        moved = round(value + (0.05 if up else -0.05), 10)
    else:
        moved = _next_nice(float(value), up)
    try:
        _check(moved, field)
    except ValueError:
        return value
    return moved


def read_integers(text: str) -> list[JsonValue]:
    """Return whole numbers separated by commas, spaces or hyphens. Raises ValueError with a sentence to show."""
    parts = text.replace(",", " ").replace("-", " ").replace("[", " ").replace("]", " ").split()
    try:
        return [int(part) for part in parts]
    except ValueError:
        raise ValueError(say("Whole numbers are needed here, such as 128, 64")) from None


def read_numbers(text: str) -> list[JsonValue]:
    """Return numbers separated by commas or spaces. Raises ValueError with a sentence to show."""
    try:
        return [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise ValueError(say("Numbers are needed here, such as 0.1, 0.5, 0.9")) from None


def read_words(text: str) -> list[JsonValue]:
    """Return words separated by commas or spaces, each once."""
    return list(dict.fromkeys(text.replace(",", " ").split()))


def read_list(text: str, field: Field) -> JsonValue:
    """Return numbers, words, or yes and no, separated by commas or spaces; one alone stays so where the default is one.

    Raises ValueError with a sentence to show.
    """
    parts = text.replace(",", " ").replace("[", " ").replace("]", " ").replace('"', " ").split()
    if not parts and field.nullable:
        return None
    found = [_item(part) for part in parts]
    if not found or len({isinstance(one, str) + 2 * isinstance(one, bool) for one in found}) > 1:
        raise ValueError(say("A list is needed here, such as 2, 2 or 512, 256"))
    is_alone = len(found) == 1 and field.default is not None and not isinstance(field.default, list)
    return found[0] if is_alone else found


def shown_list(value: list[JsonValue]) -> str:
    """Return the items of a list as `read_list` reads them."""
    words = {True: say("yes"), False: say("no")}
    return ", ".join(words[one] if isinstance(one, bool) else str(one) for one in value)


def read_json(text: str, field: Field) -> JsonValue:
    """Return the value that JSON text holds. Raises ValueError with a sentence to show."""
    if not text.strip():
        return None if field.nullable else field.default
    try:
        value: JsonValue = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(say("Line {0}: this is not JSON ({1})").format(error.lineno, error.msg)) from None
    return value


def shown_json(value: JsonValue) -> str:
    """Return JSON with each item of a list of objects on a line of its own."""
    if value is None:
        return ""
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = ",\n ".join(json.dumps(item, ensure_ascii=False) for item in value)
        return f"[{items}]"
    return json.dumps(value, ensure_ascii=False)


def _item(text: str) -> JsonValue:
    word = text.casefold()
    for answer, words in ((True, {"true", "yes", say("yes")}), (False, {"false", "no", say("no")})):
        if word in words:
            return answer
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return text


def _check(value: float | int, field: Field) -> None:
    low, high = field.minimum, field.maximum
    if low is not None and (value < low or (field.above_minimum and value == low)):
        words = say("Must be more than {0}") if field.above_minimum else say("Must be at least {0}")
        raise ValueError(words.format(shown(low)))
    if high is not None and (value > high or (field.below_maximum and value == high)):
        words = say("Must be less than {0}") if field.below_maximum else say("Must be at most {0}")
        raise ValueError(words.format(shown(high)))


def _next_nice(value: float, up: bool) -> float:
    if value == 0:
        return 0.001 if up else -0.001
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    ladder = [nice * 10.0**power for power in range(exponent - 1, exponent + 2) for nice in (1, 2, 5)]
    grows = up == (value > 0)
    size = abs(value)
    if grows:
        found = next(step for step in ladder if step > size * (1 + 1e-9))
    else:
        found = next(step for step in reversed(ladder) if step < size * (1 - 1e-9))
    return float(f"{math.copysign(found, value):.3g}")
