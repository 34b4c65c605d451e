"""Pages cut into passages."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from runtime.documents.passages import TARGET_WEIGHT, Passage, cut_pages
from runtime.documents.pieces import LONGEST_PIECE_CHARS
from runtime.documents.reading import Block, BlockKind, Page
from runtime.documents.weight import token_estimate, weight_of
from tests.runtime.documents.index.kit import heading, page, rows


def passages(*pages: Page) -> list[Passage]:
    return [passage for cut in cut_pages(pages) for passage in cut.passages]


def sentences(seed: int, count: int) -> str:
    chance = random.Random(seed)
    made = (" ".join(f"w{chance.randrange(900)}" for _ in range(chance.randrange(5, 15))) for _ in range(count))
    return " ".join(f"{one.capitalize()}." for one in made)


def test_every_letter_of_a_page_is_in_a_passage() -> None:
    blocks = (heading("One"), Block(BlockKind.PARAGRAPH, sentences(1, 60)), *rows("a | b", "a | b", "1 | 2", "3 | 4"))
    for cut in cut_pages([Page(1, blocks), page(2, sentences(2, 30), sentences(3, 5))]):
        held = {at for passage in cut.passages for at in range(passage.start, passage.stop)}
        assert all(at in held for at, letter in enumerate(cut.text) if not letter.isspace())
        for passage in cut.passages:
            assert cut.text[passage.start : passage.stop] == passage.text


def test_passages_fit_a_small_model_and_overlap_a_little() -> None:
    found = passages(page(1, sentences(1, 200)))
    assert max(weight_of(one.whole) for one in found) <= TARGET_WEIGHT + LONGEST_PIECE_CHARS
    assert max(one.tokens for one in found) < 256
    overlaps = [before.stop - after.start for before, after in pairwise(found)]
    assert all(0 <= overlap <= 120 for overlap in overlaps)
    assert any(overlaps)


def test_a_passage_crosses_no_page_and_no_large_heading() -> None:
    found = passages(
        Page(1, (heading("Rent"), Block(BlockKind.PARAGRAPH, "Due monthly."), heading("Pets", 2),
                 Block(BlockKind.PARAGRAPH, "No dogs."), heading("Small", 3), Block(BlockKind.PARAGRAPH, "Nor cats."))),
        page(2, "Birds are fine."),
    )  # fmt: skip
    assert [(one.page, one.heading, one.text) for one in found] == [
        (1, "Rent", "Rent\n\nDue monthly."),
        (1, "Rent › Pets", "Pets\n\nNo dogs.\n\nSmall\n\nNor cats."),
        (2, "Rent › Pets › Small", "Birds are fine."),
    ]


def test_rows_stay_whole_and_keep_their_header() -> None:
    header = "Item | 2023 | 2024"
    texts = [header, *(f"Cost of goods number {n} | {n * 1111} | {n * 2222}" for n in range(1, 80))]
    found = passages(Page(1, rows(header, *texts)))
    assert len(found) > 3
    assert found[0].header == ""
    assert {one.header for one in found[1:]} == {header}
    assert [line for one in found for line in one.text.split("\n") if line] == texts
    assert all(one.whole.startswith(header) for one in found)


def test_a_text_without_spaces_is_cut_anyway() -> None:
    found = passages(page(1, "x" * 5000), page(2, "中" * 3000))
    assert max(len(one.text) for one in found) <= 1000
    assert max(one.tokens for one in found if one.page == 2) < 700


def test_the_same_pages_give_the_same_passages() -> None:
    pages = [page(number, sentences(number, 40)) for number in range(1, 6)]
    assert passages(*pages) == passages(*pages)


def test_a_change_on_one_page_changes_passages_of_that_page_alone() -> None:
    pages = [page(number, sentences(number, 80)) for number in range(1, 161)]
    before = {one.digest for one in passages(*pages)}
    pages[15] = page(16, "One new sentence came in. " + sentences(16, 80))
    after = passages(*pages)
    new = [one for one in after if one.digest not in before]
    assert {one.page for one in new} == {16}
    assert len(new) <= 0.01 * len(after)


def test_a_change_in_a_long_text_without_pages_moves_few_cuts() -> None:
    text = sentences(5, 6000)
    middle = text.index(". ", len(text) // 2) + 2
    before = {one.digest for one in passages(page(1, text))}
    after = passages(page(1, text[:middle] + "One new sentence came in. " + text[middle:]))
    assert len([one for one in after if one.digest not in before]) <= 0.01 * len(after)


@pytest.mark.parametrize("blocks", [(), (Block(BlockKind.PARAGRAPH, ""),), (Block(BlockKind.PARAGRAPH, " \n"),)])
def test_nothing_to_say_is_no_passage(blocks: tuple[Block, ...]) -> None:
    assert passages(Page(1, blocks)) == []


def test_hidden_text_is_marked_and_boxes_are_kept() -> None:
    block = Block(BlockKind.PARAGRAPH, "Unseen words.", box=(1.0, 2.0, 3.0, 4.0), hidden=True)
    (cut,) = cut_pages([Page(1, (block,))])
    assert cut.passages[0].hidden
    assert cut.spans == ((0, 13, 1.0, 2.0, 3.0, 4.0),)


def test_numbers_weigh_more_than_letters() -> None:
    assert token_estimate("1,577 1,373 1,420") > token_estimate("abcde fghij klmno")
    assert token_estimate("") == 0
