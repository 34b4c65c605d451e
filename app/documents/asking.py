"""What is asked before something of the documents is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from app.widgets.sure import ask, shortened

ONE = (
    "Hearth deletes everything it read from it. The file itself stays where it is. This can't be undone; to have it "
    "back, add the file again."
)
SEVERAL = (
    "Hearth deletes everything it read from them. The files themselves stay where they are. This can't be undone; to "
    "have them back, add the files again."
)
UNFOLLOWED = "What was read stays. New and changed files in the folder are not noticed any more."


def about_forgetting(parent: QWidget, names: Sequence[str], then: Callable[[], None]) -> None:
    """Whether documents are to be forgotten for good."""
    if len(names) == 1:
        ask(parent, f"Forget “{shortened(names[0])}”?", ONE, "Forget", then)
    else:
        ask(parent, f"Forget {len(names)} documents?", SEVERAL, "Forget", then)


def about_unfollowing(parent: QWidget, name: str, then: Callable[[], None]) -> None:
    """Whether a folder is to be followed no more."""
    ask(parent, f"Stop following “{shortened(name)}”?", UNFOLLOWED, "Stop following", then)
