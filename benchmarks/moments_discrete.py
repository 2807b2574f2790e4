"""Discrete elements in `moments`: how often symmetric toys are rejected, and broken ones.

    python benchmarks/moments_discrete.py --toys 300 --processes 2

Prints two tables in markdown: the fraction of p < 0.05, of moments, networks and both together.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import torch
from scipy.stats import binom

from symhep.lie.bases import poincare
from symhep.lie.elements.frame import Frame
from symhep.readers.toy.particles import density
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.sample import Events

LEVEL = 0.05
NAMES = {2: ("mu-", "mu+"), 3: ("a", "b", "c"), 4: ("a", "b", "c", "d")}
#: Toy, its options, elements that it respects.
SYMMETRIC: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("two_body", {}, ("P", "reflection(z)", "Z_3(z)")),
    ("two_body", {"width": 0.03, "rapidity": 0.7}, ("P", "reflection(z)", "exchange(1,2)", "Z_3(z)")),
    ("dijets", {}, ("P", "exchange(1,2)", "Z_3(z)")),
    ("four_body", {}, ("P", "exchange(1,2)")),
)
#: Toy, its options, elements that it breaks.
BROKEN: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = tuple(
    ("two_body", {"a_fb": a, "width": 0.03, "rapidity": 0.3}, ("P", "reflection(z)", "exchange(1,2)"))
    for a in (0.025, 0.05, 0.075, 0.1)
) + tuple(("four_body", {"handedness": h}, ("P",)) for h in (0.1, 0.2, 0.3, 0.4))


def one(kind: tuple[str, dict[str, Any], tuple[str, ...]], events: int, toy: int) -> np.ndarray:
    """(elements, 3) p-values of one toy: moments, networks, both."""
    torch.set_num_threads(1)
    name, options, elements = kind
    momenta = density(name, **options).draw(np.random.default_rng([events, toy]), events)
    scale = float(np.sqrt((momenta**2).mean()))
    sample = Events(
        torch.from_numpy(momenta / scale),
        torch.ones(events, dtype=torch.float64),
        scale,
        ("E", "px", "py", "pz"),
        "GeV",
        True,
        poincare(),
    )
    functions = build_functions(sample, FunctionOptions(), np.random.default_rng(toy))
    asked, frame = (
        DiscreteOptions(elements=elements),
        Frame.of(sample.names, NAMES[momenta.shape[1]], momenta.shape[1]),
    )
    found = discrete_tests(
        sample, asked.chosen(frame), frame, functions, asked, np.random.SeedSequence(toy)
    )  # fmt: skip
    tested = [(*row.tests.values(), row) for row in found if row.tests]
    return np.array([[p.p_value for p in ps] for ps in tested], dtype=np.float64)


def table(kinds: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...], args: argparse.Namespace) -> None:
    """One row per toy, number of events and element."""
    print("| toy | events | element | moments | networks | both |\n|---|---|---|---|---|---|")
    with ProcessPoolExecutor(args.processes) as pool:
        for kind in kinds:
            for events in args.events:
                p = np.array(list(pool.map(partial(one, kind, events), range(args.toys), chunksize=5)))
                said = " ".join(f"{k} {v}" for k, v in kind[1].items())
                for element, below in zip(kind[2], (p <= LEVEL * (1 + 1e-9)).mean(axis=0), strict=False):
                    cells = " | ".join(f"{f:.3f}" for f in below)
                    print(f"| {kind[0]} {said} | {events} | {element} | {cells} |", flush=True)


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--toys", type=int, default=300)
    parser.add_argument("--events", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    low, high = binom.interval(0.99, args.toys, LEVEL)
    print(f"Symmetric: 99 % band {low / args.toys:.3f} to {high / args.toys:.3f} ({args.toys} toys)\n")
    table(SYMMETRIC, args)
    print("\nBroken\n")
    table(BROKEN, args)


if __name__ == "__main__":
    main()
