"""Random streams by purpose."""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["child"]


def child(seeds: np.random.SeedSequence, purpose: str) -> np.random.SeedSequence:
    """A stream for one purpose: to test something else beside changes no number."""
    digest = hashlib.blake2b(purpose.encode(), digest_size=8).digest()
    return np.random.SeedSequence(
        seeds.entropy, spawn_key=(*seeds.spawn_key, int.from_bytes(digest, "big")), pool_size=seeds.pool_size
    )
