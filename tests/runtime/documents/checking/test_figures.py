"""Figures as they are written, and when two of them are the same."""

from __future__ import annotations

import pytest

from runtime.documents.checking.agreement import agree
from runtime.documents.checking.bounds import Bound
from runtime.documents.checking.figures import Figure, FigureKind, figures_of, number_of


def _only(text: str, language: str) -> Figure:
    (figure,) = figures_of(text, language)
    return figure


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("$3,500.50", "3500.5 dollars", "en"),
        ("1.250,50 €", "1250,50 Euro", "de"),
        ("12 000 euros", "12.000 €", "fr"),
        ("3 March 2021", "March 3rd, 2021", "en"),
        ("3. März 2021", "03.03.2021", "de"),
        ("2021-03-03", "3 de marzo de 2021", "es"),
        ("half", "50 %", "en"),
        ("two and a half hours", "150 minutes", "en"),
        ("half a year", "6 months", "en"),
        ("more than 40 weeks", "52 weeks", "en"),
        ("less than 100 euros", "€90", "en"),
        ("230 degrees", "230 °C", "en"),
        ("four business days", "four working days", "en"),
        ("12 months", "one year", "en"),
        ("two weeks", "14 days", "en"),
        ("5 %", "five percent", "en"),
        ("zwei Wochen", "14 Tage", "de"),
        ("5 km", "5000 m", "en"),
        ("3,5 Mio. Euro", "3.500.000 €", "de"),
        ("two hundred thousand", "200,000", "en"),
        ("twenty-one", "21", "en"),
        ("about 1.2 million", "1,234,567", "en"),
        ("2021", "3 March 2021", "en"),
    ],
)
def test_the_same_figure(one: str, other: str, language: str) -> None:
    assert agree(_only(one, language), _only(other, language))


@pytest.mark.parametrize(
    ("claimed", "found", "language"),
    [
        ("30 days", "60 days", "en"),
        ("950 euros", "950 dollars", "en"),
        ("5 %", "5 euros", "en"),
        ("5 %", "5", "en"),
        ("3 March 2021", "3 May 2021", "en"),
        ("3 March 2021", "4 March 2021", "en"),
        ("1984", "1985", "en"),
        ("1,250", "1.250", "en"),
        ("2.5 million", "2.5 billion", "en"),
        ("30 minutes", "30 seconds", "en"),
        ("7,280 euros", "7,380 euros", "en"),
        ("50 square metres", "51 square metres", "en"),
        ("half of the members", "25 % of the members", "en"),
        ("less than 95 weeks", "98 weeks", "en"),
        ("more than 40 weeks", "30 weeks", "en"),
        ("within six months", "three months", "en"),
        ("8 pm", "8 am", "en"),
        ("the third", "3", "en"),
    ],
)
def test_another_figure(claimed: str, found: str, language: str) -> None:
    assert not agree(_only(claimed, language), _only(found, language))


def test_marks_mean_what_they_mean_in_the_language() -> None:
    assert number_of("1.234", "en") == pytest.approx(1.234)
    assert number_of("1.234", "de") == 1234
    assert number_of("1,234", "de") == pytest.approx(1.234)
    assert number_of("1.234.567,8", "de") == pytest.approx(1234567.8)
    assert number_of("0.125", "de") == pytest.approx(0.125)


def test_places_and_kinds() -> None:
    text = "On 3 March 2021 about 1,200 people paid €35 each, 5 % more."

    figures = figures_of(text, "en")

    assert [figure.kind for figure in figures] == [
        FigureKind.DATE,
        FigureKind.NUMBER,
        FigureKind.MONEY,
        FigureKind.PERCENT,
    ]
    assert all(text[figure.start : figure.stop] == figure.text for figure in figures)
    assert figures[1].rounded


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("at least 5 days", Bound.AT_LEAST),
        ("no more than 5 days", Bound.AT_MOST),
        ("it must not exceed 5 bar", Bound.AT_MOST),
        ("more than 5 days", Bound.MORE),
        ("below 5 bar", Bound.LESS),
        ("5 or more", Bound.AT_LEAST),
        ("about 5 days", Bound.NONE),
    ],
)
def test_which_limit_a_figure_is(text: str, bound: Bound) -> None:
    assert _only(text, "en").bound is bound


@pytest.mark.parametrize("text", ["one of them", "this one", "One can say so."])
def test_one_is_not_always_a_number(text: str) -> None:
    assert figures_of(text, "en") == []
