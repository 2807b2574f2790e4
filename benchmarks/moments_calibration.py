"""How often does `moments` reject a symmetry that is there? The table of docs/methods/moments.md.

    python benchmarks/moments_calibration.py [KIND ...] [--events 2000 20000] [--toys 2000] [--folder FOLDER]

Every toy is a new sample of an exactly symmetric density with new test functions, all ten generators of the Poincare
group as candidates. 'fitted': as many directions as there are symmetries, sought by the rank test; 'given': J_z, and
the three rotations where they are symmetries. Natural logarithms of the p-values are appended to
FOLDER/KIND_EVENTS.jsonl, one line per toy; a run that was stopped goes on from there. Several
runs may work on different kinds or numbers of events at a time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy import stats

from symhep.lie.bases import poincare
from symhep.readers.toy.decays import TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.rank import rank_test
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.whitening import Whitened, whitened
from symhep_moments.sample import Events

FloatArray = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], FloatArray]

ROTATIONS = ("J_x", "J_y", "J_z")


def gaussian(*widths: float) -> Draw:
    """One vector of four independent normal components."""
    return lambda rng, n: rng.normal(size=(n, 1, 4)) * widths


#: Name -> what it is, how many symmetries there are among the candidates, how to draw it.
KINDS: dict[str, tuple[str, int, Draw]] = {
    "isotropic": ("isotropic two-body decay at rest, fixed mass", 3, TwoBody().draw),
    "smeared": ("the same, mass smeared by 3 %", 3, TwoBody(width=0.03).draw),
    "boosted": ("the same, boosted along z", 1, TwoBody(width=0.03, rapidity=0.7).draw),
    "dijets": ("dijets", 1, Dijets().draw),
    "gaussian": ("Gaussian in 4-D, equal widths of px, py, pz", 3, gaussian(1.5, 1, 1, 1)),
    "elongated": ("Gaussian in 4-D, equal widths of px, py", 1, gaussian(1.5, 1, 1, 2)),
}


def whitened_moments(x: FloatArray, rng: np.random.Generator) -> Whitened:
    """Of events (n, P, 4), with the default test functions drawn anew."""
    scale = float(np.sqrt((x**2).mean()))
    points, weights = torch.from_numpy(x / scale), torch.ones(len(x), dtype=torch.float64)
    events = Events(points, weights, scale, ("E", "px", "py", "pz"), "GeV", True, poincare())
    return whitened(moments_of(points, weights, build_functions(events, FunctionOptions(), rng), poincare()))


def given_directions(*labels: str) -> FloatArray:
    return np.eye(len(poincare()))[:, [poincare().labels.index(label) for label in labels]]


def toy(kind: str, events: int, number: int) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy."""
    _, r, draw = KINDS[kind]
    rng = np.random.default_rng([list(KINDS).index(kind), events, number])
    moments = whitened_moments(draw(rng, events), rng)
    tests = {
        f"fitted, r = {r}": rank_test(moments, r),
        "given J_z": given_test(moments, given_directions("J_z")),
    }
    if r == 3:
        tests["given so(3)"] = given_test(moments, given_directions(*ROTATIONS))
    found = {name: test.log_p for name, test in tests.items()}
    for name, test in tests.items():
        found |= {f"{name}: {block}": one.log_p for block, one in test.blocks.items()}
    return found


def run(kind: str, events: int, toys: int, folder: Path) -> Path:
    """The missing toys, appended to a file."""
    path = folder / f"{kind}_{events}.jsonl"
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number in range(done, toys):
            file.write(json.dumps({k: round(v, 6) for k, v in toy(kind, events, number).items()}) + "\n")
            file.flush()
    return path


def row(path: Path, kind: str, events: int, blocks: bool) -> list[str]:
    """Markdown rows of one file: fractions of p below 0.01, 0.05 and 0.5, and the band for 0.05."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    low, high = (stats.binom(len(lines), 0.05).ppf([0.005, 0.995]) / len(lines)) if lines else (0, 1)
    rows = []
    for name in lines[0] if lines else ():
        if ":" in name and not blocks:
            continue
        p = np.exp([line[name] for line in lines])
        f = [float(np.mean(p < cut)) for cut in (0.01, 0.05, 0.5)]
        inside = "yes" if low <= f[1] <= high else "**no**"
        rows.append(
            f"| {KINDS[kind][0]} | {events} | {name} | {len(lines)} | {f[0]:.4f} | {f[1]:.4f} | {f[2]:.3f} "
            f"| {low:.4f}-{high:.4f} | {inside} |"
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; default all")
    parser.add_argument("--events", type=int, nargs="+", default=[2000, 20_000])
    parser.add_argument("--toys", type=int, default=2000, help="0: only print what is there")
    parser.add_argument("--folder", type=Path, default=Path("moments_calibration"))
    parser.add_argument("--blocks", action="store_true", help="also the tests that are joined")
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    print("| events | n | test | toys | p < 0.01 | p < 0.05 | p < 0.5 | 99 % band of 0.05 | inside |")
    print("|---|---|---|---|---|---|---|---|---|")
    for events in given.events:
        for kind in given.kinds or KINDS:
            path = run(kind, events, given.toys, given.folder)
            print(*row(path, kind, events, given.blocks), sep="\n", flush=True)


if __name__ == "__main__":
    main()
