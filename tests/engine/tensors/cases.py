"""Random uses of every operation, for property tests: by the operation's name."""

from hypothesis import strategies as st

from tests.engine.tensors.cases_of_cells import OF_CELLS
from tests.engine.tensors.cases_of_layers import OF_LAYERS
from tests.engine.tensors.cases_of_moves import OF_MOVES
from tests.engine.tensors.drawing import Case, bent

__all__ = ["OF_CELLS", "OF_LAYERS", "OF_MOVES", "OPERATIONS", "cases", "pairs"]
OPERATIONS = {**OF_CELLS, **OF_MOVES, **OF_LAYERS}


def cases(operation: str) -> st.SearchStrategy[Case]:
    """Random uses of one operation; most are right."""
    return pairs(operation).map(lambda both: both[0])


def pairs(operation: str) -> st.SearchStrategy[tuple[Case, Case]]:
    """A random use of one operation, and the same with some shapes changed."""

    def both(draw) -> tuple[Case, Case]:
        case = OPERATIONS[operation](draw)
        return case, bent(draw, case)

    return st.composite(both)()
