"""Discrete elements in `moments`: levels, power, coverage of limits. The tables of docs/methods/moments.md.

    python benchmarks/moments_discrete.py level [ROW ...] [--toys 1000] [--folder FOLDER]
    python benchmarks/moments_discrete.py power [ROW ...] [--toys 200] [--folder FOLDER]
    python benchmarks/moments_discrete.py weights [ROW ...] [--toys 400] [--folder FOLDER]
    python benchmarks/moments_discrete.py intervals [--toys 1000] [--folder FOLDER]
    python benchmarks/moments_discrete.py limits [ROW ...] [--toys 400] [--folder FOLDER]
    python benchmarks/moments_discrete.py sums [ROW ...] [--toys 400] [--folder FOLDER]
    python benchmarks/moments_discrete.py scan [--toys 3] [--events 20000]

level: samples with exact symmetries, of equal weights; power: samples that break the elements; weights: symmetric
weighted densities; sums: densities of both kinds of whose events a part alone is in memory, and the same events all in
memory. A line of FOLDER/ROW.jsonl holds the p-values of a toy, joint and of each test, and whether the limits hold; a
run that was stopped goes on from there. limits: how often all named asymmetries lie within their intervals, and below
their limits, at once. intervals: those of a weighted asymmetry alone. scan: which Z_q of the turns of (x1, x2) the
sevenfold surface has, by moments and by symmetrygan, with seconds of processors.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import binom

from symhep.arrays.dataset import dataset_of
from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.lie.bases import poincare
from symhep.lie.elements.frame import Frame
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Method
from symhep.readers.toy.particles import density
from symhep.stats.asymmetry import asymmetry
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.discrete.options import ClassifierOptions, DiscreteOptions
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.method import MomentConditions
from symhep_moments.sample import Events, events_of
from symhep_symmetrygan.method import SymmetryGan

FloatArray = npt.NDArray[np.float64]
Drawn = tuple[FloatArray, FloatArray]
#: Events of a block, of those that are not all in memory.
BLOCK = 1000
#: Networks as by default, small ones that are cheap to train, or none.
NETWORKS = {
    "default": ClassifierOptions(),
    "small": ClassifierOptions(hidden=(8,), min_steps=40, epochs=5),
    "none": None,
}


@dataclass(frozen=True)
class Row:
    """A kind of events (rng, n) -> (n, P, d) and weights, n, elements, and how large the networks are."""

    draw: Callable[[np.random.Generator, int], Drawn]
    events: int
    elements: tuple[str, ...]
    networks: str = "small"
    vectors: tuple[str, ...] = ()
    efficiency: Callable[[torch.Tensor], torch.Tensor] | None = None
    asymmetries: tuple[float, ...] = ()
    subsample: int | None = None


def toy(name: str, **options: Any) -> Callable[[np.random.Generator, int], Drawn]:
    """One of the toy densities of symhep, without weights."""
    return lambda rng, n: (density(name, **options).draw(rng, n), np.ones(n))


def muon_pairs(rng: np.random.Generator, n: int) -> FloatArray:
    """pp -> Z/gamma* -> mu mu: Breit-Wigner mass, rapidity width 1.1, recoil pt 15 GeV, 1 + cos^2 theta: (n, 2, 4)."""
    mass = np.clip(91.19 + 1.25 * np.tan(np.pi * (rng.random(n) - 0.5) * 0.97), 40, 200)
    cosine = rng.uniform(-1, 1, size=4 * n)
    cosine = cosine[rng.random(4 * n) * 2 < 1 + cosine**2][:n]
    azimuth, sine = rng.uniform(-np.pi, np.pi, size=n), np.sqrt(1 - cosine**2)
    way = np.c_[sine * np.cos(azimuth), sine * np.sin(azimuth), cosine]
    half = mass[:, None] / 2
    pair = np.stack([np.c_[half, half * way], np.c_[half, -half * way]], axis=1)
    recoil = 15 * rng.normal(size=(n, 2)) / np.sqrt(2)
    y, pt2 = 1.1 * rng.normal(size=n), (recoil**2).sum(axis=1)
    mt = np.sqrt(mass**2 + pt2)
    beta = np.c_[recoil / (mt * np.cosh(y))[:, None], np.tanh(y)]
    b2 = (beta**2).sum(axis=1)
    gamma = 1 / np.sqrt(1 - b2)
    along = np.einsum("npi,ni->np", pair[..., 1:], beta)
    energy = gamma[:, None] * (pair[..., 0] + along)
    shift = ((gamma - 1) / b2)[:, None] * along + gamma[:, None] * pair[..., 0]
    return np.concatenate([energy[..., None], pair[..., 1:] + shift[..., None] * beta[:, None]], axis=2)


def accepted(strength: float) -> Callable[[np.random.Generator, int], Drawn]:
    """Density times 1 + strength cos phi_1, weights one over it."""

    def draw(rng: np.random.Generator, n: int) -> Drawn:
        p = muon_pairs(rng, 3 * n)
        eps = 1 + strength * np.cos(np.arctan2(p[:, 0, 2], p[:, 0, 1]))
        kept = np.flatnonzero(rng.random(3 * n) * (1 + strength) < eps)[:n]
        return p[kept], 1 / eps[kept]

    return draw


def seen_part(x: torch.Tensor) -> torch.Tensor:
    """The efficiency of `accepted`, for 0.7."""
    return 1 + 0.7 * torch.cos(torch.atan2(x[:, 0, 2], x[:, 0, 1]))


def steep(rng: np.random.Generator, n: int) -> Drawn:
    """Gaussian vectors in three dimensions seen with exp(-0.7 z), weights one over it, lognormal of sigma 0.7."""
    x = rng.normal(size=(n, 1, 3))
    x[:, 0, 2] -= 0.7
    return x, np.exp(0.7 * x[:, 0, 2])


def signed(rng: np.random.Generator, n: int) -> Drawn:
    """Isotropic in the plane; signs of the weights depend on the azimuth, the signed density does not.

    Positive events have the density 1 + c, negative ones c = (1 + cos phi) / 4: the difference is flat.
    """
    phi, r = rng.uniform(-np.pi, np.pi, size=4 * n), rng.rayleigh(size=4 * n)
    c, u = (1 + np.cos(phi)) / 4, 2 * rng.random(4 * n)
    kept = np.flatnonzero(u < 1 + 2 * c)[:n]
    sign = np.where(u < c, -1.0, 1.0)[kept]
    return np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)[kept][:, None], sign


def sevenfold(rng: np.random.Generator, n: int) -> Drawn:
    """x ~ N(0, 1)^3, y = x3 / (1 + (phi mod 2 pi / 7)): a surface that Z_7 alone preserves."""
    x = rng.normal(size=(n, 3))
    y = x[:, 2] / (1 + np.arctan2(x[:, 1], x[:, 0]) % (2 * np.pi / 7))
    return np.c_[x, y][:, None], np.ones(n)


def wavy(rng: np.random.Generator, n: int) -> Drawn:
    """On a fourfold wavy circle, r = 1 + 0.1 cos 4 phi, and a third number: Z_4 and its mirrors hold, Z_3 not."""
    phi = rng.uniform(-np.pi, np.pi, size=n)
    r = 1 + 0.1 * np.cos(4 * phi)
    return np.c_[r * np.cos(phi), r * np.sin(phi), rng.normal(size=n)][:, None], np.ones(n)


def with_lognormal(sigma: float) -> Callable[[np.random.Generator, int], Drawn]:
    """Muon pairs with weights that depend on nothing."""
    return lambda rng, n: (muon_pairs(rng, n), rng.lognormal(sigma=sigma, size=n))


PAIR = ("P", "reflection(x)", "exchange(1,2)", "Z_4(z)")
MUONS, FOUR = ("mu-", "mu+"), ("a", "b", "c", "d")
DECAYS = ("P", "reflection(z)", "exchange(1,2)", "Z_3(z)")
SMEARED = toy("two_body", width=0.03, rapidity=0.7)
LEVELS = {
    "decays": Row(SMEARED, 500, DECAYS, "none", MUONS),
    "wavy": Row(wavy, 500, ("Z_4(1,2)", "reflection(1)", "P"), "none"),
    "pairs": Row(lambda rng, n: (muon_pairs(rng, n), np.ones(n)), 2000, PAIR, "small", MUONS),
    "sevenfold": Row(sevenfold, 1000, ("Z_7(1,2)",), "small"),
    "four": Row(toy("four_body"), 500, ("P", "exchange(1,2)"), "small", FOUR),
    "few": Row(toy("dijets"), 60, ("P", "exchange(1,2)", "Z_3(z)"), "small", ("a", "b")),
    "decays_networks": Row(SMEARED, 500, DECAYS, "default", MUONS),
}
POWERS = {
    **{
        f"a_fb_{a}": Row(
            toy("two_body", a_fb=a, width=0.03, rapidity=0.3), 2000, DECAYS[:3], "default", MUONS
        )
        for a in (0.05, 0.075, 0.1)
    },
    **{
        f"handed_{h}": Row(toy("four_body", handedness=h), 2000, ("P",), "default", FOUR)
        for h in (0.2, 0.3, 0.4)
    },
    **{
        f"sevenfold_{n}": Row(sevenfold, n, ("Z_2(1,2)", "Z_6(1,2)", "Z_14(1,2)"), "default")
        for n in (200, 500, 1000)
    },
    **{f"wavy_{n}": Row(wavy, n, ("Z_3(1,2)", "Z_5(1,2)"), "default") for n in (200, 500)},
}
WEIGHTED = {
    **{f"accepted_{n}": Row(accepted(0.7), n, PAIR, "small", MUONS) for n in (500, 2000)},
    "accepted_known_500": Row(accepted(0.7), 500, PAIR, "small", MUONS, seen_part),
    "lognormal_500": Row(with_lognormal(1.0), 500, PAIR, "small", MUONS),
    **{f"steep_{n}": Row(steep, n, ("reflection(3)", "P", "Z_4(2,3)"), "small") for n in (500, 2000)},
    "signed_1000": Row(signed, 1000, ("P", "reflection(1)", "Z_4"), "small"),
}
SUMS = {
    name: replace(row, events=6000, networks="none", subsample=part)
    for kind, row in {
        "decays": LEVELS["decays"],
        "accepted": WEIGHTED["accepted_2000"],
        "four": LEVELS["four"],
        "a_fb_0.05": POWERS["a_fb_0.05"],
        "handed_0.2": POWERS["handed_0.2"],
    }.items()
    for name, part in ((kind, 2000), (f"{kind}_in_memory", None))
}
LIMITS = {
    "limits_symmetric": Row(
        toy("two_body", width=0.03), 500, ("P", "reflection(z)", "Z_3(z)"), "none", MUONS
    ),
    "limits_a_fb_0.3": Row(
        toy("two_body", a_fb=0.3),
        500,
        ("P", "reflection(z)", "reflection(x)"),
        "none",
        MUONS,
        None,
        (0.3, 0.3, 0.0),
    ),
    "limits_lognormal": Row(with_lognormal(1.0), 500, PAIR, "none", MUONS),
}


def sample(row: Row, rng: np.random.Generator) -> tuple[Events, Frame]:
    """A toy as the method takes it."""
    x, weights = row.draw(rng, row.events)
    n, p, d = x.shape
    if row.subsample is not None:
        streams.SUBSAMPLE = row.subsample
        data = dataset_of(x, weights=weights, names=row.vectors)
        found = events_of(replace(data, block=np.arange(n) // BLOCK))
        return found, Frame.of(found.names, row.vectors, p)
    if d == 4 and p > 1:
        scale = float(np.sqrt((x**2).mean()))
        names = ("E", "px", "py", "pz")
        events = Events(
            torch.from_numpy(x / scale), torch.from_numpy(weights), scale, names, "GeV", True, poincare()
        )
        return events, Frame.of(names, row.vectors, p)
    data = Dataset.from_array(x.reshape(n, -1), weights=weights, scaling="none")
    found = events_of(data)
    return found, Frame.of(found.names, (), 1)


class _Known:
    """An efficiency in place of an option that names a function of the user."""

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
        self._function = function

    def load(self) -> Callable[[torch.Tensor], torch.Tensor]:
        return self._function


def one(row: Row, number: int) -> dict[str, Any]:
    """Of each element p, joint and of the tests, the asymmetry with its ends and its limit; a toy by its number."""
    torch.set_num_threads(1)
    events, frame = sample(row, np.random.default_rng([row.events, number]))
    options = DiscreteOptions(
        elements=_named(row.elements, events), classifier=NETWORKS[row.networks], randomisations=999
    )
    if row.efficiency is not None:
        options = options.model_copy(update={"efficiency": _Known(row.efficiency)})
    functions = build_functions(events, FunctionOptions(), np.random.default_rng(number))
    found = discrete_tests(
        events, options.chosen(frame), frame, functions, options, np.random.SeedSequence(number)
    )
    return {
        asked: {
            "how": r.how, "p": r.p_value, **{name: p.p_value for name, p in r.tests.items()},
            "size": r.size and [r.size.value, r.size.low, r.size.high], "function": r.function, "upper": r.upper_95,
            "expected": r.expected_95,
            "weights": r.weights_independent and r.weights_independent.p_value,
        }
        for asked, r in zip(row.elements, found, strict=True)
    }  # fmt: skip


def _named(elements: tuple[str, ...], events: Events) -> tuple[str, ...]:
    """Components by number become names, where there are no momenta."""
    if events.momenta:
        return elements
    return tuple(
        head + "".join(f"x{c}" if c.isdigit() else c for c in rest)
        for head, rest in ((e[: e.find("(")], e[e.find("(") :]) if "(" in e else (e, "") for e in elements)
    )


def toys(name: str, row: Row, count: int, folder: Path) -> list[dict[str, Any]]:
    """Those that the file has, and the missing ones."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    done = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    with path.open("a") as file:
        for number in range(len(done), count):
            done.append(one(row, number))
            file.write(json.dumps(done[-1]) + "\n")
            file.flush()
    return done[:count]


def table(rows: dict[str, Row], args: argparse.Namespace) -> None:
    """The fraction of p <= 0.05 (0.01) of each element."""
    print(
        "| events | n | toys | element | joint | moments | classifier | neighbours |\n|---|---|---|---|---|---|---|---|"
    )
    for name, row in rows.items():
        if args.rows and name not in args.rows:
            continue
        found = toys(name, row, args.toys, args.folder)
        for element in row.elements:
            ps = [toy[element] for toy in found]
            cells = []
            for test in ("p", "moments", "classifier", "neighbours"):
                some = np.array([p[test] for p in ps if p.get(test) is not None])
                cells.append(
                    f"{(some <= 0.05 + 1e-9).mean():.3f} ({(some <= 0.01 + 1e-9).mean():.3f})"
                    if len(some)
                    else "-"
                )
            print(f"| {name} | {row.events} | {len(found)} | {element} | {' | '.join(cells)} |", flush=True)
    low, high = binom.interval(0.99, args.toys, 0.05)
    print(f"\n99 % band of one number: {low / args.toys:.3f} to {high / args.toys:.3f}")


def limits(rows: dict[str, Row], args: argparse.Namespace) -> None:
    """How often intervals hold the largest asymmetry's true value, and limits all; the median limit, and expected."""
    print(
        "| events | n | toys | element | interval holds | limit holds | median limit | expected |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for name, row in rows.items():
        if args.rows and name not in args.rows:
            continue
        found = toys(name, row, args.toys, args.folder)
        truths = row.asymmetries or (0.0,) * len(row.elements)
        for element, truth in zip(row.elements, truths, strict=True):
            some = [t[element] for t in found if t[element]["size"]]
            holds = np.mean(
                [s["size"][1] <= t <= s["size"][2] for s in some for t in (np.sign(s["size"][0]) * truth,)]
            )
            above = np.mean([s["upper"] >= truth for s in some])
            median = np.median([s["upper"] for s in some])
            expected = np.median([s["expected"] for s in some])
            cells = f"{holds:.3f} | {above:.3f} | {100 * median:.1f} % | {100 * expected:.1f} %"
            print(f"| {name} | {row.events} | {len(some)} | {element} | {cells} |", flush=True)


def intervals(args: argparse.Namespace) -> None:
    """Coverage of the 95 % interval of a weighted asymmetry; weights that depend on nothing, and on the sign."""
    print("| weights | n | A = 0 | 0.3 | 0.8 |\n|---|---|---|---|---|")
    for depend in (1.0, 2.0):
        for sigma in (1.0, 2.0):
            for n in (100, 500, 2000):
                cells = []
                for a in (0.0, 0.3, 0.8):
                    share = (1 + a) / 2
                    true = 2 * depend * share / (depend * share + 1 - share) - 1
                    held = 0
                    for number in range(args.toys):
                        rng = np.random.default_rng([n, int(sigma), int(10 * a), number])
                        sign = np.where(rng.random(n) < share, 1.0, -1.0)
                        w = rng.lognormal(sigma=sigma, size=n) * np.where(sign > 0, depend, 1.0)
                        found = asymmetry(np.stack([sign, -sign], axis=1), w)
                        held += found.low <= true <= found.high
                    cells.append(f"{held / args.toys:.3f}")
                twice = "" if depend == 1 else ", twice as large for A's positive events"
                print(f"| lognormal, sigma {sigma:g}{twice} | {n} | {' | '.join(cells)} |", flush=True)


def scan(args: argparse.Namespace) -> None:
    """The sevenfold surface with all options of both methods as they are."""
    discrete: dict[str, Any] = {"elements": [], "scan": "J_12"}
    methods: list[tuple[Method[Any, Any, Any], dict[str, Any]]] = [
        (MomentConditions(), {"generators": "so(4)", "discrete": discrete}),
        (SymmetryGan(), {"search": False, "discrete": discrete}),
    ]
    print(
        "| method | events | seed | answer | largest adjusted p of another order | seconds |\n|---|---|---|---|---|---|"
    )
    for seed in range(args.toys):
        x, _ = sevenfold(np.random.default_rng([args.events, seed]), args.events)
        data = Dataset.from_array(x[:, 0], scaling="isotropic")
        for method, given in methods:
            start = process_time()
            options = method.Options.model_validate(given)
            sample = method.prepare(data, options)
            contexts = [
                (shard, Context(seed_sequence(seed, method.name, k)))
                for k, shard in enumerate(method.shards(sample))
            ]
            parts = [method.fit(sample, shard, context) for shard, context in contexts]
            record = method.combine(sample, parts, Context(seed_sequence(seed, method.name, COMBINE))).record
            others = max(r.p_value_adjusted for r in record.cyclic_scan.cyclic_groups if r.order != 7)
            cells = f"{record.cyclic_scan.name} | {others:.2g} | {process_time() - start:.0f}"
            print(f"| {method.name} | {args.events} | {seed} | {cells} |", flush=True)


def main() -> None:
    """A table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("level", "power", "weights", "sums", "intervals", "limits", "scan"))
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--toys", type=int)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=Path("moments_discrete"))
    args = parser.parse_args()
    usual = {
        "level": 1000,
        "power": 200,
        "weights": 400,
        "sums": 400,
        "intervals": 1000,
        "limits": 400,
        "scan": 3,
    }
    args.toys = args.toys or usual[args.what]
    if args.what in ("intervals", "scan"):
        {"intervals": intervals, "scan": scan}[args.what](args)
    elif args.what == "limits":
        limits(LIMITS, args)
    else:
        table({"level": LEVELS, "power": POWERS, "weights": WEIGHTED, "sums": SUMS}[args.what], args)


if __name__ == "__main__":
    main()
