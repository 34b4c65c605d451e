"""``python -m tests.tiny.gguf_mutants FILE FIRST COUNT SCRATCH``: damaged copies of a GGUF file, each loaded and asked.

Each copy has one seed's damage in its head: bits turned over, numbers that are huge or negative, pieces doubled, left
out or exchanged, or an end too soon. One line for each: the seed, and the error's code or "answered".
"""

from __future__ import annotations

import random
import struct
import sys
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.errors import HearthError
from runtime.inference.llama_backend import LlamaBackend
from runtime.requests import ChatMessage, Generate, LoadModel, Role

_NUMBERS = (0, 1, 2, 3, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 8, 2**64 - 1)


def mutant(data: bytes, head_bytes: int, seed: int) -> bytes:
    """The damaged copy of this seed."""
    chance = random.Random(seed)
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(chance.choice((64, 1500, head_bytes)))
        match chance.randrange(7):
            case 0 | 1:
                made[at] ^= 1 << chance.randrange(8)
            case 2:
                struct.pack_into("<Q", made, at, chance.choice(_NUMBERS))
            case 3:
                struct.pack_into("<I", made, at, chance.choice(_NUMBERS) & 0xFFFFFFFF)
            case 4:
                size = chance.randrange(1, 64)
                made[at : at + size] = made[at : at + size] * chance.choice((0, 2))
            case 5:
                other = chance.randrange(head_bytes)
                made[at : at + 8], made[other : other + 8] = made[other : other + 8], made[at : at + 8]
            case _:
                del made[chance.randrange(1, len(made)) :]
                made.extend(bytes(max(0, head_bytes + 64 - len(made))))
    return bytes(made)


def mutated_value(data: bytes, head_bytes: int, seed: int) -> bytes:
    """A copy in which the value of one number among the metadata lies, and all else holds together."""
    chance = random.Random(seed)
    keys = (
        b"block_count", b"context_length", b"embedding_length", b"feed_forward_length", b"head_count",
        b"head_count_kv", b"layer_norm_rms_epsilon", b"freq_base", b"dimension_count", b"vocab_size",
        b"eos_token_id", b"add_bos_token", b"sampling.temp",
    )  # fmt: skip
    made = bytearray(data)
    key = chance.choice(keys)
    at = data.index(key, 0, head_bytes) + len(key) + 4
    size = 1 if key == b"add_bos_token" else 4
    made[at : at + size] = struct.pack("<Q", chance.choice(_NUMBERS) or chance.getrandbits(16))[:size]
    return bytes(made)


def main() -> None:
    """Try them all; a crash ends this process, and its last line names the seed."""
    file, first, count, scratch = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    data = file.read_bytes()
    head_bytes = data.index(b"blk.") + 4000
    backend = LlamaBackend(threads=1)
    question = Generate("mutant", (ChatMessage(Role.USER, "Hello!"),), max_tokens=4)
    for seed in range(first, first + count):
        change = mutated_value if seed % 3 == 0 else mutant
        (scratch / "mutant.gguf").write_bytes(change(data, head_bytes, seed))
        print(seed, end=" ", flush=True)
        try:
            backend.load(LoadModel(str(scratch), context_tokens=256))
            backend.generate(question, lambda _event: None, CancelToken())
            print("answered", flush=True)
        except HearthError as error:
            print(error.code, flush=True)
    backend.unload()


if __name__ == "__main__":
    main()
