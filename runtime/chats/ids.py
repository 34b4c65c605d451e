"""Names for rows that sort by the time they were made, and the clock they share."""

from __future__ import annotations

import os
import threading
import time

_lock = threading.Lock()
_last = 0


def now_ms() -> int:
    """Milliseconds since 1970, UTC: how every time is stored."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """A UUID of version 7 (RFC 9562): unique, and greater as text than every one this process made before."""
    global _last
    with _lock:
        # 48 bits of milliseconds and 12 of a counter; a clock set back or a full millisecond just counts on.
        _last = max(_last + 1, now_ms() << 12)
        moment, counter = _last >> 12, _last & 0xFFF
    number = moment << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | (int.from_bytes(os.urandom(8), "big") >> 2)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
