"""Does the 95 % upper limit on an excess KL divergence cover? The table of benchmarks/README.md.

    python benchmarks/divergence_calibration.py [KIND ...] [--events 1000 10000] [--toys 200]

Every toy is a new sample of a density, an element that is given, and blocks drawn anew. The true excess of an element
that is no symmetry is that of 2,000,000 events. A row per kind of data, element, weights and number of events, for the
projection that the kind names: mean and spread of (value - truth) / error, how often |value - truth| is below one
error (0.68), and how often the truth lies below the limit (0.95 or more; 1 for a truth of zero, since no limit is
negative; 'raw' is that of the limit without that bound, value + 1.7 errors).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.divergence.observed import Observed
from symhep.hypotheses.divergence.projections import projections
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep.stats.divergence import LIMIT

FloatArray = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], FloatArray]

BINS, TRUTH, SEED = 100, 2_000_000, 1
MOMENTA = tuple(f"{c}{p}" for p in (1, 2) for c in ("E", "px", "py", "pz"))


@dataclass(frozen=True, eq=False)
class Kind:
    """Events (N, D), an element (D, D), the projection that is reported."""

    words: str
    draw: Draw
    names: tuple[str, ...]
    element: FloatArray
    projection: str
    symmetric: bool


def turned(angle: float, *planes: tuple[int, int], size: int) -> FloatArray:
    """Rotation by ``angle`` in planes of two coordinates."""
    g = np.eye(size)
    for i, j in planes:
        g[[i, j], [i, j]] = np.cos(angle)
        g[i, j], g[j, i] = -np.sin(angle), np.sin(angle)
    return g


def about(axis: str, angle: float) -> FloatArray:
    """Rotation of both four-momenta about an axis of space."""
    i, j = {"x": (2, 3), "z": (1, 2)}[axis]
    return turned(angle, (i, j), (i + 4, j + 4), size=8)


def momenta(density: TwoBody | Dijets) -> Draw:
    """Rows of eight numbers."""
    return lambda rng, n: density.draw(rng, n).reshape(n, -1)


def gaussian(*widths: float) -> Draw:
    """Independent normal coordinates."""
    return lambda rng, n: rng.normal(size=(n, len(widths))) * widths


def modulated(size: float) -> Draw:
    """pt exponential, density 1 + size cos(phi) of the azimuth, by weighting a uniform one."""

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        phi = rng.uniform(-np.pi, np.pi, 4 * n)
        phi = phi[rng.uniform(0, 1 + size, 4 * n) < 1 + size * np.cos(phi)][:n]
        return np.asarray((rng.exponential(size=n) * np.stack([np.cos(phi), np.sin(phi)])).T)

    return draw


def heavy(rng: np.random.Generator, n: int) -> FloatArray:
    """Student's t with three degrees of freedom, round in the plane."""
    found: FloatArray = rng.normal(size=(n, 2)) / np.sqrt(rng.chisquare(3, (n, 1)) / 3)
    return found


def lattice(rng: np.random.Generator, n: int) -> FloatArray:
    """Integers: all events lie on 21 values of each coordinate, so that most bins are empty."""
    return np.asarray(rng.binomial(20, 0.5, (n, 2)) - 10.0)


PT = ("px1", "py1")
SWAP = np.eye(2)[::-1]
KINDS = {
    "dijets z": Kind(
        "dijets, rotated about z by 1", momenta(Dijets()), MOMENTA, about("z", 1.0), "azimuth of object1", True
    ),
    "dijets jet": Kind(
        "dijets, (px1, py2) rotated by 0.05", momenta(Dijets()), MOMENTA, turned(0.05, (1, 6), size=8),
        "azimuth between object1 and object2", False,
    ),
    "dijets x": Kind(
        "dijets, rotated about x by 0.3", momenta(Dijets()), MOMENTA, about("x", 0.3), "pt of object1", False
    ),
    "decay z": Kind(
        "two-body decay with asymmetry, about z by 1", momenta(TwoBody(a_fb=0.3)), MOMENTA, about("z", 1.0),
        "azimuth of object1", True,
    ),
    "decay x": Kind(
        "the same, about x by 0.5", momenta(TwoBody(a_fb=0.3)), MOMENTA, about("x", 0.5), "cos theta of object1", False
    ),
    "gaussian": Kind(
        "Gaussian in the plane, rotated by 1", gaussian(1.0, 1.0), ("x1", "x2"), turned(1.0, (0, 1), size=2), "x1", True
    ),
    "gaussian 20 %": Kind(
        "the same, one width 20 % larger", gaussian(1.0, 1.2), ("x1", "x2"), turned(1.0, (0, 1), size=2), "x1", False
    ),
    "modulated 10 %": Kind(
        "azimuth with 10 % cos phi, rotated by 2", modulated(0.1), PT, turned(2.0, (0, 1), size=2),
        "azimuth of object1", False,
    ),
    "modulated 50 %": Kind(
        "azimuth with 50 % cos phi, rotated by 2", modulated(0.5), PT, turned(2.0, (0, 1), size=2),
        "azimuth of object1", False,
    ),
    # not looked at while the estimate was made
    "heavy tails": Kind(
        "Student's t, 3 degrees of freedom, rotated by 1", heavy, PT, turned(1.0, (0, 1), size=2), "azimuth of object1",
        True,
    ),
    "heavy stretched": Kind(
        "the same, px stretched by 1.1", heavy, ("x1", "x2"), np.diag([1.1, 1.0]), "x1", False
    ),
    "lattice": Kind("integers, exchanged", lattice, ("x1", "x2"), SWAP, "x1", True),
}  # fmt: skip

WEIGHTS: dict[str, Callable[[np.random.Generator, int], FloatArray]] = {
    "none": lambda rng, n: np.ones(n),
    "lognormal": lambda rng, n: rng.lognormal(0.0, 1.0, n),
    "20 % negative": lambda rng, n: np.where(rng.random(n) < 0.2, -1.0, 1.0),
}


def excess_of(kind: Kind, events: int, weights: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """Value, error, limit of one sample."""
    x = kind.draw(rng, events)
    axes = projections(
        axis_events(kind), kind.names, BINS, particles=len(kind.names) // 4 or 1, momenta=len(kind.names) == 8
    )
    chosen = [p for p in axes if p.name == kind.projection]
    found = Observed(chosen, x, WEIGHTS[weights](rng, events), None, rng).excess([x @ kind.element.T])
    return float(found.value[0, 0]), float(found.error[0, 0]), float(found.upper_95[0, 0])


@cache
def axis_events(kind: Kind) -> FloatArray:
    """Events that set the axes of all toys of a kind."""
    return kind.draw(np.random.default_rng(SEED), 20_000)


def row(kind: Kind, events: int, weights: str, toys: int) -> str:
    """One line of the table."""
    truth = 0.0 if kind.symmetric else excess_of(kind, TRUTH, "none", np.random.default_rng(SEED))[0]
    streams = np.random.SeedSequence(SEED).spawn(toys)
    made = np.array([excess_of(kind, events, weights, np.random.default_rng(s)) for s in streams])
    value, error, limit = made.T
    pull = (value - truth) / np.where(error > 0, error, 1.0)
    cells = (
        f"{truth:.4f}", f"{np.median(error):.4f}", f"{pull.mean():+.2f} ± {pull.std():.2f}",
        f"{(np.abs(pull) < 1).mean():.2f}", f"{(limit >= truth).mean():.3f}",
        f"{(value + LIMIT * error >= truth).mean():.3f}",
    )  # fmt: skip
    return f"| {kind.words} | {events:,} | {weights} | {' | '.join(cells)} |"


def rows(kinds: list[str], events: list[int], toys: int) -> Iterator[str]:
    """The table."""
    heads = ("data and element", "events", "weights", "true excess", "error", "pull", "within one error")
    yield f"| {' | '.join(heads)} | below the limit | raw |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for kind in kinds:
        for n in events:
            for weights in WEIGHTS:
                yield row(KINDS[kind], n, weights, toys)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", default=[*KINDS])
    parser.add_argument("--events", nargs="*", type=int, default=[1000, 10_000])
    parser.add_argument("--toys", type=int, default=200)
    asked = parser.parse_args()
    for line in rows(asked.kinds, asked.events, asked.toys):
        print(line, flush=True)


if __name__ == "__main__":
    main()
