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
from symhep.hypotheses.bounds.region import Region
from symhep.lie.bases import poincare
from symhep_moments.fit.bounds.joint import Joint
from symhep_moments.fit.bounds.seen import Seen
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.moments import as_moments, orbit_features
from symhep_moments.fit.conditional.partialling import Partialled, partialled
from symhep_moments.fit.conditional.strengths import OrbitHarmonics, coefficients, strengths
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.points import Points
from symhep_moments.fit.relative import relative_moments
from symhep_moments.fit.steepness import steepness
from symhep_moments.fit.sums import moments_of
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import prepare

FloatArray = npt.NDArray[np.float64]
Accept = Callable[[np.random.Generator, FloatArray], npt.NDArray[np.bool_]]
#: Toys of a row that have the other tests, too.
BESIDE = 10


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


def ring(rng: np.random.Generator, x: FloatArray) -> npt.NDArray[np.bool_]:
    """In 1.4 < abs(eta) < 2 a jet is found with the probability 0.7 + 0.3 cos 3 phi; pt > 30, abs(eta) < 2.5."""
    pt = np.hypot(x[..., 1], x[..., 2])
    eta, phi = np.abs(np.arcsinh(x[..., 3] / pt)), azimuth(x)
    lost = (eta > 1.4) & (eta < 2.0) & (rng.random(phi.shape) > 0.7 + 0.3 * np.cos(3 * phi))
    return ~(lost | (pt < 30) | (eta > 2.5)).any(axis=1)


def leptons_in_sector(rng: np.random.Generator, x: FloatArray) -> npt.NDArray[np.bool_]:
    """No lepton (the first two) in 0.5 < phi < 1.1; half of the b quarks there with eta > 0 are lost; pt > 20."""
    phi = azimuth(x)
    there = (phi > 0.5) & (phi < 1.1)
    weak = there[:, 2] & (x[:, 2, 3] > 0) & (rng.random(len(x)) < 0.5)
    return ~(there[:, :2].any(axis=1) | weak | (np.hypot(x[..., 1], x[..., 2]) < 20).any(axis=1))


def jets(rng: np.random.Generator, n: int, recoil: float) -> FloatArray:
    """Two jets of a falling spectrum against each other and a recoil, each with a mass of its own: (n, 2, 4)."""
    phi, pt = rng.uniform(-np.pi, np.pi, n), 35 * rng.random(n) ** -0.25
    first = pt[:, None] * np.stack([np.cos(phi), np.sin(phi)], 1)
    plane = np.stack([first, recoil / 15 * 8 * rng.normal(size=(n, 2)) - first], 1)
    eta = 1.2 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 2))
    size = np.linalg.norm(plane, axis=2)
    along, mass = size * np.sinh(eta), 0.1 * size * rng.random((n, 2))
    energy = np.sqrt(size**2 + along**2 + mass**2)
    return np.concatenate([energy[..., None], plane, along[..., None]], 2)


def tops(rng: np.random.Generator, n: int, recoil: float) -> FloatArray:
    """Lepton, lepton and the b of the first of two t -> b W, W -> l nu, of masses 173 and 80 GeV: (n, 3, 4)."""
    m, w = np.full(n, 173.0), np.full(n, 80.4)
    pt, phi, y = rng.exponential(4 * recoil, n), rng.uniform(-np.pi, np.pi, n), rng.normal(size=(2, n))
    found = list[FloatArray]()
    for own, turned in zip(y, (0.0, np.pi), strict=True):
        mt = np.hypot(m, pt)
        top = np.stack(
            [mt * np.cosh(own), pt * np.cos(phi + turned), pt * np.sin(phi + turned), mt * np.sinh(own)], 1
        )
        b, boson = _two(rng, top, m, w, vector=False)
        found += [b, _two(rng, boson, w, np.zeros(n), vector=False)[0]]
    return np.stack([found[1], found[3], found[0]], 1)


@dataclass(frozen=True)
class Row:
    """``words``; numbers of events; recoil of the reference over that of the data; acceptance of both; ``size`` of the
    modulation 1 + size cos 2 phi that the data alone have; what is drawn; spread of the logarithm and negative share of
    the weights of both; are the particles a set; mass of the reference; energy scale of the data; toys."""

    words: str
    n: int
    reference: int
    factor: float = 0.8
    accept: Accept = everything
    size: float = 0.0
    draw: Callable[..., FloatArray] = decays
    bodies: int = 2
    spread: float = 0.0
    negative: float = 0.0
    members: bool = False
    mass: float = 91.2
    energy: float = 1.02
    toys: int = 300


ROWS = {
    "sector 667": Row("pairs, dead sector", 2000, 667, accept=sector),
    "sector 2000": Row("pairs, dead sector", 2000, 2000, accept=sector),
    "sector 6000": Row("pairs, dead sector", 2000, 6000, accept=sector),
    "open 6000": Row("pairs", 2000, 6000),
    "cracks": Row("pairs, cracks, weak sector, mass 1 GeV off", 2000, 6000, 0.5, cracks, mass=92.2),
    "lognormal": Row(
        "pairs, dead sector, lognormal weights of sigma 1", 2000, 6000, accept=sector, spread=1.0
    ),
    "signed": Row(
        "pairs, dead sector, 20 % of the weights -1", 4000, 8000, accept=sector, negative=0.2, toys=100
    ),
    "members": Row(
        "two or three particles as a set, dead sector", 3000, 6000, accept=sector, members=True, toys=100
    ),
    "10000, 3333": Row("pairs, dead sector", 10_000, 3333, accept=sector, toys=100),
    "10000, 10000": Row("pairs, dead sector", 10_000, 10_000, accept=sector, toys=100),
    "10000, 30000": Row("pairs, dead sector", 10_000, 30_000, accept=sector, toys=100),
    "50000": Row("pairs, dead sector", 50_000, 50_000, 0.4, sector, toys=60),
    "jets": Row("jets, efficiency in a ring of eta", 2000, 6000, 0.6, ring, draw=jets),
    "tops": Row("two leptons and a b, dead sector", 2000, 6000, 0.7, leptons_in_sector, draw=tops),
    "10 % of 2000": Row("pairs, dead sector, 10 %", 2000, 6000, accept=sector, size=0.1),
    "10 % of 10000": Row("pairs, dead sector, 10 %", 10_000, 10_000, accept=sector, size=0.1, toys=100),
    "10 % of jets": Row("jets, ring, 10 %", 2000, 6000, 0.6, ring, 0.1, jets),
    "10 % of tops": Row("leptons and b, dead sector, 10 %", 2000, 6000, 0.7, leptons_in_sector, 0.1, tops),
    "10 %, lognormal": Row(
        "pairs, sector, 10 %, lognormal weights", 2000, 6000, accept=sector, size=0.1, spread=1.0
    ),
}
POWER = tuple(name for name, row in ROWS.items() if row.size)


def drawn(
    row: Row, rng: np.random.Generator, n: int, data: bool, accepted: bool = True
) -> tuple[FloatArray, npt.NDArray[np.bool_], FloatArray]:
    """Momenta (n, P, 4), who is there, weights."""
    parts, have, bodies = list[FloatArray](), 0, 3 if row.members else row.bodies
    while have < n:
        more = int(1.6 * (n - have)) + 200
        recoil = 15.0 * (1 if data else row.factor)
        if row.draw is decays:
            x = decays(rng, more, recoil, bodies, mass=91.2 if data else row.mass)
        else:
            x = row.draw(rng, more, recoil)
        x = x * (row.energy if data else 1.0)
        if accepted:
            x = x[row.accept(rng, x)]
        if data and row.size:
            x = x[modulated(row.size)(rng, x)]
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
        labels=np.repeat([0, 1], [row.n, row.reference]), label_names=("data", "mc"), reference=frozenset({"mc"}),
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
    """Natural logarithms of the p-values of one toy, what its intervals hold, and seconds of the test along orbits."""
    row, rng = ROWS[name], np.random.default_rng([list(ROWS).index(name), number])
    sample = prepare(dataset(row, rng), MomentsOptions(discrete=None))
    events, other = sample.events, sample.reference
    assert other is not None
    data, reference = Points(events.x, events.weights), Points(other.x, other.weights)
    functions, turn = functions_for(events, sample.options, rng), poincare().subset(["J_z"])
    start, orbit = process_time(), ClosedOrbit(turn.homogeneous().matrices[0])
    waves = OrbitHarmonics(Seen(events, functions), "J_z", orbit, 6)
    features = orbit_features(data, reference, orbit, rng, events.places, momenta=True)
    partial = partialled(
        data, reference, features, lambda x: torch.cat([functions.values(x), waves(x)], dim=1), waves.count
    )
    moments = as_moments(partial, functions, turn)
    found = {"orbits": given_test(moments, [1.0]).log_p} | intervals(partial, waves, row.size)
    found["seconds"] = process_time() - start
    if row.size:  # the plain test of as many events of the data without any acceptance
        x, _, w = drawn(row, rng, row.n, True, accepted=False)
        whole = Dataset.from_array(x.reshape(len(x), -1), weights=w, scaling="none")
        alone = prepare(replace(whole, momenta=x), MomentsOptions(discrete=None)).events
        plain = moments_of(alone.x, alone.weights, functions_for(alone, sample.options, rng), turn)
        found["plain"] = given_test(plain, [1.0]).log_p
    if number < BESIDE:
        by_derivatives = relative_moments(data, reference, functions, turn, places=events.places)
        found["derivatives"] = given_test(by_derivatives, [1.0]).log_p
        found["steep"] = steepness(data, reference, functions, turn, rng, events.places)["J_z"]
    return found


def intervals(partial: Partialled, waves: OrbitHarmonics, size: float) -> dict[str, float]:
    """Of the harmonics of the first vector, of which the ratio varies as 1 + size cos 2 phi and no other; with size = 0
    those of all vectors: are all in their intervals at once, is the largest below the limit, and J_z told as broken;
    the p-value of the true coefficients, a chi^2; limit and expected limit."""
    parts = strengths(partial, waves.names)
    region = Region([one.quantity for one in parts])
    truth = {name: size / 2 if name.startswith("v_2 ") else 0.0 for name in waves.names[0]}
    if not size:
        truth = {name: 0.0 for own in waves.names for name in own}
    ends = {name: region.ends(name) for name in truth}
    count = 2 * len(waves.names[0])
    first = len(partial.mean) - waves.count
    a, covariance, *_ = coefficients(partial.take(slice(first, first + count)))
    a[1] -= size
    joint = Joint()
    for one in parts:
        joint.put(one.quantity, one.influences)
    upper = max(region.ends(name)[2] for name in region.quantities)
    return {
        "inside": float(all(low <= truth[name] <= high for name, (_, low, high) in ends.items())),
        "below": float(size / 2 <= upper),
        "told": float(max(region.ends(name)[1] for name in region.quantities) > 0),
        "true": float(stats.chi2.logsf(a @ np.linalg.solve(covariance, a), count)),
        "upper": upper,
        "expected": joint.expected(region, region.quantities),
        "size": float(a[1] + size),
    }


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
    print(
        "| events | n data, reference, factor | toys | orbits | plain | inside | below | told | true p < 0.05 | "
        "limit, expected | size | steep | s |"
    )
    print("|" + "---|" * 13)
    for name, lines in found.items():
        if not lines:
            continue
        row, band = ROWS[name], ""
        if name in exact:
            low, high = stats.binom(len(lines), 0.05).ppf([each / 2, 1 - each / 2]) / len(lines)
            share = float(np.mean([line["orbits"] < np.log(0.05) for line in lines]))
            band = f" [{low:.3f}, {high:.3f}{'' if low <= share <= high else ', **outside**'}]"
        mean = {
            key: float(np.mean([line[key] for line in lines if key in line] or [np.nan]))
            for key in ("inside", "below", "told", "upper", "expected", "size", "seconds")
        }
        plain = shares(lines, "plain").split("|")[1].strip() if row.size else "-"
        steep = np.mean([line["steep"] < np.log(0.001) for line in lines if "steep" in line] or [np.nan])
        print(
            f"| {row.words} | {row.n}, {row.reference}, {row.factor} | {shares(lines, 'orbits')}{band} | {plain} | "
            f"{mean['inside']:.3f} | {mean['below']:.3f} | {mean['told']:.3f} | "
            f"{shares(lines, 'true').split('|')[1].strip()} | {mean['upper']:.3f}, {mean['expected']:.3f} | "
            f"{mean['size']:.3f} | {steep:.2f} | {mean['seconds']:.2f} |",
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
