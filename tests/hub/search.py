"""The loopback hub's search: GET /api/models and the long form of GET /api/models/maker/name, as the real hub answers.

Repositories that were added to the hub are found as they are; ``search_entries(hub)`` is a list to which a test adds
synthetic ones, of any shape. Pages hold ``limit`` entries, at most ``hub.page_entries``.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.hub.faults import Fault, Kind, Place
from tests.hub.mischief import whole_answer
from tests.hub.repositories import Repository

if TYPE_CHECKING:
    from tests.hub.handlers import Handler
    from tests.hub.server import LoopbackHub

ALWAYS = ("id", "_id")
# What the hub tells of one model but refuses to tell of a list, when ``hub`` is strict about it.
ONE_MODEL_ONLY = ("baseModels", "childrenModelCount", "usedStorage")


def search_entries(hub: LoopbackHub) -> list[Any]:
    """The synthetic entries that the search of ``hub`` finds beside its repositories; a test adds to them."""
    entries: list[Any] = hub.__dict__.setdefault("search_entries", [])
    return entries


def be_strict(hub: LoopbackHub) -> None:
    """From now on answer 400 to a list that asks for properties of one model."""
    hub.__dict__["search_is_strict"] = True


def entry(name: str, **more: Any) -> dict[str, Any]:
    """What the hub says of a packed chat model; ``more`` replaces parts of it."""
    return {
        "_id": "0" * 24,
        "id": name,
        "sha": "a" * 40,
        "downloads": 100,
        "likes": 3,
        "lastModified": "2026-05-07T23:25:30.000Z",
        "gated": False,
        "disabled": False,
        "library_name": "mlx",
        "pipeline_tag": "text-generation",
        "tags": ["mlx", "safetensors", "qwen3", "text-generation", "conversational", "license:apache-2.0", "4-bit"],
        "cardData": {"license": "apache-2.0"},
        "config": {
            "architectures": ["Qwen3ForCausalLM"],
            "model_type": "qwen3",
            "quantization_config": {"bits": 4},
            "tokenizer_config": {"chat_template": "{{ messages }}"},
        },
        "safetensors": {"parameters": {"BF16": 1_000_000, "U32": 100_000_000}, "total": 101_000_000},
        "usedStorage": 402_000_000,
        **more,
    }


def entry_of(repository: Repository) -> dict[str, Any]:
    """What the hub finds out by itself about a repository's files."""
    config = _config(repository)
    counts: dict[str, int] = {}
    for path, file in repository.files.items():
        if path.endswith(".safetensors"):
            for dtype, count in _counts(file.source).items():
                counts[dtype] = counts.get(dtype, 0) + count
    kind = str(config.get("model_type", ""))
    return entry(
        repository.name,
        sha=repository.commit,
        gated="manual" if repository.gated else False,
        tags=["mlx", "safetensors", kind, "text-generation", "conversational", "license:apache-2.0"],
        config={"model_type": kind, "architectures": config.get("architectures", [])},
        safetensors={"parameters": counts, "total": sum(counts.values())},
        usedStorage=repository.size_bytes,
    )


def search(handler: Handler, path: str) -> bool:
    """Answer when ``path`` is the list of models, or one model with named properties; False for all else."""
    parts = path.split("/")
    query = parse_qs(urlsplit(handler.path).query)
    if parts[:2] != ["api", "models"] or not (len(parts) == 2 or (len(parts) == 4 and "expand" in query)):
        return False
    fault = handler.hub.faults.take((Place.API,), path)
    if whole_answer(handler, fault) or _wrong_token(handler):
        return True
    if len(parts) == 2:
        _list(handler, query, fault)
    else:
        _one(handler, "/".join(parts[2:]), query, fault)
    return True


def _wrong_token(handler: Handler) -> bool:
    token = handler.asked.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if token and token not in handler.hub.tokens:
        handler.refuse(401, message="Invalid credentials in Authorization header")
        return True
    return False


def _all(hub: LoopbackHub) -> list[Any]:
    entries = [entry_of(repository) for repository in hub.repositories.values()] + search_entries(hub)
    return sorted(entries, key=lambda e: -e["downloads"] if _is_count(e) else 0)


def _is_count(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("downloads"), int)


def _list(handler: Handler, query: dict[str, list[str]], fault: Fault | None) -> None:
    hub = handler.hub
    if hub.__dict__.get("search_is_strict") and not set(ONE_MODEL_ONLY).isdisjoint(query.get("expand", [])):
        handler.refuse(400, message="Invalid expand parameter")
        return
    words = query.get("search", [""])[0].lower().split()
    tags = set(query.get("filter", []))
    found = [e for e in _all(hub) if _matches(e, words, tags)]
    first = int(query.get("cursor", ["0"])[0])
    after = first + min(int(query.get("limit", ["1000"])[0]), hub.page_entries)
    next_first = first if fault and fault.kind is Kind.LINK_CYCLE else after if after < len(found) else None
    extra = {}
    if next_first is not None:
        again = urlencode({**query, "cursor": [str(next_first)]}, doseq=True)
        extra["Link"] = f'<{hub.endpoint}/api/models?{again}>; rel="next"'
    _answer(handler, [_shown(e, query) for e in found[first:after]], fault, extra)


def _one(handler: Handler, name: str, query: dict[str, list[str]], fault: Fault | None) -> None:
    found = next((e for e in _all(handler.hub) if isinstance(e, dict) and e.get("id") == name), None)
    if found is not None:
        _answer(handler, _shown(found, query), fault)
    elif "authorization" in handler.asked.headers:
        handler.refuse(404, "RepoNotFound", "Repository not found")
    else:
        handler.refuse(401, message="Invalid username or password.")


def _matches(found: Any, words: list[str], tags: set[str]) -> bool:
    """Broken entries are found by every search."""
    if not isinstance(found, dict) or not isinstance(found.get("id"), str) or not isinstance(found.get("tags"), list):
        return True
    return all(word in found["id"].lower() for word in words) and tags <= {str(tag) for tag in found["tags"]}


def _shown(found: Any, query: dict[str, list[str]]) -> Any:
    wanted = query.get("expand")
    if not wanted or not isinstance(found, dict):
        return found
    return {name: value for name, value in found.items() if name in ALWAYS or name in wanted}


def _answer(handler: Handler, true: Any, fault: Fault | None, extra: dict[str, str] | None = None) -> None:
    if fault is not None and fault.kind is Kind.JSON and fault.change is not None:
        true = fault.change(true)
    body = json.dumps(true).encode()
    if fault is not None and fault.kind in (Kind.CUT, Kind.RESET):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: fault.after_bytes])
        handler.hang_up(reset=fault.kind is Kind.RESET)
        return
    handler.answer(body, "application/json", extra=extra)


def _config(repository: Repository) -> dict[str, Any]:
    file = repository.files.get("config.json")
    config: dict[str, Any] = json.loads(file.source.read_text()) if file else {}
    return config


def _counts(path: Path) -> dict[str, int]:
    """Numbers by type, from the head of a safetensors file."""
    with path.open("rb") as stream:
        head = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    counts: dict[str, int] = {}
    for name, tensor in head.items():
        if name != "__metadata__":
            counts[tensor["dtype"]] = counts.get(tensor["dtype"], 0) + math.prod(tensor["shape"])
    return counts
