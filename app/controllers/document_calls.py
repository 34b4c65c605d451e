"""What the window asks of the engine's documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from runtime.api import Collection, DocumentsStatus, DocumentView, DrawnPage, Hit, PageText

Edges = tuple[float, float, float, float]


class DocumentCalls(Protocol):
    """The engine's document service, as far as the window uses it. Any thread; some calls block."""

    def start(self) -> None: ...

    def add(self, paths: Sequence[str], collection: int | None = None) -> None: ...

    def watch(self, folder: str) -> int: ...

    def unwatch(self, collection: int) -> None: ...

    def forget(self, document_ids: Iterable[int]) -> None: ...

    def password(self, document_id: int, text: str) -> None: ...

    def read_again(self, document_id: int) -> None: ...

    def recognise(self, document_id: int) -> None: ...

    def documents(self, collection: int | None = None) -> tuple[DocumentView, ...]: ...

    def document(self, document_id: int) -> DocumentView | None: ...

    def collections(self) -> tuple[Collection, ...]: ...

    def status(self) -> DocumentsStatus: ...

    def search(
        self,
        query: str,
        *,
        collection: int | None = None,
        documents: Sequence[int] | None = None,
        limit: int = 20,
        typing: bool = False,
    ) -> tuple[Hit, ...]: ...

    def warm_up(self) -> None: ...

    def page_image(self, document_id: int, page: int, width_px: int) -> DrawnPage: ...

    def passage_boxes(self, document_id: int, page: int, text: str) -> tuple[Edges, ...]: ...

    def word_boxes(
        self, document_id: int, page: int, text: str, words: Sequence[tuple[int, int]]
    ) -> tuple[Edges, ...]: ...

    def page_text(self, document_id: int, page: int) -> PageText | None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


Documents = Callable[[], DocumentCalls]
