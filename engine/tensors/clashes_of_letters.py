"""Why einsum refuses: the letters against the shapes, in the user's letters."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, permutations
from string import ascii_lowercase

from engine.tensors.clash import Call, Clash, Operand, Shape, Try, broadcast, counted, firsts

_MOST_ORDERS = 200


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
    sizes: dict[str, tuple[int, int, int]] = {}
    for number, (letters, one) in enumerate(zip(terms, call.operands, strict=True)):
        places = _places(letters, one.shape)
        if places is None:
            dims = tuple((number, dim) for dim in range(len(one.shape)))
            sentence = f"“{letters}” names {counted(_named(letters))} and {one.text} has {len(one.shape)}."
            return Clash(sentence, dims, _as_long(call, terms, arrow, right, number))
        for letter, dim in places:
            before = sizes.setdefault(letter, (number, dim, one.shape[dim]))
            if not _same(before, number, one.shape[dim]):
                where = f"{before[2]} in {call.operands[before[0]].text} and {one.shape[dim]} in {one.text}"
                tries = _other_letters(call, terms, arrow, right, letter, before[:2], (number, dim))
                return Clash(f"{letter} is {where}.", (before[:2], (number, dim)), tries)
            if before[2] == 1:
                sizes[letter] = (number, dim, one.shape[dim])
    rests = [_rest(letters, one.shape) for letters, one in zip(terms, call.operands, strict=True)]
    if broadcast(rests):
        return Clash(f"What ... stands for does not go together: {' and '.join(map(str, rests))}.")
    return _unknown(call, terms, right, sizes)


def _unknown(call: Call, terms: Sequence[str], right: str, sizes: Mapping[str, object]) -> Clash | None:
    for letter in right.replace("...", ""):
        if letter not in sizes or right.count(letter) > 1:
            others = [one for one in reversed(list(sizes)) if one not in right]
            meant = [right.replace(letter, one, 1) for one in others] + [right.replace(letter, "", 1)]
            what = "and in no operand" if letter not in sizes else "more than once"
            tries = tuple(_written(call, terms, "->", one) for one in meant)
            return Clash(f"“{letter}” stands after -> {what}.", (), tries)
    return None


def _named(letters: str) -> int:
    return len(letters.replace("...", ""))


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


def _same(before: tuple[int, int, int], number: int, size: int) -> bool:
    """Whether a size goes with what its letter had before; 1 stretches from one operand to another."""
    return before[2] == size or (before[0] != number and 1 in (before[2], size))


def _agree(terms: Sequence[str], operands: Sequence[Operand]) -> bool:
    sizes: dict[str, tuple[int, int, int]] = {}
    for number, (letters, one) in enumerate(zip(terms, operands, strict=True)):
        for letter, dim in _places(letters, one.shape) or ():
            before = sizes.setdefault(letter, (number, dim, one.shape[dim]))
            if not _same(before, number, one.shape[dim]):
                return False
    return True


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
    if _agree(dotted, call.operands):
        kept = right if "..." in right else f"...{right}"
        tries.append(_written(call, dotted, arrow, kept, "the dims before are kept"))
    for place in range(len(plain), -1, -1):
        wider = _swapped(terms, number, plain[:place] + new + plain[place:])
        if _agree(wider, call.operands):
            kept = new + right if place < len(plain) else right + new
            tries.append(_written(call, wider, arrow, kept) if arrow and place else Try(""))
            tries.append(_written(call, wider, arrow, right, f"summed along {', '.join(new)}" if arrow else ""))
    return tuple(tries)


def _other_letters(
    call: Call, terms: Sequence[str], arrow: str, right: str, letter: str, one: tuple[int, int], other: tuple[int, int]
) -> tuple[Try, ...]:
    """The letters of an operand in another order, only the first cells of the longer dim, or a letter of its own."""
    operands = call.operands
    tries = []
    for number in range(len(terms)):
        turned = [terms[number][::-1], *map("".join, islice(permutations(terms[number]), _MOST_ORDERS))]
        orders = (_swapped(terms, number, letters) for letters in turned if "." not in letters)
        tries += [_written(call, order, arrow, right) for order in orders if _agree(order, operands)]
    for (number, dim), size in ((one, operands[other[0]].shape[other[1]]), (other, operands[one[0]].shape[one[1]])):
        for part, note in firsts(operands[number], size, dim, "cell"):
            place = 1 + number
            tries.append(Try(call.giving(place, "", part).written(), note) if len(call.arguments) > place else Try(""))
    own = next(_fresh([*terms, right]))
    at = _order(terms[other[0]], operands[other[0]].shape).index(other[1])
    alone = terms[other[0]][:at] + own + terms[other[0]][at + 1 :]
    note = f"every {letter} with every {own}"
    tries.append(_written(call, _swapped(terms, other[0], alone), arrow, right, note))
    return tuple(tries)


def _order(letters: str, shape: Shape) -> list[int]:
    """The dim of each character of a term, −1 for those of ..."""
    dims = iter([dim for _, dim in _places(letters, shape) or ()])
    return [-1 if letter == "." else next(dims) for letter in letters]


def _fresh(terms: Sequence[str]) -> Iterator[str]:
    """Letters that nobody has used."""
    used = "".join(terms)
    return (letter for letter in ascii_lowercase if letter not in used)
