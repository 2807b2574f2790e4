"""P-values of SymmetryGAN's elements: level, and power before and after. Tables of docs/methods/symmetrygan.md.

    python benchmarks/symmetrygan_level.py [KIND ...] [--events 500 1000 2000 10000] [--toys 500] [--out FILE]
    python benchmarks/symmetrygan_level.py --classifiers KIND ...          with classifiers, and not by waves alone

Nothing is trained: half of the events test, on the others an element is refined. Every toy has an element g0 that is a
symmetry (of kinds that have one) and is given as it is, and the same element off by 3 % (as a share of the size of an
event, in a random direction of the search space), which is refined. Columns: how often p < 0.05 and p < 0.01 for what
is given, by the law for many events with 48 waves ('48 waves', as it was in symhep 0.1), and for what is refined. Toy k
of a row has the seed (kind, events, k), the draws of its tests the seed k alone; finished toys are kept in FILE (a line
of JSON each) and not done again.
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
from scipy.linalg import expm

from symhep.readers.toy.dijets import Dijets
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.spaces.options import SearchOptions
from symhep_symmetrygan.validation.element_test import wave_log_p
from symhep_symmetrygan.validation.options import PosthocOptions, ValidationOptions
from symhep_symmetrygan.validation.validate import validate
from symhep_symmetrygan.validation.waves import Waves, homogeneous

FloatArray = npt.NDArray[np.float64]
Drawn = tuple[FloatArray, FloatArray, npt.NDArray[np.int64]]

OFF, SEED = 0.03, 11


@dataclass(frozen=True)
class Kind:
    """Events with weights and units; the element that is tested, for a random number in [0, 1)."""

    words: str
    draw: Callable[[np.random.Generator, int], Drawn]
    element: Callable[[float], FloatArray]
    symmetric: bool = True
    pairs: bool = False


def turn(angle: float, planes: int = 1) -> FloatArray:
    """Homogeneous rotation of each of ``planes`` planes."""
    c, s = np.cos(angle), np.sin(angle)
    g = np.eye(2 * planes + 1)
    g[:-1, :-1] = np.kron(np.eye(planes), [[c, -s], [s, c]])
    return g


def any_angle(u: float) -> FloatArray:
    """A rotation of the plane."""
    return turn(2 * np.pi * u)


def plain(x: FloatArray) -> Drawn:
    """Events of weight one."""
    return x, np.ones(len(x)), np.arange(len(x))


def gauss(widths: tuple[float, float] = (1.0, 1.0)) -> Callable[[np.random.Generator, int], Drawn]:
    """Two normal numbers."""
    return lambda rng, n: plain(rng.normal(size=(n, 2)) * widths)


def heavy(rng: np.random.Generator, n: int) -> Drawn:
    """Student's t with three degrees of freedom, round in the plane."""
    return plain(rng.normal(size=(n, 2)) / np.sqrt(rng.chisquare(3, (n, 1)) / 3))


def ring(rng: np.random.Generator, n: int) -> Drawn:
    """A narrow ring."""
    phi, r = rng.uniform(0, 2 * np.pi, n), rng.normal(1, 0.05, n)
    return plain(np.stack([r * np.cos(phi), r * np.sin(phi)], 1))


def weighted(rng: np.random.Generator, n: int) -> Drawn:
    """A round exponential with lognormal weights of spread one."""
    phi, r = rng.uniform(0, 2 * np.pi, n), rng.exponential(size=n)
    return np.stack([r * np.cos(phi), r * np.sin(phi)], 1), rng.lognormal(0, 1, n), np.arange(n)


def negative(rng: np.random.Generator, n: int) -> Drawn:
    """Two normal numbers, 20 % of the weights are -1."""
    return rng.normal(size=(n, 2)), rng.choice([1.0, -1.0], n, p=[0.8, 0.2]), np.arange(n)


def copies(rng: np.random.Generator, n: int) -> Drawn:
    """Half as many events, each of them twice."""
    x = rng.normal(size=(n // 2, 2))
    return np.concatenate([x, x]), np.ones(2 * len(x)), np.tile(np.arange(len(x)), 2)


def dijets(rng: np.random.Generator, n: int) -> Drawn:
    """Transverse momenta of two jets."""
    return plain(Dijets().draw(rng, n)[:, :, 1:3].reshape(n, 4))


KINDS = {
    "gauss": Kind("round Gaussian, rotation", gauss(), any_angle),
    "dijets": Kind("dijets, common rotation, so(4)", dijets, lambda u: turn(2 * np.pi * u, 2), pairs=True),
    "heavy": Kind("Student, 3 d.o.f., rotation", heavy, any_angle),
    "ring": Kind("narrow ring, rotation", ring, any_angle),
    "oval": Kind("oval Gaussian 1.2 : 0.4, half a turn", gauss((1.2, 0.4)), lambda u: turn(np.pi)),
    "weighted": Kind("exponential, lognormal weights, rotation", weighted, any_angle),
    "negative": Kind("Gaussian, 20 % negative weights, rotation", negative, any_angle),
    "copies": Kind("Gaussian, each event twice, rotation", copies, any_angle),
    "oval 1.1": Kind("power: Gaussian 1.1 : 1, any rotation", gauss((1.1, 1.0)), any_angle, False),
    "off 0.05": Kind(
        "power: oval 1.2 : 0.4, half a turn + 0.05", gauss((1.2, 0.4)), lambda u: turn(np.pi + 0.05), False
    ),
    "mirror 0.1": Kind(
        "power: oval 1.2 : 0.4, mirror turned by 0.1", gauss((1.2, 0.4)),
        lambda u: turn(0.1) @ np.diag([1.0, -1.0, 1.0]), False,
    ),
}  # fmt: skip


def toy(name: str, events: int, number: int, posthoc: PosthocOptions | None) -> dict[str, float]:
    """ln p of what is given, the same by 48 waves, and of what is refined; directions that are weak."""
    kind = KINDS[name]
    rng = np.random.default_rng([SEED, list(KINDS).index(name), events, number])
    x, weights, unit = kind.draw(rng, events)
    x = x / np.sqrt((x**2).mean())
    order = rng.permutation(int(unit.max()) + 1)[unit] < (int(unit.max()) + 1) // 2
    parts = [
        Sample(torch.from_numpy(x[own]), torch.from_numpy(weights[own]), unit[own]) for own in (order, ~order)
    ]
    size = x.shape[1]
    names = tuple(f"x{k + 1}" for k in range(size))
    data = Events(parts[0], parts[1], 1, size, names, names, (), "", 1.0)
    space = read_space(SearchOptions(group="so(4)" if kind.pairs else "similarity"), data)
    assert space.generators is not None
    generators = homogeneous(np.asarray(space.generators.matrices, dtype=np.float64), size)
    given = kind.element(float(rng.uniform()))
    along = rng.normal(size=len(generators))
    change = np.tensordot(along, generators, 1)
    moved = np.sqrt(((x @ change[:-1, :-1].T) ** 2).mean())
    off = expm(OFF / moved * change) @ given
    options = ValidationOptions(random=0, posthoc=posthoc)
    seeds = np.random.SeedSequence([SEED, number])
    found = validate(np.stack([given, off]), space, data, options, seeds)
    many = wave_log_p(Waves.draw(parts[0], 48, rng), parts[1], given[None], generators)[0]
    return {
        "given": float(found.log_p_found[0]), "many": float(many), "refined": float(found.log_p[1]),
        "weak": float(found.weak[1]), "converged": float(found.converged[1]),
    }  # fmt: skip


def main() -> None:
    """Toys that are not there yet, then the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", default=list(KINDS), help=", ".join(KINDS))
    parser.add_argument("--events", type=int, nargs="+", default=[500, 1000, 2000, 10_000])
    parser.add_argument("--toys", type=int, default=500)
    parser.add_argument("--classifiers", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("symmetrygan_level.jsonl"))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    posthoc = PosthocOptions() if chosen.classifiers else None
    done: dict[tuple[str, int, bool], dict[int, dict[str, float]]] = {}
    if chosen.out.exists():
        for line in chosen.out.read_text().splitlines():
            row = json.loads(line)
            done.setdefault((row["kind"], row["events"], row["classifiers"]), {})[row["toy"]] = row
    print("| events | n | toys | given | 48 waves | refined | weak |\n|---|---|---|---|---|---|---|")
    for events in chosen.events:
        for name in chosen.kinds:
            rows = done.setdefault((name, events, chosen.classifiers), {})
            for number in range(chosen.toys):
                if number in rows:
                    continue
                found = toy(name, events, number, posthoc)
                row = {
                    "kind": name,
                    "events": events,
                    "classifiers": chosen.classifiers,
                    "toy": number,
                    **found,
                }
                rows[number] = row
                with chosen.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")
            print(line_of(name, events, [rows[k] for k in range(chosen.toys)]), flush=True)


def line_of(name: str, events: int, rows: list[dict[str, float]]) -> str:
    """A row of the table."""
    cells = []
    for key in ("given", "many", "refined"):
        p = np.exp([row[key] for row in rows])
        cells.append(", ".join(f"{(p <= level * (1 + 1e-9)).mean():.3f}" for level in (0.05, 0.01)))
    weak = np.mean([row["weak"] > 0 for row in rows])
    return f"| {KINDS[name].words} | {events} | {len(rows)} | {' | '.join(cells)} | {weak:.2f} |"


if __name__ == "__main__":
    main()
