"""Why operands on different devices are refused, and devices that are not here."""

from collections.abc import Sequence
from dataclasses import replace

from engine.tensors.clash import Call, Clash, Operand, Try
from engine.tensors.clashes_of_dtypes import with_calls

_HOLLOW = "shape, dtype and strides only: on meta there are no values"
_UNFILLED = "cells of their own, which nobody has filled yet"
_FILLED = "cells of their own, all 0"


def absent(call: Call, sentence: str) -> Clash:
    """A device that torch does not see: the CPU is always there, and so is meta."""
    tries = tuple(Try(_on(call, device), note) for device, note in (("cpu", ""), ("meta", _HOLLOW)))
    return Clash(sentence, (), tries)


def of_devices(call: Call, spots: Sequence[str], to: str) -> Clash:
    """`spots` are the devices of the operands in their order; `to` is the one that a tensor was to be moved to."""
    operands = call.operands
    if to:
        return _without_values(operands[0], to)
    texts = {device: _names(operands, spots, device) for device in dict.fromkeys(spots)}
    where = " and ".join(f"{names} on {_word(device)}" for device, names in texts.items())
    name = call.infix or call.name.split(".")[0]
    order = sorted(texts, key=lambda device: (device == "meta", device == "cpu"))
    tries = [Try(_moved(call, spots, device), _note(device, spots)) for device in order]
    return Clash(f"{name} takes operands of one device, and here is {where}.", (), tuple(tries))


def _without_values(x: Operand, to: str) -> Clash:
    tries = (
        Try(f"empty_like({x.text}, device='{to}')", _UNFILLED),
        Try(f"zeros_like({x.text}, device='{to}')", _FILLED),
    )
    sentence = f"{x.text} is on meta and has no values that could be copied to {_word(to)}."
    return Clash(f"{sentence} torch.empty_like makes a tensor of its shape there.", (), tries)


def _names(operands: Sequence[Operand], spots: Sequence[str], device: str) -> str:
    found = dict.fromkeys(one.text for one, spot in zip(operands, spots, strict=True) if spot == device)
    return ", ".join(found)


def _moved(call: Call, spots: Sequence[str], device: str) -> str:
    """The call with every operand on one device."""
    wrong = {place: spot for place, spot in enumerate(spots) if spot != device}
    texts = {"meta": f"zeros_like({{}}, device='{device}')"}
    return with_calls(call, {place: texts.get(spot, f"{{}}.to('{device}')") for place, spot in wrong.items()})


def _on(call: Call, device: str) -> str:
    """The call with another device in the place of the one that it names."""
    if call.name in ("cpu", "cuda"):
        return Call("to", (call.arguments[0], device), {}, "", True).written()
    if "device" in call.keywords:
        return replace(call, keywords={**call.keywords, "device": device}).written()
    arguments = tuple(device if isinstance(part, str) else part for part in call.arguments)
    return replace(call, arguments=arguments).written()


def _note(device: str, spots: Sequence[str]) -> str:
    if device == "meta":
        return _HOLLOW
    return "zeros stand in for what is on meta" if "meta" in spots else ""


def _word(device: str) -> str:
    return "the CPU" if device == "cpu" else device
