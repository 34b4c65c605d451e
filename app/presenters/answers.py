"""Joins the conversation with the documents that its answers come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app import texts
from app.chat.answers.shown import AnswerWay, Backing, OpenSource
from app.chat.composer.scope_shown import ReadAllShown, ScopeEntry, ScopeKind
from app.controllers.answers import NO_DOCUMENTS, AnswersController
from app.controllers.chat import ChatController
from app.controllers.document_pages import DocumentPagesController
from app.controllers.documents import DocumentsController
from app.presenters.arrivals import ArrivalsPresenter
from app.presenters.backing import backing_of, listed_sources, reading_of
from app.presenters.chat import ChatPresenter
from app.presenters.document_intake import Known
from app.presenters.document_rows import row_of
from app.presenters.forgotten import ForgottenPresenter
from app.presenters.scopes import scope_entries, scope_of, scope_shown, unreadable
from app.presenters.source_pages import SourcePagesPresenter
from app.presenters.waiting import WaitingPresenter
from app.sentences import answers as sentences
from app.sentences import documents as document_sentences
from runtime.api import DocumentScope, Grounding, Message, MessageState, ReadingAll, ReadingMode

# So few pages are read whole in any case.
WORTH_ASKING_PAGES = 20


class AnswersPresenter(QObject):
    """Owns the page beside the conversation and what the composer says of documents.

    Signals:
        chat_wanted: something was chosen to be asked about: the conversation is to be seen.
        documents_wanted: the page of all documents is to be seen.
        act_wanted: an Act, and the DocumentRow that it is for.
        toasted: a sentence, the label of a button and its id, for the window to show.
    """

    chat_wanted = Signal()
    documents_wanted = Signal()
    act_wanted = Signal(object, object)
    toasted = Signal(str, str, str)

    def __init__(
        self,
        answers: AnswersController,
        documents: DocumentsController,
        pages: DocumentPagesController,
        chat: ChatController,
        chat_view: ChatPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._answers, self._documents = answers, documents
        self._chat, self._chat_view = chat, chat_view
        self._transcript, self._composer = chat_view.page.transcript, chat_view.page.composer
        self._estimating = ""
        self.source_pages = SourcePagesPresenter(pages, chat_view.page.beside, self)
        self._arrivals = ArrivalsPresenter(answers, documents, chat, self)
        self._waiting = WaitingPresenter(self._composer, answers, documents, self._arrivals, chat_view.send, self)
        self._forgotten = ForgottenPresenter(answers, documents, chat, chat_view, self.source_pages, self)
        chat_view.backing, chat_view.scope, chat_view.holds = self.backing, lambda: answers.scope, self.holds
        chat_view.documents_of = self.documents_of
        answers.scope_changed.connect(self._show_scope)
        answers.scope_changed.connect(chat_view.note_scope)
        answers.grounded.connect(self._on_grounded)
        answers.reading.connect(self._on_reading)
        answers.estimated.connect(self._on_estimated)
        answers.failed.connect(lambda problem: self.toasted.emit(texts.one_line(problem), "", ""))
        documents.changed.connect(self._show_scope)
        documents.document_changed.connect(lambda _view: self._show_scope())
        chat.opened.connect(lambda _conversation, _at: self._on_opened())
        chat.answer_ended.connect(self._on_answer_ended)
        self._transcript.answer_act.connect(self._on_act)
        composer = self._composer
        composer.scope.chosen.connect(self._on_chosen)
        composer.scope.menu_opened.connect(self._show_entries)
        composer.trouble.acted.connect(self._on_trouble)
        composer.read_all.decided.connect(self._on_decided)
        composer.read_all.left.connect(composer.setFocus)
        composer.draft_changed.connect(self._on_draft)
        self._show_scope()

    # --- what answers come from -----------------------------------------------------------------------------------

    def scope_to(self, document_ids: Sequence[int]) -> None:
        """The open conversation's answers come from these documents too."""
        self._answers.add(document_ids)

    def expect(self, conversation_id: str) -> Known:
        """Files were let go on a conversation ("": a new one): the result is to be told what they are as documents."""
        return self._arrivals.expect(conversation_id)

    def ask_about(self, scope: DocumentScope) -> None:
        """A new conversation whose answers come from these documents, ready to type in."""
        self._chat_view.new_chat()
        self._answers.choose(scope)
        self.chat_wanted.emit()
        self._composer.setFocus()

    def _on_chosen(self, entry: ScopeEntry, adding: bool) -> None:
        if adding and entry.kind is ScopeKind.DOCUMENT:
            self._answers.toggle(entry.id)
            self._show_entries()
        else:
            self._answers.choose(scope_of(entry))
            self._composer.setFocus()

    def _show_scope(self) -> None:
        shown = scope_shown(self._answers.scope, self._documents.views, self._documents.collections)
        self._composer.scope.say(
            replace(shown, entries=self._entries() if self._composer.scope.menu.isVisible() else ())
        )
        self._show_trouble()

    def _show_trouble(self) -> None:
        troubled = unreadable(self._answers.scope, self._documents.views)
        if not troubled:
            self._composer.trouble.say("")
            return
        row = row_of(troubled[0])
        line = document_sentences.line_of(troubled[0])
        several = len(troubled) > 1
        sentence = sentences.can_not_answer(row.name, line, len(troubled) - 1)
        self._composer.trouble.say(sentence, document_sentences.SHOW if several else row.label)

    def _on_trouble(self) -> None:
        troubled = unreadable(self._answers.scope, self._documents.views)
        if len(troubled) == 1:
            row = row_of(troubled[0])
            self.act_wanted.emit(row.act, row)
        elif troubled:
            self.documents_wanted.emit()

    def _show_entries(self) -> None:
        self._composer.scope.menu.say(self._entries())

    def _entries(self) -> tuple[ScopeEntry, ...]:
        return scope_entries(self._answers.scope, self._documents.views, self._documents.collections)

    # --- what they stand on ---------------------------------------------------------------------------------------

    def backing(self, message: Message) -> Backing | None:
        """What a stored answer stands on, as it is shown."""
        grounding = self._grounding(message.id, message.grounding)
        if grounding is None:
            return None
        ended = message.state is not MessageState.STREAMING
        checking = self._answers.is_checking(message.id) and message.state is not MessageState.FAILED
        gone = self._forgotten.among(grounding)
        return backing_of(grounding, message.text, ended=ended, checking=checking, gone=gone)

    def documents_of(self, message_id: str) -> int:
        """How many documents an answer that is being written stands on."""
        grounding = self._answers.grounding(message_id)
        return len({source.document_id for source in grounding.sources}) if grounding is not None else 0

    def _grounding(self, message_id: str, stored: Grounding | None) -> Grounding | None:
        """What is stored, or what was told in this run and may not be stored yet."""
        told = self._answers.grounding(message_id)
        if told is None or (stored is not None and stored.verdicts is not None):
            return stored
        return told

    def _on_grounded(self, message_id: str) -> None:
        item = self._transcript.item(message_id)
        grounding = self._answers.grounding(message_id)
        if item is None or grounding is None:
            return
        ended, checking = item.state != "streaming", self._answers.is_checking(message_id)
        gone = self._forgotten.among(grounding)
        backing = backing_of(grounding, item.text, ended=ended, checking=checking, gone=gone)
        self._transcript.replace_item(replace(item, backing=backing))

    def _on_answer_ended(self, message: Message) -> None:
        """Quotes come all at once: they are read from their beginning."""
        if message.grounding is not None and message.grounding.mode is ReadingMode.QUOTED and message.parent_id:
            self._transcript.go_to(message.parent_id)

    def _on_reading(self, event: ReadingAll) -> None:
        item = self._transcript.item(event.request_id)
        if item is not None and item.state == "streaming" and not item.text:
            self._transcript.set_status(event.request_id, "")
            self._transcript.replace_item(replace(item, backing=reading_of(event)))

    # --- what is done with them -----------------------------------------------------------------------------------

    def _on_act(self, message_id: str, act: OpenSource | AnswerWay) -> None:
        match act:
            case OpenSource(number, quote):
                self._open(message_id, number, quote)
            case AnswerWay.STOP_READING:
                self._chat.stop()
            case AnswerWay.ASK_WITHOUT:
                self._answers.choose(NO_DOCUMENTS)
                self._chat_view.retry(message_id)
            case AnswerWay.CHOOSE_DOCUMENTS:
                self._composer.scope.open_menu()

    def _open(self, message_id: str, number: int, quote: tuple[int, int]) -> None:
        stored = self._chat_view.message(message_id)
        grounding = self._grounding(message_id, stored.grounding if stored is not None else None)
        if grounding is None:
            return
        source = next((each for each in grounding.sources if each.number == number), None)
        gone = self._forgotten.among(grounding)
        if source is not None and source.document_id not in gone:
            item = self._transcript.item(message_id)
            others = listed_sources(grounding, item.text if item is not None else "")
            self.source_pages.open(source, quote, tuple(each for each in others if each.document_id not in gone))

    def _on_opened(self) -> None:
        self.source_pages.close()
        self._composer.read_all.ask(None)
        self._waiting.leave()
        self._estimating = ""

    # --- reading all of it ----------------------------------------------------------------------------------------

    def holds(self, question: str) -> bool:
        """Whether a question waits: it is better answered from everything, and the person is asked first."""
        offer = self._composer.read_all
        if self._waiting.holds(question):
            return True
        if offer.shown is not None and offer.shown.question == question:
            offer.ask(None)  # sent once more: the best passages will do
            return False
        if not self._answers.scope.wanted or not sentences.about_everything(question) or self._chat_view.guide_answers:
            return False
        if self._estimating != question:
            self._estimating = question
            self._answers.estimate(question)
        return True

    def _on_estimated(self, question: str, pages: int, seconds: float | None) -> None:
        if question != self._estimating:
            return
        self._estimating = ""
        if self._composer.text().strip() != question:
            return  # it was worded anew meanwhile, or another conversation is open
        if pages < WORTH_ASKING_PAGES:
            self._chat_view.send(question, read_all=False)
        else:
            self._composer.read_all.ask(ReadAllShown(question, sentences.read_all_question(pages, seconds)))

    def _on_decided(self, question: str, read_all: bool) -> None:
        self._composer.setFocus()
        self._chat_view.send(question, read_all=read_all)

    def _on_draft(self, text: str) -> None:
        offer = self._composer.read_all
        if offer.shown is not None and offer.shown.question != text.strip():
            offer.ask(None)
