"""Every pair of colours that stands on the other can be read."""

from __future__ import annotations

import pytest

from app.theme.theme import Theme
from app.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens, contrast

SCHEMES = {"light": LIGHT, "dark": DARK, "high contrast": HIGH_CONTRAST}
TEXT_PAIRS = [
    *[(text, ground) for text in ("text", "text2") for ground in ("bg", "side", "card", "raised", "bubble", "code")],
    *[("text3", ground) for ground in ("bg", "side", "card")],
    *[("accent", ground) for ground in ("bg", "side", "card", "soft")],
    ("on_accent", "accent"),
    ("text", "selection"),
    ("ok", "bg"),
    ("warn", "warn_bg"),
    ("warn", "card"),
    ("err", "err_bg"),
    *[(f"syntax_{kind}", "code") for kind in ("keyword", "string", "number", "name")],
]
CONTROL_PAIRS = [("control", ground) for ground in ("bg", "side", "raised")]


def test_contrast_is_the_known_formula() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(scheme: str, text: str, ground: str) -> None:
    tokens: Tokens = SCHEMES[scheme]
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("control", "ground"), CONTROL_PAIRS)
def test_controls_can_be_seen(scheme: str, control: str, ground: str) -> None:
    tokens: Tokens = SCHEMES[scheme]
    assert contrast(getattr(tokens, control), getattr(tokens, ground)) >= 3


def test_every_placeholder_of_the_style_sheet_is_filled(theme: Theme) -> None:
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    for scheme in ("light", "dark", "high_contrast"):
        for scale in (0.9, 1.0, 2.0):
            theme.choose(scheme, scale)
            assert "@" not in application.styleSheet()
    theme.choose("system", 1.0)


def test_every_icon_that_is_named_is_there(theme: Theme) -> None:
    import re
    from pathlib import Path

    import app

    source = "".join(path.read_text() for path in Path(app.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'(?:IconButton|IconPicture|NavButton|icon|show_icon)\(\s*"([a-z][a-z0-9-]+)"', source))
    assert len(named) > 8
    for name in named:
        assert not theme.icon(name).isNull()
