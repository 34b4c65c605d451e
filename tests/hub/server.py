"""A real HTTP server on this computer that speaks the hub's API and can be told to go wrong.

It serves folders on disk as repositories: large files (and all safetensors) live on a second origin to which the hub
redirects, as on the real one; both origins keep a log of what they were asked, headers included.

    with LoopbackHub() as hub:
        hub.add_repository("maker/model", folder)
        hub.faults.add(Fault(Kind.CUT, after_bytes=100_000))
        DownloadService(paths, on_event, token=lambda: None, endpoint=hub.endpoint)
"""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.hub.bodies import Pace
from tests.hub.faults import Faults
from tests.hub.handlers import Asked
from tests.hub.origins import HubHandler, StoreHandler
from tests.hub.repositories import HubFile, Repository, read_repository


@dataclass
class LoopbackHub:
    """Start with ``with``; ``endpoint`` is what HF_ENDPOINT would be.

    ``tokens`` maps each valid token to whether its owner accepted the terms of gated models. ``rate_bytes_per_s``
    slows every answer's body down, ``total_rate_bytes_per_s`` all of them together; both may be changed while the
    hub runs. With ``connection_limit`` the store resets every connection beyond that many at once.
    """

    rate_bytes_per_s: float | None = None
    total_rate_bytes_per_s: float | None = None
    connection_limit: int | None = None
    page_entries: int = 1000
    tokens: dict[str, bool] = field(default_factory=lambda: {"hf_granted": True, "hf_stranger": False})
    faults: Faults = field(default_factory=Faults)
    requests: list[Asked] = field(default_factory=list)
    repositories: dict[str, Repository] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    refused_connections: int = 0

    def __enter__(self) -> LoopbackHub:
        self._ports = (0, 0)
        self.come_back()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if not self.closing.is_set():
            self.go_down()

    def come_back(self) -> None:
        """Listen, on the same ports as before."""
        self.closing = threading.Event()
        self._hub = OriginServer(self, "hub", HubHandler, self._ports[0])
        self._store = OriginServer(self, "store", StoreHandler, self._ports[1])
        self._ports = (self._hub.server_port, self._store.server_port)

    def go_down(self) -> None:
        """Cut all connections and listen no more: who connects now is refused."""
        self.closing.set()
        for server in (self._hub, self._store):
            server.end()

    @property
    def endpoint(self) -> str:
        """The hub's address."""
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def store_endpoint(self) -> str:
        """The address of the second origin, where large files are."""
        return f"http://127.0.0.1:{self._ports[1]}"

    def rates(self) -> tuple[float | None, float | None]:
        """The rates in force: of each answer, of all together."""
        return self.rate_bytes_per_s, self.total_rate_bytes_per_s

    def add_repository(self, name: str, folder: Path, *, gated: bool = False) -> Repository:
        """Serve ``folder`` as ``name``. Call it again after the files changed: that is a new commit."""
        repository = read_repository(name, folder, gated=gated)
        self.repositories[name] = repository
        return repository

    def asked(self, origin: str = "", part_of_path: str = "") -> list[Asked]:
        """The requests so far to one origin ("hub" or "store"), in order."""
        return [a for a in self.requests if origin in ("", a.origin) and part_of_path in a.path]

    @property
    def sent_bytes(self) -> int:
        """Bytes of files that left, from both origins."""
        return sum(asked.sent_bytes for asked in self.requests if not asked.path.startswith("/api/"))

    def blob(self, sha256: str) -> HubFile | None:
        """A large file by its hash."""
        for repository in list(self.repositories.values()):
            for file in repository.files.values():
                if file.sha256 and file.sha256 == sha256:
                    return file
        return None


class OriginServer(ThreadingHTTPServer):
    """One listening port with its threads."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, hub: LoopbackHub, origin: str, handler: type[BaseHTTPRequestHandler], port: int) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.hub = hub
        self.origin = origin
        self._open: dict[socket.socket, threading.Thread] = {}
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name=f"loopback-{origin}")
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name=f"loopback-{self.origin}-answers"
        )
        with self._open_lock:
            limit = self.hub.connection_limit if self.origin == "store" else None
            refused = limit is not None and len(self._open) >= limit
            if not refused:
                self._open[request] = thread
        if refused:
            self.hub.refused_connections += 1
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.close()
            return
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about."""

    def end(self) -> None:
        """Stop listening, cut all connections, join all threads."""
        self.shutdown()
        self._thread.join()
        with self._open_lock:
            threads = list(self._open.values())
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        for thread in threads:
            thread.join()
        self.server_close()
