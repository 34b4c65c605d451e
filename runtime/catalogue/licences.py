"""What a licence id of the hub lets a person do, and its readable name. Not legal advice: a first sorting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LicenceKind(StrEnum):
    """How free the use is. ``FREE`` is any use, also in a business; duties when passing copies on may remain."""

    FREE = "free"
    CONDITIONS = "conditions"
    NON_COMMERCIAL = "non_commercial"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Licence:
    """One licence as the hub names it. ``name`` is a proper name and is not translated; "" where none is known."""

    id: str
    kind: LicenceKind
    name: str


_FREE = {
    "apache-2.0": "Apache 2.0",
    "mit": "MIT",
    "bsd": "BSD",
    "bsd-2-clause": "BSD 2-Clause",
    "bsd-3-clause": "BSD 3-Clause",
    "bsd-3-clause-clear": "BSD 3-Clause Clear",
    "isc": "ISC",
    "zlib": "zlib",
    "unlicense": "Unlicense",
    "wtfpl": "WTFPL",
    "cc0-1.0": "CC0 1.0",
    "pddl": "PDDL",
    "cc-by-2.0": "CC BY 2.0",
    "cc-by-3.0": "CC BY 3.0",
    "cc-by-4.0": "CC BY 4.0",
    "cc-by-sa-3.0": "CC BY-SA 3.0",
    "cc-by-sa-4.0": "CC BY-SA 4.0",
    "cdla-permissive-2.0": "CDLA Permissive 2.0",
    "artistic-2.0": "Artistic 2.0",
    "afl-3.0": "AFL 3.0",
    "bsl-1.0": "Boost 1.0",
    "ecl-2.0": "ECL 2.0",
    "ms-pl": "MS-PL",
    "mpl-2.0": "MPL 2.0",
    "epl-2.0": "EPL 2.0",
    "eupl-1.2": "EUPL 1.2",
    "gpl": "GPL",
    "gpl-2.0": "GPL 2.0",
    "gpl-3.0": "GPL 3.0",
    "lgpl": "LGPL",
    "lgpl-2.1": "LGPL 2.1",
    "lgpl-3.0": "LGPL 3.0",
    "agpl-3.0": "AGPL 3.0",
    "osl-3.0": "OSL 3.0",
    "openmdw-1.0": "OpenMDW 1.0",
    "openmdw-1.1": "OpenMDW 1.1",
    "etalab-2.0": "Etalab 2.0",
}
# The maker's own terms: what may be done with the model, how large a business may be, or what it must be called.
_CONDITIONS = {
    "llama2": "Llama 2 Community Licence",
    "llama3": "Llama 3 Community Licence",
    "llama3.1": "Llama 3.1 Community Licence",
    "llama3.2": "Llama 3.2 Community Licence",
    "llama3.3": "Llama 3.3 Community Licence",
    "llama4": "Llama 4 Community Licence",
    "gemma": "Gemma Terms of Use",
    "grok2-community": "Grok 2 Community Licence",
    "qwen": "Qwen Licence",
    "tongyi-qianwen": "Tongyi Qianwen Licence",
    "deepseek": "DeepSeek Licence",
    "nvidia-open-model-license": "NVIDIA Open Model Licence",
    "falcon-llm-license": "Falcon LLM Licence",
    "lfm1.0": "LFM Open Licence 1.0",
    "modified-mit": "Modified MIT",
    "glm-4": "GLM-4 Licence",
    "yi-license": "Yi Licence",
    "stabilityai-ai-community": "Stability AI Community Licence",
    "health-ai-developer-foundations": "Health AI Developer Foundations Terms",
    "openrail": "OpenRAIL",
    "openrail++": "OpenRAIL++",
    "bigscience-openrail-m": "BigScience OpenRAIL-M",
    "bigscience-bloom-rail-1.0": "BLOOM RAIL 1.0",
    "bigcode-openrail-m": "BigCode OpenRAIL-M",
    "creativeml-openrail-m": "CreativeML OpenRAIL-M",
    "cc-by-nd-4.0": "CC BY-ND 4.0",
    "apple-ascl": "Apple Sample Code Licence",
}
_NON_COMMERCIAL = {
    "cc-by-nc-2.0": "CC BY-NC 2.0",
    "cc-by-nc-3.0": "CC BY-NC 3.0",
    "cc-by-nc-4.0": "CC BY-NC 4.0",
    "cc-by-nc-nd-3.0": "CC BY-NC-ND 3.0",
    "cc-by-nc-nd-4.0": "CC BY-NC-ND 4.0",
    "cc-by-nc-sa-2.0": "CC BY-NC-SA 2.0",
    "cc-by-nc-sa-3.0": "CC BY-NC-SA 3.0",
    "cc-by-nc-sa-4.0": "CC BY-NC-SA 4.0",
    "fair-noncommercial-research-license": "FAIR Non-Commercial Research Licence",
    "qwen-research": "Qwen Research Licence",
    "apple-amlr": "Apple Research Licence",
    "mrl": "Mistral Research Licence",
    "mnpl": "Mistral Non-Production Licence",
    "exaone": "EXAONE Licence",
    "nvidia-internal-scientific-research-and-development-model-license": "NVIDIA Research Licence",
    "intel-research": "Intel Research Licence",
    "h-research": "H Research Licence",
    "deepfloyd-if-license": "DeepFloyd IF Licence",
}
_TABLE = {
    id_: Licence(id_, kind, name)
    for kind, names in (
        (LicenceKind.FREE, _FREE),
        (LicenceKind.CONDITIONS, _CONDITIONS),
        (LicenceKind.NON_COMMERCIAL, _NON_COMMERCIAL),
    )
    for id_, name in names.items()
}
# The catalogue, and some makers, write a licence's name where the hub has an id.
_BY_NAME = {licence.name.lower().replace("licence", "license"): licence for licence in _TABLE.values()}
# From the freest to the one that promises least.
_STRICTNESS = (LicenceKind.FREE, LicenceKind.CONDITIONS, LicenceKind.NON_COMMERCIAL, LicenceKind.UNKNOWN)


def licence_of(raw_id: str) -> Licence:
    """The licence behind an id as the hub spells it, or behind its name, whatever the case. Any thread.

    Several ids, parted by commas, count as the strictest of them; what is not in the table is ``UNKNOWN``.
    """
    ids = [part.strip().lower() for part in raw_id.split(",") if part.strip()]
    found = [_TABLE.get(id_) or _BY_NAME.get(id_) or Licence(id_, LicenceKind.UNKNOWN, "") for id_ in ids]
    if not found:
        return Licence("", LicenceKind.UNKNOWN, "")
    return max(found, key=lambda licence: _STRICTNESS.index(licence.kind))


def known_licences() -> tuple[Licence, ...]:
    """Every licence of the table, for a list of them and for tests."""
    return tuple(_TABLE.values())
