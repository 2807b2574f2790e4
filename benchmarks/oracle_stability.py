"""What the oracle's verdicts are worth: names of exact functions, numbers of generators of learned ones.

    python benchmarks/oracle_stability.py names --toys 100
    python benchmarks/oracle_stability.py given --toys 400
    python benchmarks/oracle_stability.py learned --toys 40

`names`: known functions on awkward numbers (whole, copied, badly scaled, in single precision): the right name?
`given`: functions with a broken symmetry and with none, marked as estimates: what is claimed, with which p-value?
`learned`: regressions of functions with a symmetry, with a broken one, and with none.
Toys are kept in --out, one line each; what is there is not made again. Prints a table in markdown.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep_oracle.fit import exact
from symhep_oracle.fit.broken_name import algebra_breaking
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.function import TorchFunction
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.record import OracleRecord

Floats = npt.NDArray[np.float64]
Function = Callable[[Tensor], Tensor]
EVENTS = 2000


def found(x: Floats, seed: int, **options: Any) -> OracleRecord:
    """The record of the method on features."""
    data, asked = Dataset.from_array(x, scaling="isotropic"), OracleMethodOptions(**options)
    method, seeds = OracleGenerators(), [seed_sequence(seed, "oracle", i) for i in (0, COMBINE)]
    prepared = method.prepare(data, asked)
    part = method.fit(prepared, Shard(), Context(seeds[0]))
    return method.combine(prepared, [part], Context(seeds[1])).record


# --- names of known functions


def pairs(
    rng: np.random.Generator, energy: float = 40, mass: float = 0.1, recoil: float = 2, n: int = 600
) -> Floats:
    """(E, px, py, pz) of two particles that balance but for a recoil."""
    u = rng.normal(size=(n, 3))
    p = energy * np.exp(0.2 * rng.normal(size=(n, 1))) * u / np.linalg.norm(u, axis=1, keepdims=True)
    q = recoil * rng.normal(size=(n, 3)) - p
    return np.concatenate([np.c_[np.sqrt((v**2).sum(axis=1) + mass**2), v] for v in (p, q)], axis=1)


def rounded(size: Floats | list[float], offset: float, rng: np.random.Generator) -> Floats:
    """Whole numbers of three sizes."""
    return np.asarray(np.rint(rng.normal(size=(600, 3)) * size) + offset)


ELLIPSOID = [[100, 0, 0], [0, 0.01, 0], [0, 0, 1]]
LORENTZ = {"acts_on": "features", "vectors": 2}
#: Name: (events, options, right name).
NAMES: dict[str, tuple[Callable[[np.random.Generator], Floats], dict[str, Any], str]] = {
    f"{label}, p^2 of {of}": (make, LORENTZ | {"oracle": {"kind": "lorentz", "of": of}}, "so(1,3)")
    for label, make in (
        ("pairs", pairs), ("whole GeV", lambda rng: np.rint(pairs(rng))),
        ("whole GeV of TeV", lambda rng: np.rint(pairs(rng, 4000, 20, 30))),
        ("single precision", lambda rng: pairs(rng).astype(np.float32).astype(np.float64)),
        ("40 events copied", lambda rng: np.tile(np.rint(pairs(rng)[:40]), (15, 1))),
    )
    for of in ("particles", "pairs", "total")
} | {
    "whole numbers about 1000, |x|": (partial(rounded, [3, 3, 3], 1000), {"oracle": "l2"}, "so(3)"),
    "columns 1, 0.001, 1000, |x|": (lambda rng: rng.normal(size=(500, 3)) * [1, 1e-3, 1e3], {"oracle": "l2"}, "so(3)"),
    "columns 0.1, 10, 1, their ellipsoid": (
        partial(rounded, [20, 2000, 200], 0), {"oracle": {"kind": "quadratic", "matrix": ELLIPSOID}}, "so(3)"
    ),
}  # fmt: skip


def name_toy(kind: str, toy: int) -> dict[str, Any]:
    """One name."""
    make, options, right = NAMES[kind]
    a = found(make(np.random.default_rng([toy, 1])), toy, **options).algebra
    return {"name": a.unbroken, "right": a.unbroken == right, "dimension": a.dimension}


# --- functions of three variables


def cubic(rng: np.random.Generator) -> Function:
    """All terms up to the third degree, with normal coefficients."""
    a, b, c = (torch.from_numpy(rng.normal(size=(3,) * n)) for n in (1, 2, 3))
    return lambda x: (
        x @ a + torch.einsum("ij,ni,nj->n", b, x, x) + torch.einsum("ijk,ni,nj,nk->n", c, x, x, x)
    )


def bumps(rng: np.random.Generator) -> Function:
    """Six Gaussian hills of different widths."""
    at, height = torch.from_numpy(rng.normal(size=(6, 3))), torch.from_numpy(rng.normal(size=6))
    width = torch.from_numpy(np.exp(0.4 * rng.normal(size=(6, 3))))
    return lambda x: torch.exp(-((x[:, None] - at) / width).square().sum(-1) / 2) @ height


def additive(rng: np.random.Generator) -> Function:
    """A sum of three functions of one variable each."""
    a = torch.from_numpy(rng.normal(size=(4, 3)))
    return lambda x: (a[0] * x + a[1] * x**2 + a[2] * torch.tanh(2 * x) + a[3] * torch.cos(2 * x)).sum(1)


def product(rng: np.random.Generator) -> Function:
    """A product of three functions of one variable; where these are slow nearly the exponential of a quadratic form."""
    a, b = torch.from_numpy(rng.normal(size=(2, 3)))
    return lambda x: (torch.sin(a * x + b) + 1.5).prod(dim=1)


def square(x: Tensor) -> Tensor:
    """r^2."""
    return x.square().sum(1)


def broken(x: Tensor) -> Tensor:
    """r^2 + 0.15 x^3 + 0.15 x z^2: 8 % of its variance breaks so(3)."""
    return square(x) + 0.15 * x[:, 0] ** 3 + 0.15 * x[:, 0] * x[:, 2] ** 2


def waved(x: Tensor) -> Tensor:
    """exp(-r^2/4), broken by a wave in y."""
    return torch.exp(-square(x) / 4) + 0.03 * torch.sin(2 * x[:, 1])


def hyperbolic(x: Tensor) -> Tensor:
    """x^2 + y^2 - z^2, broken by 0.2 x y z."""
    return x[:, 0] ** 2 + x[:, 1] ** 2 - x[:, 2] ** 2 + 0.2 * x.prod(dim=1)


#: Functions as they are, marked as estimates.
GIVEN: dict[str, Callable[[np.random.Generator], Function]] = {
    "no symmetry, cubic": cubic,
    "no symmetry, bumps": bumps,
    "no symmetry, additive": additive,
    "none but nearly, product": product,
    "r^2 + 0.15 x^3 + 0.15 x z^2": lambda rng: broken,
    "exp(-r^2/4) + 0.03 sin 2y": lambda rng: waved,
    "x^2 + y^2 - z^2 + 0.2 x y z": lambda rng: hyperbolic,
}
#: Name: (function of the toy, largest share of the variance that is noise; each toy draws its own).
LEARNED: dict[str, tuple[Callable[[np.random.Generator], Function], float]] = {
    "r^2 + 0.15 x^3 + 0.15 x z^2": (lambda rng: broken, 0.0),
    "no symmetry, cubic": (cubic, 0.0),
    "r^2, up to 13 % noise": (lambda rng: square, 0.13),
    "no symmetry, bumps": (bumps, 0.0),
    "exp(-r^2/4) + 0.03 sin 2y": (lambda rng: waved, 0.0),
    "x^2 + y^2 - z^2 + 0.2 x y z": (lambda rng: hyperbolic, 0.0),
}


def given_toy(kind: str, toy: int) -> dict[str, Any]:
    """A function as it is."""
    rng = np.random.default_rng([toy, 2])
    x, layout = torch.from_numpy(rng.normal(size=(400, 3))), Layout(1, 3)
    oracle = TorchFunction(layout, GIVEN[kind](rng), 1)
    oracle.approximate = True
    s = exact.solve(oracle, x, np.ones(400), LinearFields(layout), rng)
    assert s.solver is not None and s.solver.exact is not None and s.solver.exact.gap is not None  # noqa: PT018
    return {
        "dimension": s.dimension, "stability": s.stability, "p": s.solver.exact.gap.p_value,
        "breaking": algebra_breaking(s, 0, oracle.precision).value,
    }  # fmt: skip


def learned_toy(retrain: int, kind: str, toy: int) -> dict[str, Any]:
    """A regression."""
    make, most = LEARNED[kind]
    rng, start = np.random.default_rng([toy, 3]), monotonic()
    noise = rng.uniform(0, most)
    x = rng.normal(size=(EVENTS, 3))
    y = make(rng)(torch.from_numpy(x)).numpy()
    y = y + np.sqrt(noise / (1 - noise)) * y.std() * rng.normal(size=EVENTS)
    oracle = {"kind": "learned", "task": "regressor", "target": "x4", "network": "plain", "retrain": retrain}
    record = found(np.c_[x, y], toy, oracle=oracle)
    a = record.algebra
    return {
        "dimension": a.dimension, "name": a.name, "stability": a.dimension_stability, "p": a.p_value,
        "breaking": a.breaking.value, "score": record.oracle.training and record.oracle.training.quality.score.value,
        "seconds": monotonic() - start,
    }  # fmt: skip


# --- tables


def kept(
    path: Path, part: str, kinds: Iterable[str], toys: int, one: Callable[[str, int], dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """All toys by kind, made where they are not in the file."""
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    known = {(t["kind"], t["toy"]): t for t in lines if t["part"] == part}
    with path.open("a") as file:
        for toy in range(toys):
            for kind in kinds:
                if (kind, toy) not in known:
                    known[kind, toy] = {"part": part, "kind": kind, "toy": toy} | one(kind, toy)
                    file.write(json.dumps(known[kind, toy]) + "\n")
                    file.flush()
    return {kind: [known[kind, toy] for toy in range(toys)] for kind in kinds}


def counted(values: Iterable[Any]) -> str:
    """'3 (38), 0 (2)', the most frequent first."""
    names, numbers = np.unique([str(v) for v in values], return_counts=True)
    return ", ".join(f"{names[i]} ({numbers[i]})" for i in np.argsort(-numbers, kind="stable"))


def middle(values: Iterable[float], digits: str = ".2f") -> str:
    """Median and range."""
    v = np.array(list(values))
    return "-" if len(v) == 0 else f"{np.median(v):{digits}} [{v.min():{digits}}, {v.max():{digits}}]"


def names(toys: dict[str, list[dict[str, Any]]]) -> None:
    """Right names."""
    print("| events, function | toys | right | names |\n|---|---|---|---|")
    for kind, rows in toys.items():
        right = sum(r["right"] for r in rows)
        print(f"| {kind} | {len(rows)} | {right} | {counted(r['name'] for r in rows)} |")


def claims(toys: dict[str, list[dict[str, Any]]]) -> None:
    """Generators claimed, what is said of them."""
    print(
        "| function | toys | generators (toys) | claims: stability | claims: p | p < 0.05 | claims: broken by, % |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind, rows in toys.items():
        some = [r for r in rows if r["dimension"]]
        low = np.mean([r["p"] < 0.05 for r in rows])
        size = middle((r["breaking"] for r in some), ".1f")
        firm, p = middle(r["stability"] for r in some), middle((r["p"] for r in some), ".3f")
        print(
            f"| {kind} | {len(rows)} | {counted(r['dimension'] for r in rows)} | {firm} | {p} | {low:.3f} | {size} |"
        )


def main() -> None:
    """One part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=("names", "given", "learned"))
    parser.add_argument("--toys", type=int, default=40)
    parser.add_argument("--retrain", type=int, default=2, help="trainings on bootstrap samples; part learned")
    parser.add_argument("--out", type=Path, default=Path("oracle_stability.jsonl"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    keep = partial(kept, args.out, args.part if args.part != "learned" else f"learned {args.retrain}")
    if args.part == "names":
        names(keep(NAMES, args.toys, name_toy))
    elif args.part == "given":
        claims(keep(GIVEN, args.toys, given_toy))
    else:
        claims(keep(LEARNED, args.toys, partial(learned_toy, args.retrain)))


if __name__ == "__main__":
    main()
