"""AxisDrag: an axis of a tensor whose length is dragged by its ruler. A plain value."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF

LENGTH_PX = 18.0  # to drag for one more


@dataclass(frozen=True)
class AxisDrag:
    """An axis that is held: −1 or −2 as it is drawn, which of the tensor it is, where it was taken, its length then, and
    the length told last."""

    axis: int
    own: int
    start: QPointF
    length: int
    told: int = -1

    def __post_init__(self) -> None:
        if self.told < 0:
            object.__setattr__(self, "told", self.length)

    def length_at(self, at: QPointF) -> int:
        """Return the length that the mouse is at, 1 at least."""
        way = at - self.start
        return max(1, self.length + round((way.x() if self.axis == -1 else way.y()) / LENGTH_PX))
