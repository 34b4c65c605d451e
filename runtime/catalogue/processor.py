"""What is special about a plain processor: MLX's packed kernels are slow there, so the engine unpacks small models."""

from __future__ import annotations

from runtime.catalogue.entries import Edition
from runtime.catalogue.machine import Machine

# A group of 64 weights carries a 16-bit scale and bias: half a bit a weight.
_GROUP_BITS = 0.5
_FULL_BITS = 16
UNPACKED_BYTES_PER_WEIGHT = 4
# The engine unpacks what takes at most this share of the available memory (runtime.inference.mlx_backend).
UNPACKED_SHARE = 0.25


def weights(weight_bytes: int, bits: int) -> float:
    """How many weights a file of this size holds."""
    return weight_bytes * 8 / (bits + (_GROUP_BITS if bits < _FULL_BITS else 0))


def weight_count(edition: Edition, size_bytes: float) -> float:
    """How many weights ``size_bytes`` of an edition's weights hold."""
    if edition.bits_per_weight is not None:
        return size_bytes * 8 / edition.bits_per_weight
    return weights(int(size_bytes), edition.bits)


def unpacked_bytes(machine: Machine, edition: Edition) -> int:
    """Bytes that the unpacked weights take beside the packed ones on ``machine``; 0 where the engine leaves them."""
    if machine.gpu is not None:
        return 0
    held_bytes = edition.weight_bytes - edition.left_out_bytes
    needed_bytes = int(weights(held_bytes, edition.bits) * UNPACKED_BYTES_PER_WEIGHT)
    return needed_bytes if needed_bytes <= machine.available_bytes * UNPACKED_SHARE else 0
