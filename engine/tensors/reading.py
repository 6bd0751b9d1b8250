"""From text to a syntax tree of limited size. Nothing is ever run here: the tree is walked by `planning`."""

import ast

from engine.tensors.refusal import Place, Refused

MAX_CHARACTERS = 4_000
MAX_DEPTH = 60


def read(text: str) -> list[ast.stmt]:
    """Return the statements of a text. Raises `Refused` for syntax errors and for texts too long or too deep."""
    if len(text) > MAX_CHARACTERS:
        raise Refused(f"The expression has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read.")
    try:
        tree = ast.parse(text, mode="exec")
    except SyntaxError as error:
        raise _of_syntax(error, text) from None
    except ValueError:
        raise Refused("The expression contains a character that cannot be read.") from None
    except (RecursionError, MemoryError):
        raise Refused(f"The expression is nested too deeply; at most {MAX_DEPTH} levels are read.") from None
    _limit_depth(tree, text)
    return tree.body


def place_of(node: ast.expr | ast.stmt, text: str) -> Place:
    """Return where a node stands, in characters."""
    lines = text.splitlines() or [""]
    column = _characters(lines, node.lineno, node.col_offset)
    if node.end_lineno == node.lineno and node.end_col_offset is not None:
        end = _characters(lines, node.lineno, node.end_col_offset)
    else:
        end = len(lines[min(node.lineno, len(lines)) - 1]) + 1
    return Place(node.lineno, column, max(end, column + 1))


def _characters(lines: list[str], line: int, offset: int) -> int:
    """The tree counts bytes of UTF-8; people count characters, from 1."""
    written = lines[min(line, len(lines)) - 1].encode()
    return len(written[:offset].decode(errors="ignore")) + 1


def _of_syntax(error: SyntaxError, text: str) -> Refused:
    line = error.lineno or 1
    column = max(1, error.offset or 1)
    lines = text.splitlines() or [""]
    column = min(column, len(lines[min(line, len(lines)) - 1]) + 1)
    end = error.end_offset if error.end_lineno == line and error.end_offset else column + 1
    what = (error.msg or "invalid syntax").rstrip(".")
    where = f"column {column}" if len(lines) == 1 else f"line {line}, column {column}"
    return Refused(f"This cannot be read at {where}: {what}.", Place(line, column, max(end, column + 1)))


def _limit_depth(tree: ast.Module, text: str) -> None:
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH and isinstance(node, ast.expr | ast.stmt):
            sentence = f"The expression is nested too deeply; at most {MAX_DEPTH} levels are read. Name its parts."
            raise Refused(sentence, place_of(node, text))
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
