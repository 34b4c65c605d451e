"""``python -m runtime.inference.device``: what MLX would compute on, as one JSON object on stdout."""

from __future__ import annotations

import json
import os
import sys


def main() -> int:
    """Print ``{"device": "cpu" | "gpu", "device_info": {...}}``."""
    out = os.dup(1)
    os.dup2(2, 1)
    import mlx.core as mx

    found = mx.device_info()
    plain = {str(k): v for k, v in found.items() if isinstance(v, str | int | float | bool)}
    device = "gpu" if mx.default_device() == mx.gpu else "cpu"
    os.write(out, json.dumps({"device": device, "device_info": plain}).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
