"""Answers in Markdown cut into sentences, with their places and the sources they name."""

from __future__ import annotations

import pytest

from runtime.documents.checking.claims import split_claims
from runtime.documents.checking.sentences import sentence_spans

ANSWER = """# Your lease

The rent is **950 euros** a month [1]. Dr. Smith signed on 3.5.2020, e.g. in Berlin.[2][3]

- First item, which is
  continued. [4]
- [Some text](http://example.org) behind a link 【2】

| Item | Price |
|------|------:|
| Rent | 950 |

```python
code = "is not checked. At all."
```
> A quoted line. It ends (source 2, page 4).
"""


def test_sentences_of_an_answer() -> None:
    claims = split_claims(ANSWER)

    assert [(claim.text, claim.cited) for claim in claims] == [
        ("The rent is 950 euros a month.", (1,)),
        ("Dr. Smith signed on 3.5.2020, e.g. in Berlin.", (2, 3)),
        ("First item, which is continued.", (4,)),
        ("Some text behind a link", (2,)),
        ("Rent, 950", ()),
        ("A quoted line.", ()),
        ("It ends.", (2,)),
    ]


def test_places_are_those_of_the_answer() -> None:
    first, second, *_ = split_claims(ANSWER)

    assert ANSWER[first.start : first.stop] == "The rent is **950 euros** a month [1]."
    assert ANSWER[second.start : second.stop] == "Dr. Smith signed on 3.5.2020, e.g. in Berlin."


@pytest.mark.parametrize(
    "answer", ["", "   \n\n", "# Only a heading", "```\ncode\n", "---", "![picture](x.png)", "[1]"]
)
def test_answers_that_say_nothing(answer: str) -> None:
    assert split_claims(answer) == []


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("Die Frist läuft am 3. März ab. Danach gilt z. B. § 5 Abs. 2 nicht mehr.", "de", 2),
        ("Es waren ca. 3,5 Mio. Euro. Im Jahr 1990. Danach nichts.", "de", 3),
        ("M. Dupont habite ici. Le loyer est de 3.500,50 euros.", "fr", 2),
        ("El Sr. Vega llegó. ¿Cuándo? No lo sé.", "es", 3),
        ("It cost $3.50. J. R. Smith paid at 5 p.m. on Monday!", "en", 2),
        ("彼は来た。雨が降った。", "ja", 2),
        ("यह घर है। वह बड़ा है।", "hi", 2),
        ("No full stop at the end", "en", 1),
    ],
)
def test_where_sentences_end(text: str, language: str, count: int) -> None:
    spans = sentence_spans(text, language)

    assert len(spans) == count, [text[start:stop] for start, stop in spans]
    assert "".join(text[start:stop] for start, stop in spans).replace(" ", "") == text.replace(" ", "")


def test_the_answers_language_is_every_sentences() -> None:
    claims = split_claims("Die Miete beträgt 950 Euro und ist monatlich zu zahlen. Kaution: 1.900 Euro.")

    assert {claim.language for claim in claims} == {"de"}
