"""What the app and its reading process say to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from runtime.documents.limits import ReadingLimits
from runtime.documents.prepared import DocumentWords, PreparedPage, PreparedPassage
from runtime.documents.reading import DocumentFacts, Page, ReadingEnd
from runtime.wire import Codec, Hello

Scalar = str | int | float | bool | None
Box = tuple[float, float, float, float]
Places = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Order:
    """What every order has. ``path`` is the file's name in the system's own bytes; the password travels in this
    message alone: never in arguments or the environment."""

    order_id: int
    path: bytes
    password: str = field(default="", repr=False)
    limits: ReadingLimits = field(default_factory=ReadingLimits)


@dataclass(frozen=True)
class ReadFile(Order):
    """Read the whole file."""


@dataclass(frozen=True)
class PrepareFile(Order):
    """Read the whole file, and make its pages ready for the index."""


@dataclass(frozen=True)
class RecognisePages(Order):
    """Read the words in the pictures of these pages; all picture pages without numbers. ``languages`` as the
    recogniser names them ("eng+deu"), "" for its own choice."""

    numbers: tuple[int, ...] = ()
    languages: str = ""
    dots_per_inch: int = 200


@dataclass(frozen=True)
class RenderPage(Order):
    """Draw one page, so wide."""

    number: int = 1
    width_px: int = 800


@dataclass(frozen=True)
class LocateText(Order):
    """Say where on the page this text stands; with ``words``, where these of its characters (start, end) do."""

    number: int = 1
    text: str = ""
    words: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class FactsFound:
    """What is known of the file, as soon as it is; later ones replace earlier ones."""

    order_id: int
    facts: DocumentFacts


@dataclass(frozen=True)
class PagesRead:
    """Some more pages, in order."""

    order_id: int
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class PagesPrepared:
    """Some more pages, in order, and passages: of these pages, or more of the last page before. ``words`` are those of
    the whole document as far as it was known then, None for as before."""

    order_id: int
    pages: tuple[PreparedPage, ...]
    passages: tuple[PreparedPassage, ...]
    words: DocumentWords | None = None


@dataclass(frozen=True)
class PageDrawn:
    """A page as a PNG picture."""

    order_id: int
    width_px: int
    height_px: int
    png: bytes


@dataclass(frozen=True)
class TextLocated:
    """Left, bottom, right, top in points of the page, one for each line; none where the words were not found."""

    order_id: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class OrderEnded:
    """The last message of every order. ``picture_pages`` are the numbers of pages that only show something."""

    order_id: int
    end: ReadingEnd
    facts: DocumentFacts
    pages_read: int = 0
    picture_pages: tuple[int, ...] = ()
    parameters: dict[str, Scalar] = field(default_factory=dict)


AnyOrder = ReadFile | PrepareFile | RecognisePages | RenderPage | LocateText
Reply = FactsFound | PagesRead | PagesPrepared | PageDrawn | TextLocated | OrderEnded
CODEC = Codec(
    Hello, ReadFile, PrepareFile, RecognisePages, RenderPage, LocateText, FactsFound, PagesRead, PagesPrepared,
    PageDrawn, TextLocated, OrderEnded,
)  # fmt: skip
