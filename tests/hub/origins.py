"""What the hub's two origins answer: API and small files here, large files by their hash there."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.hub.faults import Fault, Kind, Place
from tests.hub.handlers import Handler
from tests.hub.mischief import whole_answer
from tests.hub.repositories import Repository
from tests.hub.search import search


class HubHandler(Handler):
    """The first origin: API, small files, redirects to large ones."""

    def route(self, path: str) -> None:
        parts = path.split("/")
        if search(self, path):
            return
        if parts[:2] == ["api", "whoami-v2"]:
            self._whoami()
        elif parts[:2] == ["api", "models"] and len(parts) >= 4:
            fault = self.hub.faults.take((Place.API,), path)
            if not whole_answer(self, fault):
                self._api("/".join(parts[2:4]), parts[4:], fault)
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

    def _api(self, name: str, rest: list[str], fault: Fault | None) -> None:
        revision = unquote(rest[1]) if len(rest) > 1 else "main"
        repository = self._found(name, revision)
        if repository is None:
            return
        if rest[:1] == ["tree"]:
            self._tree(repository, "/".join(rest[2:]), fault)
            return
        siblings = [{"rfilename": path} for path in sorted(repository.files)]
        info = {"id": name, "modelId": name, "sha": repository.commit, "siblings": siblings, "tags": [], "downloads": 1}
        gated: str | bool = "manual" if repository.gated else False
        self._answer_json({**info, "_id": "0" * 24, "private": False, "gated": gated}, fault)

    def _tree(self, repository: Repository, folder: str, fault: Fault | None) -> None:
        query = parse_qs(urlsplit(self.path).query)
        recursive = query.get("recursive", ["false"])[0].lower() in ("true", "1")
        entries = repository.entries(folder, recursive=recursive)
        first = int(query.get("cursor", ["0"])[0])
        after = first + self.hub.page_entries
        next_first = first if fault and fault.kind is Kind.LINK_CYCLE else after if after < len(entries) else None
        extra = {}
        if next_first is not None:
            url = f"{self.hub.endpoint}{urlsplit(self.path).path}?recursive={recursive}&cursor={next_first}"
            extra["Link"] = f'<{url}>; rel="next"'
        self._answer_json(entries[first:after], fault, extra)

    def _answer_json(self, true: Any, fault: Fault | None, extra: dict[str, str] | None = None) -> None:
        if fault is not None and fault.kind is Kind.JSON and fault.change is not None:
            true = fault.change(true)
        self.answer(json.dumps(true).encode(), "application/json", extra=extra)

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repository = self._found(name, revision)
        if repository is None or self._closed_to_stranger(repository):
            return
        file = repository.files.get(path)
        if file is None:
            self.refuse(404, "EntryNotFound", "Entry not found")
            return
        places = (Place.RESOLVE,) if file.sha256 else (Place.RESOLVE, Place.BYTES)
        fault = self.hub.faults.take(places, path, self.asked_span(file))
        if whole_answer(self, fault):
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


class StoreHandler(Handler):
    """The second origin: large files by their hash, as a content delivery network would."""

    def route(self, path: str) -> None:
        sha256, _, name = path.partition("/")
        file = self.hub.blob(sha256)
        fault = self.hub.faults.take((Place.STORE, Place.BYTES), name, self.asked_span(file) if file else None)
        if whole_answer(self, fault):
            return
        if file is None:
            self.refuse(404)
            return
        tag = "changed" if fault and fault.kind is Kind.OTHER_ETAG else sha256
        self.send_file(file, {"ETag": f'"{tag}"'}, fault)
