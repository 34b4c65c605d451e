"""Who may go on in the embedding process: questions first, passages when nobody asks and nothing holds them."""

from __future__ import annotations

import threading

from runtime.cancel import Cancelled


class Turnstile:
    """One lock for all threads of the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._questions = 0
        self._stopped: set[str] = set()

    def set_paused(self, paused: bool) -> None:
        """Hold passages still, or let them go on."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def question_came(self) -> None:
        """From now on passages wait, until as many questions went as came."""
        with self._changed:
            self._questions += 1

    def question_went(self) -> None:
        """One question is answered."""
        with self._changed:
            self._questions -= 1
            self._changed.notify_all()

    def stop(self, request_id: str) -> None:
        """Passages of this request raise Cancelled at their next step."""
        with self._changed:
            self._stopped.add(request_id)
            self._changed.notify_all()

    def forget(self, request_id: str) -> None:
        """This request is over."""
        with self._changed:
            self._stopped.discard(request_id)

    def pass_through(self, request_id: str) -> None:
        """Wait for a turn. Raises Cancelled once the request was stopped."""
        with self._changed:
            self._changed.wait_for(lambda: request_id in self._stopped or not (self._paused or self._questions))
            if request_id in self._stopped:
                raise Cancelled
