"""The bytes of a model's files over HTTP: one connection, one answer at a time, into a stretch of a file as they come.

Files that the hub keeps in Xet are fetched this way too, by ranges: hf-xet checks no content, begins anew in each
run, reports home, and asks a host that no mirror covers (measured; the hub serves the same bytes over plain HTTP).

httpx2 does connections, TLS, proxies and the system's trust store. Its reading of bodies is the brake (in its blocks of
64 KiB half as fast as curl on a loopback), so it is told to read 1 MiB at once, and plain bodies are read beside it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from runtime.cancel import Cancelled
from runtime.downloads.answers import check_fits, check_listed, check_success, is_hub, next_url
from runtime.downloads.hub import Source
from runtime.downloads.limiter import Limiter
from runtime.downloads.part import Sink
from runtime.downloads.patience import Patience, Setbacks, Transient
from runtime.errors import HubNotUnderstood, HubUnreachable

if TYPE_CHECKING:
    import httpx2

MAX_REDIRECTS = 5
BLOCK_BYTES = 1024 * 1024
SMALLEST_BUFFER_BYTES = 32 * 1024
LARGEST_BUFFER_BYTES = 4 * 1024 * 1024
_NO_LONGER_GOOD = (400, 401, 403, 404, 410)


class Superfluous(Exception):
    """The answer brings a whole file where a piece was asked for, and another connection takes care of that."""


class Onward(Protocol):
    """Decides what becomes of an answer that brings the whole file where a piece was asked for."""

    def begins(self) -> None:
        """Such an answer begins. Raises Superfluous when it is not wanted."""

    def after(self, position: int) -> Sink | None:
        """Where the bytes from a place on go; None when no more are wanted."""


class Transfer:
    """What all connections of one commit share: where files were found, their tags, the limit. Any thread."""

    def __init__(self, source: Source, commit: str, patience: Patience, limiter: Limiter, setbacks: Setbacks) -> None:
        import httpcore2
        import httpx2

        httpcore2.HTTP11Connection.READ_NUM_BYTES = BLOCK_BYTES
        self.source = source
        self.commit = commit
        self.patience = patience
        self.limiter = limiter
        self.setbacks = setbacks
        self.trust: ssl.SSLContext = httpx2.create_ssl_context()
        self.locations: dict[str, str] = {}
        self.entity_tags: dict[str, str] = {}
        self.refused_whole: set[str] = set()
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    def borrow(self, *, fresh: bool = False) -> Connection:
        """A connection that nobody uses; ``fresh``: one that was never used."""
        with self._lock:
            return Connection(self) if fresh or not self._idle else self._idle.pop()

    def give_back(self, connection: Connection) -> None:
        """Done with it; it may be used again."""
        with self._lock:
            self._idle.append(connection)

    def close(self) -> None:
        """Drop the connections that nobody uses."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()


class Connection:
    """One connection to the hub and one to where it redirects. One thread uses it; any thread may abort it.

    ``moved_at`` is when it last moved, on the clock of the job's :class:`Setbacks`.
    """

    def __init__(self, shared: Transfer) -> None:
        import httpx2

        self._shared = shared
        self._source = shared.source
        self.moved_at = shared.setbacks.now()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._stop = threading.Event()
        self._limit = 0
        self._buffer = memoryview(bytearray(BLOCK_BYTES))
        limits = httpx2.Timeout(shared.patience.stall_s, connect=shared.patience.connect_s)
        self._client = httpx2.Client(
            timeout=limits,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            verify=shared.trust,
        )

    def abort(self) -> None:
        """Cut it now: whoever reads from it is woken with a failure."""
        with self._lock:
            for connected in self._sockets:
                with contextlib.suppress(OSError):
                    # Not SSLSocket.shutdown, which forgets the encryption under the reading thread.
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)

    def close(self) -> None:
        """By the thread that uses it."""
        self._client.close()

    def fetch(
        self,
        sink: Sink,
        arrived: Callable[[int], None],
        onward: Onward,
        stop: threading.Event,
    ) -> None:
        """One attempt to fill ``sink``; what arrived before a failure stays in it.

        ``arrived`` is told each count of new bytes; ``onward`` is asked where the hub sends more than the sink takes.

        Raises:
            Transient: the connection ended, stalled, or brought something else than these bytes.
            TokenRequired, TokenRejected, AccessNotGranted, RepositoryNotFound: the hub says no.
            ContentMismatch: the hub names another hash or size than it listed.
            Superfluous: from ``onward``. Cancelled: ``stop`` was set. OSError: the disk refuses.
        """
        import httpx2

        self._stop = stop
        try:
            with self._open(sink, stop) as response:
                self._read(sink, response, arrived, onward, stop)
        except (httpx2.RequestError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise Transient(HubUnreachable(self._source.host, type(error).__name__)) from error

    def _read(
        self,
        sink: Sink,
        response: httpx2.Response,
        arrived: Callable[[int], None],
        onward: Onward,
        stop: threading.Event,
    ) -> None:
        position, whole = self._check_fits(sink, response)
        if whole and (sink.position or sink.end < sink.file.size_bytes):
            onward.begins()
        current: Sink | None = sink
        for block in self._blocks(response):
            self._moved(stop)
            view = memoryview(block)
            while view and current is not None:
                skipped = min(len(view), current.position - position)
                count = current.write(view[skipped:]) if skipped < len(view) else 0
                view = view[skipped + count :]
                position += skipped + count
                if count:
                    arrived(count)
                if current.position >= current.end:
                    current = onward.after(position) if whole else None
            if current is None and (whole or "Content-Length" not in response.headers):
                return  # what else comes is not asked for
            self._keep_limit(len(block), stop)
        if current is not None and current.position < current.end:
            raise Transient(HubUnreachable(self._source.host, "the connection ended early"))

    def _blocks(self, response: httpx2.Response) -> Iterator[bytes | memoryview]:
        """The body as it comes. Without encryption it is read from the socket itself: what httpx2 does to each block
        (four copies in Python's lock) costs more than hashing it. Such a connection is not used again."""
        blocks = response.iter_raw()
        length = response.headers.get("Content-Length", "")
        connected = response.extensions["network_stream"].get_extra_info("socket")
        if not length.isdigit() or isinstance(connected, ssl.SSLSocket) or urlsplit(str(response.url)).scheme != "http":
            yield from blocks
            return
        came = next(blocks, b"")  # with the headers
        yield came
        left_bytes = int(length) - len(came)
        if not left_bytes:
            yield from blocks  # so that the connection may be used again
        while left_bytes and (block := self._received(connected, left_bytes)):
            yield block
            left_bytes -= len(block)

    def _received(self, connected: socket.socket, left_bytes: int) -> memoryview:
        try:
            connected.settimeout(self._shared.patience.stall_s)
            return self._buffer[: connected.recv_into(self._buffer[: min(left_bytes, BLOCK_BYTES)])]
        except OSError as error:
            raise Transient(HubUnreachable(self._source.host, type(error).__name__)) from error

    def _moved(self, stop: threading.Event) -> None:
        self.moved_at = self._shared.setbacks.now()
        if stop.is_set():
            raise Cancelled

    def _keep_limit(self, count_bytes: int, stop: threading.Event) -> None:
        limiter = self._shared.limiter
        self._fit_buffers()
        limiter.pay(count_bytes)
        while (left_s := limiter.owed_s()) > 0:
            stop.wait(min(left_s, 0.1))
            self._moved(stop)

    # --- asking ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _open(self, sink: Sink, stop: threading.Event) -> Iterator[httpx2.Response]:
        """Follow redirects by hand: the token goes to the hub's own origin and never further."""
        source, file = self._source, sink.file
        at_hub = f"{source.endpoint}/{source.repository}/resolve/{self._shared.commit}/{quote(file.path)}"
        remembered = self._shared.locations.get(file.path)
        url = remembered or at_hub
        for _ in range(MAX_REDIRECTS + 1):
            self._moved(stop)
            extensions: dict[str, Any] = {"trace": self._notice_socket}
            headers = self._headers(sink, url)
            request = self._client.build_request("GET", url, headers=headers, extensions=extensions)
            response = self._client.send(request, stream=True)
            try:
                self._moved(stop)
                if response.is_redirect:
                    check_listed(source, file, response)
                    url = next_url(source, url, response.headers.get("Location", ""))
                    continue
                if url == remembered and response.status_code in _NO_LONGER_GOOD:
                    self._shared.locations.pop(file.path, None)
                    url, remembered = at_hub, None
                    continue
                check_success(source, url, response)
                if not is_hub(self._source, url):
                    self._shared.locations[file.path] = url
                yield response
                return
            finally:
                response.close()
        raise Transient(HubNotUnderstood(source.host))

    def _notice_socket(self, event: str, info: dict[str, Any]) -> None:
        if not event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            return
        connected = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets = [known for known in self._sockets if known.fileno() >= 0] + [connected]
        if self._stop.is_set():
            self.abort()
        self._limit = 0
        self._fit_buffers()

    def _fit_buffers(self) -> None:
        """What waits in the system's buffers is lost in a kill, and a reader that a limit slows would have megabytes
        there."""
        limit = self._shared.limiter.bytes_per_s
        if limit == self._limit:
            return
        self._limit = limit
        size_bytes = max(SMALLEST_BUFFER_BYTES, min(BLOCK_BYTES, limit // 16)) if limit else LARGEST_BUFFER_BYTES
        with self._lock:
            for connected in self._sockets:
                with contextlib.suppress(OSError):
                    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size_bytes)

    def _headers(self, sink: Sink, url: str) -> dict[str, str]:
        headers = {}
        if self._source.token and is_hub(self._source, url):
            headers["Authorization"] = f"Bearer {self._source.token}"
        if sink.position or sink.end < sink.file.size_bytes:
            last = str(sink.end - 1) if sink.end < sink.file.size_bytes else ""
            headers["Range"] = f"bytes={sink.position}-{last}"
        tag = self._shared.entity_tags.get(url.partition("?")[0])
        if sink.position and tag:
            headers["If-Range"] = tag
        return headers

    def _check_fits(self, sink: Sink, response: httpx2.Response) -> tuple[int, bool]:
        """As :func:`check_fits`, with what earlier answers from the same place were like."""
        first_byte, whole = check_fits(self._source, sink, response)
        place = str(response.url).partition("?")[0]
        if whole and sink.position and place not in self._shared.refused_whole:
            # Once this may be an odd answer, or a tag that changed; a host that always does it is listened to.
            self._shared.refused_whole.add(place)
            self._shared.entity_tags.pop(place, None)
            raise Transient(HubNotUnderstood(self._source.host))
        tag = response.headers.get("ETag", "")
        if tag and not tag.startswith("W/"):
            self._shared.entity_tags[place] = tag
        return first_byte, whole
