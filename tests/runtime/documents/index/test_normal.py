"""Words as they are searched, in many scripts."""

from __future__ import annotations

import pytest

from runtime.documents.normal import normaliser, words_at
from runtime.documents.scripts import language_of, script_of


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "connections", "Connected"),
        ("de", "HÄUSER", "Hauses"),
        ("ru", "книгами", "Книга"),
        ("tr", "İSTANBUL", "istanbul"),
        ("ar", "كِتَاب", "كتاب"),
        ("en", "ｆｕｌｌ", "full"),
        ("en", "1,234,567", "1234567"),
        ("de", "1.234.567", "1234567"),
        ("he", "שָׁלוֹם", "שלום"),
    ],
)
def test_forms_of_a_word_are_one(language: str, one: str, other: str) -> None:
    words = normaliser(language)
    assert words.terms(one) == words.terms(other) != []


def test_words_that_differ_stay_apart() -> None:
    assert normaliser("tr").terms("ılık") != normaliser("tr").terms("ilik")
    assert normaliser("vi").terms("má") != normaliser("vi").terms("ma")
    assert normaliser("en").terms("3.5 and 2024-05-17") == ["3", "5", "and", "2024", "05", "17"]


def test_scripts_without_spaces_become_grams() -> None:
    assert normaliser("zh").terms("中华人民") == ["中华", "华人", "人民"]
    assert normaliser("ja").terms("東") == ["東"]
    assert normaliser("th").terms("ภาษาไทย")[:2] == ["ภาษ", "าษา"]
    assert normaliser("zh").terms("用Python写") == ["用", "python", "写"]


def test_vowel_signs_stay_in_their_word() -> None:
    assert [word for word, _, _ in words_at("नमस्ते, हिन्दी।")] == ["नमस्ते", "हिन्दी"]


@pytest.mark.parametrize(
    "text", ["plain words 12", "naïve café", "중국 한국어", "नमस्ते हिन्दी", "ภาษาไทย x", "a\u0301b", "१२३ words"]
)
def test_places_are_places_of_the_text(text: str) -> None:
    for word, start, stop in words_at(text):
        assert text[start:stop] == word
    assert "".join(word for word, _, _ in words_at(text)) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where was the treaty signed and who signed it?", "en"),
        ("Wann wurde der Vertrag von den beiden unterzeichnet?", "de"),
        ("¿Cuándo se firmó el tratado y quién lo firmó?", "es"),
        ("Когда был подписан договор и кто его подписал?", "ru"),
        ("متى تم توقيع المعاهدة في باريس؟", "ar"),
        ("条约是什么时候签署的？", "zh"),
        ("条約はいつ署名されましたか", "ja"),
        ("조약은 언제 체결되었습니까", "ko"),
        ("สนธิสัญญาลงนามเมื่อใด", "th"),
        ("Πότε υπογράφηκε η συνθήκη;", "el"),
        ("Hiệp ước được ký kết khi nào?", "vi"),
        ("12 345", ""),
        ("Xylophon Quartz", ""),
    ],
)
def test_language_is_told_or_left_open(text: str, language: str) -> None:
    assert language_of(text) == language


def test_script() -> None:
    assert [script_of(text) for text in ("", "1", "ab", "аб", "漢字かな", "ქართული")] == [
        "",
        "",
        "latin",
        "cyrillic",
        "kana",
        "other",
    ]
