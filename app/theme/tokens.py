"""The colours by role, for light, dark and high contrast. Text pairs reach 4.5:1, controls 3:1; a test computes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One scheme. Names say what a colour is for, never what it looks like."""

    bg: str
    side: str
    card: str
    raised: str
    text: str
    text2: str
    text3: str
    line: str
    control: str
    accent: str
    on_accent: str
    soft: str
    selection: str
    bubble: str
    code: str
    ok: str
    warn: str
    warn_bg: str
    err: str
    err_bg: str
    syntax_keyword: str
    syntax_string: str
    syntax_number: str
    syntax_name: str


LIGHT = Tokens(
    bg="#FFFFFF",
    side="#F5F6F5",
    card="#F7F8F7",
    raised="#FFFFFF",
    text="#1B1F1D",
    text2="#56605B",
    text3="#66706B",
    line="#DFE3E0",
    control="#848E89",
    accent="#0B6E5F",
    on_accent="#FFFFFF",
    soft="#E3F1EE",
    selection="#B2D6CF",
    bubble="#EEF2F0",
    code="#F3F5F4",
    ok="#1A7042",
    warn="#8A5300",
    warn_bg="#FFF4DE",
    err="#B3261E",
    err_bg="#FDECEA",
    syntax_keyword="#8B2F97",
    syntax_string="#1A6B3C",
    syntax_number="#9A4B00",
    syntax_name="#1D5FA8",
)

DARK = Tokens(
    bg="#1A1D1C",
    side="#141716",
    card="#202423",
    raised="#262B29",
    text="#ECEFED",
    text2="#B3BCB7",
    text3="#97A19C",
    line="#323836",
    control="#737D78",
    accent="#5CC7B2",
    on_accent="#06231E",
    soft="#1C3631",
    selection="#2C6156",
    bubble="#2A302E",
    code="#141817",
    ok="#6FCF97",
    warn="#F2B84B",
    warn_bg="#3A2E14",
    err="#FF8A80",
    err_bg="#3B1D1B",
    syntax_keyword="#D7A1E8",
    syntax_string="#8FD3A6",
    syntax_number="#F0B27A",
    syntax_name="#8ABEF2",
)

HIGH_CONTRAST = Tokens(
    bg="#000000",
    side="#000000",
    card="#0A0A0A",
    raised="#141414",
    text="#FFFFFF",
    text2="#FFFFFF",
    text3="#E6E6E6",
    line="#A8A8A8",
    control="#FFFFFF",
    accent="#6FE7D0",
    on_accent="#000000",
    soft="#06332B",
    selection="#0E6656",
    bubble="#1E1E1E",
    code="#0A0A0A",
    ok="#86F0B0",
    warn="#FFD166",
    warn_bg="#2B2000",
    err="#FFB0A8",
    err_bg="#330A07",
    syntax_keyword="#F0C2FF",
    syntax_string="#B5F5C8",
    syntax_number="#FFD0A0",
    syntax_name="#B8DCFF",
)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
