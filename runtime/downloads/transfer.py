"""The bytes of one file over HTTP: one attempt at a time, from where the part ends, into the part as they come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from runtime.cancel import CancelToken
from runtime.downloads.hub import Source
from runtime.downloads.part import Part
from runtime.downloads.patience import Answer, Patience, Transient, refusal, transient_refusal
from runtime.errors import ContentMismatch, HubNotUnderstood, HubUnreachable

if TYPE_CHECKING:
    import httpx2

MAX_REDIRECTS = 5
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Transfer:
    """One HTTP client for all files of one commit. One thread; close it on that thread."""

    def __init__(self, source: Source, commit: str, patience: Patience, cancel: CancelToken) -> None:
        import httpx2

        self._source = source
        self._commit = commit
        self._cancel = cancel
        self._entity_tags: dict[str, str] = {}
        limits = httpx2.Timeout(patience.stall_s, connect=patience.connect_s)
        self._client = httpx2.Client(timeout=limits, follow_redirects=False, headers={"Accept-Encoding": "identity"})

    def close(self) -> None:
        """Drop the connections."""
        self._client.close()

    def fetch(self, part: Part, on_bytes: Callable[[int], None]) -> None:
        """One attempt to complete ``part``; what arrived before a failure stays in it.

        ``on_bytes`` is told each count of new bytes on disk.

        Raises:
            Transient: the connection ended, stalled, or brought something else than these bytes.
            TokenRequired, TokenRejected, AccessNotGranted, RepositoryNotFound: the hub says no.
            ContentMismatch: the hub names another hash or size than it listed.
        Cancelled; OSError when the disk refuses.
        """
        import httpx2

        try:
            with self._open(part) as response:
                self._check_ours(part, response)
                skip_bytes = part.size_bytes if response.status_code == 200 else 0
                for data in response.iter_raw():
                    self._cancel.check()
                    fresh = data[skip_bytes:]
                    skip_bytes -= min(skip_bytes, len(data))
                    before = part.size_bytes
                    part.write(fresh)
                    on_bytes(part.size_bytes - before)
                    if part.complete:
                        return
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise Transient(HubUnreachable(self._source.host, type(error).__name__)) from error
        if not part.complete:
            raise Transient(HubUnreachable(self._source.host, "the connection ended early"))

    @contextmanager
    def _open(self, part: Part) -> Iterator[httpx2.Response]:
        """Follow redirects by hand: the token goes to the hub's own origin and never further."""
        url = f"{self._source.endpoint}/{self._source.repository}/resolve/{self._commit}/{quote(part.file.path)}"
        for _ in range(MAX_REDIRECTS):
            self._cancel.check()
            request = self._client.build_request("GET", url, headers=self._headers(part, url))
            response = self._client.send(request, stream=True)
            try:
                if response.is_redirect:
                    self._check_listed(part, response)
                    url = self._next_url(url, response.headers.get("Location", ""))
                    continue
                self._raise_refusal(url, response)
                yield response
                return
            finally:
                response.close()
        raise Transient(HubNotUnderstood(self._source.host))

    def _headers(self, part: Part, url: str) -> dict[str, str]:
        headers = {}
        if self._source.token and self._is_hub(url):
            headers["Authorization"] = f"Bearer {self._source.token}"
        if part.size_bytes:
            headers["Range"] = f"bytes={part.size_bytes}-"
            tag = self._entity_tags.get(url.partition("?")[0])
            if tag:
                headers["If-Range"] = tag
        return headers

    def _is_hub(self, url: str) -> bool:
        return _origin(url) == _origin(self._source.endpoint)

    def _next_url(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        allowed = ("https",) if urlsplit(url).scheme == "https" else ("http", "https")
        if not location or urlsplit(target).scheme not in allowed:
            raise Transient(HubNotUnderstood(self._source.host))
        return target

    def _raise_refusal(self, url: str, response: httpx2.Response) -> None:
        if response.status_code in (200, 206):
            return
        answer = Answer(
            response.url.host,
            response.status_code,
            response.headers.get("X-Error-Code", ""),
            response.headers.get("X-Error-Message", ""),
            response.headers.get("Retry-After", ""),
        )
        if self._is_hub(url):
            source = self._source
            raise refusal(answer, source.repository, source.page_url, has_token=bool(source.token))
        # A store of bytes has no say about rights: its 403 is a link that expired, and the hub gives a new one.
        raise transient_refusal(answer)

    def _check_listed(self, part: Part, response: httpx2.Response) -> None:
        """The hub names the hash and size of what it redirects to; if they are not the listed ones, don't go there."""
        kind, _, digest = part.file.digest.partition(":")
        tag = response.headers.get("X-Linked-Etag", "").strip('"').lower()
        size = response.headers.get("X-Linked-Size", "")
        other_hash = kind == "sha256" and re.fullmatch(r"[0-9a-f]{64}", tag) and tag != digest
        if other_hash or (size and size != str(part.file.size_bytes)):
            raise ContentMismatch(self._source.repository, part.file.path)

    def _check_ours(self, part: Part, response: httpx2.Response) -> None:
        """Refuse an answer of another length or offset before one byte of it is kept."""
        headers = response.headers
        first_byte = 0
        if response.status_code == 206:
            match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
            first_byte = int(match[1]) if match else -1
            if match is None or match[3] not in ("*", str(part.file.size_bytes)) or first_byte != part.size_bytes:
                raise Transient(HubNotUnderstood(self._source.host))
        length = headers.get("Content-Length")
        if length is not None and length != str(part.file.size_bytes - first_byte):
            raise Transient(HubNotUnderstood(self._source.host))
        if headers.get("Content-Encoding", "identity") != "identity":
            raise Transient(HubNotUnderstood(self._source.host))
        tag = headers.get("ETag", "")
        if tag and not tag.startswith("W/"):
            self._entity_tags[str(response.url).partition("?")[0]] = tag


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port
