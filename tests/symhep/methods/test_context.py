"""Random streams depend on seed, method and shard, and on nothing else."""

from __future__ import annotations

import itertools

from symhep.methods.context import Context, seed_sequence


def test_streams_are_apart() -> None:
    keys = itertools.product([1, 2], ["vae", "moments"], [0, 1])
    states = {tuple(seed_sequence(*key).generate_state(4)) for key in keys}
    assert len(states) == 8


def test_streams_are_the_same_on_every_machine() -> None:
    """Python's own hash() differs from process to process; the stream must not."""
    import hashlib

    import numpy as np

    number = int.from_bytes(hashlib.blake2b(b"vae", digest_size=8).digest(), "big")
    expected = np.random.SeedSequence([7, number, 3]).generate_state(4)
    assert seed_sequence(7, "vae", 3).generate_state(4).tolist() == expected.tolist()


def test_rng_starts_anew() -> None:
    context = Context(seed_sequence(1, "vae", 0))
    assert context.rng().random() == context.rng().random()
