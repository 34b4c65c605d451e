"""Documents and collections as the command line names them, and as it tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runtime.api import DocumentService, DocumentView, DocumentViewState
from runtime.errors import CollectionNotThere, DocumentNotIndexed


def is_named(view: DocumentView, paths: Sequence[str]) -> bool:
    """Whether a document is at one of these places, or below it."""
    return any(view.path == place or view.path.startswith(place.rstrip("/") + "/") for place in _places(paths))


def _places(paths: Sequence[str]) -> list[str]:
    from runtime.documents.walking import settled, stored_path

    return [stored_path(settled(path)) for path in paths]


def line_of(view: DocumentView) -> str:
    """A document in one line: state, pages, path."""
    why = f" ({view.reason})" if view.reason else ""
    pages = f"{view.pages_read}" + (f"/{view.pages}" if view.pages is not None else "")
    learning = f" {view.meaning:.0%}" if view.state is DocumentViewState.LEARNING else ""
    state = view.state.value.replace("_", " ") + learning + why
    return f"{state:<26} {pages:>9} pages  {view.path}"


def document_of(view: DocumentView) -> dict[str, Any]:
    """A document for programs."""
    return {
        "document": view.path,
        "state": view.state.value,
        "reason": view.reason,
        "format": view.format,
        "language": view.language,
        "pages": view.pages,
        "pages_read": view.pages_read,
        "pages_without_text": view.pages_without_text,
        "meaning": round(view.meaning, 3),
        "size_bytes": view.size_bytes,
    }


def collection_named(service: DocumentService, name: str | None) -> int | None:
    """A collection by its name or the folder that it follows; None for None. Raises CollectionNotThere."""
    if name is None:
        return None
    found = next((one.id for one in service.collections() if name in (one.name, one.folder)), None)
    if found is None:
        raise CollectionNotThere(name)
    return found


def documents_named(service: DocumentService, paths: Sequence[str] | None) -> list[int] | None:
    """Documents by their paths; None for none. Raises DocumentNotIndexed."""
    if not paths:
        return None
    found = []
    for path in paths:
        view = service.document_at(path)
        if view is None:
            raise DocumentNotIndexed(path)
        found.append(view.id)
    return found
