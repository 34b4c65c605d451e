"""The Tab key goes through a page as it is read, in whatever order its parts were made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLayout, QWidget


def stops(part: QWidget) -> Iterator[QWidget]:
    """Every control that takes the keyboard by Tab, as it is read."""
    if not part.isVisible() or not part.isEnabled():
        return
    if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.focusProxy() is None:
        yield part
    elif (layout := part.layout()) is not None:
        yield from _stops_of(layout)


def _stops_of(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from stops(widget)
        elif inner is not None:
            yield from _stops_of(inner)


def chain(body: QWidget) -> None:
    """Make it the window's own order too, so that who comes by Tab from beyond begins at the first stop or the last.
    What was made late stands at the end of that order, after all other pages."""
    for control, following in itertools.pairwise(stops(body)):
        QWidget.setTabOrder(control, following)


def step(page: QWidget, body: QWidget | None, forward: bool) -> QWidget | None:
    """The stop after (or before) the one that has the keyboard; beyond the last, what comes after the page."""
    order = list(stops(body)) if body else []
    current = QApplication.focusWidget()
    if current not in order:
        return None
    place = order.index(current) + (1 if forward else -1)
    if 0 <= place < len(order):
        return order[place]
    return _outside(page, forward) or order[0 if forward else -1]


def _outside(page: QWidget, forward: bool) -> QWidget | None:
    widget = page
    while True:
        following = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
        if following is None or following is page:
            return None
        widget = following
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        if takes and not page.isAncestorOf(widget) and widget.window() is page.window():
            return widget
