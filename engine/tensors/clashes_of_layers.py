"""Why norms refuse."""

from math import prod

from engine.tensors.clash import Call, Clash, Operand, Try, counted, firsts

_CHANNEL_PARTS: dict[str, tuple[tuple[int, str], ...]] = {
    "group_norm": ((2, "weight"), (3, "bias")),
    "others": ((1, "running_mean"), (2, "running_var"), (3, "weight"), (4, "bias")),
}


def layer_norm(call: Call) -> Clash | None:
    """The last dims are what is normalised."""
    x, shape = call.given(0, "input"), call.given(1, "normalized_shape")
    if not isinstance(x, Operand):
        return None
    ends = tuple(x.shape[-back:] for back in range(1, len(x.shape) + 1))
    if not isinstance(shape, tuple | list):
        tries = tuple(Try(call.giving(1, "normalized_shape", end).written()) for end in ends)
        return Clash("normalized_shape is a tuple: (4,).", (), tries)
    shape = tuple(shape)
    if not shape or x.shape[-len(shape) :] != shape:
        sentence = f"normalized_shape is {shape} and {x.text} ends in {x.shape[-len(shape) :]}."
        turned = [Try(call.written(x.to(f"{{}}.movedim({dim}, -1)"))) for dim in range(len(x.shape) - 1)]
        others = [Try(call.giving(1, "normalized_shape", end).written()) for end in ends]
        plain = [Try(f"layer_norm({x}, {end})", "without a weight" * (len(call.operands) > 1)) for end in ends]
        return Clash(sentence, ((0, -1),), (*others, *plain, *turned))
    return _layer_parts(call, x, shape)


def _layer_parts(call: Call, x: Operand, shape: tuple[int, ...]) -> Clash | None:
    """The weight and the bias have the shape that is normalised."""
    for place, name in ((2, "weight"), (3, "bias")):
        part = call.given(place, name)
        if isinstance(part, Operand) and part.shape != shape:
            cut = firsts(part, shape[0], 0, "number") if len(part.shape) == len(shape) == 1 else ()
            tries = (
                Try(call.giving(1, "normalized_shape", part.shape).written(), "normalised over more or fewer dims"),
                Try(call.giving(place, name, part.to(f"{{}}.reshape{shape}")).written()),
                *(Try(call.giving(place, name, one).written(), note) for one, note in cut),
                Try(call.giving(place, name, None).written(), f"without a {name}"),
                Try(f"layer_norm({x}, {shape})", "without a weight and a bias"),
            )
            sentence = f"The {name} {part.text} is {part.shape} and must be {shape}."
            return Clash(sentence, ((call.operands.index(part), 0),), tries)
    return None


def channel_norm(call: Call) -> Clash | None:
    """Batch, instance and group norm: channels are dim 1."""
    x = call.given(0, "input")
    if not isinstance(x, Operand):
        return None
    least = 3 if call.name == "instance_norm" else 2
    if len(x.shape) < least:
        texts = ("{}[None]", "{}[:, None]", "{}[None, None]")
        tries = tuple(Try(call.giving(0, "input", x.to(text)).written()) for text in texts)
        return Clash(f"{call.name} needs at least {counted(least)} and {x.text} has {len(x.shape)}.", ((0, 0),), tries)
    channels = x.shape[1]
    if call.name == "group_norm":
        groups = call.given(1, "num_groups", 1)
        if groups < 1 or channels % groups:
            whole = [number for number in range(min(channels, 64), 0, -1) if channels % number == 0]
            tries = tuple(Try(call.giving(1, "num_groups", number).written()) for number in whole)
            sentence = f"{channels} channels (dim 1 of {x.text}) cannot be split into {groups} groups."
            return Clash(sentence, ((0, 1),), tries)
    for place, name in _CHANNEL_PARTS["group_norm" if call.name == "group_norm" else "others"]:
        part = call.given(place, name)
        if isinstance(part, Operand) and part.shape != (channels,):
            sentence = f"Channels are dim 1: {x.text} has {channels}, {name} {part.text} has shape {part.shape}."
            return Clash(sentence, ((0, 1),), _other_channels(call, x))
    return _too_few(call, x)


def _other_channels(call: Call, x: Operand) -> tuple[Try, ...]:
    """Another dim as channels, only the first of them, the parts cut to them, or none of those that do not fit."""
    cut, without, notes = call, call, []
    lengths = set()
    for place, name in _CHANNEL_PARTS["group_norm" if call.name == "group_norm" else "others"]:
        part = call.given(place, name)
        if isinstance(part, Operand) and part.shape != (x.shape[1],):
            lengths.add(part.shape[0] if len(part.shape) == 1 else 0)
            for one, _ in firsts(part, x.shape[1], 0, "number") if len(part.shape) == 1 else ():
                cut = cut.giving(place, name, one)
            without = without.giving(place, name, None)
            notes.append(name)
    if "running_mean" in notes or "running_var" in notes:
        for place, name in _CHANNEL_PARTS["others"][:2]:
            without = without.giving(place, name, None)
        without = without.giving(5, "training" if call.name == "batch_norm" else "use_input_stats", True)
        notes = ["running statistics", *(name for name in notes if "running" not in name)]
    turned = "{}.transpose(1, -1)" if len(x.shape) == 3 else "{}.movedim(-1, 1)"
    texts = dict.fromkeys((turned, "{}.transpose(0, 1)")) if len(x.shape) > 2 else {"{}.mT": None}
    first = [pair for number in lengths for pair in firsts(x, number, 1, "channel")]
    return (
        *(Try(call.giving(0, "input", x.to(text)).written()) for text in texts),
        *(Try(call.giving(0, "input", one).written(), note) for one, note in first),
        Try(cut.written(), f"only the first {counted(x.shape[1], 'number')} of each"),
        Try(without.written(), f"without {' and '.join(notes)}"),
    )


def missed_norm(call: Call) -> Clash | None:
    """What the meta device lets pass: batch norm of vectors, and running statistics that are no vectors."""
    x = call.given(0, "input")
    running = [call.given(1, "running_mean"), call.given(2, "running_var")]
    odd = any(isinstance(part, Operand) and len(part.shape) != 1 for part in running)
    cells = isinstance(x, Operand) and 0 not in x.shape
    return channel_norm(call) if cells and (len(x.shape) < 2 or odd) else None


def _too_few(call: Call, x: Operand) -> Clash | None:
    """A variance of one value a group is refused by torch."""
    n, size = x.shape[0], prod(x.shape[2:])
    if call.name == "group_norm" and n * x.shape[1] // call.given(1, "num_groups", 1) * size == 1:
        return Clash(f"There is 1 value a group in {x.text}; its variance needs more.", ((0, 1),))
    training = call.given(5, "training", False) if call.name == "batch_norm" else call.given(5, "use_input_stats", True)
    values = n * size if call.name == "batch_norm" else size
    if call.name != "group_norm" and training and values == 1:
        return Clash(f"There is 1 value a channel in {x.text}; its variance needs more.", ((0, 0),))
    if call.name != "group_norm" and not training and not isinstance(call.given(1, "running_mean"), Operand):
        key = "training" if call.name == "batch_norm" else "use_input_stats"
        tries = (Try(f"{call.name}({x}, None, None, {key}=True)"),)
        return Clash(f"Without running statistics {call.name} needs {key}=True.", (), tries)
    return None
