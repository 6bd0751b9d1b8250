"""Why matmul, mm, bmm, dot and linear refuse."""

from math import prod

from engine.tensors.clash import Call, Clash, Operand, Try, broadcast, counted, firsts

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
        whole = (
            Try(f"{x} @ {w}.mT" if bias is None else "", "a weight for each of the batch"),
            Try(call.giving(1, "weight", w.to("{}[0]")).written(), "only the first weight"),
            Try(
                call.giving(1, "weight", w.to("{}.flatten(0, -2)")).written(), "the output features of all side by side"
            ),
        )
        return Clash(f"linear takes a weight (out, in) and {w.text} has {counted(len(w.shape))}.", ((1, 0),), whole)
    features = w.shape[-1]
    if not x.shape or x.shape[-1] != features:
        last = f"the last dim of {x.text} is {x.shape[-1]}" if x.shape else f"{x.text} is a single number"
        sentence = f"{w.text} takes {counted(features, 'input feature')} and {last}."
        return Clash(sentence, ((0, -1), (1, -1)), _other_features(call, x, w))
    if isinstance(bias, Operand):
        out = w.shape[0] if len(w.shape) > 1 else 1
        sentence = f"{bias.text} has shape {bias.shape} and {w.text} gives {counted(out, 'output feature')}."
        cut = firsts(bias, out, 0, "number") if len(bias.shape) == 1 else ()
        tries = (
            Try(call.giving(2, "bias", bias.to(f"{{}}.reshape({out})")).written()),
            *(Try(call.giving(2, "bias", one).written(), note) for one, note in cut),
            Try(call.giving(2, "bias", None).written(), "without a bias"),
        )
        return Clash(sentence, ((2, 0), (1, 0)), tries)
    return None


def _other_features(call: Call, x: Operand, w: Operand) -> tuple[Try, ...]:
    """The dims before the last as features too, another dim as the last, the weight turned round, or only some features."""
    features, dims = w.shape[-1], len(x.shape)
    inputs = [(f"{{}}.flatten({dim})", "") for dim in range(dims - 1) if prod(x.shape[dim:]) == features]
    inputs += [("{}.mT", "")] if dims > 1 else []
    inputs += [(f"{{}}.movedim({dim}, -1)", "") for dim in range(dims - 2) if x.shape[dim] == features]
    if not dims:
        inputs.append((f"{{}}.expand({features})", "the number for each feature"))
    elif features == 1:
        inputs.append(("{}.unsqueeze(-1)", "each cell as one feature"))
    elif features and x.shape[-1] % features == 0:
        inputs.append((f"{{}}.unflatten(-1, (-1, {features}))", f"rows of {features}"))
    before = [Try(call.giving(1, "weight", w.to("{}.mT")).written())] if len(w.shape) > 1 else []
    tries = [*before, *(Try(call.giving(0, "input", x.to(text)).written(), note) for text, note in inputs)]
    if dims:
        cut = firsts(x, features, dims - 1, "feature")
        tries += [Try(call.giving(0, "input", one).written(), note) for one, note in cut]
        less = firsts(w, x.shape[-1], len(w.shape) - 1, "feature")
        tries += [Try(call.giving(1, "weight", one).written(), note) for one, note in less]
    return tuple(tries)


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
