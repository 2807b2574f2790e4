"""Level and power of the exact tests of given groups. The tables of docs/methods/moments.md, "Exact p-values".

    python benchmarks/moments_exact.py level|physics|weights|power|all [--only TEXT] [--toys N] [--folder FOLDER]

Every toy is a new sample with new images and random choices, 199 of them at most, so that 0.05 is an exact level; a row
is a file FOLDER/NAME.jsonl with one line per toy, and a run that was stopped goes on from there. 'referee' is a test
of the kind of Chiu and Bloem-Reddy (arXiv:2307.15834), made anew without code of this package: the maximum mean
discrepancy of the events and ten images of each, with a Gaussian kernel whose width is the median distance, ranked
among 200 random choices of images.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from moments_power import accepted
from scipy import stats
from scipy.spatial.distance import pdist

from symhep.lie.bases import poincare, so
from symhep.lie.elements.frame import Frame
from symhep_moments.fit.given.exact_test import group_test
from symhep_moments.fit.given.groups import read_group
from symhep_moments.sample import Events

FloatArray = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], FloatArray]

#: Random choices at most.
DRAWS = 199
MOMENTUM = ("E", "px", "py", "pz")


@dataclass(frozen=True)
class Row:
    """What is drawn, (n, P, d), its group, and how many toys; ``weights`` of the events; a published power."""

    name: str
    group: str
    events: int
    draw: Draw
    toys: int = 1000
    weights: Callable[[np.random.Generator, FloatArray], FloatArray] | None = None
    published: float | None = None
    referee: bool = False


def normal(d: int, mean: float = 0.0) -> Draw:
    """One vector of d independent components, the first with a mean."""
    return lambda rng, n: rng.normal(size=(n, 1, d)) + mean * np.eye(d)[0]


def wishart(d: int) -> Draw:
    """One normal vector with a covariance drawn anew: W / tr(W) d, W from Wishart's law with d degrees of freedom."""

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        root = rng.normal(size=(d, d))
        root *= np.sqrt(d / (root**2).sum())
        return np.asarray((rng.normal(size=(n, d)) @ root)[:, None])

    return draw


def correlated(d: int, rho: float) -> Draw:
    """One normal vector whose components have the correlation rho."""
    root = np.linalg.cholesky((1 - rho) * np.eye(d) + rho)
    return lambda rng, n: (rng.normal(size=(n, d)) @ root.T)[:, None]


def modulated(m: int, eps: float) -> Draw:
    """In the plane, with the density of the azimuth 1 + eps cos m phi."""

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        phi = azimuths(rng, n, m, eps)
        r = np.sqrt(rng.chisquare(2, size=n))
        return np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)[:, None]

    return draw


def azimuths(rng: np.random.Generator, n: int, m: int = 1, eps: float = 0.0) -> FloatArray:
    """Of the density 1 + eps cos m (phi - phi_0), phi_0 anew in each toy."""
    found, start = np.zeros(0), rng.uniform(0, 2 * np.pi)
    while len(found) < n:
        phi = rng.uniform(0, 2 * np.pi, 2 * n)
        found = np.concatenate(
            [found, phi[rng.random(2 * n) * (1 + eps) < 1 + eps * np.cos(m * (phi - start))]]
        )
    return found[:n]


def pairs(m: int = 1, eps: float = 0.0) -> Draw:
    """Drell-Yan-like: a Breit-Wigner at 91 GeV, recoil of 15 GeV, rapidity of width 1.6, 1 + cos^2 theta; the whole
    event turned by an azimuth of `azimuths`."""

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        mass = np.clip(91.2 + 1.25 * rng.standard_cauchy(n), 60, 120)
        cos = rng.uniform(-1, 1, 8 * n)
        cos = cos[rng.random(8 * n) * 2 < 1 + cos**2][:n]
        phi, sin = rng.uniform(0, 2 * np.pi, n), np.sqrt(1 - cos**2)
        one = np.stack([np.ones(n), sin * np.cos(phi), sin * np.sin(phi), cos], axis=1) * (mass / 2)[:, None]
        other = one * [1, -1, -1, -1]
        pt, y = rng.exponential(15, n), rng.normal(0, 1.6, n)
        energy = np.sqrt(mass**2 + pt**2)
        boost = np.stack([energy * np.cosh(y), pt, np.zeros(n), energy * np.sinh(y)], axis=1) / mass[:, None]
        both = np.stack([_boosted(one, boost), _boosted(other, boost)], axis=1)
        return _turned(both, azimuths(rng, n, m, eps))

    return draw


def dijets(m: int, eps: float) -> Draw:
    """Dijets that are accepted with a probability in proportion to 1 + eps cos m phi of the first jet."""
    return lambda rng, n: accepted("dijets", rng, n, eps, m)


def four_jets(rng: np.random.Generator, n: int) -> FloatArray:
    """Four jets with falling pt and any rapidity, about one axis, the whole event turned at random."""
    axis = np.array([0.0, np.pi, 0.4, 3.6])
    pt = np.sort(30 + rng.exponential([120, 100, 40, 30], size=(n, 4)), axis=1)[:, ::-1]
    phi, eta = axis + rng.normal(0, 0.5, (n, 4)), rng.normal(0, 1.2, (n, 4))
    p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)
    return _turned(p, rng.uniform(0, 2 * np.pi, n))


def _boosted(p: FloatArray, u: FloatArray) -> FloatArray:
    """p (n, 4) from the rest frame of a system of four-velocity u (n, 4)."""
    along = (p[:, 1:] * u[:, 1:]).sum(axis=1)
    energy = u[:, 0] * p[:, 0] + along
    return np.column_stack([energy, p[:, 1:] + u[:, 1:] * ((energy + p[:, 0]) / (1 + u[:, 0]))[:, None]])


def _turned(p: FloatArray, phi: FloatArray) -> FloatArray:
    c, s = np.cos(phi)[:, None], np.sin(phi)[:, None]
    return np.stack(
        [p[..., 0], c * p[..., 1] - s * p[..., 2], s * p[..., 1] + c * p[..., 2], p[..., 3]], axis=2
    )


def lognormal(rng: np.random.Generator, x: FloatArray) -> FloatArray:
    """Weights of a lognormal spread of one, whatever the event."""
    return rng.lognormal(0, 1, len(x))


def signed(rng: np.random.Generator, x: FloatArray) -> FloatArray:
    """One in five is -1, whatever the event."""
    return np.where(rng.random(len(x)) < 0.2, -1.0, 1.0)


def azimuth_signed(rng: np.random.Generator, n: int) -> FloatArray:
    """Events in the plane whose density is 1 + 0.6 cos 2 phi; with `azimuth_signs` the signed density is uniform."""
    phi = azimuths_at(rng, n, 0.6)
    r = np.sqrt(rng.chisquare(2, size=n))
    return np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)[:, None]


def azimuths_at(rng: np.random.Generator, n: int, eps: float) -> FloatArray:
    """Of the density 1 + eps cos 2 phi."""
    phi = rng.uniform(0, 2 * np.pi, 4 * n)
    return np.asarray(phi[rng.random(4 * n) * (1 + eps) < 1 + eps * np.cos(2 * phi)][:n])


def azimuth_signs(rng: np.random.Generator, x: FloatArray) -> FloatArray:
    """+1 or -1, E[w | phi] (1 + 0.6 cos 2 phi) = 0.4: where events are many, more of them are negative."""
    cos2 = (x[:, 0, 0] ** 2 - x[:, 0, 1] ** 2) / (x[:, 0] ** 2).sum(axis=1)
    mean = 0.4 / (1 + 0.6 * cos2)
    return np.where(rng.random(len(x)) < (1 + mean) / 2, 1.0, -1.0)


def rows() -> dict[str, list[Row]]:
    """Table -> its rows."""
    sizes = {25: 1000, 100: 1000, 400: 1000, 2000: 400}
    level = [
        Row(f"so{d}_{n}", f"SO({d})", n, normal(d), toys)
        for d in (2, 3, 4, 10, 20)
        for n, toys in sizes.items()
    ]
    level += [
        Row("torus_100", "SO(2)xSO(2)", 100, normal(4)),
        Row("permutations_100", "permutations", 100, normal(5)),
        Row("turned_together_100", "SO(3)", 100, lambda rng, n: rng.normal(size=(n, 3, 3))),
        Row("swapped_50", "exchange(1,2)", 50, lambda rng, n: rng.standard_t(2, size=(n, 2, 2))),
    ]
    physics = [
        Row("pairs_2000", "J_z", 2000, pairs()),
        Row("four_jets_2000", "J_z", 2000, four_jets, 400),
        Row("pairs_10000", "J_z", 10_000, pairs(), 400),
    ]
    weights = [
        Row("lognormal_so3_400", "SO(3)", 400, normal(3), weights=lognormal),
        Row("lognormal_pairs_2000", "J_z", 2000, pairs(), weights=lognormal, toys=400),
        Row("signed_so3_400", "SO(3)", 400, normal(3), weights=signed),
        Row("signed_pairs_2000", "J_z", 2000, pairs(), weights=signed, toys=400),
        Row("azimuth_signs_400", "SO(2)", 400, azimuth_signed, weights=azimuth_signs),
        Row("azimuth_signs_2000", "SO(2)", 2000, azimuth_signed, weights=azimuth_signs, toys=400),
    ]
    published = {(4, 50): 0.496, (4, 100): 0.809, (4, 200): 0.984, (5, 200): 0.988}
    published |= {(10, 200): 0.950, (15, 200): 0.911, (20, 200): 0.874}
    power = [
        Row(f"mean_{d}_{n}", f"SO({d})", n, normal(d, 0.4), published=value, referee=n <= 100)
        for (d, n), value in published.items()
    ]
    power += [
        Row("wishart_100", "SO(3)", 100, wishart(3), published=0.976, referee=True),
        Row("exchangeable_200", "permutations", 200, wishart(10), published=1.0),
        Row("equicorrelation_200", "SO(3)", 200, correlated(3, 0.1), referee=True),
        Row("cos4_1000", "SO(2)", 1000, modulated(4, 0.3)),
    ]
    power += [
        Row(f"dijets_m{m}_2000", "J_z", 2000, dijets(m, 6.3 / 2000**0.5), toys=200) for m in range(1, 7)
    ]
    return {"level": level, "physics": physics, "weights": weights, "power": power}


def sample(row: Row, rng: np.random.Generator) -> tuple[Events, Frame]:
    """Events of a toy."""
    x = row.draw(rng, row.events)
    d, momenta = x.shape[2], x.shape[2] == 4 and x.shape[1] > 1
    names = MOMENTUM if momenta else tuple(f"x{i + 1}" for i in range(d))
    w = np.ones(len(x)) if row.weights is None else row.weights(rng, x)
    scale = float(np.sqrt((x**2).mean()))
    algebra = poincare() if momenta else so(d)
    events = Events(torch.from_numpy(x / scale), torch.from_numpy(w), scale, names, "", momenta, algebra)
    return events, Frame.of(names, (), x.shape[1])


def toy(row: Row, number: int) -> dict[str, float]:
    """p-values of one toy."""
    rng = np.random.default_rng([*row.name.encode(), number])
    events, frame = sample(row, rng)
    found = group_test(events, read_group(row.group, frame, (events.generators,)), frame, rng, DRAWS)
    numbers = {"p": float(np.exp(found.log_p))}
    if row.referee:
        numbers["referee"] = referee(events.vectors[:, 0].numpy(), rng)
    return numbers


def referee(x: FloatArray, rng: np.random.Generator, images: int = 10, resamplings: int = 200) -> float:
    """p of MMD^2 between the events and the mean of ``images``, each event among them; SO(d), one vector."""
    n, d = x.shape
    u = rng.normal(size=(n, images, d))
    u *= np.sqrt((x**2).sum(axis=1)[:, None, None] / (u**2).sum(axis=2, keepdims=True))
    u[:, 0] = x
    flat = u.reshape(-1, d)
    width = float(np.median(pdist(flat[rng.permutation(len(flat))[:500]])))
    square = (flat**2).sum(axis=1)
    kernel = np.exp(-(square[:, None] + square - 2 * flat @ flat.T) / (2 * width**2))
    chosen = rng.integers(images, size=(resamplings + 1, n))
    chosen[0] = 0
    signs = np.eye(images)[chosen].reshape(resamplings + 1, -1) - 1 / images
    found = ((signs @ kernel) * signs).sum(axis=1)
    return float((1 + (found[1:] >= found[0]).sum()) / (resamplings + 1))


def run(row: Row, toys: int, folder: Path) -> list[dict[str, float]]:
    """The missing toys, appended to a file; all of them."""
    path = folder / f"{row.name}.jsonl"
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number in range(done, toys):
            file.write(json.dumps({k: round(v, 6) for k, v in toy(row, number).items()}) + "\n")
            file.flush()
    return [json.loads(line) for line in path.read_text().splitlines()]


def main() -> None:
    tables = rows()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", choices=[*tables, "all"])
    parser.add_argument("--only", default="", help="rows whose names hold this")
    parser.add_argument(
        "--toys", type=int, help="of each row, in place of its own number; 0: print what is there"
    )
    parser.add_argument("--folder", type=Path, default=Path("moments_exact"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    numbers = 2 * sum(len(rows) for name, rows in tables.items() if name != "power")
    print(
        "| row | group | n | toys | p < 0.05 | p < 0.01 | simultaneous 99 % band of 0.05 | published | referee |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in tables if given.table == "all" else [given.table]:
        for row in tables[name]:
            if given.only not in row.name:
                continue
            found = run(row, row.toys if given.toys is None else given.toys, given.folder)
            if not found:
                continue
            p = np.array([one["p"] for one in found])
            low, high = stats.binom(len(p), 0.05).ppf([0.005 / numbers, 1 - 0.005 / numbers]) / len(p)
            band = "" if name == "power" else f"{low:.3f}-{high:.3f}"
            own = [one["referee"] for one in found if "referee" in one]
            print(
                f"| {row.name} | {row.group} | {row.events} | {len(p)} | {np.mean(p <= 0.05 + 1e-9):.3f} "
                f"| {np.mean(p <= 0.01 + 1e-9):.3f} | {band} | {row.published or ''} "
                f"| {f'{np.mean(np.array(own) <= 0.05):.3f}' if own else ''} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
