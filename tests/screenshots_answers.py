"""Pictures of answers over documents: ``python -m tests.screenshots_answers FOLDER [--dark] [--scale 2] [--text 2.0]``.

The whole window with a real home, and made-up documents and answers.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screenshots import Camera, parsed

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.chat.answers.source_chips import SourceChips
    from runtime.api import MessageState
    from tests.answers_scene import AnswersScene

NAMES = (
    *("answer", "checking", "page", "page_text", "orders", "missing", "reading", "read_all", "offer", "quoted"),
    *("nothing", "none_read", "menu", "search_menu", "long", "whole", "forgotten", "empty", "narrow", "narrow_page"),
    *("forty", "places", "waiting", "trouble", "quoted_page"),
)
BY_GUIDE = ("quoted", "waiting")
RIGHT_TO_LEFT = ("page", "quoted", "waiting")


def main() -> int:
    """Take all pictures."""
    _Photographer(parsed(__doc__)).take_all()
    return 0


class _Photographer(Camera):
    """Opens the app, takes a picture, and closes it again."""

    def take_all(self) -> None:
        """Every state in turn."""
        from PySide6.QtCore import Qt

        for name in NAMES:
            self._shot(name.replace("_", "-"), getattr(self, f"_{name}"))
        self._application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        for name in RIGHT_TO_LEFT:
            self._shot(f"rtl-{name}", getattr(self, f"_{name}"))

    # --- the scenes: each may return what is to be photographed instead of the window ------------------------------

    def _answer(self, scene: AnswersScene) -> None:
        scene.open()
        scene.answered()

    def _checking(self, scene: AnswersScene) -> None:
        from runtime.api import AnswerDelta, AnswerFinished, AnswerGrounded, FinishReason
        from tests import made_up_answers as made

        scene.open()
        _chat, answer = scene.conversation(made.QUESTION)
        scene.tell(AnswerGrounded(answer, made.grounding()), AnswerDelta(answer, made.ANSWER))
        scene.runtime.conversations.finish_message(answer, _complete(), text=made.ANSWER)
        scene.tell(AnswerFinished(answer, FinishReason.COMPLETE))

    def _page(self, scene: AnswersScene) -> None:
        from app.chat.answers.shown import OpenSource

        scene.open()
        answer = scene.answered()
        self._pause(0.3)
        quote = scene.view(answer).item.backing
        assert quote is not None
        scene.transcript.answer_act.emit(answer, OpenSource(1, quote.marks[0].quote))
        scene.until(lambda: scene.looking() and bool(scene.viewer.canvas.boxes_shown()))

    def _page_text(self, scene: AnswersScene) -> None:
        self._page(scene)
        scene.viewer.show_as_text(True)

    def _orders(self, scene: AnswersScene) -> None:
        from app.chat.answers.shown import OpenSource

        scene.open()
        answer = scene.answered()
        scene.transcript.answer_act.emit(answer, OpenSource(5))
        scene.until(scene.looking)
        scene.viewer.show_as_text(True)

    def _missing(self, scene: AnswersScene) -> None:
        from dataclasses import replace

        from runtime.api import VerdictKind
        from tests import made_up_answers as made

        scene.open()
        text = "The landlord must repaint the rooms before you leave. The rent rises by 4 percent each year [1]."
        verdicts = tuple(
            made.verdict(sentence, VerdictKind.NOT_FOUND, reason=reason, text=text)
            for sentence, reason in ((text[:53], ""), (text[54:], "number"))
        )
        scene.answered(text, replace(made.grounding(), verdicts=verdicts))

    def _reading(self, scene: AnswersScene) -> None:
        from runtime.api import DocumentScope, ReadingAll

        scene.open()
        _chat, answer = scene.conversation("Summarise all my papers.", DocumentScope(collection=2))
        scene.tell(ReadingAll(answer, 119, 412, 244.0))

    def _read_all(self, scene: AnswersScene) -> None:
        from dataclasses import replace

        from runtime.api import DocumentScope, ReadingMode
        from tests import made_up_answers as made

        scene.open()
        grounding = replace(made.checked(mode=ReadingMode.ALL, pages_read=412), left_out=2)
        scene.answered(made.ANSWER, grounding, question="Summarise my papers.", scope=DocumentScope(collection=2))

    def _offer(self, scene: AnswersScene) -> None:
        from runtime.api import DocumentScope

        scene.open()
        scene.hearth.answers.choose(DocumentScope(collection=2))
        scene.composer.set_text("Summarise all my papers, and list every deadline.")
        from app.chat.composer.scope_shown import ReadAllShown
        from app.sentences.answers import read_all_question

        scene.composer.read_all.ask(ReadAllShown(scene.composer.text(), read_all_question(412, 360.0)))

    def _quoted(self, scene: AnswersScene) -> None:
        from tests import made_up_answers as made

        scene.open()
        scene.answered(made.QUOTED, made.quoted())

    def _nothing(self, scene: AnswersScene) -> None:
        from runtime.api import ReadingMode
        from tests import made_up_answers as made

        scene.open()
        empty = made.grounding(mode=ReadingMode.NOTHING, pages_read=0, sources=())
        scene.answered("", empty, question="Who won the chess championship of 1972?")

    def _menu(self, scene: AnswersScene) -> QWidget:
        from runtime.api import DocumentScope

        scene.open()
        scene.answered(scope=DocumentScope(documents=(1, 13)))
        scene.composer.scope.open_menu()
        return scene.composer.scope.menu

    def _search_menu(self, scene: AnswersScene) -> QWidget:
        menu = self._menu(scene)
        scene.composer.scope.menu.field.setText("report 20")
        return menu

    def _long(self, scene: AnswersScene) -> None:
        from runtime.api import DocumentScope
        from tests import made_up_answers as made
        from tests.made_up_documents import document

        name = "A very long name of a document that somebody never shortened " * 4
        scene.open([document(1, f"{name}.pdf"), document(13, "Scan.pdf")])
        scene.answered(
            "A short answer [1], with [2, 3] and [9].", made.long_names(), scope=DocumentScope(documents=(1,))
        )

    def _whole(self, scene: AnswersScene) -> None:
        from runtime.api import ReadingMode
        from tests import made_up_answers as made

        scene.open()
        scene.answered(made.ANSWER, made.checked(mode=ReadingMode.WHOLE, pages=12, pages_read=12, documents=1))

    def _forgotten(self, scene: AnswersScene) -> None:
        scene.open()
        scene.answered()
        scene.documents.forget((1, 13))
        scene.until(lambda: 1 not in scene.hearth.documents.views)

    def _none_read(self, scene: AnswersScene) -> None:
        from runtime.api import DocumentScope, ReadingMode
        from tests import made_up_answers as made

        scene.open()
        empty = made.grounding(mode=ReadingMode.NOTHING, documents=0, pages=0, pages_read=0, sources=(), left_out=2)
        scene.answered("", empty, question="When is the tax due?", scope=DocumentScope(documents=(4, 5)))

    def _forty(self, scene: AnswersScene) -> None:
        from tests import made_up_answers as made

        scene.open()
        text, grounding = made.forty_sources()
        answer = scene.answered(text, grounding)
        self._pause(0.3)
        scene.view(answer).findChildren(_chips())[0].more.click()

    def _places(self, scene: AnswersScene) -> None:
        from tests import made_up_answers as made

        scene.open()
        scene.answered(*made.marked_everywhere())
        self._pause(3.0)  # until the formula is drawn

    def _waiting(self, scene: AnswersScene) -> None:
        scene.open()
        scene.hearth.answers_view.scope_to((2,))
        scene.composer.set_text("Which filter does the pump need?")
        scene.hearth.chat_view.send(scene.composer.text())

    def _trouble(self, scene: AnswersScene) -> None:
        scene.open()
        scene.answered()
        scene.hearth.answers_view.scope_to((4,))

    def _quoted_page(self, scene: AnswersScene) -> None:
        from app.chat.answers.shown import OpenSource
        from tests import made_up_answers as made

        scene.open()
        answer = scene.answered(made.QUOTED, made.quoted())
        self._pause(0.3)
        backing = scene.view(answer).item.backing
        assert backing is not None
        scene.transcript.answer_act.emit(answer, OpenSource(1, backing.marks[0].quote))
        scene.until(lambda: scene.looking() and bool(scene.viewer.canvas.boxes_shown()))

    def _narrow_page(self, scene: AnswersScene) -> None:
        scene.hearth.window.resize(640, 700)
        self._page(scene)

    def _empty(self, scene: AnswersScene) -> None:
        from runtime.api import DocumentScope

        scene.open()
        scene.hearth.answers_view.ask_about(DocumentScope(documents=(1,)))

    def _narrow(self, scene: AnswersScene) -> None:
        scene.hearth.window.resize(640, 700)
        scene.open()
        scene.answered()

    # --- the camera -----------------------------------------------------------------------------------------------

    def _shot(self, name: str, arrange: Callable[[AnswersScene], QWidget | None]) -> None:
        from tests.answers_scene import AnswersScene

        with tempfile.TemporaryDirectory() as home:
            scene = AnswersScene(Path(home), self._theme, self._pause)
            scene.runtime.settings.change(theme=self._scheme, text_scale=self._arguments.text)
            self._theme.choose(self._scheme, self._arguments.text)  # the settings of a fresh home say otherwise
            scene.hearth.window.resize(*map(int, self._arguments.size.split("x")))
            shown = arrange(scene) or scene.hearth.window
            if not name.removeprefix("rtl-").startswith(BY_GUIDE):
                scene.use_model("Everyday helper")
            self._pause(0.6)
            suffix = ("-dark" if self._arguments.dark else "") + (
                f"@{self._arguments.scale}x" if self._arguments.scale > 1 else ""
            )
            shown.grab().save(str(self._arguments.folder / f"answers-{name}{suffix}.png"))
            scene.close()
            self._pause(0.02)

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._application.processEvents()
            time.sleep(0.005)


def _chips() -> type[SourceChips]:
    from app.chat.answers.source_chips import SourceChips

    return SourceChips


def _complete() -> MessageState:
    from runtime.api import MessageState

    return MessageState.COMPLETE


if __name__ == "__main__":
    sys.exit(main())
