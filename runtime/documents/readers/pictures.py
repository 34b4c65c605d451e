"""Pictures: photographs of pages, scans, screenshots. Their words come by recognition, on request."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Sequence
from typing import Any

from runtime.documents.reader_messages import Box
from runtime.documents.readers.outcomes import Damaged, TooLarge, Unsupported
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import Source
from runtime.documents.reading import DocumentFacts

_KINDS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF")
# What opens the photographs of telephones: libheif with a decoder alone (LGPL); the fuller package brings GPL parts.
_PHOTOGRAPHS, _PHOTOGRAPH_KIND = "pi_heif", "HEIF"
_POINTS_AN_INCH = 72.0
_USUAL_DPI = 200.0
# A sheet at 300 dots an inch; the camera's further dots cost seconds and show no further letters.
_MOST_DOTS_A_SIDE = 3_600


def reads_photographs() -> bool:
    """Whether HEIC can be opened here."""
    return importlib.util.find_spec(_PHOTOGRAPHS) is not None


def read_photograph(source: Source, out: Sink) -> None:
    """A photograph in HEIC, as telephones take it: one page. Raises Unsupported("heic") where nothing opens it."""
    if not reads_photographs():
        raise Unsupported("heic")
    # One thread: the whole process gets little of the computer. Small pictures beside the large one are not wanted.
    importlib.import_module(_PHOTOGRAPHS).register_heif_opener(thumbnails=False, decode_threads=1)
    read_picture(source, out, (_PHOTOGRAPH_KIND,))


def read_picture(source: Source, out: Sink, kinds: Sequence[str] = _KINDS) -> None:
    """One page for each picture in the file (TIFF may hold several)."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit is looked at before a single pixel is unpacked
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(source.open(), formats=kinds) as picture:
                frames = _frames(picture)
                out.tell(DocumentFacts("picture", pages=frames))
                for frame in range(frames):
                    if out.wants_next:
                        _give_frame(picture, frame, out)
                    else:
                        out.skip()
        except (
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            IndexError,
            KeyError,
            RuntimeError,
        ) as error:
            raise Damaged("picture") from error


def _frames(picture: Any) -> int:
    """A GIF that moves is one picture."""
    return int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1


def _give_frame(picture: Any, frame: int, out: Sink) -> None:
    picture.seek(frame)
    width, height = picture.size
    if width * height > out.limits.pixels:
        raise TooLarge("pixels")
    picture.load()
    dpi = _resolution(picture)
    view = PictureView(picture, dpi)
    scale = _POINTS_AN_INCH / dpi
    out.page([], width=width * scale, height=height * scale, picture=True, view=view)


def _resolution(picture: Any) -> float:
    try:
        dpi = float(picture.info.get("dpi", (_USUAL_DPI,))[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return _USUAL_DPI
    # 72 is what programs write that know nothing.
    return dpi if 90 <= dpi <= 2400 else _USUAL_DPI


class PictureView:
    """One picture as a page."""

    def __init__(self, picture: Any, dpi: float) -> None:
        self._picture = picture
        self._dpi = dpi

    def draw(self, width_px: int) -> Any:
        """The picture, so wide."""
        picture = _on_paper(_upright(self._picture))
        height_px = max(1, round(width_px * picture.height / max(1, picture.width)))
        return picture.convert("RGB").resize((width_px, height_px))

    def at_resolution(self, dots_per_inch: int) -> tuple[Any, float]:
        """The picture as it is, if it is no larger than recognition has use for."""
        picture = _on_paper(_upright(self._picture)).convert("L")
        scale = min(1.0, _MOST_DOTS_A_SIDE / max(picture.size))
        if scale < 1.0:
            picture = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
        return picture, scale * self._dpi / _POINTS_AN_INCH

    def locate(self, text: str, words: Sequence[tuple[int, int]] = ()) -> tuple[Box, ...]:
        """A picture has no text of its own."""
        return ()


def _upright(picture: Any) -> Any:
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)


def _on_paper(picture: Any) -> Any:
    """What is transparent is white: black letters on nothing would be black on black."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture
    paper = Image.new("RGB", picture.size, "white")
    seen = picture.convert("RGBA")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper
