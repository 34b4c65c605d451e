"""Answers of the hub's API, read with limits: what a hostile one could send would fill the memory or never end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from runtime.downloads.patience import Transient
from runtime.errors import HubNotUnderstood

if TYPE_CHECKING:
    import httpx2

LARGEST_ANSWER_BYTES = 16 * 1024 * 1024
LONGEST_ANSWER_S = 120.0
MOST_REQUESTS = 200
MOST_ENTRIES = 20_000


def read_bounded(response: httpx2.Response, host: str) -> httpx2.Response:
    """The same answer with its body read, and closed.

    Packed bodies are refused (we ask for none): a megabyte of one may hold a gigabyte. Raises Transient when it is
    packed, too long or takes too long, and what httpx2 raises.
    """
    import httpx2

    try:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Transient(HubNotUnderstood(host))
        ends_at = time.monotonic() + LONGEST_ANSWER_S
        body = bytearray()
        for data in response.iter_raw():
            body += data
            if len(body) > LARGEST_ANSWER_BYTES or time.monotonic() > ends_at:
                raise Transient(HubNotUnderstood(host))
    finally:
        response.close()
    return httpx2.Response(
        response.status_code,
        headers=response.headers,
        content=bytes(body),
        request=response.request,
        extensions=response.extensions,
        history=response.history,
    )
