"""Collects the instructions of a program while its text is walked, trying each on the meta device at once."""

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from engine.tensors.operation import Kind, Operation
from engine.tensors.program import Instruction, Program, Ref
from engine.tensors.reading import place_of
from engine.tensors.refusal import Refused
from engine.tensors.sizes import TooLarge, Watch, physical_bytes, readable

MAX_INSTRUCTIONS = 200
MAX_TOTAL_BYTES = 1 << 30
TORCH_REFUSES = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError, OverflowError, AttributeError)


@dataclass(frozen=True)
class Pair:
    """What `x.max(1)` gives before `.values` or `.indices` is taken of it."""

    picks: Mapping[str, Operation]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    node: ast.expr


class Builder:
    """The program so far: `values` holds what each name means, `shapes` a meta tensor for each number."""

    def __init__(self, text: str, inputs: Mapping[str, Tensor]) -> None:
        self.text = text
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

    def call(
        self, operation: Operation, arguments: tuple[Any, ...], keywords: Mapping[str, Any], node: ast.expr
    ) -> Ref:
        """Add one operation. Raises `Refused` if torch refuses its shapes or its result is too large."""
        if len(self.instructions) >= MAX_INSTRUCTIONS:
            raise self.refuse(f"There are more than {MAX_INSTRUCTIONS} operations; make it shorter.", node)
        written = ast.get_source_segment(self.text, node) or operation.name
        one = Instruction(operation, arguments, dict(keywords), written, place_of(node, self.text))
        self.shapes.append(self._tried(one, node))
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
        return Program(self.inputs, tuple(self.instructions), tuple(self.shapes), names, result, seed)

    def _tried(self, one: Instruction, node: ast.expr) -> Tensor:
        try:
            shape = try_on_meta(one, self.shapes)
        except TooLarge as error:
            size = " × ".join(f"{length:,}" for length in error.shape)
            takes = readable(error.bytes)
            raise self.refuse(
                f"{one.operation.name} would make a tensor of {size} that takes {takes}, too large to show.", node
            ) from None
        except TORCH_REFUSES as error:
            raise self._explained(one, error, node) from None
        known = {tensor.untyped_storage()._cdata for tensor in self.shapes}
        if shape.untyped_storage()._cdata not in known:
            self._total += physical_bytes(shape)
        if self._total > MAX_TOTAL_BYTES:
            raise self.refuse(f"All steps together would take {readable(self._total)}, too much to show.", node)
        return shape

    def _explained(self, one: Instruction, error: Exception, node: ast.expr) -> Refused:
        raw = str(error)
        return Refused(first_sentence(one.operation.name, raw), place_of(node, self.text), raw)


def try_on_meta(one: Instruction, shapes: list[Tensor]) -> Tensor:
    """Return the meta result of an instruction. Raises `TooLarge` or what torch raises."""
    makes = one.operation.kind is Kind.MADE and not one.operation.name.endswith("_like")
    with Watch(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        result = one.run(shapes, **({"device": "meta"} if makes else {}))
    if not isinstance(result, Tensor):
        raise TypeError(f"{one.operation.name} does not give one tensor with these arguments")
    return result


def first_sentence(name: str, raw: str) -> str:
    """Return what torch says, cut to one sentence that names the operation."""
    if "overflow" in raw or ("out of range" in raw and "integer" in raw):
        return f"{name} would make a tensor far too large to hold."
    line = raw.strip().splitlines()[0] if raw.strip() else "it takes other arguments"
    return f"{name} refuses: {line.split('. ')[0][:200].rstrip('.')}."


def _on_meta(tensor: Tensor) -> Tensor:
    return torch.empty_strided(tuple(tensor.shape), tensor.stride(), dtype=tensor.dtype, device="meta")
