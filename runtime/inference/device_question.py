"""What MLX computes on, without importing it here."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from runtime.child import python_child

TIMEOUT_S = 60.0


def engine_device() -> dict[str, Any]:
    """Asked in a child process that may die: ``{"device": …, "device_info": {…}}``. Blocks for a second or more."""
    try:
        answer = subprocess.run(
            python_child("runtime.inference.device"),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        found = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        found = None
    return found if isinstance(found, dict) else {"device": "unknown", "device_info": {}}
