"""Finding models at the hub: what is asked, in which order, and what is made of the answers. In the search process."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from runtime.cancel import CancelToken
from runtime.downloads.hub import PUBLIC_HUB, Source, is_repository, list_model
from runtime.downloads.patience import Transient
from runtime.downloads.search_asking import Hub
from runtime.downloads.search_messages import FindModels, HubModel, LookCloser
from runtime.downloads.search_reading import is_entry, model_type, read_model, with_config
from runtime.errors import DownloadError, HubNotUnderstood, ModelUnsupported, RepositoryHasNoModel, TokenRejected
from runtime.storage.architectures import is_known

MOST_MODELS = 100
LONGEST_WORDS = 200
# So long the shapes of all found models may take together; who comes later is judged by its size alone.
CONFIGS_WITHIN_S = 4.0
CONFIGS_AT_ONCE = 8
_POLL_S = 0.02


class Finder:
    """Answers orders against one hub. Any thread of the search process; keeps connections and nothing else."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._pool = ThreadPoolExecutor(CONFIGS_AT_ONCE, thread_name_prefix="config")

    def find(self, order: FindModels, cancel: CancelToken) -> tuple[HubModel, ...]:
        """Chat models for the words of ``order``, the most downloaded first; one that is named in full comes first.

        Raises:
            HubUnreachable, HubRefused, HubNotUnderstood; Cancelled.
        """
        words = _clean(order.words, self._hub.endpoint)
        # What can't be a key is not sent; the list is public.
        token = order.token if order.token and order.token.isascii() and order.token.isprintable() else None
        limit = max(1, min(order.limit, MOST_MODELS))
        found: dict[str, HubModel] = {}
        if is_repository(words):
            named = self._named(words, token, cancel)
            if named is not None:
                found[named.repository] = named
        for model in self._listed(words, token, cancel):
            if len(found) >= limit:
                break
            found.setdefault(model.repository, model)
        return self._with_shapes(list(found.values()), token, cancel)

    def look_closer(self, order: LookCloser, cancel: CancelToken) -> HubModel:
        """One repository with the exact sizes of what a download would fetch, its commit and its shape.

        Raises:
            RepositoryNotFound, RepositoryHasNoModel, TokenRequired, TokenRejected, AccessNotGranted: the hub says no.
            ModelUnsupported: an architecture that the engine does not know.
            HubUnreachable, HubRefused, HubNotUnderstood; Cancelled.
        """
        source = Source(self._hub.endpoint, order.repository, order.token)
        if order.token is not None and not (order.token.isascii() and order.token.isprintable()):
            raise TokenRejected(order.repository, source.page_url)
        entry = self._hub.model(order.repository, order.token, cancel)
        if not isinstance(entry, dict) or not is_entry(entry):
            raise HubNotUnderstood(self._hub.host)
        try:
            listing = list_model(source, "main", order.patience)
        except Transient as error:
            raise error.error from error
        cancel.check()
        config = self._hub.config(order.repository, listing.commit, order.token, cancel)
        architecture = model_type(config or entry)
        if architecture and is_known(architecture) is False:
            raise ModelUnsupported(architecture)
        model = read_model(_with_what_is_there(entry, listing.commit, architecture), self._hub.endpoint)
        if model is None:
            raise RepositoryHasNoModel(order.repository)
        weight_bytes = sum(file.size_bytes for file in listing.files if file.path.endswith(".safetensors"))
        exact = replace(model, weight_bytes=weight_bytes, download_bytes=listing.size_bytes, exact=True)
        return (with_config(exact, config) if config else None) or exact

    def _named(self, repository: str, token: str | None, cancel: CancelToken) -> HubModel | None:
        """A repository by its full name, also one that nobody tagged as MLX; None when it is none of ours."""
        try:
            return read_model(self._hub.model(repository, token, cancel), self._hub.endpoint)
        except DownloadError:
            return None

    def _listed(self, words: str, token: str | None, cancel: CancelToken) -> list[HubModel]:
        entries = self._hub.pages(words, token, cancel)
        parts = words.lower().split()
        if not entries and len(parts) > 1:
            # A hub that looks for the words as one piece finds nothing: ask for the longest, and look for the others.
            longest = max(parts, key=len)
            entries = self._hub.pages(longest, token, cancel)
            entries = [e for e in entries if isinstance(e, dict) and all(p in str(e.get("id")).lower() for p in parts)]
        elif entries and not any(is_entry(entry) for entry in entries):
            raise HubNotUnderstood(self._hub.host)
        models = (read_model(entry, self._hub.endpoint) for entry in entries)
        return [model for model in models if model is not None]

    def _with_shapes(self, models: list[HubModel], token: str | None, cancel: CancelToken) -> tuple[HubModel, ...]:
        """The models with the shapes that their configs give, as far as those come in time."""
        asked = [self._pool.submit(self._shaped, model, token, cancel) for model in models]
        until = time.monotonic() + CONFIGS_WITHIN_S
        try:
            while time.monotonic() < until and wait(asked, _POLL_S).not_done:
                cancel.check()
            return tuple(m for future, model in zip(asked, models, strict=True) if (m := _settled(future, model)))
        finally:
            for future in asked:
                future.cancel()

    def _shaped(self, model: HubModel, token: str | None, cancel: CancelToken) -> HubModel | None:
        config = self._hub.config(model.repository, model.commit, token, cancel)
        return model if config is None else with_config(model, config)


def _with_what_is_there(entry: dict[str, Any], commit: str, architecture: str) -> dict[str, Any]:
    """``entry`` with what the list of files and the config have shown, whatever the hub said of them."""
    shown = {**entry, "sha": commit, "safetensors": entry.get("safetensors") or {}}
    if architecture:
        config = entry.get("config")
        shown["config"] = {**(config if isinstance(config, dict) else {}), "model_type": architecture}
    return shown


def _settled(future: Future[HubModel | None], model: HubModel) -> HubModel | None:
    """With its shape, or None for what the engine can't run; as it was where nothing came."""
    if not future.done() or future.cancelled() or future.exception() is not None:
        return model
    return future.result()


def _clean(words: str, endpoint: str) -> str:
    """One line without marks; of a page's address the repository's name."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())[:LONGEST_WORDS]
    for hub in (endpoint, PUBLIC_HUB, urlsplit(PUBLIC_HUB).netloc):
        if line.startswith(f"{hub}/"):
            return "/".join(line.removeprefix(f"{hub}/").split("?")[0].split("/")[:2])
    return line
