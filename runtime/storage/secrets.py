"""Passwords and tokens, in the system's own keychain or in memory: never in a file of ours."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from runtime.errors import Problem, SecretsUnavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

T = TypeVar("T")

SERVICE = "Hearth"
TIMEOUT_S = 5.0
# An environment variable or a file can make keyring use any class, also one that writes plain text or nothing at all.
ALLOWED_BACKENDS = frozenset(
    {
        "keyring.backends.macOS.Keyring",
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)


class SecretStore:
    """Small secrets by name. Call it from a worker thread: a keychain may ask the person, or not answer for
    ``timeout_s``. After one such silence it is not asked again in this run.

    ``problem`` is ``storage.secrets_unavailable`` once the keychain could not be used. No method raises for that.
    """

    def __init__(
        self, service: str = SERVICE, *, allowed: frozenset[str] = ALLOWED_BACKENDS, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._service = service
        self._allowed = allowed
        self._timeout_s = timeout_s
        self._in_memory: dict[str, str] = {}
        self._lock = threading.Lock()
        self._silent = False
        self.problem: Problem | None = None

    def get(self, name: str) -> str | None:
        """The secret, or None if there is none."""
        with self._lock:
            if name in self._in_memory:
                return self._in_memory[name]
            return self._ask(lambda backend: backend.get_password(self._service, name))

    def set(self, name: str, value: str) -> bool:
        """Keep a secret; True if the keychain has it (read back to be sure), False if only this run remembers it."""

        def keep(backend: KeyringBackend) -> bool:
            backend.set_password(self._service, name, value)
            return backend.get_password(self._service, name) == value

        with self._lock:
            remembered = self._ask(keep) is True
            if remembered:
                self._in_memory.pop(name, None)
            else:
                self._in_memory[name] = value
                self._note("not kept by the keychain")
            return remembered

    def delete(self, name: str) -> bool:
        """Forget a secret here and in the keychain; True if the keychain no longer has it."""

        def forget(backend: KeyringBackend) -> bool:
            if backend.get_password(self._service, name) is not None:
                backend.delete_password(self._service, name)
            return backend.get_password(self._service, name) is None

        with self._lock:
            self._in_memory.pop(name, None)
            return self._ask(forget) is True

    def _ask(self, question: Callable[[KeyringBackend], T]) -> T | None:
        if self._silent:
            return None
        answer: list[T] = []
        trouble: list[str] = []

        def ask() -> None:
            try:
                answer.append(question(self._backend()))
            except Exception as error:  # third-party backends raise anything; the class says enough, the text may tell
                trouble.append(type(error).__name__)

        # A daemon, as a keychain that never answers must not keep the app from ending.
        thread = threading.Thread(target=ask, name="keychain", daemon=True)
        thread.start()
        thread.join(self._timeout_s)
        if thread.is_alive():
            self._silent = True
            self._note("the keychain does not answer")
        elif trouble:
            self._note(trouble[0])
        return answer[0] if answer and not thread.is_alive() else None

    def _backend(self) -> KeyringBackend:
        import keyring

        chosen = keyring.get_keyring()
        for backend in getattr(chosen, "backends", [chosen]):
            if f"{type(backend).__module__}.{type(backend).__qualname__}" in self._allowed:
                found: KeyringBackend = backend
                return found
        raise LookupError("no allowed keychain")

    def _note(self, detail: str) -> None:
        if self.problem is None:
            log.warning("secrets are kept for this run only: %s", detail)
            self.problem = SecretsUnavailable(detail).problem()
