"""Pictures of a home that is lived in: ``python -m tests.screenshots_chats FOLDER [--dark] [--scale 2] [--size WxH]``.

The tiny model is in use; the chats are those of :mod:`tests.lived_in`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screenshots import Photographer, parsed

if TYPE_CHECKING:
    from app.chat.transcript.transcript import TranscriptView


def main() -> int:
    """Take all pictures."""
    arguments = parsed(__doc__)
    with tempfile.TemporaryDirectory() as home:
        _ChatPhotographer(arguments, Path(home)).take_all()
    return 0


class _ChatPhotographer(Photographer):
    """Opens chat after chat and takes a picture of each."""

    def walk(self, hub: object, model: Path) -> None:
        from tests.lived_in import furnish

        hearth = self.hearth
        made = furnish(hearth.runtime)
        model = Path(shutil.copytree(model, self.paths.home / "Everyday helper"))
        hearth.runtime.settings.change(model=str(model), first_run_done=True)
        hearth.models.refresh()
        hearth.models.use(str(model))
        hearth.shelf.refresh()
        hearth.window.show_chat()
        self.until(lambda: hearth.models.ready)
        transcript, sidebar = hearth.chat_view.page.transcript, hearth.shelf_view.sidebar
        self._open(made["Loan for the house"])
        self.shot("chat-end")
        transcript.go_to(transcript.ids[1])
        self.pause(0.5)
        self.shot("chat-formula")
        transcript.go_to(transcript.ids[0])
        self.pause(0.3)
        self._unfold(transcript)
        self.pause(0.3)
        self.shot("chat-thought")
        transcript.open_find("loan")
        self.pause(0.5)
        self.shot("chat-find")
        transcript.close_find()
        self._open(made["Names for a puppy"])
        self.shot("chat-versions")
        self._open(made["How batteries age"])
        self.shot("chat-trouble")
        self._open(made["Letter to the landlord"])
        self.shot("chat-attachment")
        sidebar.find_field.setText("month")
        self.pause(0.6)
        self.shot("chat-search")
        sidebar.find_field.setText("zebra")
        self.pause(0.6)
        self.shot("chat-search-nothing")
        sidebar.find_field.clear()
        hearth.chat_view.new_private_chat()
        self.pause(0.4)
        self.shot("chat-private")
        hearth.chat_view.new_chat()
        self.pause(0.4)
        self.shot("chat-empty")
        hearth.window.show_keeping()
        self.pause(0.4)
        self.shot("keeping")

    @staticmethod
    def _unfold(transcript: TranscriptView) -> None:
        from app.widgets.buttons import FoldButton

        for fold in transcript.findChildren(FoldButton):
            if fold.isVisible():
                fold.click()

    def _open(self, conversation_id: str) -> None:
        self.hearth.chat.open(conversation_id)
        self.until(lambda: self.hearth.chat.current_id == conversation_id)
        self.pause(0.6)


if __name__ == "__main__":
    sys.exit(main())
