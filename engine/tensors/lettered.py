"""The letters of an einsum: which axis each names, which are kept and which summed, and a product that does the same."""

from collections.abc import Sequence


def terms_of(equation: str, count: int) -> tuple[list[str], str] | None:
    """Return the letters of each operand and of the result; None for an ellipsis, or a letter twice in one of them."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        right = "".join(sorted({letter for letter in left if letter != "," and left.count(letter) == 1}))
    simple = all(len(set(term)) == len(term) for term in [*terms, right])
    return (terms, right) if simple and "." not in equation and len(terms) == count else None


def equivalent(terms: Sequence[str], right: str, names: Sequence[str]) -> str:
    """Return what does the same without letters, such as `A @ B.mT`; empty where there is nothing short."""
    if len(terms) == 1:
        return _of_one(terms[0], right, names[0])
    if len(terms) != 2:
        return ""
    batch = "".join(letter for letter in terms[0] if letter in terms[1] and letter in right)
    if terms[0] == terms[1]:
        return f"{names[0]} * {names[1]}" if right == terms[0] else _all_summed(right, names)
    cores = [term.removeprefix(batch) for term in (*terms, right)]
    whole = all(term.startswith(batch) for term in (*terms, right))
    summed = set(cores[0]) & set(cores[1]) - set(cores[2])
    if not whole or len(summed) != 1 or [len(core) for core in cores] != [2, 2, 2]:
        return ""
    (k,) = summed
    turned = cores[2][0] in cores[1]
    first, second = (1, 0) if turned else (0, 1)
    a = names[first] if cores[first][1] == k else f"{names[first]}.mT"
    b = names[second] if cores[second][0] == k else f"{names[second]}.mT"
    return f"{a} @ {b}"


def _of_one(term: str, right: str, name: str) -> str:
    if term == right:
        return name
    if sorted(term) == sorted(right):
        return f"{name}.permute({', '.join(str(term.index(letter)) for letter in right)})"
    kept = "".join(letter for letter in term if letter in right)
    dims = [str(place) for place, letter in enumerate(term) if letter not in right]
    return f"{name}.sum({dims[0] if len(dims) == 1 else '(' + ', '.join(dims) + ')'})" if kept == right else ""


def _all_summed(right: str, names: Sequence[str]) -> str:
    return f"({names[0]} * {names[1]}).sum()" if not right else ""
