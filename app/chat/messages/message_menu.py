"""The menu of a message: everything that can be done with it, in words."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from app.chat.messages.items import Act, MessageItem

COPY_SELECTION = "copy_selection"
# What belongs together; a line is drawn between the groups.
_GROUPS = (
    (Act.COPY, Act.COPY_MARKDOWN),
    (Act.EDIT, Act.CONTINUE, Act.AGAIN, Act.READ_OUT),
    (Act.PIN, Act.RATE_GOOD, Act.RATE_BAD),
    (Act.DELETE,),
)
_RATINGS = {Act.RATE_GOOD: 1, Act.RATE_BAD: -1}


class MessageMenu(QMenu):
    """Offers what a message allows. The data of an action is an :class:`Act` or ``COPY_SELECTION``."""

    def __init__(self, item: MessageItem, *, selection: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What you can do with this message")
        if selection:
            self._offer("Copy selected text", COPY_SELECTION)
        for group in _GROUPS:
            offered = [act for act in group if act in item.acts]
            if offered and not self.isEmpty() and group is not _GROUPS[0]:
                self.addSeparator()
            for act in offered:
                self._offer(_words(act, item), act)
                if act in _RATINGS:
                    last = self.actions()[-1]
                    last.setCheckable(True)
                    last.setChecked(item.rating == _RATINGS[act])

    def _offer(self, words: str, act: str) -> None:
        self.addAction(words).setData(str(act))


def _words(act: Act, item: MessageItem) -> str:
    words = {
        Act.COPY: "Copy",
        Act.COPY_MARKDOWN: "Copy as Markdown",
        Act.EDIT: "Edit and send again\tF2",
        Act.CONTINUE: "Continue",
        Act.AGAIN: "Answer again",
        Act.READ_OUT: "Read aloud",
        Act.PIN: "Unpin" if item.pinned else "Pin",
        Act.RATE_GOOD: "Good answer",
        Act.RATE_BAD: "Not a good answer",
        Act.DELETE: "Delete …",
    }
    return words[act]
