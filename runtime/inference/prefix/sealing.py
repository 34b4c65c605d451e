"""What stands in the files and in their names: sealed with a key, or in the clear with a check that it is whole."""

from __future__ import annotations

import copy
import hashlib
import os

KEY_BYTES = 32
NONCE_BYTES = 12
DIGEST_BYTES = 32
# What is written beside the content, at most.
OVERHEAD_BYTES = 64
NAME_BYTES = 16
_SEALED = b"HearthS1"
_PLAIN = b"HearthP1"


class Damaged(Exception):
    """Not what was written under this name, or not with this key."""


class Seal:
    """Owns the keys made from ``key_hex``, 32 bytes as hexadecimal ("": none). Any thread.

    With a key, contents are AES-256 in Galois counter mode with a nonce of their own each and the file's name as
    associated data, so that no file can stand in for another; names are keyed hashes. Without, contents are followed
    by the eye as they are, and only damage is noticed.

    Raises:
        ValueError: not such a key.
        ImportError: a key, and nothing here to encrypt with.
    """

    def __init__(self, key_hex: str = "") -> None:
        self._place = b""
        key = bytes.fromhex(key_hex)
        if key and len(key) != KEY_BYTES:
            raise ValueError("the key is not 32 bytes long")
        self._naming = hashlib.blake2b(key=key, person=b"kept names", digest_size=KEY_BYTES).digest() if key else b""
        self._cipher = None
        if key:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._cipher = AESGCM(hashlib.blake2b(key=key, person=b"kept contents", digest_size=KEY_BYTES).digest())

    def within(self, place: str) -> Seal:
        """The same keys for one room, whose names and contents mean nothing in another."""
        made = copy.copy(self)
        made._place = place.encode()
        return made

    def name(self, *parts: bytes) -> str:
        """A name for what ``parts`` say, as hexadecimal; without the key nobody can tell what it is of."""
        digest = hashlib.blake2b(key=self._naming, person=b"kept name", digest_size=NAME_BYTES)
        for part in (self._place, *parts):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()

    def closed(self, content: bytes, name: str) -> bytes:
        """What to write under ``name``."""
        if self._cipher is not None:
            nonce = os.urandom(NONCE_BYTES)
            return _SEALED + nonce + self._cipher.encrypt(nonce, content, self._what(name))
        return _PLAIN + self._digest(content, name) + content

    def opened(self, written: bytes, name: str) -> bytes:
        """What was closed under ``name``.

        Raises:
            Damaged
        """
        if self._cipher is None:
            head = len(_PLAIN) + DIGEST_BYTES
            content = written[head:]
            if written[:head] != _PLAIN + self._digest(content, name):
                raise Damaged(name)
            return content
        head = len(_SEALED) + NONCE_BYTES
        if written[: len(_SEALED)] != _SEALED:
            raise Damaged(name)
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(written[len(_SEALED) : head], written[head:], self._what(name))
        except (InvalidTag, ValueError) as error:
            raise Damaged(name) from error

    def _what(self, name: str) -> bytes:
        return b"\0".join((_SEALED, self._place, name.encode()))

    def _digest(self, content: bytes, name: str) -> bytes:
        return hashlib.sha256(self._what(name) + b"\0" + content).digest()
