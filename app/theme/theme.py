"""The look in force: scheme, palette, style sheet, fonts and tinted icons. One per process, made by main."""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from app.theme.portal import ColourPortal
from app.theme.tokens import DARK, HIGH_CONTRAST, LIGHT, Tokens
from runtime.api import assets_folder

SIZES = (12, 13, 15, 17, 28)
ICON_RATIOS = (1, 2, 3)
STROKE = "1.75"

_current: Theme | None = None


class Theme(QObject):
    """Follows the system or the person's choice and dresses the application. Lives on the UI thread.

    Signals:
        changed: tokens or text size are new; whoever paints for itself paints anew.
    """

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        global _current
        _current = self
        self._application = application
        self._choice = "system"
        self.text_scale = 1.0
        self.tokens = LIGHT
        self._portal = ColourPortal(self)
        self._portal.changed.connect(self._refresh)
        application.styleHints().colorSchemeChanged.connect(self._refresh)
        _load_fonts()

    @property
    def dark(self) -> bool:
        """Whether the scheme in force is a dark one."""
        return self.tokens is not LIGHT

    def apply(self, application: QApplication) -> None:
        """Dress the application."""
        application.setFont(self.font())
        self._refresh()

    def choose(self, scheme: str, text_scale: float) -> None:
        """``system``, ``light``, ``dark`` or ``high_contrast``, and a factor on all text sizes (0.9 to 2.0)."""
        if (scheme, text_scale) == (self._choice, self.text_scale):
            return
        self._choice = scheme
        self.text_scale = min(max(text_scale, 0.9), 2.0)
        self._application.setFont(self.font())
        self._refresh(force=True)

    def _refresh(self, *_what: object, force: bool = False) -> None:
        tokens = self._wanted()
        if tokens is self.tokens and self._application.styleSheet() and not force:
            return
        self.tokens = tokens
        self._application.setPalette(_palette(tokens))
        self._application.setStyleSheet(_style_sheet(tokens, self.text_scale))
        self.changed.emit()

    def _wanted(self) -> Tokens:
        named = {"light": LIGHT, "dark": DARK, "high_contrast": HIGH_CONTRAST}
        if self._choice in named:
            return named[self._choice]
        if self._portal.known:
            return DARK if self._portal.dark else LIGHT
        return DARK if self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT

    # --- pieces ---------------------------------------------------------------------------------------------------

    def px(self, size: int) -> int:
        """A text size in pixels at the person's scale."""
        return round(size * self.text_scale)

    def font(self, size: int = 13, weight: QFont.Weight = QFont.Weight.Normal, *, mono: bool = False) -> QFont:
        """The house's type: the system's own on a Mac, ours elsewhere."""
        if mono:
            font = QFont(["SF Mono", "Menlo"] if sys.platform == "darwin" else ["JetBrains Mono", "monospace"])
            font.setFeature(QFont.Tag("calt"), 0)
        else:
            font = QFont() if sys.platform == "darwin" else QFont(["Inter", "sans-serif"])
        font.setPixelSize(self.px(size))
        font.setWeight(weight)
        return font

    def icon(self, name: str, token: str = "text2", size: int = 18) -> QIcon:
        """A line icon in the colour of a token, sharp at every pixel ratio."""
        colour = getattr(self.tokens, token)
        icon = QIcon()
        for ratio in ICON_RATIOS:
            icon.addPixmap(_tinted(name, colour, size, ratio))
        return icon

    def pixmap(self, name: str, token: str = "text2", size: int = 18) -> QPixmap:
        """The same as a pixmap for the screen in use."""
        screen = self._application.primaryScreen()
        return _tinted(name, getattr(self.tokens, token), size, round(screen.devicePixelRatio()) if screen else 1)


def current_theme() -> Theme:
    """The theme that main made."""
    assert _current is not None
    return _current


@cache
def _svg(name: str) -> str:
    return (assets_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _tinted(name: str, colour: str, size: int, ratio: int) -> QPixmap:
    source = _svg(name).replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{STROKE}"')
    pixmap = QPixmap(QSize(size, size) * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.encode())).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@cache
def _load_fonts() -> None:
    if sys.platform != "darwin":
        for file in sorted((assets_folder() / "fonts").glob("*.[ot]tf")):
            QFontDatabase.addApplicationFont(str(file))


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    pairs = {
        role.Window: tokens.bg,
        role.WindowText: tokens.text,
        role.Base: tokens.raised,
        role.AlternateBase: tokens.card,
        role.Text: tokens.text,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.text3,
    }
    palette = QPalette()
    for which, colour in pairs.items():
        palette.setColor(which, QColor(colour))
    return palette


def _style_sheet(tokens: Tokens, text_scale: float) -> str:
    sheet = (Path(__file__).parent / "hearth.qss").read_text(encoding="utf-8")
    dark = QColor(tokens.bg).lightness() < 128
    accent = QColor(tokens.accent)
    extra = {
        "accent_hover": (accent.lighter(112) if dark else accent.lighter(118)).name(),
        "toast_link": "#0B6E5F" if dark else "#5CC7B2",
        "scroll": tokens.control,
        "combo_arrow": (assets_folder() / "icons" / f"combo-arrow-{'dark' if dark else 'light'}.svg").as_posix(),
    }
    for name, value in {**asdict(tokens), **extra}.items():
        sheet = sheet.replace(f"@{name}@", value)
    for size in SIZES:
        sheet = sheet.replace(f"@s{size}@", str(round(size * text_scale)))
    return sheet
