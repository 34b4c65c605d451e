"""What an answer with a file's bytes must be like before one byte of it is kept, and what it means if it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from runtime.downloads.hub import Source
from runtime.downloads.part import Sink
from runtime.downloads.patience import Answer, Transient, refusal, transient_refusal
from runtime.errors import ContentMismatch, HubNotUnderstood
from runtime.storage.manifest import ManifestFile

if TYPE_CHECKING:
    import httpx2

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address. Raises ValueError."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def is_hub(source: Source, url: str) -> bool:
    """True for an address of the hub's own origin, which alone may see the token."""
    return origin(url) == origin(source.endpoint)


def next_url(source: Source, url: str, location: str) -> str:
    """Where a redirect leads; never from an encrypted to an open connection. Raises Transient."""
    allowed = ("https",) if urlsplit(url).scheme == "https" else ("http", "https")
    try:
        target = urljoin(url, location)
        scheme, host, _ = origin(target)
    except ValueError as error:
        raise Transient(HubNotUnderstood(source.host)) from error
    if not location or not host or scheme not in allowed:
        raise Transient(HubNotUnderstood(source.host))
    return target


def check_success(source: Source, url: str, response: httpx2.Response) -> None:
    """Raise what an answer that is no success means."""
    if response.status_code in (200, 206):
        return
    answer = Answer(
        response.url.host,
        response.status_code,
        response.headers.get("X-Error-Code", ""),
        response.headers.get("X-Error-Message", ""),
        response.headers.get("Retry-After", ""),
    )
    if is_hub(source, url):
        raise refusal(answer, source.repository, source.page_url, has_token=bool(source.token))
    # A store of bytes has no say about rights: its 403 is a link that expired, and the hub gives a new one.
    raise transient_refusal(answer)


def check_listed(source: Source, file: ManifestFile, response: httpx2.Response) -> None:
    """The hub names the hash and size of what it redirects to; if they are not the listed ones, don't go there.

    Raises ContentMismatch.
    """
    kind, _, digest = file.digest.partition(":")
    tag = response.headers.get("X-Linked-Etag", "").strip('"').lower()
    size = response.headers.get("X-Linked-Size", "")
    other_hash = kind == "sha256" and re.fullmatch(r"[0-9a-f]{64}", tag) and tag != digest
    if other_hash or (size and size != str(file.size_bytes)):
        raise ContentMismatch(source.repository, file.path)


def check_fits(source: Source, sink: Sink, response: httpx2.Response) -> tuple[int, bool]:
    """Refuse an answer of another length or offset, or a packed one. Raises Transient.

    Returns the place in the file of its first byte, and whether it is the whole file.
    """
    headers, file = response.headers, sink.file
    first_byte, end, whole = 0, file.size_bytes, response.status_code == 200
    if not whole:
        first_byte, end = sink.position, sink.end
        match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        shown = (int(match[1]), int(match[2]) + 1) if match else None
        if match is None or match[3] not in ("*", str(file.size_bytes)) or shown != (first_byte, end):
            raise Transient(HubNotUnderstood(source.host))
    length = headers.get("Content-Length")
    if length is not None and length != str(end - first_byte):
        raise Transient(HubNotUnderstood(source.host))
    if headers.get("Content-Encoding", "identity") != "identity":
        raise Transient(HubNotUnderstood(source.host))
    return first_byte, whole
