"""What surrounds a fit: device, random streams, progress, log."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

__all__ = ["Context", "Progress", "Task", "seed_sequence"]


class Task(Protocol):
    """A bar: call it with the steps just done and, if useful, a word on how it goes."""

    def __call__(self, steps: int = 1, note: str = "") -> None: ...


class Progress(Protocol):
    """Where long work shows how far it is."""

    def task(self, description: str, total: int) -> AbstractContextManager[Task]:
        """Open a bar of ``total`` steps."""
        ...


class SilentProgress:
    """Shows nothing."""

    def task(self, description: str, total: int) -> AbstractContextManager[Task]:
        """A bar that nobody sees."""
        return nullcontext(_ignore)


def _ignore(steps: int = 1, note: str = "") -> None:
    return None


def seed_sequence(seed: int, method: str, shard: int) -> np.random.SeedSequence:
    """The random stream of one shard: SeedSequence([seed, id of the method, shard]).

    The id comes from the method's registered name, so that adding a method to a
    card, or running on more workers, changes no number of the others.

    >>> a = seed_sequence(1, "vae", 0).generate_state(1)
    >>> b = seed_sequence(1, "vae", 1).generate_state(1)
    >>> bool(a == b)
    False
    """
    digest = hashlib.blake2b(method.encode(), digest_size=8).digest()
    return np.random.SeedSequence([seed, int.from_bytes(digest, "big"), shard])


@dataclass(frozen=True)
class Context:
    """Handed to `Method.fit`.

    ``device`` is already resolved ('cpu', 'cuda', 'cuda:1', ...); all randomness
    of the shard must come from ``seeds``.
    """

    seeds: np.random.SeedSequence
    device: str = "cpu"
    progress: Progress = field(default_factory=SilentProgress)
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("symhep"))

    def rng(self) -> np.random.Generator:
        """A numpy generator at the start of the shard's stream."""
        return np.random.default_rng(self.seeds)

    def shared(self, purpose: str) -> np.random.SeedSequence:
        """A stream that all shards of the method have in common, for what must not depend on how work is cut.

        >>> one, two = (Context(seed_sequence(1, "vae", shard)).shared("split") for shard in (0, 1))
        >>> bool((one.generate_state(1) == two.generate_state(1)).all())
        True
        """
        entropy = self.seeds.entropy
        method = list(entropy[:-1]) if isinstance(entropy, Sequence) else [entropy]
        digest = hashlib.blake2b(purpose.encode(), digest_size=8).digest()
        return np.random.SeedSequence([*method, int.from_bytes(digest, "big"), 1])
