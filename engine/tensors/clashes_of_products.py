"""Why matmul, mm, bmm, dot, linear and einsum refuse."""

from engine.tensors.clash import Call, Clash, Operand, Try, broadcast, counted

_RANKS = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1), "outer": (1, 1)}


def matmul(call: Call) -> Clash | None:
    """A @ B: core dimensions, then batches."""
    if len(call.operands) != 2:
        tensor = call.operands[0] if call.operands else Operand((), "x")
        number = next((part for part in call.arguments if not isinstance(part, Operand)), 1)
        return Clash("matmul takes two tensors; multiply by a number with *.", (), (Try(f"{tensor} * {number!r}"),))
    a, b = call.operands
    for one in (a, b):
        if not one.shape:
            return Clash(f"matmul takes no single number and {one.text} is 0-d; use *.", (), (Try(f"{a} * {b}"),))
    return _core(call, a, b) or _batch(call, a, b)


def ranked(call: Call) -> Clash | None:
    """mm, bmm, mv, dot and outer take exact numbers of dimensions and never broadcast."""
    if len(call.operands) != 2:
        return None
    a, b = call.operands
    for number, (one, rank) in enumerate(zip((a, b), _RANKS[call.name], strict=True)):
        if len(one.shape) != rank:
            sentence = f"{call.name} takes exactly {counted(rank)} here and {one.text} has {len(one.shape)}."
            dims = tuple((number, dim) for dim in range(len(one.shape)))
            return Clash(sentence, dims, (Try(f"{a} @ {b}"), Try(f"{a} * {b}", "cell by cell"), *_turned(call, a, b)))
    if call.name == "bmm" and a.shape[0] != b.shape[0]:
        sentence = f"bmm does not broadcast: the batch of {a.text} is {a.shape[0]}, that of {b.text} is {b.shape[0]}."
        return Clash(sentence, ((0, 0), (1, 0)), (Try(f"{a} @ {b}"), _all_pairs(a, b)))
    return _core(call, a, b) if call.name != "outer" else None


def linear(call: Call) -> Clash | None:
    """x · Wᵀ + b, W as (out, in)."""
    x, w, bias = call.given(0, "input"), call.given(1, "weight"), call.given(2, "bias")
    if not isinstance(x, Operand) or not isinstance(w, Operand):
        return None
    if len(w.shape) not in (1, 2):
        return Clash(f"linear takes a weight (out, in) and {w.text} has {counted(len(w.shape))}.", ((1, 0),))
    features = w.shape[-1]
    if not x.shape or x.shape[-1] != features:
        last = f"the last dim of {x.text} is {x.shape[-1]}" if x.shape else f"{x.text} is a single number"
        tries = (Try(call.written(x, w.to("{}.mT"))), Try(call.written(x.to("{}.mT"))))
        return Clash(f"{w.text} takes {features} input features and {last}.", ((0, -1), (1, -1)), tries)
    if isinstance(bias, Operand):
        out = w.shape[:-1]
        sentence = f"{bias.text} has shape {bias.shape} and {w.text} gives {out[0] if out else 1} output features."
        return Clash(sentence, ((2, 0), (1, 0)), (Try(f"linear({x}, {w})", "without a bias"),))
    return None


def einsum(call: Call) -> Clash | None:
    """The letters against the shapes, in the user's letters; what … stands for stretches."""
    equation = call.given(0, "equation")
    if not isinstance(equation, str):
        return None
    left, _, right = equation.replace(" ", "").partition("->")
    parts = left.split(",")
    if len(parts) != len(call.operands):
        return Clash(f"The equation names {counted(len(parts), 'operand')} and there are {len(call.operands)}.")
    sizes: dict[str, tuple[int, int, int]] = {}
    rests = []
    for number, (letters, one) in enumerate(zip(parts, call.operands, strict=True)):
        head, dots, tail = letters.partition("...")
        named = len(head) + len(tail)
        if named != len(one.shape) and (not dots or named > len(one.shape)):
            dims = tuple((number, dim) for dim in range(len(one.shape)))
            return Clash(f"“{letters}” names {counted(named)} and {one.text} has {len(one.shape)}.", dims)
        places = [*range(len(head)), *range(len(one.shape) - len(tail), len(one.shape))]
        rests.append(one.shape[len(head) : len(one.shape) - len(tail)] if dots else ())
        for letter, dim in zip(head + tail, places, strict=True):
            size = one.shape[dim]
            before = sizes.setdefault(letter, (number, dim, size))
            same_operand = before[0] == number
            if before[2] != size and (same_operand or 1 not in (before[2], size)):
                where = f"{before[2]} in {call.operands[before[0]].text} and {size} in {one.text}"
                return Clash(
                    f"{letter} is {where}.", ((before[0], before[1]), (number, dim)), _relettered(call, parts, right)
                )
            if before[2] == 1:
                sizes[letter] = (number, dim, size)
    if broadcast(rests):
        return Clash(f"What ... stands for does not go together: {' and '.join(map(str, rests))}.")
    unknown = [letter for letter in right.replace("...", "") if letter not in sizes]
    return Clash(f"“{unknown[0]}” stands after -> and in no operand.") if unknown else None


def _core(call: Call, a: Operand, b: Operand) -> Clash | None:
    across, down = a.shape[-1], b.shape[-2:][0]
    if across == down:
        return None
    tries = _turned(call, a, b)
    dims = ((0, len(a.shape) - 1), (1, max(len(b.shape) - 2, 0)))
    if len(a.shape) == len(b.shape) == 1:
        outer = Try(f"outer({a}, {b})", "every cell with every cell")
        sentence = f"A dot product needs equal lengths: {a.text} has {across}, {b.text} has {down}."
        return Clash(sentence, dims, (outer, *tries))
    first = f"the columns of {a.text} ({across})" if len(a.shape) > 1 else f"the length of {a.text} ({across})"
    second = f"the rows of {b.text} ({down})" if len(b.shape) > 1 else f"the length of {b.text} ({down})"
    return Clash(f"{call.name} needs {first} to equal {second}.", dims, tries)


def _batch(call: Call, a: Operand, b: Operand) -> Clash | None:
    found = broadcast([a.shape[:-2], b.shape[:-2]])
    if found is None:
        return None
    one, other = len(a.shape) - 2 - found[0], len(b.shape) - 2 - found[0]
    sentence = f"The batch of {a.text} is {a.shape[one]} and that of {b.text} is {b.shape[other]}, and neither is 1."
    return Clash(sentence, ((0, one), (1, other)), (_all_pairs(a, b), *_turned(call, a, b)))


def _turned(call: Call, a: Operand, b: Operand) -> tuple[Try, ...]:
    at, bt = a.to("{}.mT"), b.to("{}.mT")
    pairs = ((a, bt), (at, b), (b, a), (at, bt))
    flat = all(len(one.shape) == 1 for one in (a, b))
    last = (Try(f"{a.to('{}[:, None]')} @ {b.to('{}[None, :]')}", "an outer product"),) if flat else ()
    usable = (pair for pair in pairs if all(not one.text.endswith(".mT") or len(one.shape) > 1 for one in pair))
    return (*(Try(call.written(*pair)) for pair in usable), *last)


def _all_pairs(a: Operand, b: Operand) -> Try:
    return Try(f"{a.to('{}.unsqueeze(-3)')} @ {b.to('{}.unsqueeze(-4)')}", "every matrix with every matrix")


def _relettered(call: Call, parts: list[str], right: str) -> tuple[Try, ...]:
    """Turn one operand's letters round."""
    turned = (
        ",".join([*parts[:number], part[::-1], *parts[number + 1 :]])
        for number, part in enumerate(parts)
        if len(part) > 1
    )
    return tuple(Try(call.written(f"{left}->{right}")) for left in turned)
