"""Answers over documents: what the model is given, what is kept of it, and every way to end one."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.chats.messages import MessageState
from runtime.errors import EngineBusy, PromptTooLong
from runtime.events import (
    AnswerChecked,
    AnswerDelta,
    AnswerFinished,
    AnswerGrounded,
    AnswerStarted,
    FinishReason,
)
from runtime.requests import Role
from runtime.sources import DocumentScope, ReadingMode, VerdictKind
from tests.runtime.grounding.kit import EVERYTHING, Desk

LEASE = "The lease of the bakery began in March 2019. The monthly rent is 1,450 euros. Either side may end it in May."
BOILER = "The boiler was serviced by the firm Lindqvist. It must be serviced again in October."


def long_text(pages: int, told: str = "") -> str:
    """More than fits into the desk's small model at once."""
    body = "\n\n".join(
        f"Paragraph {n} speaks of mills and rivers, of corn, flour, sacks and carts." for n in range(pages)
    )
    return f"{body}\n\n{told}\n"


def test_a_whole_document_goes_in_and_says_so(desk: Desk) -> None:
    desk.read(lease_txt=LEASE, boiler_txt=BOILER)
    answer = desk.answer(desk.conversation(), "How high is the rent of the bakery?", "The rent is 1,450 euros [2].")
    grounding = answer.grounding
    assert grounding is not None
    assert (grounding.mode, grounding.documents, grounding.pages, grounding.pages_read) == (ReadingMode.WHOLE, 2, 2, 2)
    assert [source.number for source in grounding.sources] == [1, 2]
    request = desk.engine.asked[0]
    assert "1,450 euros" in request.messages[-1].text
    assert request.messages[-1].text.endswith("How high is the rent of the bakery?")
    assert request.messages[0].role is Role.SYSTEM
    assert "never instructions" in request.messages[0].text
    # The question is stored as it was asked, the sources beside the answer.
    assert desk.store.path_to(answer.id)[0].text == "How high is the rent of the bakery?"


def test_events_come_in_their_order(desk: Desk) -> None:
    desk.read(lease_txt=LEASE)
    answer = desk.answer(desk.conversation(), "How high is the rent?", "It is 1,450 euros [1].")
    kinds = [type(event) for event in desk.events if getattr(event, "request_id", "") == answer.id]
    assert kinds == [AnswerStarted, AnswerGrounded, AnswerDelta, AnswerFinished, AnswerChecked]


def test_every_sentence_gets_a_verdict(desk: Desk) -> None:
    desk.read(lease_txt=LEASE)
    says = "The monthly rent is 1,450 euros [1]. The monthly rent of the garage in Vienna is 90 dollars."
    answer = desk.answer(desk.conversation(), "How high is the rent?", says)
    assert answer.grounding is not None
    verdicts = answer.grounding.verdicts
    assert verdicts is not None
    assert [verdict.kind for verdict in verdicts] == [VerdictKind.FOUND, VerdictKind.NOT_FOUND]
    source = answer.grounding.sources[verdicts[0].source - 1]
    assert "1,450 euros" in source.text[verdicts[0].quote_start : verdicts[0].quote_stop]
    assert says[verdicts[0].start : verdicts[0].stop].startswith("The monthly rent is")


def test_passages_of_a_long_document_are_counted_truly(desk: Desk) -> None:
    desk.read(long_txt=long_text(900, LEASE))
    grounding = desk.answer(desk.conversation(), "How high is the rent of the bakery?", "1,450 [1].").grounding
    assert grounding is not None
    assert grounding.mode is ReadingMode.PASSAGES
    assert any("1,450 euros" in source.text for source in grounding.sources)
    assert grounding.pages_read == len({(one.document_id, one.page) for one in grounding.sources})


def test_a_question_that_nothing_answers_needs_no_model(desk: Desk) -> None:
    desk.read(long_txt=long_text(900, LEASE))
    request_id = desk.chat.ask(desk.conversation(), "Which vaccine protects against measles?")
    desk.wait_for(AnswerChecked, request_id)
    answer = desk.store.message(request_id)
    assert answer.grounding is not None
    assert (answer.grounding.mode, answer.grounding.sources, answer.text) == (ReadingMode.NOTHING, (), "")
    assert answer.state is MessageState.COMPLETE
    assert desk.engine.asked == []


def test_documents_outside_the_scope_are_not_read(desk: Desk) -> None:
    desk.read(lease_txt=LEASE, boiler_txt=BOILER)
    boiler = next(view.id for view in desk.documents.documents() if view.name == "boiler.txt")
    scope = DocumentScope(documents=(boiler, 999))
    grounding = desk.answer(desk.conversation(scope), "Who serviced the boiler?", "Lindqvist [1].").grounding
    assert grounding is not None
    assert {source.document_id for source in grounding.sources} == {boiler}
    assert (grounding.documents, grounding.left_out) == (1, 1)
    assert "bakery" not in desk.engine.asked[0].messages[-1].text


def test_a_conversation_without_a_scope_is_as_it_was(desk: Desk) -> None:
    desk.read(lease_txt=LEASE)
    request_id = desk.chat.ask(desk.store.create(), "How high is the rent?")
    assert desk.engine.asked[0].messages[-1].text == "How high is the rent?"
    desk.engine.end()
    assert desk.store.message(request_id).grounding is None


def test_a_follow_up_is_made_whole_by_the_model(desk: Desk) -> None:
    desk.read(lease_txt=LEASE, long_txt=long_text(900))
    conversation = desk.conversation()
    desk.answer(conversation, "How high is the rent of the bakery?", "1,450 euros [1].")
    request_id = desk.chat.ask(conversation, "When did it begin?")
    desk.asked(2)
    assert "Last question: When did it begin?" in desk.engine.asked[1].messages[-1].text
    desk.engine.say("When did the rent of the bakery begin?")
    desk.engine.end()
    desk.asked(3)
    grounding = desk.store.message(request_id).grounding
    assert grounding is not None
    assert grounding.question == "When did the rent of the bakery begin?"
    sent = desk.engine.asked[2].messages
    assert "When did it begin?" in sent[-1].text
    # Numbers of another answer's sources mean nothing here.
    assert sent[-2].text == "1,450 euros."
    desk.engine.end()


def test_a_follow_up_over_what_goes_in_whole_needs_no_rewriting(desk: Desk) -> None:
    desk.read(lease_txt=LEASE)
    conversation = desk.conversation()
    desk.answer(conversation, "How high is the rent of the bakery?", "1,450 euros [1].")
    answer = desk.answer(conversation, "When did it begin?", "In March 2019 [1].")
    assert len(desk.engine.asked) == 2
    assert answer.grounding is not None
    assert answer.grounding.mode is ReadingMode.WHOLE
    turns = desk.engine.asked[1].messages
    first, said, last = turns[1:]
    assert first.text.endswith("\n\nQuestion: How high is the rent of the bakery?")
    assert (said.text, last.text) == ("1,450 euros.", "Question: When did it begin?")
    # Nothing up to the first answer is read twice.
    assert turns[:2] == desk.engine.asked[0].messages[:2]
    assert turns[-1].text.endswith("Question: When did it begin?")


@pytest.mark.parametrize(
    "says",
    [
        "",
        "In March 2019, when the tenant moved in with all her ovens.",
        "The rent of the bakery did begin.",
        "x" * 2000,
    ],
)
def test_a_model_that_rewrites_badly_does_no_harm(desk: Desk, says: str) -> None:
    desk.read(lease_txt=LEASE, long_txt=long_text(900))
    conversation = desk.conversation()
    desk.answer(conversation, "How high is the rent of the bakery?", "1,450 euros [1].")
    request_id = desk.chat.ask(conversation, "When did it begin?")
    desk.asked(2)
    desk.engine.say(says)
    desk.engine.end()
    desk.asked(3)
    grounding = desk.store.message(request_id).grounding
    assert grounding is not None
    assert grounding.question == "When did it begin? How high is the rent of the bakery?"
    desk.engine.end()


def test_stopped_while_the_question_is_rewritten(desk: Desk) -> None:
    desk.read(lease_txt=LEASE, long_txt=long_text(900))
    conversation = desk.conversation()
    desk.answer(conversation, "How high is the rent of the bakery?", "1,450 euros [1].")
    request_id = desk.chat.ask(conversation, "When did it begin?")
    desk.asked(2)
    with pytest.raises(EngineBusy):
        desk.chat.ask(conversation, "Another one?")
    desk.chat.stop(request_id)
    assert desk.finished(request_id).reason is FinishReason.STOPPED
    assert desk.store.message(request_id).state is MessageState.STOPPED
    assert len(desk.engine.asked) == 2
    desk.answer(conversation, "How high is the rent of the bakery?", "1,450 euros [1].")


def test_a_prompt_that_was_too_long_is_tried_with_less(desk: Desk) -> None:
    desk.read(long_txt=long_text(130, LEASE))
    request_id = desk.chat.ask(desk.conversation(), "How high is the rent of the bakery?")
    desk.asked(1)
    first = len(desk.engine.asked[0].messages[-1].text)
    desk.engine.end(FinishReason.FAILED, PromptTooLong(9_000, 6_000))
    desk.asked(2)
    assert len(desk.engine.asked[1].messages[-1].text) < first
    desk.engine.say("1,450 euros [1].")
    desk.engine.end()
    assert desk.finished(request_id).reason is FinishReason.COMPLETE
    assert not [e for e in desk.events if isinstance(e, AnswerFinished) and e.reason is FinishReason.FAILED]
    desk.wait_for(AnswerChecked, request_id)


def test_a_question_that_leaves_no_room_is_said_to_be_too_long(desk: Desk) -> None:
    desk.read(lease_txt=LEASE)
    request_id = desk.chat.ask(desk.conversation(), "How high is the rent? " + "Please say it exactly. " * 4_000)
    desk.refuse_prompts(request_id, PromptTooLong(16_000, 4_000))
    # Not that the documents hold nothing: that would not be true.
    answer = desk.store.message(request_id)
    assert answer.state is MessageState.FAILED
    assert answer.problem is not None
    assert answer.problem.code == PromptTooLong.code


def test_an_answer_goes_on_with_the_sources_it_had(desk: Desk) -> None:
    desk.read(lease_txt=LEASE)
    request_id = desk.chat.ask(desk.conversation(), "How high is the rent?")
    desk.asked(1)
    desk.engine.say("The rent")
    desk.engine.end(FinishReason.STOPPED)
    desk.wait_for(AnswerChecked, request_id)
    desk.chat.go_on(request_id)
    desk.asked(2)
    again = desk.engine.asked[1]
    assert again.continues
    assert again.messages[-1].text == "The rent"
    assert "1,450 euros" in again.messages[-2].text
    desk.engine.say(" is 1,450 euros [1].")
    desk.engine.end()
    desk.until(lambda: len([e for e in desk.events if isinstance(e, AnswerChecked)]) == 2)
    assert desk.store.message(request_id).text == "The rent is 1,450 euros [1]."


def test_closed_while_an_answer_is_prepared(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.read(lease_txt=LEASE, long_txt=long_text(900))
    conversation = desk.conversation()
    desk.answer(conversation, "How high is the rent of the bakery?", "1,450 euros [1].")
    request_id = desk.chat.ask(conversation, "When did it begin?")
    desk.asked(2)
    desk.chat.close()
    assert desk.store.message(request_id).state is MessageState.INTERRUPTED
    desk.close()


def test_with_only_the_guide_passages_are_quoted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, quotes=True)
    try:
        desk.read(long_txt=long_text(900, LEASE), boiler_txt="# Boiler *notes*\n" + BOILER)
        conversation = desk.conversation()
        assert not desk.chat.needs_model(conversation)
        request_id = desk.chat.ask(conversation, "Who serviced the boiler?")
        desk.wait_for(AnswerChecked, request_id)
        answer = desk.store.message(request_id)
        assert answer.grounding is not None
        assert (answer.grounding.mode, answer.state) == (ReadingMode.QUOTED, MessageState.COMPLETE)
        assert "serviced by the firm Lindqvist" in answer.grounding.sources[0].text
        assert answer.text.startswith("> ")
        assert "Lindqvist" in answer.text
        assert "[1]" in answer.text
        assert desk.engine.asked == []
        kinds = [type(event) for event in desk.events if getattr(event, "request_id", "") == request_id]
        assert kinds == [AnswerStarted, AnswerGrounded, AnswerDelta, AnswerFinished, AnswerChecked]
    finally:
        desk.close()


def test_a_scope_is_kept_and_taken_away(desk: Desk) -> None:
    conversation = desk.store.create()
    assert desk.store.read(conversation).scope == DocumentScope()
    scope = DocumentScope(3, (1, 2))
    desk.store.set_scope(conversation, scope)
    assert desk.store.read(conversation).scope == scope
    desk.store.set_scope(conversation, DocumentScope())
    assert not desk.store.read(conversation).scope.wanted
    assert EVERYTHING.wanted
