"""The order in which Tab walks through a form: as it is read, not as its parts were made. Moves no widget."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def walk_as_read(form: QWidget) -> None:
    """Let Tab go through what the layouts of a form hold, from the first to the last, behind what stands before it."""
    for one, following in pairwise([*_before(form), *_stops(form)]):
        QWidget.setTabOrder(one, following)


def _before(form: QWidget) -> Iterator[QWidget]:
    """Yield where Tab stands last before it comes to a form, if it stands anywhere."""
    one = form.previousInFocusChain()
    while one is not None and one is not form:
        if _takes_tab(one) and not form.isAncestorOf(one):
            yield one
            return
        one = one.previousInFocusChain()


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _stops(widget: QWidget) -> Iterator[QWidget]:
    layout = widget.layout()
    if _takes_tab(widget):
        yield widget
    elif layout is not None:
        yield from _held(layout)


def _held(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        widget = item.widget() if item is not None else None
        inner = item.layout() if item is not None else None
        if widget is not None:
            yield from _stops(widget)
        elif inner is not None:
            yield from _held(inner)
