"""Where the characters of an answer's Markdown stand in its document."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from app.chat.answers.placing import Placement
from app.chat.markdown.renderer import MarkdownRenderer
from app.theme.theme import Theme

MARKDOWN = """\
# Notice 😀 period

You can leave at the **end of any month** [1]. See [terms](http://evil.example/x) ![i](http://e/p.png). \
The deposit &amp; interest \\*are\\* returned [2, 3].

1. First *item* says 1. And a second sentence in it [1].
2. `code` here
   goes on.

> A quote says so.

| What | Per month |
|------|----:|
| Rent \\| x | **900** |
| Heat | 145 |

```python
x = 1
print(x)
```

第一条 合同。租金为900元。 عقد الإيجار ينتهي. किराया ९०० है। $x^2$ done. ~~Gone~~ *and **both*** end.

The same words. The same words. Last sentence.
"""


def placed(theme: Theme, markdown: str, sentence: str, *, at: int = -1) -> list[str]:
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme, {1: "a", 2: "b", 3: "c"})
    renderer.set_text(markdown)
    renderer.finish()
    placement = Placement(markdown, document)
    for _step in placement.read():
        pass
    start = markdown.index(sentence) if at < 0 else at
    units = document.toRawText().encode("utf-16-le", "surrogatepass")
    spans = placement.spans(start, start + len(sentence))
    return [units[2 * first : 2 * last].decode("utf-16-le", "surrogatepass") for first, last in spans]


@pytest.mark.parametrize(
    ("sentence", "seen"),
    [
        ("Notice 😀 period", ["Notice 😀 period"]),
        ("You can leave at the **end of any month** [1].", ["You can leave at the end of any month [1]."]),
        ("See [terms](http://evil.example/x) ![i](http://e/p.png).", None),
        ("The deposit &amp; interest \\*are\\* returned [2, 3].", ["The deposit & interest *are* returned [2, 3]."]),
        ("First *item* says 1.", ["First item says 1."]),
        ("And a second sentence in it [1].", None),
        ("`code` here\n   goes on.", ["code here goes on."]),
        ("A quote says so.", None),
        ("| Rent \\| x | **900** |", ["Rent | x", "900"]),
        ("print(x)", None),
        ("租金为900元。", None),
        ("عقد الإيجار ينتهي.", None),
        ("किराया ९०० है।", None),
        ("$x^2$ done.", ["\ufffc done."]),
        ("~~Gone~~ *and **both*** end.", ["Gone and both end."]),
        ("Last sentence.", None),
    ],
)
def test_a_sentence_is_found_whatever_marks_stand_in_it(theme: Theme, sentence: str, seen: list[str] | None) -> None:
    assert placed(theme, MARKDOWN, sentence) == (seen or [sentence])


def test_of_two_equal_sentences_each_has_its_own_place(theme: Theme) -> None:
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme, {})
    renderer.set_text(MARKDOWN)
    renderer.finish()
    placement = Placement(MARKDOWN, document)
    for _step in placement.read():
        pass
    words = "The same words."
    first, second = MARKDOWN.index(words), MARKDOWN.rindex(words)
    (one,), (other,) = placement.spans(first, first + len(words)), placement.spans(second, second + len(words))
    assert one[1] < other[0]
    assert other[1] - other[0] == len(words)


def test_what_is_not_there_is_left_out_and_shifts_nothing(theme: Theme) -> None:
    document = QTextDocument()
    renderer = MarkdownRenderer(document, theme, {})
    renderer.set_text("Here.\n\nLast.")
    renderer.finish()
    placement = Placement("Here.\n\nNot rendered.\n\nLast.", document)
    for _step in placement.read():
        pass
    assert placement.spans(7, 20) == []
    assert placement.spans(22, 27) == [(6, 11)]
    assert placement.spans(400, 500) == []
