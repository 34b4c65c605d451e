"""The whole window with a real home and real conversations, and made-up documents behind them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.chat.messages.answer_view import AnswerView
from app.main import Hearth
from app.theme.theme import Theme
from runtime.api import (
    AnswerStarted,
    AnswerStatistics,
    DocumentScope,
    Event,
    Grounding,
    InstalledModel,
    MessageState,
    Paths,
)
from runtime.documents.rows import Collection
from runtime.documents.views import DocumentView
from runtime.grounding.pace import Pace
from tests import made_up_answers as made
from tests.made_up_documents import FAMILY, MadeUpDocuments, every_state, many

WAIT_S = 15.0
LEASE = DocumentScope(documents=(1,))
TOKENS_A_PAGE, PACE = 330, Pace(700.0, 60.0)


class AnsweredDocuments(MadeUpDocuments):
    """Also knows how much there is to read."""

    pages = 412

    def size(self, scope: DocumentScope) -> tuple[int, int]:
        self.asked.append(("size", scope))
        return self.pages, self.pages * TOKENS_A_PAGE


class AnswersScene:
    """Owns the open app; ``wait`` lets it work for so many seconds. Without a model the guide would answer, so nothing
    is asked of the engine: questions and answers are written to the store, and told as the engine tells them."""

    def __init__(self, home: Path, theme: Theme, wait: Callable[[float], None]) -> None:
        self._wait = wait
        self._before = QApplication.topLevelWidgets()
        paths = Paths.below(home)
        paths.prepare()
        self.hearth = Hearth(paths, theme)
        self.runtime = self.hearth.runtime
        self.documents = AnsweredDocuments(on_event=self.hearth.bridge.deliver)
        vars(self.runtime).update(documents=self.documents, _pace=lambda: PACE)
        self.runtime.settings.change(first_run_done=True)
        self._begun: list[object] = []
        self.hearth.chat.opened.connect(lambda conversation, _at: self._begun.append(conversation))
        self.page = self.hearth.chat_view.page
        self.transcript, self.composer = self.page.transcript, self.page.composer
        self.viewer = self.hearth.answers_view.source_pages.viewer

    # --- what there is --------------------------------------------------------------------------------------------

    def open(self, views: Iterable[DocumentView] | None = None, collections: Iterable[Collection] = (FAMILY,)) -> None:
        """Show the window on an empty conversation, with these documents."""
        known = (*every_state(), *many(30, collections=(2,))) if views is None else tuple(views)
        self.documents.views = {view.id: view for view in known}
        self.documents.known = {each.id: each for each in collections}
        self.hearth.window.show_chat()
        self.hearth.window.show()
        self.until(lambda: self.hearth.documents.status is not None and self._begun)
        self._wait(0.1)
        self.page.hide_banner()  # that there is no model

    def conversation(self, question: str, scope: DocumentScope = LEASE) -> tuple[str, str]:
        """A conversation with a question whose answer is about to come; both are shown. Ids of both."""
        store = self.runtime.conversations
        chat = store.create("Rental agreement")
        store.set_scope(chat, scope)
        question_id, answer_id = store.add_exchange(chat, question, model="tiny")
        self.show(chat)
        self.tell(AnswerStarted(answer_id, chat, question_id))
        return chat, answer_id

    def answered(
        self,
        text: str = made.ANSWER,
        grounding: Grounding | None = None,
        *,
        question: str = made.QUESTION,
        scope: DocumentScope = LEASE,
    ) -> str:
        """A conversation with a stored answer is open. The answer's id."""
        store = self.runtime.conversations
        chat = store.create("Rental agreement")
        store.set_scope(chat, scope)
        _question, answer = store.add_exchange(chat, question, model="tiny")
        store.finish_message(answer, MessageState.COMPLETE, text=text, statistics=AnswerStatistics(total_s=14.0))
        store.set_grounding(answer, grounding or made.checked())
        self.show(chat)
        return answer

    def use_model(self, title: str) -> None:
        """The window believes that a model is in use; nothing may be asked of it."""
        self.hearth.models.current = InstalledModel(title, "", f"/models/{title}", 4_900_000_000)
        self.hearth.chat_view.note_scope()

    def show(self, conversation_id: str) -> None:
        """Open a conversation."""
        self.hearth.shelf.refresh()
        self.hearth.chat.open(conversation_id)
        self.until(lambda: self.hearth.chat.current_id == conversation_id)

    def tell(self, *events: Event) -> None:
        """As the engine tells them."""
        for event in events:
            self.hearth.bridge.deliver(event)
        self._wait(0.05)

    # --- what is seen ---------------------------------------------------------------------------------------------

    def view(self, message_id: str) -> AnswerView:
        """The answer as it is shown."""
        found = [view for view in self.transcript.findChildren(AnswerView) if view.item.id == message_id]
        return next(view for view in found if not view.isHidden())

    def looking(self) -> bool:
        """A page is beside the conversation, with its picture."""
        shown = self.viewer.shown
        return shown is not None and shown.image is not None

    def until(self, condition: Callable[[], object]) -> None:
        """Let the app work until something is so."""
        deadline = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass"
            self._wait(0.01)

    def close(self) -> None:
        """End everything."""
        self.composer.scope.menu.hide()
        self.hearth.window.close()
        self.hearth.close()
        self.hearth.deleteLater()
        # Windows that stay would be dressed anew with every change of the theme: the next scene would wait for them.
        for widget in QApplication.topLevelWidgets():
            if widget not in self._before:
                widget.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
