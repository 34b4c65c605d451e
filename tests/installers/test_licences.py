"""Whoever made a part of Hearth is named with its licence."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOTICE = (ROOT / "assets" / "licences" / "NOTICE.txt").read_text(encoding="utf-8")


def test_every_part_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        project["optional-dependencies"]["llama"][0],
        (ROOT / "installers" / "weights.lock").read_text(encoding="utf-8"),
    ]
    names = [re.split(r"[\s\[=<>;!]", line, maxsplit=1)[0] for line in wanted]
    assert [name for name in names if not re.search(rf"(^|[ ,]){re.escape(name)}[ ,]", NOTICE, re.M)] == []


def test_every_library_within_pdfium_is_named() -> None:
    files = importlib.metadata.files("pypdfium2") or []
    # Texts of licences that several share, and what only other systems' wheels hold, lie in folders of their own.
    texts = {Path(file).stem for file in files if Path(file).parent.name == "BUILD_LICENSES"}
    assert len(texts) > 10
    libraries = {name.partition("-")[0] for name in texts}
    assert {name for name in libraries if name not in NOTICE} == set()
