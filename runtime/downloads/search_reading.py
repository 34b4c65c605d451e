"""What the hub says of a model, read without trusting a word of it. Pure functions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from runtime.downloads.hub import LARGEST_FILE_BYTES, is_repository
from runtime.downloads.search_messages import HubKind, HubModel
from runtime.downloads.search_names import bits_in_name, readable_name, weights_in_name
from runtime.storage.architectures import is_known
from runtime.storage.model_shape import shape_of

LONGEST_TEXT = 120
MOST_TAGS = 200
_LARGEST_COUNT = 2**50
# Without a config the architecture is looked for among so many tags.
_TAGS_TRIED = 30
_COMMIT = re.compile(r"[0-9a-f]{40}")
_BIT_TAG = re.compile(r"(\d{1,2})-bit")
# What a chat is possible with; a repository without any is judged by its architecture alone.
_CHAT_TASKS = {
    "text-generation", "text2text-generation", "conversational", "image-text-to-text", "audio-text-to-text",
    "video-text-to-text", "any-to-any", "image-to-text",
}  # fmt: skip
_PICTURE_TASKS = {"image-text-to-text", "video-text-to-text", "any-to-any", "image-to-text"}
_AUDIO_TASKS = {"audio-text-to-text", "any-to-any"}
_PARTS_OF_MODELS = {"lora", "adapter", "peft", "gguf", "embeddings", "sentence-transformers", "draft-model"}
_BYTES_OF = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "BF16": 2, "F16": 2, "I16": 2, "U16": 2,
    "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip
# Scale and bias of a group of 64 packed weights.
_GROUP_BITS = 0.5
# Tokenizer and settings beside the weights.
_SMALL_FILES_BYTES = 20_000_000


def is_entry(entry: object) -> bool:
    """True for something that at least has a repository's name: what is none of ours may still be well-formed."""
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and is_repository(entry["id"])


def read_model(entry: object, endpoint: str) -> HubModel | None:
    """The model that one entry of the hub's list describes; None when it is broken or nothing to chat with."""
    if not isinstance(entry, dict) or not is_entry(entry):
        return None
    tags = _tags(entry)
    if entry.get("disabled") is True or not _may_chat(entry, tags):
        return None
    repository = entry["id"]
    bits = _bits(entry, tags, repository)
    weight_bytes = _weight_bytes(entry, bits, repository)
    publisher = repository.partition("/")[0]
    return HubModel(
        repository=repository,
        title=readable_name(repository)[:LONGEST_TEXT],
        maker=_maker(tags) or publisher,
        publisher=publisher,
        page_url=f"{endpoint}/{repository}",
        commit=entry["sha"] if isinstance(entry.get("sha"), str) and _COMMIT.fullmatch(entry["sha"]) else "",
        downloads=_count(entry.get("downloads")) or 0,
        likes=_count(entry.get("likes")) or 0,
        updated_at=_moment(entry.get("lastModified")),
        licence=_licence(entry, tags),
        gated=entry.get("gated") not in (False, None),
        kinds=_kinds(entry, tags, repository),
        bits=bits,
        weight_bytes=weight_bytes,
        download_bytes=weight_bytes + _SMALL_FILES_BYTES if weight_bytes else None,
    )


def model_type(entry: dict[str, Any]) -> str:
    """The architecture that an entry or a ``config.json`` names; "" without one."""
    config = entry.get("config") if "config" in entry else entry
    return text(config.get("model_type")) if isinstance(config, dict) else ""


def with_config(model: HubModel, config: dict[str, Any]) -> HubModel | None:
    """``model`` with the shape that its ``config.json`` gives; None when the engine does not know its kind."""
    if is_known(model_type({"config": config})) is False:
        return None
    shape = shape_of(config, model.weight_bytes) if model.weight_bytes else None
    bits = shape.bits if shape is not None and shape.bits is not None else model.bits
    return replace(model, shape=shape, bits=bits)


def text(value: object) -> str:
    """One printable line of bounded length, whatever ``value`` is. Marks that turn the reading direction go too."""
    if not isinstance(value, str):
        return ""
    return "".join(c for c in value[: LONGEST_TEXT * 4] if c.isprintable()).strip()[:LONGEST_TEXT]


def _tags(entry: dict[str, Any]) -> tuple[str, ...]:
    tags = entry.get("tags")
    return tuple(text(tag) for tag in tags[:MOST_TAGS] if isinstance(tag, str)) if isinstance(tags, list) else ()


def _count(value: object, largest: int = _LARGEST_COUNT) -> int | None:
    return value if type(value) is int and 0 <= value <= largest else None


def _moment(value: object) -> float | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        return moment.timestamp() if moment is not None and 2010 <= moment.year <= 2200 else None
    except (ValueError, OverflowError):
        return None


def _may_chat(entry: dict[str, Any], tags: tuple[str, ...]) -> bool:
    """Weights that we fetch, of an architecture that the engine knows, that were taught to answer."""
    task = entry.get("pipeline_tag")
    if (task is not None and text(task) not in _CHAT_TASKS) or not _PARTS_OF_MODELS.isdisjoint(tags):
        return False
    if "safetensors" not in tags and not isinstance(entry.get("safetensors"), dict):
        return False
    architecture = model_type(entry) if isinstance(entry.get("config"), dict) else ""
    known = is_known(architecture) if architecture else any(is_known(tag) is not False for tag in tags[:_TAGS_TRIED])
    return known is not False and _has_template(entry, tags)


def _has_template(entry: dict[str, Any], tags: tuple[str, ...]) -> bool:
    """False only where the hub shows the tokenizer and no template for a conversation in it."""
    config = entry.get("config")
    if "conversational" in tags or not isinstance(config, dict) or "chat_template_jinja" in config:
        return True
    tokenizer = config.get("tokenizer_config")
    return not isinstance(tokenizer, dict) or not tokenizer or "chat_template" in tokenizer


def _template(entry: dict[str, Any]) -> str:
    config = entry.get("config")
    config = config if isinstance(config, dict) else {}
    tokenizer = config.get("tokenizer_config")
    template = tokenizer.get("chat_template") if isinstance(tokenizer, dict) else None
    return str(config.get("chat_template_jinja") or template or "")


def _kinds(entry: dict[str, Any], tags: tuple[str, ...], repository: str) -> tuple[HubKind, ...]:
    tasks = {text(entry.get("pipeline_tag")), *tags}
    name = repository.partition("/")[2].lower()
    template = _template(entry)
    thinks = "<think>" in template or "enable_thinking" in template or not tasks.isdisjoint({"reasoning", "thinking"})
    found = {
        HubKind.TEXT: True,
        HubKind.PICTURES: not _PICTURE_TASKS.isdisjoint(tasks),
        HubKind.AUDIO: not _AUDIO_TASKS.isdisjoint(tasks),
        HubKind.THINKING: thinks or re.search(r"thinking|reasoning|qwq|magistral|-r1\b", name) is not None,
        HubKind.CODE: "code" in tasks or re.search(r"code|devstral", name) is not None,
    }
    return tuple(kind for kind, there in found.items() if there)


def _maker(tags: tuple[str, ...]) -> str:
    """Whose model it was before it was packed: the owner of the repository that the tags name as its origin."""
    for tag in tags:
        if tag.startswith("base_model:") and is_repository(tag.rsplit(":", 1)[1]):
            return tag.rsplit(":", 1)[1].partition("/")[0]
    return ""


def _licence(entry: dict[str, Any], tags: tuple[str, ...]) -> str:
    """The card's id, its own name for "other", else the tag's."""
    card = entry.get("cardData")
    card = card if isinstance(card, dict) else {}
    given = card.get("license")
    ids = [text(part) for part in (given if isinstance(given, list) else [given])[:4]]
    licence = ", ".join(part for part in ids if part)
    if licence in ("", "other") and card.get("license_name"):
        licence = text(card["license_name"])
    named = [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    return (licence or ", ".join(named))[:LONGEST_TEXT].lower()


def _bits(entry: dict[str, Any], tags: tuple[str, ...], repository: str) -> int | None:
    config = entry.get("config")
    for name in ("quantization_config", "quantization"):
        part = config.get(name) if isinstance(config, dict) else None
        bits = _count(part.get("bits"), 32) if isinstance(part, dict) else None
        if bits:
            return bits
    for tag in tags:
        if found := _BIT_TAG.fullmatch(tag):
            return min(32, int(found[1])) or None
    named = bits_in_name(repository)
    counts = _parameters(entry)
    unpacked = bool(counts) and counts.keys() <= {"BF16", "F16"}
    return named or (16 if unpacked else None)


def _parameters(entry: dict[str, Any]) -> dict[str, int]:
    """How many numbers of which type the hub counted in the weights."""
    counted = entry.get("safetensors")
    counts = counted.get("parameters") if isinstance(counted, dict) else None
    if not isinstance(counts, dict) or len(counts) > len(_BYTES_OF):
        return {}
    return {name: count for name in _BYTES_OF if (count := _count(counts.get(name)))}


def _weight_bytes(entry: dict[str, Any], bits: int | None, repository: str) -> int | None:
    """An estimate from the hub's counts.

    For packed weights the hub has counted the 32-bit numbers that are stored, and for newer uploads the weights that
    are packed in them: up to eight times as many. What the name promises tells the two apart; without it the larger
    one is believed. What the whole repository takes is never exceeded.
    """
    counts = _parameters(entry)
    if not counts:
        return None
    stored_bytes = sum(count * _BYTES_OF[name] for name, count in counts.items())
    packed = counts.get("U32", 0)
    if packed and bits and bits < 16:
        rest_bytes = stored_bytes - 4 * packed
        unpacked_bytes = rest_bytes + int(packed * (bits + _GROUP_BITS) / 8)
        promised = weights_in_name(repository)
        if promised is not None and abs(packed - promised) < abs(packed * 32 / bits - promised):
            stored_bytes = unpacked_bytes
        used_bytes = _count(entry.get("usedStorage"), LARGEST_FILE_BYTES)
        if used_bytes and unpacked_bytes <= used_bytes < stored_bytes:
            stored_bytes = unpacked_bytes
    return stored_bytes if 0 < stored_bytes <= LARGEST_FILE_BYTES else None
