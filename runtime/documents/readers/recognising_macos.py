"""Words in pictures by Apple's Vision, where a Mac has no Tesseract and pyobjc's bridge to it is installed.

Written from Apple's and pyobjc's documentation; it could not be run where it was written.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import sys
from typing import Any

from runtime.documents.readers.outcomes import Damaged
from runtime.documents.reading import Block, BlockKind

VISION = "vision"
# Tesseract's names to Apple's; what is not among them is left to Vision's own choice.
_LANGUAGES = {
    "eng": "en-US", "deu": "de-DE", "fra": "fr-FR", "ita": "it-IT", "spa": "es-ES", "por": "pt-BR", "rus": "ru-RU",
    "ukr": "uk-UA", "chi_sim": "zh-Hans", "chi_tra": "zh-Hant", "jpn": "ja-JP", "kor": "ko-KR", "tha": "th-TH",
    "vie": "vi-VT", "ara": "ar-SA", "ces": "cs-CZ", "dan": "da-DK", "nld": "nl-NL", "nor": "no-NO", "pol": "pl-PL",
    "ron": "ro-RO", "swe": "sv-SE", "tur": "tr-TR",
}  # fmt: skip
VISION_LANGUAGES = tuple(_LANGUAGES)


def has_vision() -> bool:
    """Whether it can be asked."""
    return sys.platform == "darwin" and importlib.util.find_spec("Vision") is not None


def vision_blocks(picture: Any, dots_a_point: float, languages: str) -> tuple[Block, ...]:
    """The lines of a grey picture with their boxes, as Vision orders them. Raises Damaged when it fails."""
    vision: Any = importlib.import_module("Vision")
    foundation: Any = importlib.import_module("Foundation")
    png = io.BytesIO()
    picture.save(png, "PNG", compress_level=1)
    data = foundation.NSData.dataWithBytes_length_(png.getvalue(), len(png.getvalue()))
    request = vision.VNRecognizeTextRequest.alloc().init()
    request.setRecognitionLevel_(vision.VNRequestTextRecognitionLevelAccurate)
    request.setUsesLanguageCorrection_(True)
    wanted = [_LANGUAGES[name] for name in languages.split("+") if name in _LANGUAGES]
    if wanted:
        request.setRecognitionLanguages_(wanted)
    handler = vision.VNImageRequestHandler.alloc().initWithData_options_(data, None)
    done, _error = handler.performRequests_error_([request], None)
    if not done:
        raise Damaged("recognition")
    width, height = picture.width / dots_a_point, picture.height / dots_a_point
    found = []
    for line in request.results() or ():
        best = line.topCandidates_(1)
        if best:
            box = line.boundingBox()
            left, bottom = box.origin.x * width, box.origin.y * height
            edges = (left, bottom, left + box.size.width * width, bottom + box.size.height * height)
            left, bottom, right, top = (round(edge, 1) for edge in edges)
            found.append(Block(BlockKind.PARAGRAPH, str(best[0].string()), box=(left, bottom, right, top)))
    return tuple(found)
