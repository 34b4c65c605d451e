from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest

from runtime.storage.secrets import SecretStore


class Chest(keyring.backend.KeyringBackend):
    """A keychain that works, in memory, for as long as ``release`` is set."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.release = threading.Event()
        self.release.set()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.release.wait()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked += 1
        self.release.wait()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def null() -> keyring.backend.KeyringBackend:
    return keyring.backends.null.Keyring()


def fail() -> keyring.backend.KeyringBackend:
    return keyring.backends.fail.Keyring()


CHEST = frozenset({f"{Chest.__module__}.Chest"})


@pytest.fixture
def chest() -> Iterator[Chest]:
    before, chest = keyring.get_keyring(), Chest()
    keyring.set_keyring(chest)
    yield chest
    chest.release.set()
    keyring.set_keyring(before)


def test_a_secret_is_kept_and_forgotten(chest: Chest) -> None:
    store = SecretStore(allowed=CHEST)
    assert store.get("hub-token") is None
    assert store.set("hub-token", "hf_abc") is True
    assert chest.kept == {("Hearth", "hub-token"): "hf_abc"}
    assert SecretStore(allowed=CHEST).get("hub-token") == "hf_abc"
    assert store.delete("hub-token") is True
    assert chest.kept == {}
    assert store.delete("hub-token") is True
    assert store.problem is None


def test_the_null_keychain_is_not_believed(chest: Chest) -> None:
    keyring.set_keyring(null())
    store = SecretStore(allowed=frozenset({"keyring.backends.null.Keyring"}))
    assert store.set("hub-token", "hf_abc") is False
    assert store.get("hub-token") == "hf_abc"
    assert store.problem is not None
    assert store.problem.code == "storage.secrets_unavailable"


def test_without_a_keychain_a_secret_lives_for_this_run(chest: Chest) -> None:
    keyring.set_keyring(fail())
    store = SecretStore(allowed=frozenset({"keyring.backends.fail.Keyring"}))
    assert store.get("hub-token") is None
    assert store.set("hub-token", "hf_abc") is False
    assert store.get("hub-token") == "hf_abc"
    assert SecretStore().get("hub-token") is None
    store.delete("hub-token")
    assert store.get("hub-token") is None


def test_a_keychain_we_do_not_know_is_not_used(chest: Chest) -> None:
    store = SecretStore()
    assert store.set("hub-token", "hf_abc") is False
    assert chest.asked == 0
    assert store.get("hub-token") == "hf_abc"


def test_the_first_known_keychain_of_several_is_used(chest: Chest, monkeypatch: pytest.MonkeyPatch) -> None:
    several = keyring.backends.chainer.ChainerBackend()
    monkeypatch.setattr(type(several), "backends", [null(), chest])
    keyring.set_keyring(several)
    assert SecretStore(allowed=CHEST).set("hub-token", "hf_abc") is True
    assert chest.kept == {("Hearth", "hub-token"): "hf_abc"}


def test_a_hung_keychain_is_asked_once_and_left_alone(chest: Chest) -> None:
    chest.release.clear()
    store = SecretStore(allowed=CHEST, timeout_s=0.05)
    assert store.get("hub-token") is None
    assert store.set("hub-token", "hf_abc") is False
    assert store.get("hub-token") == "hf_abc"
    assert chest.asked == 1
    assert store.problem is not None


def test_a_secret_reaches_no_file_and_no_log(
    chest: Chest, private_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keyring.set_keyring(fail())
    SecretStore(allowed=frozenset({"keyring.backends.fail.Keyring"})).set("hub-token", "hf_canary")
    assert "hf_canary" not in caplog.text
    assert not [p for p in private_home.rglob("*") if p.is_file() and b"hf_canary" in p.read_bytes()]


def test_making_a_store_imports_no_keychain_library() -> None:
    code = (
        "import sys; from runtime.storage.secrets import SecretStore; SecretStore(); sys.exit('keyring' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
