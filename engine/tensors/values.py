"""What each part of an expression means: a tensor (`Ref`), a plain number, a tuple, a slice, a dtype or a word."""

import ast
from collections.abc import Callable
from typing import Any

import torch

from engine.tensors import numbers, operations, words
from engine.tensors.calls import Builder, Pair
from engine.tensors.operation import Form
from engine.tensors.program import Ref, refs
from engine.tensors.refusal import Refused

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.USub: "-", ast.Invert: "~", ast.UAdd: "+",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_MAX_WORD = 200
_FACTS = ("shape", "ndim", "dtype", "device")
_MODULES = {"torch", "F", "torch.nn.functional", "nn.functional"}


class Values:
    """Walks expressions; whatever has no method here is refused."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def of(self, node: ast.expr) -> Any:
        """Return the meaning of an expression, adding its operations to the builder."""
        walk: Callable[[Any], Any] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if walk is None:
            raise self.builder.refuse(words.of_expression(node), node)
        try:
            return walk(node)
        except Refused as error:
            if (
                error.place.line == error.place.column == error.place.end == 1
            ):  # said by `numbers`, which knows no place
                raise self.builder.refuse(error.sentence, node) from None
            raise

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str) and len(node.value) <= _MAX_WORD:
            return node.value
        if node.value is None or node.value is ... or isinstance(node.value, bool | float | complex):
            return node.value
        if isinstance(node.value, int) and node.value < 2**63:
            return node.value
        raise self.builder.refuse("This value is not a number of 64 bits.", node)

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.builder.values:
            return self.builder.values[node.id]
        if node.id in operations.CONSTANTS:
            return operations.CONSTANTS[node.id]
        if node.id in operations.functions() or node.id in operations.PAIRS:
            raise self.builder.refuse(f"“{node.id}” is an operation; call it: {node.id}(…).", node)
        known = [*self.builder.values, *operations.CONSTANTS]
        raise self.builder.refuse(words.unknown("tensor or number", node.id, known), node)

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self.of(part) for part in node.elts)

    def _list(self, node: ast.List) -> list[Any]:
        return [self.of(part) for part in node.elts]

    def _slice(self, node: ast.Slice) -> slice:
        parts = [None if part is None else self.of(part) for part in (node.lower, node.upper, node.step)]
        if not all(part is None or type(part) is int for part in parts):
            raise self.builder.refuse("Slices take whole numbers.", node.lower or node.upper or node.step or node)
        if parts[2] == 0:
            raise self.builder.refuse("A slice with a step of 0 never moves on.", node.step or node)
        return slice(*parts)

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.of(node.operand)
        sign = _SIGNS.get(type(node.op), "not")
        if isinstance(value, Ref):
            if sign in operations.PREFIX:
                return self.builder.call(operations.PREFIX[sign], (value,), {}, node)
        elif isinstance(value, int | float | complex) and sign in "+-":
            return -value if sign == "-" else value
        raise self.builder.refuse(f"“{sign}” cannot stand before this.", node)

    def _binop(self, node: ast.BinOp) -> Any:
        return self._two(_SIGNS.get(type(node.op), "<<"), node.left, node.right, node)

    def _compare(self, node: ast.Compare) -> Any:
        if len(node.ops) > 1 or type(node.ops[0]) not in _SIGNS:
            raise self.builder.refuse("Only one of == != < <= > >= can stand between two values.", node)
        return self._two(_SIGNS[type(node.ops[0])], node.left, node.comparators[0], node)

    def _two(self, sign: str, one: ast.expr, other: ast.expr, node: ast.expr) -> Any:
        left, right = self._operand(one), self._operand(other)
        if isinstance(left, Ref) or isinstance(right, Ref):
            if sign not in operations.INFIX:
                raise self.builder.refuse(f"“{sign}” is not taken between tensors here.", node)
            return self.builder.call(operations.INFIX[sign], (left, right), {}, node)
        return numbers.of_two(sign, left, right)

    def _operand(self, node: ast.expr) -> Any:
        value = self.of(node)
        if isinstance(value, Pair):
            raise self.builder.refuse("This gives values and indices; take .values or .indices.", node)
        if not isinstance(value, Ref | int | float | complex):
            raise self.builder.refuse("Here a tensor or a number is needed.", node)
        return value

    def _subscript(self, node: ast.Subscript) -> Any:
        value, index = self.of(node.value), self.of(node.slice)
        if isinstance(value, Ref):
            parts = index if isinstance(index, tuple) else (index,)
            if not all(part is None or part is ... or type(part) in (int, slice) for part in parts):
                raise self.builder.refuse("An index is made of whole numbers, slices, None and … here.", node.slice)
            return self.builder.call(operations.INDEX, (value, index), {}, node)
        if isinstance(value, Pair) and type(index) is int and index in (0, 1):
            return self.builder.pick(value, ("values", "indices")[index])
        if isinstance(value, tuple | list) and type(index) in (int, slice):
            try:
                return value[index]
            except IndexError:
                raise self.builder.refuse(
                    f"There are only {len(value)} here, so {index} is outside.", node.slice
                ) from None
        raise self.builder.refuse("This cannot be indexed.", node)

    def _attribute(self, node: ast.Attribute) -> Any:
        if _dotted(node.value) in _MODULES:
            if node.attr in operations.CONSTANTS:
                return operations.CONSTANTS[node.attr]
            raise self.builder.refuse(words.unknown("operation", node.attr, operations.functions()), node)
        value = self.of(node.value)
        if isinstance(value, Pair) and node.attr in ("values", "indices"):
            return self.builder.pick(value, node.attr)
        if isinstance(value, Ref):
            return self._of_tensor(value, node)
        raise self.builder.refuse(f"“.{node.attr[:40]}” cannot be asked of this.", node)

    def _of_tensor(self, value: Ref, node: ast.Attribute) -> Any:
        shape = self.builder.shape_of(value)
        if node.attr in _FACTS:
            fact = self.builder.device_of(value) if node.attr == "device" else getattr(shape, node.attr)
            return tuple(fact) if isinstance(fact, torch.Size) else fact
        if node.attr in operations.PROPERTIES:
            return self.builder.call(operations.PROPERTIES[node.attr], (value,), {}, node)
        if node.attr in operations.methods():
            raise self.builder.refuse(f"“.{node.attr}” is an operation; call it: .{node.attr}(…).", node)
        known = [*operations.PROPERTIES, *operations.methods(), *_FACTS]
        raise self.builder.refuse(words.unknown("attribute", node.attr, known), node)

    def _call(self, node: ast.Call) -> Any:
        keywords = self._keywords(node)
        if isinstance(node.func, ast.Attribute) and _dotted(node.func.value) not in _MODULES:
            subject = self._operand(node.func.value)
            return self._invoke(node.func.attr, (subject, *map(self.of, node.args)), keywords, node, method=True)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if name is None:
            raise self.builder.refuse("Only named operations can be called.", node.func)
        return self._invoke(name, tuple(map(self.of, node.args)), keywords, node, method=False)

    def _keywords(self, node: ast.Call) -> dict[str, Any]:
        for one in node.keywords:
            if one.arg not in operations.KEYWORDS:
                raise self.builder.refuse(words.unknown("argument", one.arg or "**", operations.KEYWORDS), one.value)
        return {one.arg: self.of(one.value) for one in node.keywords if one.arg}

    def _invoke(
        self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call, *, method: bool
    ) -> Any:
        known = operations.methods() if method else operations.functions()
        if any(isinstance(part, Pair) for part in [*arguments, *keywords.values()]):
            raise self.builder.refuse("An argument gives values and indices; take .values or .indices.", node)
        read = [*refs(arguments), *refs(tuple(keywords.values()))]
        if name in numbers.FUNCTIONS and len(arguments) == 1 and not keywords and isinstance(arguments[0], int | float):
            return numbers.of_one(name, arguments[0])
        if name == "device" and not method and len(arguments) == 1 and not keywords:
            return self.builder.device(arguments[0], node)
        if name == "manual_seed":
            raise self.builder.refuse("manual_seed takes one whole number and stands first.", node)
        if name in operations.PAIRS:
            return self._of_pair(name, arguments, keywords, node)
        if not method and name not in known and name in operations.methods():
            raise self.builder.refuse(f"“{name}” is asked of a tensor: x.{name}(…).", node.func)
        if name not in known:
            raise self.builder.refuse(words.unknown("operation", name, [*known, *operations.PAIRS]), node.func)
        if name == "tensor" and read:
            raise self.builder.refuse("tensor(…) takes plain numbers; stack puts tensors together.", node)
        if name == "view" and any(isinstance(part, torch.dtype) for part in [*arguments, *keywords.values()]):
            raise self.builder.refuse("view takes sizes here; use .to(…) for another dtype.", node)
        operation = known[name]
        if name in operations.SIZED and (len(arguments) > 2 or "size" in keywords):
            operation = operations.SIZED[name]
        if name == "to":
            arguments = self._as_another(arguments)
        if method and operation.form is Form.METHOD and not isinstance(arguments[0], Ref):
            raise self.builder.refuse(f"“.{name}” can be asked of a tensor only.", node.func)
        return self.builder.call(operation, arguments, keywords, node)

    def _as_another(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """x.to(y) takes nothing but the dtype of y, and its device where that is another one."""
        other = arguments[1] if len(arguments) > 1 else None
        if not isinstance(other, Ref) or not isinstance(arguments[0], Ref):
            return arguments
        device = self.builder.device_of(other)
        moved = (device,) if device != self.builder.device_of(arguments[0]) else ()
        return (arguments[0], *moved, self.builder.shape_of(other).dtype, *arguments[2:])

    def _of_pair(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any], node: ast.Call) -> Any:
        picks = operations.PAIRS[name]
        if len(arguments) == 2 and isinstance(arguments[1], Ref):
            return self.builder.call(operations.functions()[f"{name}imum"], arguments, keywords, node)
        if len(arguments) == 1 and not keywords:
            return self.builder.call(picks[""], arguments, keywords, node)
        return Pair(picks, arguments, keywords, node)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
