"""What parts of Python are called in a sentence that says they are not taken here."""

import ast
from collections.abc import Iterable
from difflib import get_close_matches

_NAMES: dict[type[ast.AST], str] = {
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.FunctionDef: "def",
    ast.ClassDef: "class",
    ast.For: "for",
    ast.While: "while",
    ast.If: "if",
    ast.With: "with",
    ast.Try: "try",
    ast.Delete: "del",
    ast.Lambda: "lambda",
    ast.IfExp: "if … else",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "an f-string",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.NamedExpr: ":=",
    ast.Starred: "*",
}


def of_statement(statement: ast.stmt) -> str:
    """Return why a statement is not taken."""
    if isinstance(statement, ast.AugAssign):
        return "Tensors are not changed in place here; write x = x + 1."
    if isinstance(statement, ast.Assign):
        return "Only one plain name can stand before =."
    name = _NAMES.get(type(statement), "This statement")
    return f"{name} is not taken here; an expression has only names, operators and calls."


def of_expression(node: ast.expr) -> str:
    """Return why an expression is not taken."""
    if isinstance(node, ast.BoolOp):
        return "Write & and | between tensors instead of “and” and “or”."
    return f"{_NAMES.get(type(node), 'This')} is not taken here; an expression has only names, operators and calls."


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return that a name is not known, with the nearest one that is."""
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"There is no {what} “{name[:40]}” here{f'; did you mean “{near[0]}”?' if near else '.'}"
