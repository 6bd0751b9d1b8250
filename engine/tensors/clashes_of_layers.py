"""Why norms and convolutions refuse."""

from math import prod
from typing import Any

from engine.tensors.clash import Call, Clash, Operand, Try, counted


def layer_norm(call: Call) -> Clash | None:
    """The last dims are what is normalised."""
    x, shape = call.given(0, "input"), call.given(1, "normalized_shape")
    if not isinstance(x, Operand) or not isinstance(shape, tuple | list):
        return Clash("normalized_shape is a tuple: (4,).") if isinstance(x, Operand) else None
    shape = tuple(shape)
    if not shape or x.shape[-len(shape) :] != shape:
        sentence = f"normalized_shape is {shape} and {x.text} ends in {x.shape[-len(shape) :]}."
        tries = tuple(Try(f"layer_norm({x}, {x.shape[-back:]})") for back in range(1, len(x.shape) + 1))
        return Clash(sentence, ((0, -1),), tries)
    for number, name in ((2, "weight"), (3, "bias")):
        part = call.given(number, name)
        if isinstance(part, Operand) and part.shape != shape:
            tries = (Try(f"layer_norm({x}, {shape})", f"without a {name}"),)
            return Clash(f"The {name} {part.text} is {part.shape} and must be {shape}.", ((number - 1, 0),), tries)
    return None


def channel_norm(call: Call) -> Clash | None:
    """Batch, instance and group norm: channels are dim 1."""
    x = call.given(0, "input")
    if not isinstance(x, Operand):
        return None
    least = 3 if call.name == "instance_norm" else 2
    if len(x.shape) < least:
        return Clash(f"{call.name} needs at least {counted(least)} and {x.text} has {len(x.shape)}.", ((0, 0),))
    channels = x.shape[1]
    named: tuple[tuple[int, str], ...]
    if call.name == "group_norm":
        groups = call.given(1, "num_groups", 1)
        if groups < 1 or channels % groups:
            tries = tuple(
                Try(f"group_norm({x}, {number})")
                for number in range(min(channels, 64), 0, -1)
                if channels % number == 0
            )
            return Clash(
                f"{channels} channels (dim 1 of {x.text}) cannot be split into {groups} groups.", ((0, 1),), tries
            )
        named = ((2, "weight"), (3, "bias"))
    else:
        named = ((1, "running_mean"), (2, "running_var"), (3, "weight"), (4, "bias"))
    for number, name in named:
        part = call.given(number, name)
        if isinstance(part, Operand) and part.shape != (channels,):
            sentence = f"Channels are dim 1: {x.text} has {channels}, {name} {part.text} has shape {part.shape}."
            tries = (
                Try(call.written(x.to("{}.transpose(1, -1)"))),
                Try(f"{call.name}({x}, 1)" if least == 2 and call.name == "group_norm" else ""),
            )
            return Clash(sentence, ((0, 1),), tries)
    return _too_few(call, x)


def missed_norm(call: Call) -> Clash | None:
    """What the meta device lets pass: batch norm of vectors, and running statistics that are no vectors."""
    x = call.given(0, "input")
    running = [call.given(1, "running_mean"), call.given(2, "running_var")]
    odd = any(isinstance(part, Operand) and len(part.shape) != 1 for part in running)
    cells = isinstance(x, Operand) and 0 not in x.shape
    return channel_norm(call) if cells and (len(x.shape) < 2 or odd) else None


def missed_convolution(call: Call) -> Clash | None:
    """What the meta device lets pass; with no samples or no channels torch looks at the weight and the bias alone."""
    spatial = int(call.name[4])
    x, w = call.given(0, "input"), call.given(1, "weight")
    if not isinstance(x, Operand) or 0 not in x.shape[:-spatial]:
        return convolution(call)
    steps = (call.given(3, "stride", 1), call.given(4, "padding", 0), call.given(5, "dilation", 1))
    return _channels(call, x, w, call.given(2, "bias"), spatial) or _no_kernel(w, spatial) or _steps(call, *steps)


def _no_kernel(w: Operand, spatial: int) -> Clash | None:
    empty = 0 in w.shape[-spatial:] and w.shape[1]
    return Clash(f"The kernel of {w.text} has no cells.", ((1, len(w.shape) - 1),)) if empty else None


def convolution(call: Call) -> Clash | None:
    """Input (N, C, …), weight (out, C / groups, …)."""
    spatial = int(call.name[4])
    x, w, bias = call.given(0, "input"), call.given(1, "weight"), call.given(2, "bias")
    if not isinstance(x, Operand) or not isinstance(w, Operand):
        return None
    if len(w.shape) != spatial + 2:
        return Clash(
            f"The weight has {spatial + 2} dimensions (out, in, kernel) and {w.text} has {len(w.shape)}.", ((1, 0),)
        )
    if len(x.shape) not in (spatial + 1, spatial + 2):
        tries = (Try(call.written(x.to("{}[None]"))), Try(call.written(x.to("{}[None, None]"))))
        sentence = (
            f"{call.name} takes (batch, channels{', length' if spatial == 1 else ', height, width'}) and {x.text} has"
        )
        return Clash(f"{sentence} {counted(len(x.shape))}.", ((0, 0),), tries)
    return _channels(call, x, w, bias, spatial) or _window(call, x, w, spatial)


def _channels(call: Call, x: Operand, w: Operand, bias: object, spatial: int) -> Clash | None:
    groups, channel = call.given(6, "groups", 1), len(x.shape) - spatial - 1
    if not w.shape[0]:
        return Clash(f"{w.text} has no output channels.", ((1, 0),))
    if groups < 1 or w.shape[0] % groups:
        return Clash(
            f"{w.shape[0]} output channels cannot be split into {groups} groups.",
            ((1, 0),),
            (Try(call.written(changed={"groups": 1})),),
        )
    if x.shape[channel] != w.shape[1] * groups:
        sentence = f"The weight expects {counted(w.shape[1] * groups, 'channel')} and {x.text} has {x.shape[channel]}."
        tries = [
            Try(call.written(x.to(f"{{}}.transpose({channel}, -1)"))),
            Try(call.written(x, w.to("{}.transpose(0, 1)"))),
        ]
        if w.shape[1] and x.shape[channel] % w.shape[1] == 0 and len(call.arguments) < 7:
            tries.insert(0, Try(call.written(changed={"groups": x.shape[channel] // w.shape[1]})))
        return Clash(sentence, ((0, channel), (1, 1)), tuple(tries))
    if isinstance(bias, Operand) and bias.shape != (w.shape[0],):
        sentence = f"{bias.text} has shape {bias.shape} and there are {counted(w.shape[0], 'output channel')}."
        return Clash(
            sentence,
            ((2, 0), (1, 0)),
            (Try(call.written(x, w, None) if len(call.arguments) > 2 else "", "without a bias"),),
        )
    return None


def _window(call: Call, x: Operand, w: Operand, spatial: int) -> Clash | None:
    stride, padding, dilation = call.given(3, "stride", 1), call.given(4, "padding", 0), call.given(5, "dilation", 1)
    if found := _steps(call, stride, padding, dilation):
        return found
    if not isinstance(padding, int | str) or not isinstance(dilation, int):
        return None
    for dim in range(-spatial, 0):
        if not x.shape[dim]:
            return Clash(f"dim {dim} of {x.text} is empty, and a kernel needs cells to slide over.", ((0, dim),))
        reach = dilation * (w.shape[dim] - 1) + 1
        size = x.shape[dim] + ({"same": reach - 1}.get(padding, 0) if isinstance(padding, str) else 2 * padding)
        if reach > size or not w.shape[dim]:
            more = (reach - x.shape[dim] + 1) // 2
            sentence = f"The kernel reaches over {counted(reach, 'cell')} and the padded input has {size} (dim {dim})."
            return Clash(
                sentence,
                ((0, dim), (1, dim)),
                (Try(call.written(changed={"padding": more})),) if len(call.arguments) < 5 else (),
            )
    return None


def _steps(call: Call, stride: Any, padding: Any, dilation: Any) -> Clash | None:
    """Numbers that a kernel can move on, reach over and begin beside."""
    if padding == "same" and stride != 1:
        sentence = f"padding='same' keeps the length, and a stride of {stride} does not."
        return Clash(sentence, (), (Try(call.written(changed={"stride": 1}) if len(call.arguments) < 4 else ""),))
    for name, number, least in (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)):
        if type(number) is int and number < least:
            return Clash(f"{name} is {number} and has to be {least} at least.")
    return None


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
