from __future__ import annotations

import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.chats.exchange import reading
from runtime.chats.exchange.exchange import Exchange, ImportReport
from runtime.errors import ImportNotUnderstood
from tests.runtime.chats.exchange_files import (
    chatgpt,
    node,
    own_file,
    packed,
    simple,
    tree,
    written,
)
from tests.runtime.chats.kit import Home


def zip_cut(path: Path) -> None:
    packed("conversations.json", json.dumps([simple()]).encode())(path)
    path.write_bytes(path.read_bytes()[:-30])


def zip_with_wrong_bytes(path: Path) -> None:
    packed("conversations.json", json.dumps([simple()] * 50).encode())(path)
    content = bytearray(path.read_bytes())
    for place in range(60, 120):
        content[place] ^= 0xFF
    path.write_bytes(content)


def zip_with_password(path: Path) -> None:
    packed("conversations.json", json.dumps([simple()]).encode())(path)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


GOOD = json.dumps([simple()]).encode()
STRANGE: dict[str, bytes | Callable[[Path], None]] = {
    "nothing": b"",
    "spaces": b"  \n ",
    "text": b"Dear diary,",
    "rubbish": random.Random(4).randbytes(10_000),
    "zeros": bytes(5_000_000),
    "not UTF-8": b'[{"mapping": {"\xff": 1}}]',
    "a number": b"12",
    "an empty list": b"[]",
    "a list of something else": b'[{"name": "x"}, 1]',
    "an object of something else": b'{"name": "x"}',
    "another format": own_file(format="other"),
    "a later version": own_file(version=2),
    "a version that is none": own_file(version="1"),
    "the head at the end": b'{"conversations": [], "format": "hearth-conversations", "version": 1}',
    "conversations that are no list": b'{"format": "hearth-conversations", "version": 1, "conversations": {}}',
    "cut in a chat": GOOD[:200],
    "cut after a chat": GOOD[:-1],
    "cut at the end of ours": own_file()[:-1],
    "two things": GOOD + b"[]",
    "commas": b"[,]",
    "names without quotes": b"{format: 1}",
    "deep": b"[" * 200_000,
    "deep within a chat": b'[{"mapping":' * 100_000,
    "deep and whole": b"[" + GOOD[1:-1] + b"," + b"[" * 200_000 + b"]" * 200_000 + b"]",
    "a zip of something else": packed("photos.json", GOOD),
    "a zip of nothing": packed("conversations.json", b""),
    "a zip packed in another way": packed("conversations.json", GOOD, zipfile.ZIP_BZIP2),
    "a zip that is cut": zip_cut,
    "a zip with wrong bytes": zip_with_wrong_bytes,
    "a zip with a password": zip_with_password,
    "the start of a zip": b"PK\x03\x04",
    "a zip that lies about its list": b"PK\x03\x04" + b"PK\x05\x06" + bytes(8) + b"\xff" * 10,
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "nowhere": lambda path: None,
    "a link to itself": lambda path: path.symlink_to(path),
    "endless": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_such_file_ends_in_one_way_and_changes_nothing(
    home: Home, exchange: Exchange, tmp_path: Path, name: str
) -> None:
    home.chat("1", "one")
    before = tree(home)
    path, content = tmp_path / "some file.json", STRANGE[name]
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    with pytest.raises(ImportNotUnderstood) as raised:
        exchange.import_file(path)
    assert raised.value.name == "some file.json"
    assert tree(home) == before


@pytest.mark.parametrize("kind", ["file", "zip", "space"])
def test_more_than_the_limit_is_not_read(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(reading, "FILE_BYTES", 3_000_000)
    content = json.dumps([simple(str(number)) for number in range(10_000)]).encode()
    path = tmp_path / "c"
    if kind == "zip":
        packed("conversations.json", content)(path)
        assert path.stat().st_size < 3_000_000
    else:
        path.write_bytes(content if kind == "file" else GOOD + b" " * 3_000_000)
    with pytest.raises(ImportNotUnderstood):
        exchange.import_file(path)


def test_a_chat_beyond_the_limit_is_not_read(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CONVERSATION_CHARACTERS", 1_000_000)
    path = written(tmp_path / "c.json", [chatgpt(q=node(None, "user", "x" * 5_000_000))])
    with pytest.raises(ImportNotUnderstood):
        exchange.import_file(path)
    monkeypatch.setattr(reading, "CONVERSATION_CHARACTERS", 100_000_000)
    assert exchange.import_file(path) == ImportReport(1, 1, 0)


def test_a_list_without_end_is_not_read_to_it(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CONVERSATIONS", 100)
    with pytest.raises(ImportNotUnderstood):
        exchange.import_file(written(tmp_path / "c.json", [simple(), *[0] * 200]))
