"""Why arithmetic, sampling, cat and stack refuse."""

from engine.tensors.clash import Call, Clash, Operand, Try, broadcast
from engine.tensors.clashes_of_made import below_none


def each(call: Call) -> Clash | None:
    """Cell by cell: shapes align from the right."""
    operands = call.operands
    found = broadcast([one.shape for one in operands])
    if found is None:
        return _of_bits(call, operands)
    back, (first, second) = found
    a, b = operands[first], operands[second]
    one, other = len(a.shape) - back, len(b.shape) - back
    sentence = (
        f"Shapes align from the right: dim {one} of {a.text} is {a.shape[one]}, dim {other} of {b.text} is "
        f"{b.shape[other]}, and neither is 1."
    )
    turned = [(a, b.to("{}.mT")), (a.to("{}.mT"), b), (a.to("{}.unsqueeze(-1)"), b), (a, b.to("{}.unsqueeze(-1)"))]
    pairs, put_in = "every cell with every cell", "a dim of size 1 is put in"
    notes = (
        "",
        "",
        *(pairs if longer else put_in for longer in (len(a.shape) >= len(b.shape), len(b.shape) >= len(a.shape))),
    )
    tries = zip(turned, notes, strict=True) if len(operands) == 2 else ()
    fitting = [
        Try(call.written(*pair), note)
        for pair, note in tries
        if all(not part.text.endswith(".mT") or len(part.shape) > 1 for part in pair)
    ]
    return Clash(sentence, ((first, one), (second, other)), tuple(fitting))


def _of_bits(call: Call, operands: list[Operand]) -> Clash | None:
    """& | ^ ~ take whole numbers and booleans."""
    sign = call.infix or ("~" if call.name == "logical_not" else "")
    real = [one for one in operands if "int" not in one.dtype and one.dtype != "bool"]
    if sign not in ("&", "|", "^", "~") or not real:
        return None
    cells = f"{sign} works on the bits of whole numbers and booleans, and {real[0].text} is {real[0].dtype}."
    named = Try(call.written(name=call.name), "0 counts as False, all else as True")
    return Clash(cells, (), (named, Try(f"~({real[0].text} > 0)") if sign == "~" else named))


def dropout(call: Call) -> Clash | None:
    """A probability lies between 0 and 1."""
    x, p = call.operands[0], call.given(1, "p", 0.5)
    if 0 <= p <= 1:
        return None
    return Clash(f"dropout takes a probability between 0 and 1, and {p} is not.", (), (Try(f"dropout({x}, 0.5)"),))


def normal(call: Call) -> Clash | None:
    """Means and deviations go together cell by cell, and no deviation is below 0."""
    std = call.given(1, "std", 1)
    if isinstance(std, int | float) and std < 0:
        return Clash(
            f"A deviation is not below 0, and {std} is.", (), (Try(call.written(call.given(0, "mean"), -std)),)
        )
    size = call.given(2, "size")
    if size is None and not call.operands:
        sentence = "normal takes a tensor of means or of deviations, or a size."
        return Clash(sentence, (), (Try(call.giving(2, "size", (5,)).written()),))
    return below_none(call, size) if isinstance(size, tuple | list) else each(call)


def multinomial(call: Call) -> Clash | None:
    """Places are drawn from one lane of weights or from several."""
    x, number, again = call.operands[0], call.given(1, "num_samples", 1), call.given(2, "replacement", False)
    if len(x.shape) not in (1, 2):
        tries = (Try(call.written(x.to(f"{{}}.reshape(-1, {x.shape[-1] if x.shape else 1})"))),)
        return Clash(f"multinomial takes 1 dimension or 2, and {x.text} has {len(x.shape)}.", (), tries)
    if number < 1:
        return Clash(f"At least one place is drawn, and {number} were asked for.", (), (Try(f"multinomial({x}, 1)"),))
    if not x.shape[-1] and 0 not in x.shape[:-1]:
        return Clash(f"There is nothing to draw from: dim {len(x.shape) - 1} of {x.text} has no cells.", ((0, -1),))
    if number > x.shape[-1] and not again:
        sentence = f"Without putting back {x.shape[-1]} can be drawn at most, and {number} were asked for."
        return Clash(sentence, ((0, -1),), (Try(f"multinomial({x}, {number}, True)", "each drawn place is put back"),))
    return None


def cat(call: Call) -> Clash | None:
    """All dims but one agree."""
    parts, dim = call.given(0, "tensors"), call.given(1, "dim", 0)
    operands = [one for one in call.operands if one.shape != (0,)]
    if not call.operands:
        return Clash(f"{call.name} takes a list of at least one tensor.")
    flat = next((one for one in operands if not one.shape), None)
    if flat is not None:
        return Clash(f"cat takes no single number and {flat.text} is 0-d.", (), (Try(f"stack({parts!r})"),))
    first = operands[0] if operands else call.operands[0]
    for one in operands:
        if len(one.shape) != len(first.shape):
            both = f"{first.text} has {len(first.shape)}, {one.text} has {len(one.shape)}"
            return Clash(f"cat needs equal numbers of dims: {both}.")
    if not -len(first.shape) <= dim < len(first.shape):
        return Clash(
            f"dim {dim} is outside [{-len(first.shape)}, {len(first.shape) - 1}].", (), _other_dims(call, first)
        )
    joined = dim % len(first.shape)
    return _disagree(call, operands, first, f"cat needs all dims but {joined} to agree", joined)


def stack(call: Call) -> Clash | None:
    """All shapes are the same."""
    operands, dim = call.operands, call.given(1, "dim", 0)
    if not operands:
        return Clash("stack takes a list of at least one tensor.")
    first = operands[0]
    if any(len(one.shape) != len(first.shape) for one in operands):
        other = next(one for one in operands if len(one.shape) != len(first.shape))
        return Clash(f"stack needs the same shapes: {first.text} is {first.shape}, {other.text} is {other.shape}.")
    most = len(first.shape)
    if not -most - 1 <= dim <= most:
        sentence = f"dim {dim} is outside [{-most - 1}, {most}]."
        return Clash(
            sentence, (), (Try(call.written(call.arguments[0], 0, name="stack") if len(call.arguments) > 1 else ""),)
        )
    return _disagree(call, operands, first, "stack needs the same shapes", -1)


def _disagree(call: Call, operands: list[Operand], first: Operand, rule: str, but: int) -> Clash | None:
    for one in operands:
        for dim, (size, other) in enumerate(zip(first.shape, one.shape, strict=True)):
            if dim != but and size != other:
                places = ((call.operands.index(first), dim), (call.operands.index(one), dim))
                sentence = f"{rule}: dim {dim} of {first.text} is {size}, of {one.text} {other}."
                return Clash(sentence, places, _other_dims(call, first))
    return None


def _other_dims(call: Call, first: Operand) -> tuple[Try, ...]:
    names = ", ".join(one.text for one in call.operands)
    return tuple(Try(f"cat([{names}], {dim})", f"joined along dim {dim}") for dim in range(len(first.shape)))
