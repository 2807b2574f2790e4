"""Symmetry relative to a reference: level and power. The table of docs/methods/moments.md, 'Relative to what'.

    python benchmarks/moments_relative.py [ROW ...] [--toys N] [--folder FOLDER] [--list]

Every toy draws data and a reference that have gone through the same acceptance and differ otherwise, so that J_z of
their ratio is exact, or broken where the row says so, and new test functions. 'orbits': which sample an event is from,
and where on its orbit it is, given the orbit (`symhep_moments.fit.conditional`), the test that the method makes of J_z.
'derivatives': moments with an estimated change of the density (`symhep_moments.fit.relative`), which fitted
directions, boosts and translations have, for the first toys of a row. 'steep': whether these are refused for it
(`symhep_moments.fit.steepness`). Natural logarithms of the p-values are appended to FOLDER/ROW.jsonl, one line per toy;
a run that was stopped goes on from there. --toys: at most so many of each row; 0: only print what is there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
import numpy.typing as npt
import torch
from scipy import stats

from symhep.events.dataset import Column, Dataset, Scaler
from symhep.lie.bases import poincare
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.moments import conditional_moments
from symhep_moments.fit.measurement import functions_for
from symhep_moments.fit.relative import Points, relative_moments
from symhep_moments.fit.steepness import steepness
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import prepare

FloatArray = npt.NDArray[np.float64]
Accept = Callable[[np.random.Generator, FloatArray], npt.NDArray[np.bool_]]
#: Toys of a row that have the other tests, too.
BESIDE = 100


def decays(
    rng: np.random.Generator, n: int, recoil: float, bodies: int = 2, spread: float = 1.1, mass: float = 91.2
) -> FloatArray:
    """Z/gamma* of a Breit-Wigner mass, exponential pt of mean ``recoil`` GeV, normal rapidity: (n, bodies, 4).

    Two bodies with 1 + cos^2 theta in the rest frame; three share the mass at random (a massless pair in flight).
    """
    m = np.clip(mass + 1.25 * np.tan(np.pi * 0.96 * (rng.random(n) - 0.5)), 60.0, 130.0)
    pt, phi, y = rng.exponential(recoil, n), rng.uniform(-np.pi, np.pi, n), spread * rng.normal(size=n)
    transverse = np.hypot(m, pt)
    parent = np.stack(
        [transverse * np.cosh(y), pt * np.cos(phi), pt * np.sin(phi), transverse * np.sinh(y)], 1
    )
    if bodies == 2:
        return np.stack(_two(rng, parent, m, np.zeros(n), vector=True), 1)
    pair = m * np.sqrt(rng.uniform(0.05, 0.9, n))
    first, other = _two(rng, parent, m, pair, vector=False)
    return np.stack([first, *_two(rng, other, pair, np.zeros(n), vector=False)], 1)


def _two(
    rng: np.random.Generator, parent: FloatArray, m: FloatArray, second: FloatArray, vector: bool
) -> tuple[FloatArray, FloatArray]:
    """A massless particle and one of mass ``second`` from a decay in flight."""
    n = len(m)
    c = rng.uniform(-1, 1, n)
    if vector:  # 1 + c^2 is a mixture of 1 and of c^2
        c = np.where(rng.random(n) < 0.25, np.cbrt(c), c)
    a, k = rng.uniform(-np.pi, np.pi, n), (m**2 - second**2) / (2 * m)
    s = np.sqrt(1 - c**2)
    p = np.stack([k * s * np.cos(a), k * s * np.sin(a), k * c], 1)
    b, g = parent[:, 1:] / parent[:, :1], parent[:, 0] / m
    found = []
    for q, energy in ((p, k), (-p, m - k)):
        along = (b * q).sum(1)
        moved = q + (g**2 / (g + 1) * along + g * energy)[:, None] * b
        found.append(np.concatenate([(g * (energy + along))[:, None], moved], 1))
    return found[0], found[1]


def azimuth(x: FloatArray) -> FloatArray:
    return np.asarray(np.arctan2(x[..., 2], x[..., 1]))


def everything(rng: np.random.Generator, x: FloatArray) -> npt.NDArray[np.bool_]:
    return np.ones(len(x), dtype=bool)


def sector(rng: np.random.Generator, x: FloatArray) -> npt.NDArray[np.bool_]:
    """No particle in 0.5 < phi < 1.1."""
    phi = azimuth(x)
    return ~((phi > 0.5) & (phi < 1.1)).any(axis=1)


def cracks(rng: np.random.Generator, x: FloatArray) -> npt.NDArray[np.bool_]:
    """1.37 < abs(eta) < 1.52 is lost, and 40 % of each particle in 0 < phi < 1.5 with eta > 0; pt > 20."""
    pt = np.hypot(x[..., 1], x[..., 2])
    eta, phi = np.arcsinh(x[..., 3] / pt), azimuth(x)
    lost = (np.abs(eta) > 1.37) & (np.abs(eta) < 1.52) | (pt < 20)
    weak = (phi > 0) & (phi < 1.5) & (eta > 0) & (rng.random(phi.shape) < 0.4)
    return ~(lost | weak).any(axis=1)


def modulated(size: float) -> Accept:
    """1 + size cos 2 phi of the first particle."""

    def accept(rng: np.random.Generator, x: FloatArray) -> npt.NDArray[np.bool_]:
        return np.asarray(rng.random(len(x)) * (1 + size) < 1 + size * np.cos(2 * azimuth(x)[:, 0]))

    return accept


@dataclass(frozen=True)
class Row:
    """``words``; numbers of events; recoil of the reference over that of the data; acceptance of both, and what the
    data have beside; spread of the logarithm and negative share of the weights of both; toys."""

    words: str
    n: int
    reference: int
    factor: float
    accept: Accept = everything
    beside: Accept | None = None
    bodies: int = 2
    spread: float = 0.0
    negative: float = 0.0
    members: bool = False
    mass: float = 91.2
    toys: int = 300


ROWS = {
    "sector 2000": Row("pairs, dead sector", 2000, 2000, 0.8, sector),
    "sector 6000": Row("pairs, dead sector", 2000, 6000, 0.8, sector),
    "open 6000": Row("pairs", 2000, 6000, 0.8),
    "sector alike": Row("pairs, dead sector", 2000, 6000, 1.0, sector),
    "sector 8000": Row("pairs, dead sector", 8000, 8000, 0.4, sector, toys=120),
    "open 8000": Row("pairs", 8000, 8000, 0.4, toys=60),
    "sector 24000": Row("pairs, dead sector", 24_000, 24_000, 0.4, sector, toys=200),
    "open 24000": Row("pairs", 24_000, 24_000, 0.4, toys=30),
    "cracks": Row("pairs, cracks, weak sector, mass 1 GeV off", 3000, 6000, 0.5, cracks, mass=92.2),
    "three": Row("three bodies, dead sector", 3000, 6000, 0.7, sector, bodies=3),
    "lognormal": Row("pairs, dead sector, lognormal weights of sigma 1", 4000, 8000, 0.8, sector, spread=1.0),
    "signed": Row("pairs, dead sector, 20 % of the weights -1", 4000, 8000, 0.8, sector, negative=0.2),
    "members": Row(
        "two or three particles as a set, dead sector", 3000, 6000, 0.7, sector, members=True, toys=200
    ),
    "5 % of 2000": Row(
        "pairs, data times 1 + 0.05 cos 2 phi", 2000, 6000, 0.8, beside=modulated(0.05), toys=200
    ),
    "5 % of 10000": Row(
        "pairs, data times 1 + 0.05 cos 2 phi", 10_000, 10_000, 0.8, beside=modulated(0.05), toys=60
    ),
    "5 %, sector": Row("both, dead sector", 10_000, 10_000, 0.8, sector, modulated(0.05), toys=60),
    "15 % of 2000": Row(
        "pairs, data times 1 + 0.15 cos 2 phi", 2000, 6000, 0.8, beside=modulated(0.15), toys=100
    ),
}
POWER = tuple(name for name, row in ROWS.items() if row.beside is not None)


def drawn(
    row: Row, rng: np.random.Generator, n: int, data: bool
) -> tuple[FloatArray, npt.NDArray[np.bool_], FloatArray]:
    """Momenta (n, P, 4), who is there, weights."""
    parts, have, bodies = list[FloatArray](), 0, 3 if row.members else row.bodies
    while have < n:
        more = int(1.6 * (n - have)) + 200
        x = decays(rng, more, 15.0 * (1 if data else row.factor), bodies, mass=91.2 if data else row.mass)
        x = x[row.accept(rng, x)]
        if data and row.beside is not None:
            x = x[row.beside(rng, x)]
        parts.append(x)
        have += len(x)
    x = np.concatenate(parts)[:n]
    mask = np.ones(x.shape[:2], dtype=bool)
    if row.members:  # the softest is lost if below 15 GeV
        pt = np.hypot(x[..., 1], x[..., 2])
        mask = (pt > 15) | (pt > pt.min(axis=1, keepdims=True))
    weights = np.exp(row.spread * rng.normal(size=n))
    return x, mask, np.where(rng.random(n) < row.negative, -weights, weights)


def dataset(row: Row, rng: np.random.Generator) -> Dataset:
    (x, mask, w), (y, other, v) = drawn(row, rng, row.n, True), drawn(row, rng, row.reference, False)
    momenta = np.concatenate([x, y]) * np.concatenate([mask, other])[..., None]
    flat, places = momenta.reshape(len(momenta), -1), x.shape[1]
    data = Dataset(
        "p4", flat, tuple(Column(f"c{i}", slot=i // 4) for i in range(flat.shape[1])), np.concatenate([w, v]),
        Scaler.fit(flat, "none"), momenta=momenta, particles=tuple(f"muons[{p}]" for p in range(places)),
        labels=np.repeat([0, 1], [row.n, row.reference]), label_names=("data", "mc"),
        reference=frozenset({"mc"}),
    )  # fmt: skip
    if not row.members:
        return data
    objects = ("muons",) * places
    return replace(
        data,
        mask=np.concatenate([mask, other]),
        kinds=("full",) * places,
        objects=objects,
        sets=frozenset({"muons"}),
    )


def toy(name: str, number: int) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy, and seconds of the test along orbits."""
    rng = np.random.default_rng([list(ROWS).index(name), number])
    sample = prepare(dataset(ROWS[name], rng), MomentsOptions(discrete=None))
    events, other = sample.events, sample.reference
    assert other is not None
    data, reference = Points(events.x, events.weights), Points(other.x, other.weights)
    functions, turn = functions_for(events, sample.options, rng), poincare().subset(["J_z"])
    start, orbit = process_time(), ClosedOrbit(turn.homogeneous().matrices[0])
    moments = conditional_moments(data, reference, functions, turn, orbit, rng, events.places, momenta=True)
    found = {"orbits": given_test(moments, [1.0]).log_p, "seconds": process_time() - start}
    if number < BESIDE:
        by_derivatives = relative_moments(data, reference, functions, turn, places=events.places)
        found["derivatives"] = given_test(by_derivatives, [1.0]).log_p
        found["steep"] = steepness(data, reference, functions, turn, rng, events.places)["J_z"]
    return found


def run(name: str, toys: int, folder: Path) -> list[dict[str, float]]:
    """The missing toys of a row are appended to its file; all of them."""
    path = folder / f"{name.replace(' ', '_').replace('%', 'percent').replace(',', '')}.jsonl"
    done = len(path.read_text().splitlines()) if path.exists() else 0
    for number in range(done, min(toys, ROWS[name].toys)):
        line = json.dumps({k: round(float(v), 6) for k, v in toy(name, number).items()})
        with path.open("a") as file:
            file.write(line + "\n")
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def shares(lines: list[dict[str, float]], test: str) -> str:
    """Number of toys, and the fractions below 0.05 and 0.01."""
    p = np.exp([line[test] for line in lines if test in line])
    return f"{len(p)} | {np.mean(p < 0.05):.3f} ({np.mean(p < 0.01):.3f})" if len(p) else "0 | -"


def table(found: dict[str, list[dict[str, float]]]) -> None:
    """As in the docs, with the simultaneous 99 % band of the rows in which J_z is exact."""
    exact = [name for name in found if name not in POWER and found[name]]
    each = 1 - 0.99 ** (1 / max(len(exact), 1))  # Sidak
    print("| events | n data, reference, factor | toys | orbits | toys | derivatives | steep | s |")
    print("|---|---|---|---|---|---|---|---|")
    for name, lines in found.items():
        if not lines:
            continue
        row = ROWS[name]
        steep = [line["steep"] < np.log(0.001) for line in lines if "steep" in line]
        band = ""
        if name in exact:
            low, high = stats.binom(len(lines), 0.05).ppf([each / 2, 1 - each / 2]) / len(lines)
            share = float(np.mean([line["orbits"] < np.log(0.05) for line in lines]))
            band = f" [{low:.3f}, {high:.3f}{'' if low <= share <= high else ', **outside**'}]"
        print(
            f"| {row.words} | {row.n}, {row.reference}, {row.factor} | {shares(lines, 'orbits')}{band} | "
            f"{shares(lines, 'derivatives')} | {np.mean(steep):.2f} | "
            f"{np.mean([line['seconds'] for line in lines]):.2f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="of --list; default all")
    parser.add_argument("--toys", type=int, default=10**6)
    parser.add_argument("--folder", type=Path, default=Path("moments_relative"))
    parser.add_argument("--list", action="store_true", help="the rows, and nothing else")
    given = parser.parse_args()
    if given.list:
        print("\n".join(ROWS))
        return
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    table({name: run(name, given.toys, given.folder) for name in given.rows or ROWS})


if __name__ == "__main__":
    main()
