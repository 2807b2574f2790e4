"""What surrounds a fit: device, random streams, progress, the plugins at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from symhep.events.stream import EventStream
from symhep.methods.passes import Pass, Reducer, State, reduce_here

if TYPE_CHECKING:
    from symhep.plugin.manager import Registry

__all__ = ["COMBINE", "Context", "Progress", "Task", "seed_sequence", "stream_for"]

#: Stands in place of a shard's index in the random stream of `Method.combine`.
COMBINE = 2**32 - 1


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

    The id comes from the method's registered name, so that adding a method to a card, or running on more workers,
    changes no number of the others.

    Parameters
    ----------
    seed
        ``run.seed`` of the card.
    method
        The method's registered name.
    shard
        Index of the shard, or `COMBINE`.

    Returns
    -------
    numpy.random.SeedSequence
        Independent of those of other shards, methods and seeds.

    Examples
    --------
    >>> a = seed_sequence(1, "vae", 0).generate_state(1)
    >>> b = seed_sequence(1, "vae", 1).generate_state(1)
    >>> bool(a == b)
    False
    """
    return np.random.SeedSequence([seed, _number(method), shard])


def stream_for(seeds: np.random.SeedSequence, purpose: str) -> np.random.SeedSequence:
    """The part of a random stream that serves one purpose: to test something else beside changes no number.

    >>> seeds = seed_sequence(1, "moments", 0)
    >>> one, two = (stream_for(seeds, f"network of {name}").generate_state(1)[0] for name in ("P", "T"))
    >>> bool(one == two)
    False
    """
    return np.random.SeedSequence(
        seeds.entropy, spawn_key=(*seeds.spawn_key, _number(purpose)), pool_size=seeds.pool_size
    )


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Context:
    """Handed to `Method.fit` and `Method.combine`.

    Attributes
    ----------
    seeds
        All randomness of the shard, or of combining, must come from it.
    device
        Already resolved: 'cpu', 'cuda', 'cuda:1', ...
    progress
        Where long work shows how far it is.
    registry
        The plugins of this run; None: the installed ones (`symhep.plugin.manager.registry_in`).
    reducer
        Where the blocks of events are read; by default in this process.

    Examples
    --------
    >>> context = Context(seed_sequence(1, "vae", 0))
    >>> context.device, context.rng().random(2).shape
    ('cpu', (2,))
    """

    seeds: np.random.SeedSequence
    device: str = "cpu"
    progress: Progress = field(default_factory=SilentProgress)
    registry: Registry | None = None
    reducer: Reducer = reduce_here

    def reduce(self, work: Pass, stream: EventStream) -> State:
        """The state of all blocks of a stream after a pass over them, the same wherever they are read.

        Parameters
        ----------
        work
            What is done with a block, and how two states are added.
        stream
            Where the blocks come from.

        Returns
        -------
        State
            Blocks are added along a fixed binary tree: bit for bit the same on any number of workers.

        Examples
        --------
        >>> from dataclasses import replace
        >>> from symhep.events.dataset import Dataset
        >>> from symhep.events.stream import stream_of
        >>> class Momentum(Pass):
        ...     name = "momentum"
        ...     def of_block(self, block, number):
        ...         return {"sum": block.weights @ block.values}
        >>> data = Dataset.from_array([[1.0], [2.0], [6.0]], weights=[1.0, 1.0, 2.0])
        >>> blocks = stream_of(replace(data, block=np.array([0, 0, 1])))
        >>> Context(np.random.SeedSequence(1)).reduce(Momentum(), blocks)["sum"].tolist()
        [15.0]
        """
        return self.reducer(work, stream)

    def rng(self) -> np.random.Generator:
        """A numpy generator at the start of the shard's stream: two calls give the same numbers.

        Returns
        -------
        numpy.random.Generator
            From ``seeds``.
        """
        return np.random.default_rng(self.seeds)

    def of_shard(self, index: int) -> Context:
        """The context that another shard of the same method has.

        Parameters
        ----------
        index
            Of the shard, or `COMBINE`.

        Returns
        -------
        Context
            With that shard's random stream, else the same.

        Examples
        --------
        >>> one, two = (Context(seed_sequence(1, "vae", shard)) for shard in (0, COMBINE))
        >>> bool((two.of_shard(0).rng().random(3) == one.rng().random(3)).all())
        True
        """
        entropy = self.seeds.entropy
        method = list(entropy[:-1]) if isinstance(entropy, Sequence) else [entropy]
        return replace(self, seeds=np.random.SeedSequence([*method, index]))

    def shared(self, purpose: str) -> np.random.SeedSequence:
        """A random stream that all shards of the method have in common, for what must not depend on how work is cut.

        Parameters
        ----------
        purpose
            A name of its own for each use, such as 'split': streams of other purposes are independent.

        Returns
        -------
        numpy.random.SeedSequence
            The same in every shard, and in `Method.combine`.

        Examples
        --------
        >>> one, two = (Context(seed_sequence(1, "vae", shard)).shared("split") for shard in (0, 1))
        >>> bool((one.generate_state(1) == two.generate_state(1)).all())
        True
        """
        entropy = self.seeds.entropy
        method = list(entropy[:-1]) if isinstance(entropy, Sequence) else [entropy]
        return np.random.SeedSequence([*method, _number(purpose), 1])
