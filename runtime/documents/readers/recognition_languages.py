"""Which of its languages the recogniser is asked for: the document's own, else the one this computer speaks."""

from __future__ import annotations

import locale
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# ISO 639-1 to the names that Tesseract's data goes by. Where two scripts are in use, the wider one comes first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "ar": ("ara",), "bg": ("bul",), "bn": ("ben",), "ca": ("cat",), "cs": ("ces",), "da": ("dan",), "de": ("deu",),
    "el": ("ell",), "en": ("eng",), "es": ("spa",), "et": ("est",), "eu": ("eus",), "fa": ("fas",), "fi": ("fin",),
    "fr": ("fra",), "ga": ("gle",), "gl": ("glg",), "gu": ("guj",), "he": ("heb",), "hi": ("hin",), "hr": ("hrv",),
    "hu": ("hun",), "hy": ("hye",), "id": ("ind",), "is": ("isl",), "it": ("ita",), "ja": ("jpn",), "ka": ("kat",),
    "ko": ("kor",), "lt": ("lit",), "lv": ("lav",), "mk": ("mkd",), "ms": ("msa",), "nb": ("nor",), "nl": ("nld",),
    "nn": ("nor",), "no": ("nor",), "pl": ("pol",), "pt": ("por",), "ro": ("ron",), "ru": ("rus",), "sk": ("slk",),
    "sl": ("slv",), "sq": ("sqi",), "sr": ("srp", "srp_latn"), "sv": ("swe",), "ta": ("tam",), "te": ("tel",),
    "th": ("tha",), "tr": ("tur",), "uk": ("ukr",), "ur": ("urd",), "vi": ("vie",), "zh": ("chi_sim", "chi_tra"),
}  # fmt: skip
_TRADITIONAL = ("tw", "hk", "mo", "hant")
_FALLBACK = "eng"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE")


@dataclass(frozen=True)
class ChosenLanguages:
    """``names`` are asked for together, joined by "+" ("" leaves it to the program). ``missing`` is the ISO 639-1 code
    of the language that was wanted and has no data on this computer, ``missing_name`` what its data is called."""

    names: str
    missing: str = ""
    missing_name: str = ""


def chosen_languages(document_language: str, known: Collection[str], system_language: str = "") -> ChosenLanguages:
    """What to ask for. Without other text in the document the computer's language decides, with English beside it:
    letters of its alphabet are in every other's pages."""
    sure = document_language[:2].lower() in _NAMES
    wanted = data_names(document_language if sure else system_language)
    here = [name for name in wanted if name in known][:1]
    lacking = wanted[0] if wanted and not here else ""
    if _FALLBACK in known and (not here or (not sure and _FALLBACK not in here)):
        here.append(_FALLBACK)
    if not here:
        here = sorted(name for name in known if "_" not in name)[:1]
    code = (document_language if sure else system_language)[:2].lower()
    return ChosenLanguages("+".join(here), code if lacking else "", lacking)


def data_names(language: str) -> tuple[str, ...]:
    """The names of the data for a language ("de", "zh-TW", "pt_BR.UTF-8"), best first; () for one that is not known."""
    code = language[:2].lower()
    names = _NAMES.get(code, ())
    if code == "zh" and any(part in _TRADITIONAL for part in _parts(language)):
        return names[::-1]
    return names


def system_language() -> str:
    """The language of this computer as its settings name it ("de_DE"), "" where they name none."""
    for variable in _VARIABLES:
        said = os.environ.get(variable, "").partition(".")[0]
        if said and said not in ("C", "POSIX"):
            return said
    return locale.getlocale()[0] or ""


def _parts(language: str) -> list[str]:
    return language.partition(".")[0].lower().replace("-", "_").split("_")[1:]
