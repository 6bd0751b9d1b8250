"""How much a computation may hold, checked on the meta device, where nothing is allocated."""

from collections.abc import Mapping
from math import prod
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

MAX_BYTES = 256 << 20
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


class TooLarge(Exception):
    """A tensor that would not fit: `shape` and `bytes`."""

    def __init__(self, shape: tuple[int, ...], size: int) -> None:
        super().__init__(f"{shape} would take {readable(size)}")
        self.shape = shape
        self.bytes = size


class Watch(TorchDispatchMode):
    """Raises `TooLarge` as soon as any tensor, intermediate ones included, would take more than `limit` bytes."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        super().__init__()
        self.limit = limit

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                size = physical_bytes(leaf)
                if size > self.limit:
                    raise TooLarge(tuple(leaf.shape), size)
        return result

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here: torch would import its compiler for the first call, 80 MB in two seconds."""
        return False


def physical_bytes(tensor: Tensor) -> int:
    """Return what the storage takes."""
    return int(tensor.untyped_storage().nbytes())


def logical_bytes(tensor: Tensor) -> int:
    """Return what the cells would take if each had a place of its own."""
    return prod(tensor.shape) * tensor.element_size()


def readable(size: int) -> str:
    """Return bytes in words: 37.3 GiB."""
    number = float(size)
    for unit in _UNITS:
        if number < 1024 or unit == _UNITS[-1]:
            break
        number /= 1024
    return f"{size} bytes" if unit == "bytes" else f"{number:.3g} {unit}"
