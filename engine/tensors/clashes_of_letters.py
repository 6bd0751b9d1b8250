"""Why einsum refuses: the letters against the shapes, in the user's letters."""

from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from string import ascii_lowercase
from typing import NamedTuple

from engine.tensors.clash import Call, Clash, Operand, Shape, Try, broadcast, counted, firsts

_MOST_ORDERS = 200


class _Named(NamedTuple):
    """A dim that a letter names."""

    number: int  # of its operand
    dim: int
    size: int


class _Clashing(NamedTuple):
    """A letter and two dims that it names, whose sizes do not go together."""

    letter: str
    one: _Named
    other: _Named


def einsum(call: Call) -> Clash | None:
    """Each letter has one size; what … stands for stretches."""
    equation = call.given(0, "equation")
    if not isinstance(equation, str):
        return None
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(call.operands):
        sentence = f"The equation names {counted(len(terms), 'operand')} and there are {len(call.operands)}."
        return Clash(sentence, (), _as_many(call, terms, arrow, right))
    misfits = [number for number, one in enumerate(call.operands) if _places(terms[number], one.shape) is None]
    fitting = terms[: misfits[0]] if misfits else terms
    if (clash := _first_clash(fitting, call.operands)) is not None:
        one, other = (call.operands[named.number] for named in (clash.one, clash.other))
        where = f"{clash.one.size} in {one.text} and {clash.other.size} in {other.text}"
        dims = tuple((named.number, named.dim) for named in (clash.one, clash.other))
        return Clash(f"{clash.letter} is {where}.", dims, _other_letters(call, terms, arrow, right, clash))
    if misfits:
        letters, one = terms[misfits[0]], call.operands[misfits[0]]
        dims = tuple((misfits[0], dim) for dim in range(len(one.shape)))
        sentence = f"“{letters}” names {counted(len(letters.replace('...', '')))} and {one.text} has {len(one.shape)}."
        return Clash(sentence, dims, _as_long(call, terms, arrow, right, misfits[0]))
    rests = [_rest(letters, one.shape) for letters, one in zip(terms, call.operands, strict=True)]
    if broadcast(rests):
        return Clash(f"What ... stands for does not go together: {' and '.join(map(str, rests))}.")
    return _unknown(call, terms, right)


def _unknown(call: Call, terms: Sequence[str], right: str) -> Clash | None:
    known = list(dict.fromkeys("".join(terms).replace("...", "")))
    for letter in right.replace("...", ""):
        if letter not in known or right.count(letter) > 1:
            others = [one for one in reversed(known) if one not in right]
            meant = [right.replace(letter, one, 1) for one in others] + [right.replace(letter, "", 1)]
            what = "and in no operand" if letter not in known else "more than once"
            tries = tuple(_written(call, terms, "->", one) for one in meant)
            return Clash(f"“{letter}” stands after -> {what}.", (), tries)
    return None


def _places(letters: str, shape: Shape) -> list[tuple[str, int]] | None:
    """Which letter names which dim; None where their numbers differ."""
    head, dots, tail = letters.partition("...")
    named = len(head) + len(tail)
    if named != len(shape) and (not dots or named > len(shape)):
        return None
    return list(zip(head + tail, [*range(len(head)), *range(len(shape) - len(tail), len(shape))], strict=True))


def _rest(letters: str, shape: Shape) -> Shape:
    head, dots, tail = letters.partition("...")
    return shape[len(head) : len(shape) - len(tail)] if dots else ()


def _first_clash(terms: Sequence[str], operands: Sequence[Operand]) -> _Clashing | None:
    """The first letter with two sizes that do not go together, None if all do: 1 stretches from one operand to another,
    never within one. Terms that do not fit their operand name nothing; there may be fewer terms than operands."""
    sizes: dict[str, _Named] = {}
    for number, (letters, one) in enumerate(zip(terms, operands, strict=False)):
        own: dict[str, _Named] = {}
        for letter, dim in _places(letters, one.shape) or ():
            here = _Named(number, dim, one.shape[dim])
            before, first = sizes.setdefault(letter, here), own.setdefault(letter, here)
            if before.size != here.size and 1 not in (before.size, here.size):
                return _Clashing(letter, before, here)
            if first.size != here.size:
                return _Clashing(letter, first, here)
            if before.size == 1:
                sizes[letter] = here
    return None


def _written(call: Call, terms: Sequence[str], arrow: str, right: str, note: str = "") -> Try:
    """The call with other letters; those that no operand has are not kept."""
    known = "".join(terms)
    kept = "".join(letter for letter in right if letter in known)
    return Try(call.giving(0, "equation", f"{','.join(terms)}{arrow}{kept}").written(), note)


def _swapped(terms: Sequence[str], number: int, letters: str) -> list[str]:
    return [*terms[:number], letters, *terms[number + 1 :]]


def _as_many(call: Call, terms: Sequence[str], arrow: str, right: str) -> tuple[Try, ...]:
    """As many terms as operands: the first ones, or others made of letters whose sizes fit."""
    operands, kept = call.operands, list(terms[: len(call.operands)])
    for one in operands[len(kept) :]:
        sizes = [(letter, operands[at].shape[dim]) for at, term in enumerate(kept) for letter, dim in
                 _places(term, operands[at].shape) or ()]  # fmt: skip
        letters = ""
        for size in one.shape:
            fitting = (letter for letter, other in sizes if other == size and letter not in letters)
            letters += next(fitting, "") or next(_fresh([*kept, letters]))
        kept.append(letters)
    return (_written(call, kept, arrow, right),) if kept else ()


def _as_long(call: Call, terms: Sequence[str], arrow: str, right: str, number: int) -> tuple[Try, ...]:
    """As many letters as dims: ... for those before, or letters left out."""
    letters, dims = terms[number], len(call.operands[number].shape)
    plain = letters.replace("...", "")
    if len(plain) < dims:
        return _with_more_letters(call, terms, arrow, right, number)
    shorter = dict.fromkeys((plain[len(plain) - dims :], plain[:dims], plain[::-1][:dims]))
    return tuple(_written(call, _swapped(terms, number, one), arrow, right) for one in shorter)


def _with_more_letters(call: Call, terms: Sequence[str], arrow: str, right: str, number: int) -> tuple[Try, ...]:
    """... for the dims before, or letters of their own at each place where the others then fit; kept or summed."""
    plain, dims = terms[number].replace("...", ""), len(call.operands[number].shape)
    new = "".join(islice(_fresh([*terms, right]), dims - len(plain)))
    dotted = _swapped(terms, number, f"...{plain}")
    tries = []
    if _first_clash(dotted, call.operands) is None:
        kept = right if "..." in right else f"...{right}"
        tries.append(_written(call, dotted, arrow, kept, "the dims before are kept"))
    for place in range(len(plain), -1, -1):
        wider = _swapped(terms, number, plain[:place] + new + plain[place:])
        if _first_clash(wider, call.operands) is None:
            kept = new + right if place < len(plain) else right + new
            tries.append(_written(call, wider, arrow, kept) if arrow and place else Try(""))
            tries.append(_written(call, wider, arrow, right, f"summed along {', '.join(new)}" if arrow else ""))
    return tuple(tries)


def _other_letters(call: Call, terms: Sequence[str], arrow: str, right: str, clash: _Clashing) -> tuple[Try, ...]:
    """The letters of an operand in another order, only the first cells of the longer dim, or a letter of its own."""
    operands = call.operands
    tries = []
    for number in range(len(terms)):
        turned = [terms[number][::-1], *map("".join, islice(permutations(terms[number]), _MOST_ORDERS))]
        orders = (_swapped(terms, number, letters) for letters in turned if "." not in letters)
        tries += [_written(call, order, arrow, right) for order in orders if _first_clash(order, operands) is None]
    one, other = clash.one, clash.other
    for longer, size in ((one, other.size), (other, one.size)):
        for part, note in firsts(operands[longer.number], size, longer.dim, "cell"):
            place = 1 + longer.number
            tries.append(Try(call.giving(place, "", part).written(), note) if len(call.arguments) > place else Try(""))
    own, letters = next(_fresh([*terms, right])), terms[other.number]
    at = _order(letters, operands[other.number].shape).index(other.dim)
    alone = _swapped(terms, other.number, letters[:at] + own + letters[at + 1 :])
    tries.append(_written(call, alone, arrow, right, f"every {clash.letter} with every {own}"))
    return tuple(tries)


def _order(letters: str, shape: Shape) -> list[int]:
    """The dim of each character of a term, −1 for those of ..."""
    dims = iter([dim for _, dim in _places(letters, shape) or ()])
    return [-1 if letter == "." else next(dims) for letter in letters]


def _fresh(terms: Sequence[str]) -> Iterator[str]:
    """Letters that nobody has used."""
    used = "".join(terms)
    return (letter for letter in ascii_lowercase if letter not in used)
