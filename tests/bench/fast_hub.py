"""A hub that is never the brake: ``python -m tests.bench.fast_hub FOLDER NAME``, a process of its own.

It speaks as much of the hub's API as a download asks for, redirects large files to a second port as the real one does,
and has the system send the files (sendfile). It prints its address and ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from tests.hub.repositories import HubFile, Repository, read_repository

_RANGE = re.compile(rb"(?im)^range: *bytes=(\d+)-(\d*)\r?$")
SENDFILE_BYTES = 4 * 1024 * 1024


class FastHub:
    """The hub as its users see it: started with ``with``, in a process of its own. ``endpoint`` is its address."""

    def __init__(self, folder: Path, name: str) -> None:
        self._command = [sys.executable, "-m", "tests.bench.fast_hub", str(folder), name]

    def __enter__(self) -> FastHub:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline())
        self.endpoint: str = said["endpoint"]
        self.commit: str = said["commit"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._process.communicate()


def _port(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


class _Serving:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._hub = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._store = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.endpoint = f"http://127.0.0.1:{_port(self._hub)}"
        for listener in (self._hub, self._store):
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection, listener is self._hub), daemon=True).start()

    def _serve(self, connection: socket.socket, at_hub: bool) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = b""
        try:
            while True:
                while b"\r\n\r\n" not in asked:
                    data = connection.recv(65536)
                    if not data:
                        return
                    asked += data
                head, _, asked = asked.partition(b"\r\n\r\n")
                path = unquote(head.split(b" ")[1].decode().partition("?")[0])
                self._answer(connection, at_hub, path, head)
        except OSError:
            pass
        finally:
            connection.close()

    def _answer(self, connection: socket.socket, at_hub: bool, path: str, head: bytes) -> None:
        file = self._repository.files.get(path.rpartition("/")[2])
        if path.startswith("/api/"):
            self._answer_json(connection, path)
        elif file is None:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif at_hub and file.sha256:
            location = f"http://127.0.0.1:{_port(self._store)}/{file.path}?signature=1"
            linked = f'X-Linked-Etag: "{file.sha256}"\r\nX-Linked-Size: {file.size_bytes}\r\nContent-Length: 0\r\n\r\n'
            connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n{linked}".encode())
        else:
            self._send_file(connection, file, head)

    def _answer_json(self, connection: socket.socket, path: str) -> None:
        repository = self._repository
        found: Any = {"id": repository.name, "sha": repository.commit, "tags": [], "siblings": [], "_id": "0" * 24}
        if "/tree/" in path:
            found = repository.entries("", recursive=False)
        body = json.dumps(found).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    def _send_file(self, connection: socket.socket, file: HubFile, head: bytes) -> None:
        match = _RANGE.search(head)
        first = int(match[1]) if match else 0
        end = int(match[2]) + 1 if match and match[2] else file.size_bytes
        shown = f"Content-Range: bytes {first}-{end - 1}/{file.size_bytes}\r\n" if match else ""
        tag = file.sha256 or file.blob_id
        said = f'HTTP/1.1 {206 if match else 200} OK\r\nContent-Length: {end - first}\r\n{shown}ETag: "{tag}"\r\n\r\n'
        connection.sendall(said.encode())
        with file.source.open("rb") as stream:
            while first < end:
                first += os.sendfile(connection.fileno(), stream.fileno(), first, min(SENDFILE_BYTES, end - first))


def main() -> None:
    """Serve until nobody listens any more."""
    repository = read_repository(sys.argv[2], Path(sys.argv[1]), gated=False)
    serving = _Serving(repository)
    print(json.dumps({"endpoint": serving.endpoint, "commit": repository.commit}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
