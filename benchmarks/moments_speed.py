"""Moments of a million events, ten generators, 64 test functions: ``python benchmarks/moments_speed.py``.

Against a loop over the generators in plain torch, forward-mode derivatives of the same functions, both sides
alternating in one process, with one thread and with several; and how time and memory grow with the number of events.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable, Iterator
from math import pi
from os import getloadavg
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from symhep.events.stream import BLOCK_EVENTS
from symhep.lie.bases import poincare
from symhep_moments.events import Events
from symhep_moments.fit.functions.fourier import Fourier
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.functions.union import Joined
from symhep_moments.fit.sums import Means, moments_of
from symhep_moments.options import COVARIANCE_EVENTS
from symhep_moments.stream import over_all

EVENTS, CHUNK, WAVES, REPEATS = 1_000_000, 100_000, 50, 5
#: Blocks of events for ours, and chunks of events for the loop, which takes four times as long.
BLOCKS, LOOP_CHUNKS, LOOP_CHUNK = 4, 2, 20_000
GENERATORS = poincare()


def functions() -> Squashed:
    """14 low powers and 50 waves."""
    return Squashed(Joined(Polynomials(4, 2), Fourier.draw(np.random.default_rng(1), WAVES, 2, 4, 1.0)), 2.0)


def chunks(events: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Two normal vectors each."""
    rng = np.random.default_rng(2)
    for first in range(0, events, CHUNK):
        n = min(CHUNK, events - first)
        yield torch.from_numpy(rng.normal(size=(n, 2, 4))), torch.ones(n, dtype=torch.float64)


def plain_functions(x: Tensor, waves: Tensor, phases: Tensor) -> Tensor:
    """The same 64 functions, as one writes them."""
    y = x / torch.sqrt(4.0 + (x**2).sum(dim=2, keepdim=True))
    i, j = torch.triu_indices(4, 4)
    return torch.cat(
        [y.sum(dim=1), (y[:, :, i] * y[:, :, j]).sum(dim=1), torch.cos(y.flatten(1) @ waves.T + phases)],
        dim=1,
    )


def plain_derivatives(x: Tensor, waves: Tensor, phases: Tensor) -> Tensor:
    """grad f . v (n, K G), for one generator after the other."""
    columns = []
    for matrix in torch.tensor(GENERATORS.matrices):
        v = x @ matrix[:4, :4].T + matrix[:4, 4]
        columns.append(torch.func.jvp(lambda e: plain_functions(e, waves, phases), (x,), (v,))[1])
    return torch.stack(columns, dim=2).flatten(1)


def plain_moments(x: Tensor, waves: Tensor, phases: Tensor) -> tuple[Tensor, Tensor]:
    """A and its covariance."""
    m = plain_derivatives(x, waves, phases)
    mean = m.mean(dim=0)
    return mean.reshape(-1, len(GENERATORS)), (m - mean).T @ (m - mean) / len(m) / (len(m) - 1)


class Time(NamedTuple):
    """Seconds."""

    wall: float
    processor: float


def timed(work: Callable[[], object], threads: int) -> Time:
    """With so many threads."""
    torch.set_num_threads(threads)
    with threadpool_limits(threads, user_api="blas"):
        wall, processor = perf_counter(), process_time()
        work()
        return Time(perf_counter() - wall, process_time() - processor)


def against_a_loop(threads: int) -> None:
    """All events in the covariance on both sides; the loop takes chunks of the same events, as many as its memory."""
    f = functions()
    x = torch.cat([x for x, _ in chunks(BLOCKS * BLOCK_EVENTS)])
    w = torch.ones(len(x), dtype=torch.float64)
    wave = f.inner.parts[1]  # type: ignore[attr-defined]
    waves, phases = wave.waves.flatten(1), wave.phases
    assert 0 <= phases.min() <= phases.max() <= 2 * pi
    few = x[:LOOP_CHUNK]
    mean, covariance = plain_moments(few, waves, phases)
    ours = moments_of(few, w[:LOOP_CHUNK], f, GENERATORS, len(few))
    np.testing.assert_allclose(ours.mean, mean.numpy(), atol=1e-12)
    np.testing.assert_allclose(ours.covariance.reshape(covariance.shape), covariance.numpy(), atol=1e-15)
    events = Events(x, w, 1.0, ("E", "px", "py", "pz"), "", True, GENERATORS)
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "means": (
            lambda: over_all(Means(f, GENERATORS), events),
            lambda: [plain_derivatives(part, waves, phases).mean(dim=0) for part in loop_chunks(x)],
        ),
        "means and covariance": (
            lambda: moments_of(x, w, f, GENERATORS, len(x)),
            lambda: [plain_moments(part, waves, phases) for part in loop_chunks(x)],
        ),
    }
    for name, sides in pairs.items():
        rounds = [
            [timed(side, count) for count in range(1, threads + 1) for side in sides] for _ in range(REPEATS)
        ]
        per_event = 1e6 * np.median(np.array(rounds), axis=0).reshape(threads, 2, 2)
        per_event /= np.array([len(x), sum(len(part) for part in loop_chunks(x))])[:, None]
        for count, (one, loop) in enumerate(per_event, 1):
            print(
                f"{name}, threads {count}: {one[0]:.2f} us per event (processor {one[1]:.2f}), "
                f"loop {loop[0]:.1f} (processor {loop[1]:.1f}): "
                f"{loop[0] / one[0]:.1f} times (processor {loop[1] / one[1]:.1f})"
            )
        print(
            f"{name}: {threads} threads are {per_event[0, 0, 0] / per_event[-1, 0, 0]:.2f} times faster than one"
        )


def loop_chunks(x: Tensor) -> tuple[Tensor, ...]:
    """Of as many events as memory and patience suffice for."""
    return torch.split(x[: LOOP_CHUNKS * LOOP_CHUNK], LOOP_CHUNK)


def growth(largest: int) -> None:
    """Both passes, the default number of events in the covariance."""
    for events in (largest // 4, largest // 2, largest):
        x, w = (torch.cat(parts) for parts in zip(*chunks(events), strict=True))
        wall, cpu = perf_counter(), process_time()
        moments_of(x, w, functions(), GENERATORS)
        spent = perf_counter() - wall, process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{events:,} events, covariance of {COVARIANCE_EVENTS:,}: {spent[0]:.2f} s (processor {spent[1]:.2f}), "
            f"peak memory {peak:.0f} MB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    growth(arguments.events)
    print(f"load {getloadavg()[0]:.1f}")
    against_a_loop(arguments.threads)
    print(f"load {getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
