"""Does the interval of the intrinsic dimension hold the dimension? Toys on known sets.

    python benchmarks/intrinsic_dimension.py --toys 200 --out dimension.jsonl

Toys are kept in the file, one line each, with the seed [toy, points]; what is there is not made again. Prints a table
in markdown. The last three kinds were added after the estimate was fixed, the others were seen while it was made.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from symhep.stats.intrinsic_dimension import intrinsic_dimension

Floats = npt.NDArray[np.float64]
Kind = Callable[[np.random.Generator, int], Floats]


def sphere(rng: np.random.Generator, n: int) -> Floats:
    """The unit sphere in space."""
    x = rng.normal(size=(n, 3))
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def torus(rng: np.random.Generator, n: int) -> Floats:
    """Radii 2 and 1, uniform in both angles."""
    a, b = rng.uniform(0, 2 * np.pi, (2, n))
    return np.asarray(np.c_[(2 + np.cos(b)) * np.cos(a), (2 + np.cos(b)) * np.sin(a), np.sin(b)])


def swiss_roll(rng: np.random.Generator, n: int) -> Floats:
    """As in scikit-learn: one and a half to four and a half half-turns, width 21."""
    t = 1.5 * np.pi * (1 + 2 * rng.uniform(size=n))
    return np.asarray(np.c_[t * np.cos(t), 21 * rng.uniform(size=n), t * np.sin(t)])


def cube(dimension: int, rng: np.random.Generator, n: int) -> Floats:
    """The unit cube."""
    return rng.uniform(size=(n, dimension))


def turned_cube(dimension: int, columns: int, rng: np.random.Generator, n: int) -> Floats:
    """The unit cube, turned into more columns."""
    turn = np.linalg.qr(np.random.default_rng(columns).normal(size=(columns, columns)))[0]
    return np.asarray(rng.uniform(size=(n, dimension)) @ turn[:dimension])


def noisy(kind: Kind, noise: float, rng: np.random.Generator, n: int) -> Floats:
    """With Gaussian noise in every column."""
    x = kind(rng, n)
    return np.asarray(x + noise * rng.normal(size=x.shape))


def normal(dimension: int, columns: int, rng: np.random.Generator, n: int) -> Floats:
    """Normal numbers on a plane of this dimension in more columns."""
    turn = np.linalg.qr(np.random.default_rng(columns).normal(size=(columns, columns)))[0]
    return np.asarray(rng.normal(size=(n, dimension)) @ turn[:dimension])


def helix(rng: np.random.Generator, n: int) -> Floats:
    """Three turns."""
    t = rng.uniform(0, 6 * np.pi, n)
    return np.asarray(np.c_[np.cos(t), np.sin(t), t / 3])


def two_jets(rng: np.random.Generator, n: int) -> Floats:
    """pt, phi and rapidity of a pair that balances but for a recoil of 5 %: 4 dimensions and noise in two more."""
    pt, phi, first, second = (
        50 * rng.exponential(size=n) + 30,
        *rng.uniform(-np.pi, np.pi, (1, n)),
        *rng.normal(size=(2, n)),
    )
    p = np.c_[pt * np.cos(phi), pt * np.sin(phi)]
    q = -p + 0.05 * pt[:, None] * rng.normal(size=(n, 2))
    return np.asarray(np.c_[p, pt * np.sinh(first), q, pt * np.sinh(second)])


def four_sphere(rng: np.random.Generator, n: int) -> Floats:
    """The unit sphere in five columns."""
    x = rng.normal(size=(n, 5))
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def exponential(rng: np.random.Generator, n: int) -> Floats:
    """Three exponential numbers in five columns."""
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(5, 5)))[0]
    return np.asarray(rng.exponential(size=(n, 3)) @ turn[:3])


def band(rng: np.random.Generator, n: int) -> Floats:
    """A Moebius band of half-width 0.5."""
    a, w = rng.uniform(0, 2 * np.pi, n), rng.uniform(-0.5, 0.5, n)
    r = 1 + w * np.cos(a / 2)
    return np.asarray(np.c_[r * np.cos(a), r * np.sin(a), w * np.sin(a / 2)])


#: Name: (points, dimension).
KINDS: dict[str, tuple[Kind, int]] = {
    "sphere": (sphere, 2),
    "torus": (torus, 2),
    "Swiss roll": (swiss_roll, 2),
    "5-cube": (partial(cube, 5), 5),
    "sphere, 2 % noise": (partial(noisy, sphere, 0.02), 2),
    "helix, 1 % noise": (partial(noisy, helix, 0.01), 1),
    "normal, 3 of 6 columns, 2 % noise": (partial(noisy, partial(normal, 3, 6), 0.02), 3),
    "normal, 8 columns": (partial(normal, 8, 8), 8),
    "6-cube turned into 12 columns": (partial(turned_cube, 6, 12), 6),
    "back-to-back pair, 5 % recoil": (two_jets, 4),
    "torus, 0.3 % noise": (partial(noisy, torus, 0.003), 2),
    "Moebius band": (band, 2),
    "4-sphere, 1 % noise": (partial(noisy, four_sphere, 0.01), 4),
    "exponential, 3 of 5 columns, 1 % noise": (partial(noisy, exponential, 0.01), 3),
}


def toy(name: str, points: int, number: int) -> dict[str, object]:
    """One estimate."""
    rng = np.random.default_rng([number, points])
    found = intrinsic_dimension(KINDS[name][0](rng, points), rng)
    assert found is not None
    value = found.combined.value
    return {
        "kind": name, "points": points, "toy": number, "value": None if np.isnan(value) else value,
        "low": found.combined.low, "high": found.combined.high, "plateau": found.plateau,
        "likelihood": found.by_estimator["MLE"].value, "used": found.events,
    }  # fmt: skip


def row(name: str, points: int, toys: list[dict[str, object]]) -> str:
    """A row of the table."""
    truth = KINDS[name][1]
    value = np.array([np.nan if t["value"] is None else t["value"] for t in toys], dtype=float)
    low, high, mle = (np.array([t[k] for t in toys], dtype=float) for k in ("low", "high", "likelihood"))
    inside = float(((low <= truth) & (truth <= high)).mean())
    flat = float(np.mean([bool(t["plateau"]) for t in toys]))
    middle = "-" if np.isnan(value).all() else f"{np.nanmean(value):.2f}"
    return (
        f"| {name} | {truth} | {points:,} | {len(toys)} | {inside:.3f} | {flat:.2f} | {middle} | "
        f"[{np.median(low):.2f}, {np.median(high):.2f}] | {mle.mean():.2f} |"
    )


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--toys", type=int, default=200)
    parser.add_argument("--points", type=int, nargs="+", default=[500, 2000, 10_000])
    parser.add_argument("--out", type=Path, default=Path("intrinsic_dimension.jsonl"))
    args = parser.parse_args()
    done = [json.loads(line) for line in args.out.read_text().splitlines()] if args.out.exists() else []
    known = {(t["kind"], t["points"], t["toy"]): t for t in done}
    print(
        "| kind | dimension | points | toys | interval holds it | plateau | value | median interval | likelihood |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with args.out.open("a") as file:
        for points in args.points:
            for name in KINDS:
                toys = []
                for number in range(args.toys):
                    key = (name, points, number)
                    if key not in known:
                        known[key] = toy(*key)
                        file.write(json.dumps(known[key]) + "\n")
                        file.flush()
                    toys.append(known[key])
                print(row(name, points, toys), flush=True)


if __name__ == "__main__":
    main()
