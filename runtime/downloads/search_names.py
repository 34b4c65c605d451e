"""What the name of a repository tells: a readable name, and how many bits a weight has. Pure functions."""

from __future__ import annotations

import re

_BITS = re.compile(
    r"(?:^|[^a-z0-9])"
    r"(?:(\d{1,2})[-_ ]?bits?|[iq]q?(\d)(?:_[a-z0-9]+)*|int(\d)|fp(\d{1,2})|mxfp(\d)|nvfp(\d))"
    r"(?![a-z0-9])"
)
_FLOATS = re.compile(r"(?:^|[^a-z0-9])(?:bf16|f16|float16|bfloat16)(?![a-z0-9])")
_USUAL_BITS = frozenset({2, 3, 4, 5, 6, 8, 16, 32})
# How the weights were packed and for whom, and that one can talk to it: nothing of it names the model.
_NOISE = re.compile(
    r"mlx|lm|community|\d{1,2}bits?|bits?|[iq]q?\d(_\w+)?|int\d|b?f(p)?\d{1,2}|b?float16|mxfp\d|nvfp\d|dwq|awq|gptq|qat|"
    r"optiq|oq\d(e)?|dynamic|mixed|affine|quantized|gs?\d{2,3}|group\d+|hf|it|chat|instruct|converted|unsloth|ud",
    re.IGNORECASE,
)
_SIZE = re.compile(r"[ae]?\d+(?:\.\d+)?[bmt]", re.IGNORECASE)
_BILLIONS = re.compile(r"(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])")
# Spelt all in small letters in many a repository.
_SPELT = {"gpt": "GPT", "oss": "OSS", "glm": "GLM", "qwq": "QwQ", "smollm": "SmolLM", "vl": "VL", "moe": "MoE"}


def readable_name(repository: str) -> str:
    """ "Qwen3 8B" for ``mlx-community/Qwen3-8B-4bit``; the bare name where nothing would be left."""
    name = repository.partition("/")[2] or repository
    parts = [part for part in re.split(r"[-_\s]+", name) if part]
    kept = [part for number, part in enumerate(parts) if not _is_noise(parts, number)]
    words = [_spelt(part) for part in kept]
    if not words:
        return name
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def bits_in_name(repository: str) -> int | None:
    """Bits of a weight as the name has it: 4 for ``...-4bit`` and ``...-q4``, 16 for ``...-bf16``; None without."""
    name = repository.partition("/")[2].lower()
    if _FLOATS.search(name):
        return 16
    for found in _BITS.finditer(name):
        bits = int(next(group for group in found.groups() if group))
        if bits in _USUAL_BITS:
            return bits
    return None


def weights_in_name(repository: str) -> float | None:
    """How many weights the name promises: 8e9 for ``Qwen3-8B``, 30e9 for ``...-30B-A3B``; None without."""
    found = _BILLIONS.search(repository.partition("/")[2].lower())
    return float(found[1]) * (1e9 if found[2] == "b" else 1e6) if found else None


def _is_noise(parts: list[str], number: int) -> bool:
    part = parts[number]
    # "4-bit", in two parts
    before_bits = part.isdigit() and number + 1 < len(parts) and parts[number + 1].lower() in ("bit", "bits")
    # the day on which the weights were packed stands behind how
    date = part.isdigit() and len(part) in (6, 8) and number > 0 and _NOISE.fullmatch(parts[number - 1]) is not None
    return before_bits or date or _NOISE.fullmatch(part) is not None


def _spelt(part: str) -> str:
    if _SIZE.fullmatch(part):
        return part.upper()
    return _SPELT.get(part, part)
