"""What one step of a network takes, seen from its operations: bytes alive at once, bytes written, operations.
Works on torch's meta device, where nothing is computed, and on real tensors alike; it never trains."""

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter
from torch.utils.flop_counter import FlopCounterMode

BYTES_A_SECOND, SECONDS_AN_OPERATION, FLOPS = 2e9, 20e-6, 5e10


@dataclass(frozen=True)
class Cost:
    """Of one pass: the most bytes alive at once beside weights and batch, all bytes written, operations, and FLOPs."""

    peak_bytes: int
    written_bytes: int
    operations: int
    flops: int

    @property
    def seconds(self) -> float:
        """Roughly the time on two cores of a small machine: within a factor of three for the models measured."""
        return self.written_bytes / BYTES_A_SECOND + self.operations * SECONDS_AN_OPERATION + self.flops / FLOPS

    def scaled(self, more: "Cost", rows: int, few: int, many: int) -> "Cost":
        """Return the cost for `rows` where this one is for `few` and `more` for `many`: each grows by the row."""

        def grown(here: int, there: int) -> int:
            return max(0, here + (there - here) * (rows - few) // (many - few))

        return Cost(
            grown(self.peak_bytes, more.peak_bytes),
            grown(self.written_bytes, more.written_bytes),
            grown(self.operations, more.operations),
            grown(self.flops, more.flops),
        )


class _Ledger(TorchDispatchMode):
    """Counts the storages that operations make and that die again."""

    def __init__(self, known: set[int]) -> None:
        super().__init__()
        self._known = known
        self._alive: dict[int, weakref.ref[Any]] = {}
        self.bytes = self.peak = self.written = self.operations = 0

    def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operation and enter what it made."""
        result = func(*args, **(kwargs or {}))
        self.operations += 1
        for value in tree_iter(result):
            if isinstance(value, torch.Tensor):
                self._enter(value.untyped_storage())
        return result

    def _enter(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self._known or key in self._alive:
            return

        def left(_reference: Any) -> None:
            self._alive.pop(key, None)
            self.bytes -= size

        self._alive[key] = weakref.ref(storage, left)
        self.bytes += size
        self.written += size
        self.peak = max(self.peak, self.bytes)


def cost_of(passes: Callable[[], None], known: Iterable[torch.Tensor]) -> Cost:
    """Return what some passes through a network take beside what was there before: weights and batch."""
    ledger = _Ledger({tensor.untyped_storage()._cdata for tensor in known})
    with FlopCounterMode(display=False) as counter, ledger:
        passes()
    return Cost(ledger.peak, ledger.written, ledger.operations, counter.get_total_flops())
