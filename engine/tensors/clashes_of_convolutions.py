"""Why convolutions refuse."""

from math import gcd
from typing import Any

from engine.tensors.clash import Call, Clash, Operand, Try, counted, firsts


def missed_convolution(call: Call) -> Clash | None:
    """What the meta device lets pass; with no samples or no channels torch looks at the weight and the bias alone."""
    spatial = int(call.name[4])
    x, w = call.given(0, "input"), call.given(1, "weight")
    if not isinstance(x, Operand) or 0 not in x.shape[:-spatial]:
        return convolution(call)
    steps = (call.given(3, "stride", 1), call.given(4, "padding", 0), call.given(5, "dilation", 1))
    return _channels(call, x, w, call.given(2, "bias"), spatial) or _no_kernel(w, spatial) or _steps(call, *steps)


def convolution(call: Call) -> Clash | None:
    """Input (N, C, …), weight (out, C / groups, …)."""
    spatial = int(call.name[4])
    x, w, bias = call.given(0, "input"), call.given(1, "weight"), call.given(2, "bias")
    if not isinstance(x, Operand) or not isinstance(w, Operand):
        return None
    return _ranks(call, x, w, spatial) or _channels(call, x, w, bias, spatial) or _window(call, x, w, spatial)


def _ranks(call: Call, x: Operand, w: Operand, spatial: int) -> Clash | None:
    other = call.written(name=f"conv{len(x.shape) - 2}d") if len(x.shape) in (3, 4) else ""
    if len(w.shape) != spatial + 2:
        sentence = f"The weight has {spatial + 2} dimensions (out, in, kernel) and {w.text} has {len(w.shape)}."
        wider = (
            ("{}[:, None]", "each kernel takes one channel"),
            ("{}[None]", "one output channel"),
            ("{}[None, None]", "one output channel of one channel"),
            (f"{{}}[{'..., ' + ', '.join(['None'] * spatial)}]", "a kernel of one cell"),
        )
        tries = [Try(call.giving(1, "weight", w.to(text)).written(), note) for text, note in wider]
        return Clash(sentence, ((1, 0),), (Try(other), *tries))
    if len(x.shape) not in (spatial + 1, spatial + 2):
        tries = [Try(call.written(x.to(text))) for text in ("{}[None]", "{}[None, None]")]
        joined = Try(call.written(x.to("{}.flatten(0, 1)")), "its first two dims become one")
        sentence = (
            f"{call.name} takes (batch, channels{', length' if spatial == 1 else ', height, width'}) and {x.text} has"
        )
        return Clash(f"{sentence} {counted(len(x.shape))}.", ((0, 0),), (*tries, Try(other), joined))
    return None


def _no_kernel(w: Operand, spatial: int) -> Clash | None:
    empty = 0 in w.shape[-spatial:] and w.shape[1]
    return Clash(f"The kernel of {w.text} has no cells.", ((1, len(w.shape) - 1),)) if empty else None


def _channels(call: Call, x: Operand, w: Operand, bias: object, spatial: int) -> Clash | None:
    groups, channel = call.given(6, "groups", 1), len(x.shape) - spatial - 1
    if not w.shape[0]:
        return Clash(f"{w.text} has no output channels.", ((1, 0),))
    if groups < 1 or w.shape[0] % groups:
        sentence = f"{w.shape[0]} output channels cannot be split into {groups} groups."
        meant = (1, x.shape[channel] // max(w.shape[1], 1), gcd(w.shape[0], x.shape[channel]))
        return Clash(sentence, ((1, 0),), tuple(Try(call.giving(6, "groups", one).written()) for one in meant))
    if x.shape[channel] != w.shape[1] * groups:
        sentence = f"The weight expects {counted(w.shape[1] * groups, 'channel')} and {x.text} has {x.shape[channel]}."
        return Clash(sentence, ((0, channel), (1, 1)), _other_channels(call, x, w, channel))
    if isinstance(bias, Operand) and bias.shape != (w.shape[0],):
        sentence = f"{bias.text} has shape {bias.shape} and there are {counted(w.shape[0], 'output channel')}."
        fitting = firsts(bias, w.shape[0], 0, "number")
        tries = [Try(call.giving(2, "bias", part).written(), note) for part, note in fitting]
        return Clash(
            sentence, ((2, 0), (1, 0)), (Try(call.giving(2, "bias", None).written(), "without a bias"), *tries)
        )
    return None


def _other_channels(call: Call, x: Operand, w: Operand, channel: int) -> tuple[Try, ...]:
    """Groups, the weight or the input turned round, the channel dim put in, one channel spread, or only some of them."""
    have, groups = x.shape[channel], call.given(6, "groups", 1)
    wanted = w.shape[1] * groups
    tries = []
    if w.shape[1] and have % w.shape[1] == 0:
        number = have // w.shape[1]
        tries.append(Try(call.giving(6, "groups", number).written(), "each group sees its own channels" * (number > 1)))
    if groups > 1:
        tries.append(Try(call.giving(6, "groups", 1).written()))
    tries.append(Try(call.giving(1, "weight", w.to("{}.transpose(0, 1)")).written()))
    turned = f"{{}}.transpose({channel}, -1)" if len(x.shape) - channel == 2 else f"{{}}.movedim(-1, {channel})"
    tries.append(Try(call.written(x.to(turned)), "its last dim as channels"))
    if channel == 0 and wanted == 1:
        tries.append(Try(call.written(x.to("{}.unsqueeze(1)")), "a batch of one channel each"))
    if have == 1:
        sizes = ["-1"] * len(x.shape)
        sizes[channel] = str(wanted)
        tries.append(Try(call.written(x.to(f"{{}}.expand({', '.join(sizes)})")), "the one channel for each"))
    tries += [Try(call.written(part), note) for part, note in firsts(x, wanted, channel, "channel")]
    if groups == 1:
        fitting = firsts(w, have, 1, "channel")
        tries += [Try(call.giving(1, "weight", part).written(), note) for part, note in fitting]
    return tuple(tries)


def _window(call: Call, x: Operand, w: Operand, spatial: int) -> Clash | None:
    stride, padding, dilation = call.given(3, "stride", 1), call.given(4, "padding", 0), call.given(5, "dilation", 1)
    if found := _steps(call, stride, padding, dilation):
        return found
    if not isinstance(padding, int | str) or not isinstance(dilation, int):
        return None
    for dim in range(-spatial, 0):
        at = dim + len(x.shape)
        if not x.shape[dim]:
            return Clash(f"dim {at} of {x.text} is empty, and a kernel needs cells to slide over.", ((0, dim),))
        reach = dilation * (w.shape[dim] - 1) + 1
        size = x.shape[dim] + ({"same": reach - 1}.get(padding, 0) if isinstance(padding, str) else 2 * padding)
        if reach > size or not w.shape[dim]:
            sentence = f"The kernel reaches over {counted(reach, 'cell')} and the padded input has {size} (dim {at})."
            shorter = firsts(w, size, dim + len(w.shape), "cell") if w.shape[dim] else ()
            tries = (
                Try(call.giving(4, "padding", (reach - x.shape[dim] + 1) // 2).written()),
                Try(call.giving(5, "dilation", 1).written() if dilation > 1 else ""),
                *(Try(call.giving(1, "weight", part).written(), f"{note} of the kernel") for part, note in shorter),
            )
            return Clash(sentence, ((0, dim), (1, dim)), tries)
    return None


def _steps(call: Call, stride: Any, padding: Any, dilation: Any) -> Clash | None:
    """Numbers that a kernel can move on, reach over and begin beside."""
    if padding == "same" and stride != 1:
        sentence = f"padding='same' keeps the length, and a stride of {stride} does not."
        tries = (call.giving(3, "stride", 1).written(), call.giving(4, "padding", 0).written())
        return Clash(sentence, (), tuple(map(Try, tries)))
    for place, name, number, least in (
        (3, "stride", stride, 1),
        (4, "padding", padding, 0),
        (5, "dilation", dilation, 1),
    ):
        if type(number) is int and number < least:
            sentence = f"{name} is {number} and has to be {least} at least."
            return Clash(sentence, (), (Try(call.giving(place, name, least).written()),))
    return None
