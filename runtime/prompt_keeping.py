"""What may be kept of conversations that a model has read (its KV cache): where, how much, with which key, how long.

It stands in a folder of its own in the home, encrypted with a key of its own where the store is encrypted: derived from
the store's, so that whoever has the one need not have the other. It goes as soon as anything it may hold words of is
deleted for good: which files those are nobody can tell, so all of them go; they cost some reading again and no more.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import shutil
from pathlib import Path

from runtime.catalogue.judging import edition_of
from runtime.catalogue.need import cache_bytes_per_token
from runtime.catalogue.purposes import DEFAULT_CONTEXT_TOKENS
from runtime.inference.prefix.shelf import forget_kept_prompts
from runtime.paths import Paths
from runtime.requests import LoadModel, PromptKeeping
from runtime.storage.model_shape import ModelShape

log = logging.getLogger(__name__)

FOLDER = "engine-cache"
# What the derived key is for; another word here is another key.
KEY_FOR = b"hearth: what models have read, 1"
# Beside weights (and what computing takes), and a conversation of the usual length, half of what the budget leaves: the
# other half is for a conversation that grows longer, and for forecasts that are off. More than the most is of no use:
# with a model of 8 billion weights it is four conversations of 8,000 tokens.
MEMORY_SHARE = 0.5
MOST_MEMORY_BYTES = 4 * 2**30
COMPUTING_SHARE = 1 / 8
# A tenth of what is free on the disk, so that a person who needs the room never has to look for it here.
DISK_BYTES = 2 * 2**30
FREE_DISK_SHARE = 0.1
LEAST_DISK_BYTES = 64 * 2**20


def keeping_folder(paths: Paths) -> Path:
    """Where the files are. Not made here."""
    return paths.home / FOLDER


def derived_key(store_key: bytes | None) -> str:
    """32 bytes as hexadecimal, made from the key of the store by HMAC-SHA256; "" where the store is in the clear."""
    return hmac.new(store_key, KEY_FOR, hashlib.sha256).hexdigest() if store_key else ""


def prompt_keeping(
    paths: Paths, request: LoadModel, shape: ModelShape | None, store_key: bytes | None = None
) -> PromptKeeping:
    """What may be kept while the model of ``request`` is loaded. Looks at the disk's free space; any thread."""
    disk_bytes = disk_limit_bytes(paths.home)
    return PromptKeeping(
        folder=str(keeping_folder(paths)) if disk_bytes else "",
        key_hex=derived_key(store_key),
        memory_bytes=memory_limit_bytes(request, shape),
        disk_bytes=disk_bytes,
    )


def memory_limit_bytes(request: LoadModel, shape: ModelShape | None) -> int:
    """The most that may be kept in memory beside the conversation under way; 0 where nothing is known of the model or
    of what it may take. Pure."""
    if request.budget_bytes is None or shape is None:
        return 0
    wished = min(request.context_tokens or DEFAULT_CONTEXT_TOKENS, request.kv_limit_tokens or DEFAULT_CONTEXT_TOKENS)
    conversation_bytes = cache_bytes_per_token(edition_of(shape, wished)) * wished
    taken_bytes = int(shape.weight_bytes * (1 + COMPUTING_SHARE)) + conversation_bytes
    return max(0, min(int((request.budget_bytes - taken_bytes) * MEMORY_SHARE), MOST_MEMORY_BYTES))


def disk_limit_bytes(home: Path) -> int:
    """The most that may be kept on the disk of a home; 0 where it is short of room or does not say."""
    try:
        free_bytes = shutil.disk_usage(home).free
    except OSError:
        return 0
    kept_bytes = _kept_bytes(home / FOLDER)
    limit_bytes = min(DISK_BYTES, int((free_bytes + kept_bytes) * FREE_DISK_SHARE))
    return limit_bytes if limit_bytes >= LEAST_DISK_BYTES else 0


def forget_kept(paths: Paths) -> bool:
    """Delete all that is kept on disk; a model that is loaded forgets what it has in memory with its next question.
    Whether nothing is left. Any thread, at any time; follows no links; never raises."""
    folder = keeping_folder(paths)
    try:
        if folder.is_symlink():
            folder.unlink()
        forget_kept_prompts(folder)
    except OSError as error:
        log.warning("what models have read could not be deleted: %s", error.strerror)
        return False
    return True


def _kept_bytes(folder: Path) -> int:
    """What lies there by now: it is ours to use again."""
    total = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total
