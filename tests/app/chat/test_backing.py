"""An answer over documents: numbers that lead to sources, marked sentences, lines below, progress, offers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QTextCharFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTextEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.chat.answers.answer_ground import AnswerGround
from app.chat.answers.backing_view import OfferFrame
from app.chat.answers.reading_progress import ReadingProgress
from app.chat.answers.shown import AnswerWay, Backing, MarkKind, OpenSource, ReadingShown, SentenceMark
from app.chat.answers.source_chips import SourceChip
from app.chat.messages.answer_view import AnswerView
from app.presenters.backing import backing_of
from app.sentences import answers as sentences
from runtime.sources import ReadingMode
from tests import made_up_answers as made
from tests.app.chat.driving import place as place_of
from tests.app.chat.message_views import answer, answer_item, click, fit, named

MISSING = "The landlord must repaint the rooms before you leave."
DOTS = QTextCharFormat.UnderlineStyle.DotLine


def backing(**more: object) -> Backing:
    return backing_of(made.checked(**more), made.ANSWER, ended=True)


def acts_of(view: AnswerView) -> list[object]:
    heard: list[object] = []
    view.answer_act.connect(lambda _message, act: heard.append(act))
    return heard


def shown(qtbot: QtBot, place: QWidget, text: str = made.ANSWER, stands_on: Backing | None = None) -> AnswerView:
    usual = backing() if text == made.ANSWER else backing_of(made.grounding(), text, ended=True)
    view = answer(place, text, backing=stands_on or usual)
    if view.item.backing is not None and view.item.backing.marks:
        qtbot.waitUntil(lambda: bool(dotted(view)) or not missing_in(view.item.backing))
    fit(view)
    return view


def missing_in(stands_on: Backing | None) -> bool:
    return stands_on is not None and any(mark.kind is MarkKind.MISSING for mark in stands_on.marks)


def dotted(view: AnswerView) -> list[str]:
    marks: list[QTextEdit.ExtraSelection] = view.text_view.extraSelections()
    return [mark.cursor.selectedText() for mark in marks if mark.format.underlineStyle() is DOTS]


def chips(view: AnswerView) -> list[SourceChip]:
    return sorted(
        (chip for chip in view.findChildren(SourceChip) if not chip.isHidden()), key=lambda chip: chip.source.number
    )


def note_at(view: AnswerView, words: str) -> str:
    text = view.text_view
    return text.note_at(text.document().find(words).selectionStart() + 1)


# --- numbers in the text ----------------------------------------------------------------------------------------------


def test_a_click_on_a_number_opens_its_source_at_the_words_of_that_sentence(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place)
    heard = acts_of(view)
    text = view.text_view
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place_of(text, "[3]") + QPoint(4, 0))
    quote = made.lease_verdicts()[4]
    assert heard == [OpenSource(3, (quote.quote_start, quote.quote_stop))]


def test_numbers_are_reached_by_the_keyboard(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place)
    heard = acts_of(view)
    view.text_view.setFocus()
    QTest.keyClick(view.text_view, Qt.Key.Key_Tab)
    QTest.keyClick(view.text_view, Qt.Key.Key_Return)
    assert len(heard) == 1
    assert isinstance(heard[0], OpenSource)
    assert heard[0].number == 1


def test_only_numbers_of_sources_lead_somewhere(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place, "See [2, 3], [1;4] and [99], but not 【7】 in `a[1]`.")
    text = view.text_view

    def leads(words: str, by: int) -> str:
        cursor = text.document().find(words)
        cursor.setPosition(cursor.selectionStart() + by)
        return cursor.charFormat().anchorHref()

    assert (leads("[2, 3]", 2), leads("[2, 3]", 5)) == ("hearth-source:2", "hearth-source:3")
    assert (leads("[1;4]", 2), leads("[1;4]", 4)) == ("hearth-source:1", "hearth-source:4")
    assert leads("[99]", 2) == ""
    assert leads("【7】", 2) == "hearth-source:7"
    assert leads("a[1]", 3) == ""


def test_numbers_become_marks_while_the_answer_streams(qtbot: QtBot, place: QWidget) -> None:
    view = answer(place, "", state="streaming", backing=backing_of(made.grounding(), "", ended=False))
    for piece in ("Notice is three months [", "1", "], in writing [2", ", 3].\n\nMore [1]."):
        view.append(piece, thinking=False)
    whole = answer(place, view.item.text, backing=view.item.backing)
    assert view.text_view.toPlainText() == whole.text_view.toPlainText()
    assert view.text_view.document().toHtml() == whole.text_view.document().toHtml()
    assert view.text_view.document().toHtml().count("hearth-source:") == 4


def test_links_and_pictures_stay_the_text_that_they_are(qtbot: QtBot, place: QWidget) -> None:
    evil = "Look [here](http://evil.example/a) ![x](http://evil.example/p.png) <http://evil.example> [1].\n\n[2]: http://e.x"
    view = shown(qtbot, place, evil)
    followed: list[str] = []
    view.link_chosen.connect(followed.append)
    html = view.text_view.document().toHtml()
    assert 'href="http' not in html
    assert "<img" not in html
    assert "[here](http://evil.example/a) ![x](http://evil.example/p.png)" in view.text_view.toPlainText()
    text = view.text_view
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place_of(text, "here") + QPoint(3, 0))
    assert followed == []
    view.set_item(answer_item(evil))  # without documents they are what they were
    assert 'href="http://evil.example/a"' in view.text_view.document().toHtml()


def test_what_is_copied_has_the_numbers_and_no_way_into_this_window(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place)
    click(qtbot, named(view, "Copy"))
    data = QApplication.clipboard().mimeData()
    words, _, sources = data.text().rpartition("\n\n")
    assert words == made.ANSWER
    assert sources.split("  \n") == [f"[{number}] {made.LEASE}, page 9" for number in (1, 2, 3)]
    assert "hearth-source" not in data.html()
    assert "[1]" in data.html()
    assert f"[3] {made.LEASE}, page 9" in data.html()
    view.text_view.selectAll()
    view.text_view.copy()
    assert "three months before [1]" in QApplication.clipboard().text()
    assert "hearth-source" not in QApplication.clipboard().mimeData().html()


# --- sentences --------------------------------------------------------------------------------------------------------


def test_sentences_that_are_in_no_document_are_dotted_and_told(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place)
    assert dotted(view) == ["Rent", "€900.00", "€2,700.00", MISSING]
    assert note_at(view, "landlord must repaint") == "Not in your documents"
    assert note_at(view, "900.00") == "Not in your documents: a number in it does not agree"
    assert note_at(view, "leave at the end") == f"Found on page 9 of {made.LEASE}"
    assert note_at(view, "within six months") == f"Found on page 9 of {made.LEASE}"
    assert note_at(view, "handover record") == "This sentence could not be checked"
    assert note_at(view, "Heating") == ""
    assert f"Not in your documents: “{MISSING}”" in view.accessibleDescription()
    assert "4 sentences found, 2 not in your documents." in view.accessibleDescription()


def test_the_mouse_over_a_sentence_tells_of_it(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place)
    text = view.text_view
    where = place_of(text, "landlord must") + QPoint(6, 0)
    event = QHelpEvent(QEvent.Type.ToolTip, where, text.viewport().mapToGlobal(where))
    QApplication.sendEvent(text.viewport(), event)
    qtbot.waitUntil(lambda: QToolTip.text() == "Not in your documents")
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_marks_stay_when_something_is_looked_for_and_when_it_is_not_any_more(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place)
    before = dotted(view)
    found = QTextEdit.ExtraSelection()
    found.cursor = view.text_view.document().find("landlord")
    view.text_view.setExtraSelections([found])
    assert dotted(view) == before
    assert len(view.text_view.extraSelections()) == len(before) + 1
    view.text_view.setExtraSelections([])
    assert dotted(view) == before


def test_marks_are_found_again_when_the_look_changes(qtbot: QtBot, place: QWidget) -> None:
    from app.theme.theme import current_theme

    view = shown(qtbot, place)
    before = dotted(view)
    current_theme().choose("dark", 1.5)
    try:
        qtbot.waitUntil(lambda: dotted(view) == before)
    finally:
        current_theme().choose("light", 1.0)
    qtbot.waitUntil(lambda: dotted(view) == before)


def test_marks_come_when_the_check_has_ended_and_go_with_another_answer(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place, stands_on=backing_of(made.grounding(), made.ANSWER, ended=True, checking=True))
    assert dotted(view) == []
    assert line_of(view) == "Read 6 of 412 pages · Checking each sentence…"
    view.set_item(answer_item(made.ANSWER, backing=backing()))
    qtbot.waitUntil(lambda: MISSING in dotted(view))
    assert line_of(view) == "Read 6 of 412 pages · 4 sentences found, 2 not in your documents"
    view.set_item(answer_item("Something else."))
    qtbot.waitUntil(lambda: dotted(view) == [])
    assert not view.findChildren(AnswerGround)[0].isVisible()


@pytest.mark.parametrize("times", [60])
def test_a_long_answer_is_marked_in_slices_while_it_is_rendered(qtbot: QtBot, place: QWidget, times: int) -> None:
    text = (made.ANSWER + "\n\n") * times
    last = text.rindex(MISSING)
    mark = SentenceMark(last, last + len(MISSING), MarkKind.MISSING, "Not in your documents")
    view = answer(place, text, backing=Backing(marks=(mark,)))
    qtbot.waitUntil(lambda: dotted(view) == [MISSING])
    marks: list[QTextEdit.ExtraSelection] = view.text_view.extraSelections()
    assert marks[0].cursor.selectionStart() > view.text_view.document().characterCount() * 0.9


# --- below and above the text -----------------------------------------------------------------------------------------


def line_of(view: AnswerView) -> str:
    line = view.findChildren(AnswerGround)[0].line
    return line.words.text() if line is not None else ""


def test_sources_that_the_answer_names_are_listed_and_the_rest_unfolds(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place)
    heard = acts_of(view)
    assert [chip.source.number for chip in chips(view)] == [1, 2, 3]
    assert chips(view)[0].accessibleName() == f"Source 1: {made.LEASE}, page 9"
    click(qtbot, chips(view)[1])
    second = made.lease_verdicts()[2]
    assert heard == [OpenSource(2, (second.quote_start, second.quote_stop))]
    unfolded: list[bool] = []
    view.unfolded.connect(lambda: unfolded.append(True))
    click(qtbot, named(view, "Show 4 more sources"))
    assert unfolded == [True]
    assert [chip.source.number for chip in chips(view)] == [1, 2, 3, 4, 5, 6, 7]
    assert "text only" in chips(view)[4].accessibleDescription()
    assert "instructions to an AI" in chips(view)[4].toolTip()


def test_of_what_was_read_whole_only_what_is_named_is_listed(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place, stands_on=backing(mode=ReadingMode.WHOLE, pages=12, pages_read=12))
    assert [chip.source.number for chip in chips(view)] == [1, 2, 3]
    assert "and 4 more" not in [each.text() for each in view.findChildren(QPushButton) if each.isVisible()]
    assert line_of(view).startswith("Read all 12 pages · ")


def test_very_many_sources_do_not_become_very_many_buttons(qtbot: QtBot, place: QWidget) -> None:
    sources = tuple(replace(made.lease_sources()[0], number=number) for number in range(1, 301))
    stands_on = backing_of(made.grounding(sources=sources), "Nothing named.", ended=True)
    view = shown(qtbot, place, "Nothing named.", stands_on)
    assert len(chips(view)) == 5
    click(qtbot, named(view, "Show 295 more sources"))
    assert len(chips(view)) == 40


def test_long_and_foreign_names_fit(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place, "Short [1].", backing_of(made.long_names(), "Short [1].", ended=True))
    for chip in chips(view):
        assert chip.width() <= view.width()
        assert chip.source.where in chip.text()
        assert chip.height() >= 24
    assert "&&" in SourceChip(view.item.backing.sources[4]).text()  # type: ignore[union-attr]


def test_everything_below_has_room_at_any_width_and_text_size(qtbot: QtBot, place: QWidget) -> None:
    from app.theme.theme import current_theme

    view = shown(qtbot, place)
    wide = fit(view, 700)
    assert fit(view, 320) > wide
    ground = view.findChildren(AnswerGround)[0]
    assert ground.line is not None
    assert ground.line.geometry().bottom() <= ground.height()
    current_theme().choose("light", 2.0)
    try:
        assert fit(view, 700) > wide
    finally:
        current_theme().choose("light", 1.0)


def test_documents_still_to_be_read_and_orders_are_told(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place, stands_on=backing(left_out=2))
    notes = [note.words.text() for note in view.findChildren(AnswerGround)[0].notes]
    assert notes[0] == "Source 5 contains instructions to an AI. Hearth treats them as text only."
    assert notes[1].startswith("2 documents are still being read")
    assert all(note in view.accessibleDescription() for note in notes)


def test_reading_everything_is_told_in_the_answers_place_until_it_begins(qtbot: QtBot, place: QWidget) -> None:
    reading = Backing(reading=ReadingShown(sentences.reading_line(119, 412, 244.0), 119 / 412))
    view = answer(place, "", state="streaming", backing=reading)
    heard = acts_of(view)
    progress = view.findChildren(ReadingProgress)[0]
    assert progress.line == "Reading page 120 of 412 · about 4 minutes left"
    assert progress.isVisible()
    assert 0 < progress.bar.value() < progress.bar.maximum()
    click(qtbot, progress.stop_button)
    assert heard == [AnswerWay.STOP_READING]
    view.append("Here it is", thinking=False)
    assert not progress.isVisible()


def test_where_nothing_was_found_there_is_a_way_on(qtbot: QtBot, place: QWidget) -> None:
    nothing = made.grounding(mode=ReadingMode.NOTHING, sources=(), pages_read=0)
    view = shown(qtbot, place, "", backing_of(nothing, "", ended=True))
    heard = acts_of(view)
    offer = view.findChildren(OfferFrame)[0]
    assert "Nothing in your documents has to do with this." in [label.text() for label in offer.findChildren(QLabel)]
    assert line_of(view) == "Looked through 412 pages"
    for made_button in offer.buttons:
        click(qtbot, made_button)
    assert heard == [AnswerWay.ASK_WITHOUT, AnswerWay.CHOOSE_DOCUMENTS]
    view.set_item(answer_item("An answer."))
    assert not [each for each in view.findChildren(OfferFrame) if not each.isHidden()]


def test_quoted_passages_say_that_they_are(qtbot: QtBot, place: QWidget) -> None:
    view = shown(qtbot, place, made.QUOTED, backing_of(made.quoted(), made.QUOTED, ended=True))
    assert view.accessibleName().startswith("Answer, Quoted from your documents")
    assert line_of(view) == "From 1 of 412 pages"
    assert dotted(view) == []
    assert note_at(view, "tenant may end") == f"Found on page 9 of {made.LEASE}"


def test_an_answer_without_documents_has_none_of_this(qtbot: QtBot, place: QWidget) -> None:
    view = answer(place, "Plain [1].")
    assert not view.findChildren(AnswerGround)
    assert not view.findChildren(ReadingProgress)
    assert "hearth-source" not in view.text_view.document().toHtml()
