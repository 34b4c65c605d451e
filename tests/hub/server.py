"""A real HTTP server on this computer that speaks the hub's API and can be told to go wrong.

It serves folders on disk as repositories: large files (and all safetensors) live on a second origin to which the hub
redirects, as on the real one; both origins keep a log of what they were asked, headers included.

    with LoopbackHub() as hub:
        hub.add_repository("maker/model", folder)
        hub.faults.add(Fault(Kind.CUT, after_bytes=100_000))
        DownloadService(paths, on_event, token=lambda: None, endpoint=hub.endpoint)
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.hub.faults import Fault, Faults, Kind, Place
from tests.hub.repositories import HubFile, Repository, read_repository

CHUNK_BYTES = 16 * 1024
PAGE = b"<!doctype html><html><body>Welcome to the hotel network. Please log in.</body></html>"


@dataclass
class Asked:
    """One request as it arrived, and the bytes of body that went out for it."""

    origin: str
    method: str
    path: str
    headers: dict[str, str]
    sent_bytes: int = 0


@dataclass
class LoopbackHub:
    """Start with ``with``; ``endpoint`` is what HF_ENDPOINT would be.

    ``tokens`` maps each valid token to whether its owner accepted the terms of gated models. ``rate_bytes_per_s``
    slows every answer's body down; it may be changed while the hub runs.
    """

    rate_bytes_per_s: float | None = None
    page_entries: int = 1000
    tokens: dict[str, bool] = field(default_factory=lambda: {"hf_granted": True, "hf_stranger": False})
    faults: Faults = field(default_factory=Faults)
    requests: list[Asked] = field(default_factory=list)
    repositories: dict[str, Repository] = field(default_factory=dict)

    def __enter__(self) -> LoopbackHub:
        self.closing = threading.Event()
        self._hub = _Server(self, "hub", _HubHandler)
        self._store = _Server(self, "store", _StoreHandler)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.closing.set()
        for server in (self._hub, self._store):
            server.end()

    @property
    def endpoint(self) -> str:
        """The hub's address."""
        return f"http://127.0.0.1:{self._hub.server_port}"

    @property
    def store_endpoint(self) -> str:
        """The address of the second origin, where large files are."""
        return f"http://127.0.0.1:{self._store.server_port}"

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
                if file.sha256 == sha256:
                    return file
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, hub: LoopbackHub, origin: str, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.hub = hub
        self.origin = origin
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name=f"loopback-{origin}")
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about."""

    def end(self) -> None:
        """Stop listening, cut all connections, join all threads."""
        self.shutdown()
        self._thread.join()
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    @property
    def hub(self) -> LoopbackHub:
        return self.server.hub

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: ``hub.requests`` is the log."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.server.origin, self.command, self.path, headers)
        self.hub.requests.append(self.asked)
        self.route(unquote(urlsplit(self.path).path).strip("/"))

    def route(self, path: str) -> None:
        raise NotImplementedError

    # --- answers ------------------------------------------------------------------------------------------------

    def struck_by(self, fault: Fault | None) -> bool:
        """Answer with the fault if it replaces the whole answer."""
        if fault is None:
            return False
        if fault.kind is Kind.STATUS:
            self.refuse(fault.status, extra={"Retry-After": fault.retry_after} if fault.retry_after else {})
        elif fault.kind is Kind.GONE:
            self.refuse(404, "EntryNotFound")
        elif fault.kind is Kind.HTML:
            self.answer(PAGE, "text/html")
        elif fault.kind is Kind.GARBAGE:
            self.answer(b'{"sha": "', "application/json")
        elif fault.kind is Kind.REFUSE:
            self.hang_up(reset=True)
        elif fault.kind is Kind.STALL and fault.place in (Place.API, Place.RESOLVE):
            self.stall()
        else:
            return False
        return True

    def answer(self, body: bytes, content_type: str, status: int = 200, extra: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str = "", message: str = "", extra: dict[str, str] | None = None) -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": message, **(extra or {})}
        body = json.dumps({"error": message or code}).encode()
        self.answer(body, "application/json", status, {name: value for name, value in headers.items() if value})

    def hang_up(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def stall(self) -> None:
        self.close_connection = True
        self.hub.closing.wait(120)

    # --- bytes --------------------------------------------------------------------------------------------------

    def send_file(self, file: HubFile, headers: dict[str, str], fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        asked_from, asked_to = _asked_range(self.asked.headers.get("range", ""), file.size_bytes)
        if asked_from is not None and asked_from >= file.size_bytes:
            self.answer(b"", "text/plain", 416, {"Content-Range": f"bytes */{file.size_bytes}"})
            return
        condition = self.asked.headers.get("if-range")
        if kind is Kind.IGNORE_RANGE or (condition and condition != headers.get("ETag")):
            asked_from, asked_to = None, file.size_bytes - 1
        start = asked_from or 0
        shown = start
        if kind in (Kind.WRONG_OFFSET, Kind.LYING_OFFSET) and start:
            start = max(0, start - 1000)
            shown = start if kind is Kind.WRONG_OFFSET else shown
        length = asked_to + 1 - shown
        length += {Kind.SHORT: -1, Kind.LONG: 7}.get(kind, 0) if kind else 0
        self.send_response(200 if asked_from is None else 206)
        for name, value in headers.items():
            self.send_header(name, value)
        if asked_from is not None:
            self.send_header("Content-Range", f"bytes {shown}-{asked_to}/{file.size_bytes}")
        if kind is Kind.NO_LENGTH:
            self.close_connection = True
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(file, start, length, fault)

    def _send_body(self, file: HubFile, start: int, length: int, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        breaks = kind in (Kind.CUT, Kind.RESET, Kind.STALL) or (kind is Kind.NO_LENGTH and fault and fault.after_bytes)
        limit = min(length, fault.after_bytes) if fault and breaks else length
        sent = 0
        begun = time.monotonic()
        with file.source.open("rb") as stream:
            stream.seek(start)
            while sent < limit and not self.hub.closing.is_set():
                data = bytearray(stream.read(min(CHUNK_BYTES, limit - sent)) or b"\0" * min(CHUNK_BYTES, limit - sent))
                position = start + sent
                if kind is Kind.ZEROS:
                    data = bytearray(len(data))
                elif fault and kind is Kind.CORRUPT and position <= fault.after_bytes < position + len(data):
                    data[fault.after_bytes - position] ^= 1
                self.connection.sendall(data)
                sent += len(data)
                self.asked.sent_bytes = sent
                self._keep_rate(begun, sent)
        if kind is Kind.STALL:
            self.stall()
        elif kind in (Kind.CUT, Kind.RESET):
            self.hang_up(reset=kind is Kind.RESET)

    def _keep_rate(self, begun: float, sent: int) -> None:
        rate = self.hub.rate_bytes_per_s
        if rate:
            self.hub.closing.wait(max(0.0, begun + sent / rate - time.monotonic()))


class _HubHandler(_Handler):
    """The first origin: API, small files, redirects to large ones."""

    def route(self, path: str) -> None:
        parts = path.split("/")
        if parts[:2] == ["api", "whoami-v2"]:
            self._whoami()
        elif parts[:2] == ["api", "models"] and len(parts) >= 4:
            if not self.struck_by(self.hub.faults.take((Place.API,), path, resumed=False)):
                self._api("/".join(parts[2:4]), parts[4:])
        elif len(parts) >= 5 and parts[2] == "resolve":
            self._resolve("/".join(parts[:2]), parts[3], "/".join(parts[4:]))
        else:
            self.refuse(404)

    @property
    def _token(self) -> str:
        return self.asked.headers.get("authorization", "").removeprefix("Bearer ").strip()

    def _whoami(self) -> None:
        if self._token in self.hub.tokens:
            self.answer(json.dumps({"name": "somebody", "type": "user"}).encode(), "application/json")
        else:
            self.refuse(401, message="Invalid credentials in Authorization header")

    def _found(self, name: str, revision: str) -> Repository | None:
        """The repository, or None after the refusal was sent."""
        if self._token and self._token not in self.hub.tokens:
            self.refuse(401, message="Invalid credentials in Authorization header")
            return None
        repository = self.hub.repositories.get(name)
        if repository is None and self._token:
            self.refuse(404, "RepoNotFound", "Repository not found")
        elif repository is None:
            self.refuse(401, message="Invalid username or password.")
        elif revision not in ("main", repository.commit):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return None
        return repository

    def _api(self, name: str, rest: list[str]) -> None:
        revision = unquote(rest[1]) if len(rest) > 1 else "main"
        repository = self._found(name, revision)
        if repository is None:
            return
        if rest[:1] == ["tree"]:
            self._tree(repository, "/".join(rest[2:]))
            return
        siblings = [{"rfilename": path} for path in sorted(repository.files)]
        info = {"id": name, "modelId": name, "sha": repository.commit, "siblings": siblings, "tags": [], "downloads": 1}
        gated: str | bool = "manual" if repository.gated else False
        body = json.dumps({**info, "_id": "0" * 24, "private": False, "gated": gated}).encode()
        self.answer(body, "application/json")

    def _tree(self, repository: Repository, folder: str) -> None:
        query = parse_qs(urlsplit(self.path).query)
        recursive = query.get("recursive", ["false"])[0].lower() in ("true", "1")
        entries = repository.entries(folder, recursive=recursive)
        first = int(query.get("cursor", ["0"])[0])
        after = first + self.hub.page_entries
        extra = {}
        if after < len(entries):
            url = f"{self.hub.endpoint}{urlsplit(self.path).path}?recursive={recursive}&cursor={after}"
            extra["Link"] = f'<{url}>; rel="next"'
        self.answer(json.dumps(entries[first:after]).encode(), "application/json", extra=extra)

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repository = self._found(name, revision)
        if repository is None or self._closed_to_stranger(repository):
            return
        file = repository.files.get(path)
        if file is None:
            self.refuse(404, "EntryNotFound", "Entry not found")
            return
        places = (Place.RESOLVE,) if file.sha256 else (Place.RESOLVE, Place.BYTES)
        fault = self.hub.faults.take(places, path, resumed="range" in self.asked.headers)
        if self.struck_by(fault):
            return
        headers = {"X-Repo-Commit": repository.commit}
        tag = file.sha256 or file.blob_id
        if fault and fault.kind is Kind.OTHER_ETAG:
            tag = "0" * len(tag)
        if not file.sha256:
            self.send_file(file, {**headers, "ETag": f'"{tag}"'}, fault)
            return
        headers |= {"X-Linked-Etag": f'"{tag}"', "X-Linked-Size": str(file.size_bytes)}
        location = f"{self.hub.store_endpoint}/{file.sha256}/{quote(path)}?signature={time.monotonic_ns()}"
        self.answer(b"", "text/plain", 302, {**headers, "Location": location})

    def _closed_to_stranger(self, repository: Repository) -> bool:
        if not repository.gated or self.hub.tokens.get(self._token):
            return False
        self.refuse(403 if self._token else 401, "GatedRepo", "Access to this model is restricted")
        return True


class _StoreHandler(_Handler):
    """The second origin: large files by their hash, as a content delivery network would."""

    def route(self, path: str) -> None:
        sha256, _, name = path.partition("/")
        file = self.hub.blob(sha256)
        if file is None:
            self.refuse(404)
            return
        places = (Place.STORE, Place.BYTES)
        fault = self.hub.faults.take(places, name, resumed="range" in self.asked.headers)
        if self.struck_by(fault):
            return
        tag = "changed" if fault and fault.kind is Kind.OTHER_ETAG else sha256
        self.send_file(file, {"ETag": f'"{tag}"'}, fault)


def _asked_range(header: str, size_bytes: int) -> tuple[int | None, int]:
    """The first byte asked for (None: no range) and the last."""
    unit, _, span = header.partition("=")
    first, _, last = span.partition("-")
    if unit != "bytes" or not first.isdigit():
        return None, size_bytes - 1
    return int(first), min(int(last), size_bytes - 1) if last.isdigit() else size_bytes - 1
