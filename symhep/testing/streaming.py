"""The contract of a method on events of which a subsample is in memory, and all come block by block."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np

from symhep.errors import PluginError, SymhepError
from symhep.events.dataset import Dataset
from symhep.events.stream import EventStream, InMemory
from symhep.events.subsample import subsample
from symhep.events.tree import tree_reduce
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Method, Options
from symhep.methods.passes import Pass, Reducer, State, reduce_here, state_of
from symhep.methods.result import Result
from symhep.methods.returned import require_result
from symhep.testing.watch import demand

__all__ = ["backwards", "check_stream"]

#: Blocks of the events of a check.
BLOCKS = 5


def check_stream(method: Method[Any, Any, Any], options: Options, data: Dataset, seed: int) -> None:
    """Half of ``data`` as the rows, and all of it as their stream.

    Where a method works on these rows it must with their stream, too; passes must give the same numbers when blocks are
    read in another order, by a copy of the pass that travelled; and where the record has ``events``, these must know
    of all. Raises `PluginError`.
    """
    whole = replace(
        data, variations=(), stream=None, block=np.arange(len(data)) * BLOCKS // max(len(data), 1)
    )
    rows = subsample(whole, max(len(whole) // 2, 1))
    streamed, name = replace(rows, stream=InMemory(whole)), method.name

    def result(given: Dataset, reducer: Reducer) -> Result[Any]:
        return _result(method, options, given, seed, reducer)

    try:
        alone = result(rows, reduce_here)
    except PluginError:
        raise
    except SymhepError:  # it refuses so few
        return
    try:
        found = result(streamed, reduce_here)
    except PluginError:
        raise
    except SymhepError as error:
        raise PluginError(
            f"{name}: works on events in memory, but not on a subsample of them: {error}"
        ) from error
    again = result(streamed, backwards)
    same = found.arrays.keys() == again.arrays.keys() and all(
        np.array_equal(a, again.arrays[k], equal_nan=a.dtype.kind == "f") for k, a in found.arrays.items()
    )
    demand(
        found.summary == again.summary and same,
        f"{name}: different numbers when blocks are read in another order, or by a copy of a pass; a pass must "
        f"depend only on its block, its number and its attributes",
    )
    events = getattr(found.record, "events", None)
    available = getattr(events, "available", None)
    demand(
        available is None or available == len(whole) or alone.record.events.available != len(rows),
        f"{name}: events.available is {available} of {len(whole)}: it must be Dataset.events, all events",
    )


def _result(
    method: Method[Any, Any, Any], options: Options, data: Dataset, seed: int, reducer: Reducer
) -> Result[Any]:
    def context(shard: int) -> Context:
        return Context(seed_sequence(seed, method.name, shard), reducer=reducer)

    method.check(data, options)
    prepared = method.prepare(data, options)
    parts = [method.fit(prepared, shard, context(shard.index)) for shard in method.shards(prepared)]
    return require_result(method.name, method.Record, method.combine(prepared, parts, context(COMBINE)))


def backwards(work: Pass, stream: EventStream) -> State:
    """`reduce_here`, from the last block to the first, by a copy of ``work``."""
    arrived: Pass = pickle.loads(pickle.dumps(work))  # noqa: S301, our own bytes
    states = {n: state_of(arrived, stream, n) for n in reversed(range(len(stream)))}
    total = tree_reduce((states[n] for n in range(len(stream))), work.merge)
    assert total is not None
    return total
