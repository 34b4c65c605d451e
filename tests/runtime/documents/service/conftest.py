"""A service in a home of its own, and waiting for what it does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.documents.embedders import RestingEmbedder
from runtime.documents.service import DocumentService
from runtime.documents.views import DocumentView
from runtime.events import Event
from runtime.paths import Paths

PATIENCE_S = 30.0


def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


class House:
    """Makes services of one home, and closes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = Paths.below(folder / "home")
        self.paths.prepare()
        self.files = folder / "files"
        self.files.mkdir()
        self.events: list[Event] = []
        self._open: list[DocumentService] = []

    def write(self, name: str, content: bytes | str) -> str:
        """A file of the person's; its path."""
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def open(
        self, *, start: bool = True, embedder: Callable[[], RestingEmbedder | None] = lambda: None
    ) -> DocumentService:
        """A service, started."""
        service = DocumentService(self.paths, self.events.append, embedder=embedder)
        self._open.append(service)
        if start:
            service.start()
        return service

    def keep(self, service: DocumentService) -> None:
        """Close it with the house."""
        self._open.append(service)

    def read(self, *paths: str, service: DocumentService | None = None) -> DocumentService:
        """A service that has read these files."""
        service = service or self.open()
        service.add(paths)
        assert service.wait(timeout_s=PATIENCE_S)
        return service

    def close(self) -> None:
        for service in self._open:
            service.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def the_one(service: DocumentService, path: str) -> DocumentView:
    """The document of a path."""
    view = service.document_at(path)
    assert view is not None
    return view


def found(service: DocumentService, query: str) -> list[str]:
    """The names of documents that a question finds."""
    return list(dict.fromkeys(hit.name for hit in service.search(query)))
