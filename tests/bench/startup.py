"""From the double-click to a usable window: ``python -m tests.bench.startup [--runs N]``.

Starts the real window in fresh processes, on a fresh home and on one that has been used, and a plain Qt window as the
baseline in between. "Usable" is the first paint with the event loop idle again. Prints medians and the ratio.
Target: under 1.0 s of CPU time, and no model library imported.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TARGET_CPU_S = 1.0


def _run(kind: str, home: Path) -> dict[str, Any]:
    environment = {**os.environ, "HEARTH_HOME": str(home)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.startup_probe", kind],
        env=environment,
        capture_output=True,
        check=True,
        timeout=120,
    )
    found = json.loads(done.stdout.splitlines()[0])
    assert isinstance(found, dict)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    plain: list[dict[str, Any]] = []
    fresh: list[dict[str, Any]] = []
    used: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "used"
        _run("hearth", home)
        (home / "settings.json").write_text('{"version": 1, "first_run_done": true}', encoding="utf-8")
        for run in range(runs):
            plain.append(_run("plain", home))
            fresh.append(_run("hearth", Path(folder) / f"fresh{run}"))
            used.append(_run("hearth", home))
    rows = (("plain Qt window", plain), ("Hearth, first start", fresh), ("Hearth, later start", used))
    base = statistics.median(r["cpu_s"] for r in plain)
    print(f"{'':<22}{'CPU s':>8}{'ratio':>8}{'wall s':>8}{'MB':>7}  heavy imports")
    for name, results in rows:
        cpu_s, wall_s, memory_mb = (statistics.median(r[k] for r in results) for k in ("cpu_s", "wall_s", "memory_mb"))
        heavy = sorted({module for r in results for module in r["heavy"]})
        print(f"{name:<22}{cpu_s:8.2f}{cpu_s / base:8.1f}{wall_s:8.2f}{memory_mb:7.0f}  {', '.join(heavy) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
