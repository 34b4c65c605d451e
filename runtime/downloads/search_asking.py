"""Asking the hub for its lists of models and for small files, with bounds on everything that comes back.

Used in the search process only. huggingface_hub's own listing ends at the first broken entry and reads answers of any
length, so the pages are fetched here, over the bounded client of :mod:`runtime.downloads.hub`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from runtime.cancel import CancelToken
from runtime.downloads.hub import Source, _answer, _bounded_client
from runtime.downloads.patience import Patience, Transient, refusal
from runtime.errors import DownloadError, HubNotUnderstood, HubRefused, HubUnreachable

if TYPE_CHECKING:
    import httpx2

LARGEST_PAGE_BYTES = 32 * 1024 * 1024
LARGEST_CONFIG_BYTES = 2 * 1024 * 1024
PAGE_ENTRIES = 100
MOST_PAGES = 4
PROPERTIES = (
    "cardData",
    "config",
    "disabled",
    "downloads",
    "gated",
    "lastModified",
    "likes",
    "pipeline_tag",
    "safetensors",
    "sha",
    "tags",
)
# The hub tells it of one model, and of a list only as long as it feels like it.
DOUBTFUL_PROPERTY = "usedStorage"
# A connection that broke off is made anew once, without a word.
_BROKEN_OFF = ("ReadError", "RemoteProtocolError", "WriteError")
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN = 400, 401, 403


@dataclass
class Hub:
    """One hub as the search asks it. Any thread of the search process; connections are kept and shared."""

    endpoint: str
    patience: Patience
    _client: httpx2.Client | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _tells_storage: bool = field(default=True, init=False)

    @property
    def host(self) -> str:
        """The hub's name, for a sentence."""
        try:
            return Source(self.endpoint, "").host
        except ValueError:  # an address that is none
            return self.endpoint

    def pages(self, words: str, token: str | None, cancel: CancelToken) -> list[object]:
        """The entries of the hub's list for ``words``, the most downloaded first, a few pages at most.

        Raises:
            HubUnreachable, HubRefused, HubNotUnderstood: as named. Cancelled: nobody waits any more.
        """
        query = [("search", words), ("filter", "mlx"), ("sort", "downloads"), ("limit", str(PAGE_ENTRIES))]
        url: str | None = f"{self.endpoint}/api/models?{_query(query)}"
        entries: list[object] = []
        for number in range(MOST_PAGES):
            try:
                page, following = self._page(url or "", token, cancel)
            except DownloadError:
                # What came before is better than nothing.
                if number == 0:
                    raise
                break
            entries += page
            url = self._own(following) if page else None
            if url is None:
                break
        return entries

    def model(self, repository: str, token: str | None, cancel: CancelToken) -> object:
        """The hub's entry of one repository.

        Raises:
            RepositoryNotFound, TokenRequired, TokenRejected, AccessNotGranted: the hub says no.
            HubUnreachable, HubRefused, HubNotUnderstood, Cancelled: as for :meth:`pages`.
        """
        url = f"{self.endpoint}/api/models/{repository}?{_query([])}&expand={DOUBTFUL_PROPERTY}"
        status, data, _ = self.get(url, token, cancel, LARGEST_PAGE_BYTES, repository)
        if status == _BAD_REQUEST:
            raise HubRefused(self.host, status)
        return self._decoded(data)

    def config(self, repository: str, commit: str, token: str | None, cancel: CancelToken) -> dict[str, Any] | None:
        """The ``config.json`` of one commit; None when it is closed to us, missing or rubbish.

        Raises:
            HubUnreachable, HubRefused, Cancelled: as for :meth:`pages`.
        """
        url = f"{self.endpoint}/{repository}/resolve/{commit or 'main'}/config.json"
        try:
            status, data, _ = self.get(url, token, cancel, LARGEST_CONFIG_BYTES, repository)
            config = self._decoded(data) if status < _BAD_REQUEST else None
        except (HubUnreachable, HubRefused):
            raise
        except DownloadError:
            return None
        return config if isinstance(config, dict) else None

    def get(
        self, url: str, token: str | None, cancel: CancelToken, largest_bytes: int, repository: str = ""
    ) -> tuple[int, bytes, str | None]:
        """Status (200 or 400), body and address of the next page. The token goes to the hub's origin alone.

        Raises:
            HubUnreachable, HubRefused, Cancelled. HubNotUnderstood: longer than ``largest_bytes``, or no HTTP.
            RepositoryNotFound, TokenRequired, TokenRejected, AccessNotGranted: with ``repository``.
        """
        try:
            return self._get(url, token, cancel, largest_bytes, repository)
        except Transient as error:
            again = isinstance(error.error, HubUnreachable) and error.error.detail in _BROKEN_OFF
            if not again:
                raise error.error from error
        try:
            return self._get(url, token, cancel, largest_bytes, repository)
        except Transient as error:
            raise error.error from error

    def _get(
        self, url: str, token: str | None, cancel: CancelToken, largest_bytes: int, repository: str
    ) -> tuple[int, bytes, str | None]:
        import httpx2

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with self._opened().stream("GET", url, headers=headers) as response:
                if response.status_code not in (200, _BAD_REQUEST):
                    raise self._refusal(response, repository, has_token=bool(token))
                body = bytearray()
                for data in response.iter_bytes():
                    cancel.check()
                    body += data
                    if len(body) > largest_bytes:
                        raise HubNotUnderstood(self.host)
                following = response.links.get("next", {}).get("url")
                return response.status_code, bytes(body), following
        except (httpx2.DecodingError, httpx2.StreamError, ValueError) as error:
            raise HubNotUnderstood(self.host) from error
        except httpx2.RequestError as error:
            raise Transient(HubUnreachable(self.host, type(error).__name__)) from error
        except httpx2.InvalidURL as error:
            raise HubUnreachable(self.host, "no address") from error

    def _refusal(self, response: httpx2.Response, repository: str, *, has_token: bool) -> DownloadError | Transient:
        answer = _answer(response)
        if not repository:
            return HubRefused(self.host, answer.status)
        return refusal(answer, repository, Source(self.endpoint, repository).page_url, has_token=has_token)

    def _page(self, url: str, token: str | None, cancel: CancelToken) -> tuple[list[object], str | None]:
        asked = f"{url}&expand={DOUBTFUL_PROPERTY}" if self._tells_storage and "cursor=" not in url else url
        try:
            status, data, following = self.get(asked, token, cancel, LARGEST_PAGE_BYTES)
        except HubRefused as error:
            if token and error.status in (_UNAUTHORIZED, _FORBIDDEN):
                # A key that is no good any more is no reason not to show the public list.
                return self._page(url, None, cancel)
            raise
        if status == _BAD_REQUEST:
            if asked == url:
                raise HubRefused(self.host, status)
            self._tells_storage = False
            return self._page(url, token, cancel)
        page = self._decoded(data)
        if not isinstance(page, list):
            raise HubNotUnderstood(self.host)
        return page[: PAGE_ENTRIES * 10], following

    def _decoded(self, data: bytes) -> object:
        try:
            decoded: object = msgspec.json.decode(data)
        except (ValueError, RecursionError) as error:
            raise HubNotUnderstood(self.host) from error
        return decoded

    def _own(self, url: str | None) -> str | None:
        """``url`` if it is the hub's own; the token goes with it."""
        if url is None:
            return None
        try:
            joined = urljoin(f"{self.endpoint}/", url)
            there, here = urlsplit(joined), urlsplit(self.endpoint)
        except ValueError:
            return None
        return joined if (there.scheme, there.netloc) == (here.scheme, here.netloc) else None

    def _opened(self) -> httpx2.Client:
        with self._lock:
            if self._client is None:
                self._client = _bounded_client(Source(self.endpoint, ""), self.patience)
            return self._client


def _query(parameters: list[tuple[str, str]]) -> str:
    properties = [("expand", name) for name in PROPERTIES]
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters + properties)
