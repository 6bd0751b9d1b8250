"""Collects the instructions of a program while its text is walked, trying each on the meta device at once."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from engine.tensors import clashes_of_devices, devices
from engine.tensors.clash import Call, Clash, Operand
from engine.tensors.clashes_of_dtypes import of_dtypes, of_made
from engine.tensors.operation import Form, Kind, Operation
from engine.tensors.program import Instruction, Program, Ref, Spot, filled
from engine.tensors.reading import place_of
from engine.tensors.refusal import Refused
from engine.tensors.rules import clash_in, missed
from engine.tensors.sizes import TooLarge, physical_bytes, readable
from engine.tensors.trying import TORCH_REFUSES, OtherDevices, fitting_dtypes, is_taken, landed

MAX_INSTRUCTIONS = 200
MAX_TOTAL_BYTES = 1 << 30


@dataclass(frozen=True)
class Pair:
    """What `x.max(1)` gives before `.values` or `.indices` is taken of it."""

    picks: Mapping[str, Operation]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    node: ast.expr


class Builder:
    """The program so far: `values` holds what each name means, `shapes` a meta tensor for each number and `spots` where it
    is; inputs are on the CPU where `on` does not say otherwise."""

    def __init__(self, text: str, inputs: Mapping[str, Tensor], on: Mapping[str, str] | None = None) -> None:
        self.text = text
        places = [(on or {}).get(name, devices.CPU) for name in inputs]
        self.spots: list[Spot] = [Spot(place, place == devices.META) for place in places]
        self.inputs = tuple(inputs)
        self.shapes: list[Tensor] = [_on_meta(tensor) for tensor in inputs.values()]
        self.instructions: list[Instruction] = []
        self.values: dict[str, Any] = {name: Ref(number) for number, name in enumerate(inputs)}
        self._total = 0

    def refuse(self, sentence: str, node: ast.expr) -> Refused:
        """Make the refusal of a part of the text."""
        return Refused(sentence, place_of(node, self.text))

    def shape_of(self, ref: Ref) -> Tensor:
        """Return the meta tensor of a reference."""
        return self.shapes[ref.number]

    def device_of(self, ref: Ref) -> torch.device:
        """Return where a tensor is."""
        return torch.device(self.spots[ref.number].device)

    def device(self, word: Any, node: ast.expr) -> torch.device:
        """Return the device of this name."""
        try:
            return devices.device_of(word)
        except devices.NoDevice as error:
            raise self.refuse(error.sentence, node) from None

    def call(
        self, operation: Operation, arguments: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.expr
    ) -> Ref:
        """Add one operation. Raises `Refused` if torch refuses its shapes or its result is too large."""
        if len(self.instructions) >= MAX_INSTRUCTIONS:
            raise self.refuse(f"There are more than {MAX_INSTRUCTIONS} operations; make it shorter.", node)
        written = ast.get_source_segment(self.text, node) or operation.name
        one = Instruction(operation, arguments, dict(keywords), written, place_of(node, self.text))
        one = self._on_known_devices(one, node)
        shape, spot = self._tried(one, node)
        self.shapes.append(shape)
        self.spots.append(spot)
        self.instructions.append(one)
        return Ref(len(self.shapes) - 1)

    def pick(self, pair: Pair, picked: str) -> Ref:
        """Add the step that takes `values` or `indices` of a pair."""
        return self.call(pair.picks[picked], pair.arguments, pair.keywords, pair.node)

    def bind(self, name: str, value: Any) -> Ref | None:
        """Let a name mean a value; the step that made the value is called by its first name."""
        self.values[name] = value
        if not isinstance(value, Ref):
            return self.pick(value, "values") if isinstance(value, Pair) else None
        place = value.number - len(self.inputs)
        if place >= 0 and not self.instructions[place].name:
            self.instructions[place] = replace(self.instructions[place], name=name)
        return value

    def shown(self, value: Any) -> Ref | None:
        """Return the tensor that a bare expression shows, None for a plain number."""
        if isinstance(value, Pair):
            return self.pick(value, "values")
        return value if isinstance(value, Ref) else None

    def program(self, last: Ref | None, seed: int) -> Program:
        """Return what was collected."""
        names = {name: value.number for name, value in self.values.items() if isinstance(value, Ref)}
        result = None if last is None else last.number
        every = tuple(self.instructions), tuple(self.shapes)
        return Program(self.inputs, *every, names, result, seed, tuple(self.spots))

    def _on_known_devices(self, one: Instruction, node: ast.expr) -> Instruction:
        """Read the devices that an instruction names; those that are not here are refused."""
        try:
            return devices.read(one)
        except devices.NoDevice as error:
            sentence = error.sentence
        clash = self._clash(one, lambda _operation, call: clashes_of_devices.absent(call, sentence))
        raise Refused(sentence, place_of(node, self.text), clash=clash)

    def _of_devices(self, one: Instruction, node: ast.expr) -> Refused:
        spots = [self.spots[ref.number].device for ref in one.operands()]
        wanted = devices.wanted(one)
        to = "" if wanted is None else devices.name_of(wanted)
        clash = self._clash(one, lambda _operation, call: clashes_of_devices.of_devices(call, spots, to))
        sentence = clash.sentence if clash else "Its operands are on different devices."
        return Refused(sentence, place_of(node, self.text), clash=clash)

    def _tried(self, one: Instruction, node: ast.expr) -> tuple[Tensor, Spot]:
        try:
            shape, spot = landed(one, self.shapes, self.spots)
        except OtherDevices:
            raise self._of_devices(one, node) from None
        except TooLarge as error:
            size = " × ".join(f"{length:,}" for length in error.shape)
            takes = readable(error.bytes)
            raise self.refuse(
                f"{one.operation.name} would make a tensor of {size} that takes {takes}, too large to show.", node
            ) from None
        except TORCH_REFUSES as error:
            raise self._explained(one, error, node) from None
        if spot.device != devices.META and (clash := self._clash(one, missed)):
            raise Refused(clash.sentence, place_of(node, self.text), clash=clash)
        known = {tensor.untyped_storage()._cdata for tensor in self.shapes}
        if spot.device != devices.META and shape.untyped_storage()._cdata not in known:
            self._total += physical_bytes(shape)
        if self._total > MAX_TOTAL_BYTES:
            raise self.refuse(f"All steps together would take {readable(self._total)}, too much to show.", node)
        return shape, spot

    def _explained(self, one: Instruction, error: Exception, node: ast.expr) -> Refused:
        raw, place = str(error), place_of(node, self.text)
        clash = self._of_dtypes(one) or self._clash(one)
        sentence = clash.sentence if clash else first_sentence(one.operation.name, raw)
        return Refused(sentence, place, raw, clash)

    def _of_dtypes(self, one: Instruction) -> Clash | None:
        """Where other dtypes would do, the shapes are not to blame; what works on bits has a rule of its own."""
        if one.operation.written in ("&", "|", "^", "~"):
            return None
        fitting = {place: str(dtype)[6:] for place, dtype in fitting_dtypes(one, self.shapes).items()}
        if fitting:
            return self._clash(one, lambda _operation, call: of_dtypes(call, fitting))
        dtype = one.keywords.get("dtype")
        if not isinstance(dtype, torch.dtype) or one.operation.kind is not Kind.MADE:
            return None
        plain = replace(one, keywords={key: value for key, value in one.keywords.items() if key != "dtype"})
        if not is_taken(plain, self.shapes):
            return None
        return self._clash(one, lambda _operation, call: of_made(call, str(dtype)[6:]))

    def _clash(self, one: Instruction, rule: Callable[[Operation, Call], Clash | None] = clash_in) -> Clash | None:
        call = self._as_call(one)
        clash = rule(one.operation, call)
        if clash is None:
            return None
        lengths = [max(len(operand.shape), 1) for operand in call.operands]
        dims = tuple((number, dim % lengths[number]) for number, dim in clash.dims)
        return replace(clash, dims=dims, operation=one.operation.name, operands=tuple(call.operands))

    def _as_call(self, one: Instruction) -> Call:
        operation = one.operation
        keywords = {key: self._given(value) for key, value in one.keywords.items()}
        sign = operation.written if operation.form is Form.INFIX else ""
        return Call(
            operation.name, tuple(map(self._given, one.arguments)), keywords, sign, operation.form is Form.METHOD
        )

    def _given(self, part: Any) -> Any:
        return str(part) if isinstance(part, torch.device) else filled(part, self._operand)

    def _operand(self, ref: Ref) -> Operand:
        """Write a tensor by its name, or as it was written where it has none."""
        shape = self.shapes[ref.number]
        named = next((name for name, value in self.values.items() if value == ref), "")
        text = named or self.instructions[ref.number - len(self.inputs)].text
        simple = re.fullmatch(r"[\w.]+|\w[\w.]*[(\[][^()\[\]]*[)\]]", text)
        return Operand(tuple(shape.shape), text if simple else f"({text})", shape.stride(), str(shape.dtype)[6:])


def first_sentence(name: str, raw: str) -> str:
    """Return what torch says, cut to one sentence that names the operation."""
    if "overflow" in raw or ("out of range" in raw and "integer" in raw):
        return f"{name} would make a tensor far too large to hold."
    if "meta" in raw:
        return f"{name} needs the values of its operands here, which are not known while typing."
    if "invalid combination of arguments" in raw or "positional argument" in raw:
        return f"{name} does not take these arguments."
    line = raw.strip().splitlines()[0] if raw.strip() else "it takes other arguments"
    return f"{name} refuses: {line.split('. ')[0][:200].rstrip('.')}."


def _on_meta(tensor: Tensor) -> Tensor:
    return torch.empty_strided(tuple(tensor.shape), tensor.stride(), dtype=tensor.dtype, device="meta")
