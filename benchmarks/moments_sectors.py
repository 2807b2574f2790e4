"""How sectors of azimuth are measured: level of the scan, coverage and width of the intervals. docs/methods/moments.md.

    python benchmarks/moments_sectors.py level [KIND ...] [--toys 400] [--folder FOLDER]
    python benchmarks/moments_sectors.py coverage [KIND ...] [--toys 200] [--folder FOLDER]

level: p-values of the scan, 199 draws, for even azimuths. coverage: events between 0.5 and 1.1 are lost with the
probability d; intervals of size, depth and edges, and the width of that of the size beside a count in the known sector
(Clopper and Pearson). A line of FOLDER/KIND.jsonl per toy; a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import json
from math import pi
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from symhep_moments.fit.sectors.interval import measured
from symhep_moments.fit.sectors.scan import Units, clearest_arc, scan_p

FloatArray = npt.NDArray[np.float64]
LOW, HIGH = 0.5, 1.1
SHARE = (HIGH - LOW) / (2 * pi)

#: Kind -> events; weights: lognormal of sigma 0.5; pairs: two entries of an event, 2 rad apart.
LEVELS = {"plain_200": 200, "plain_5000": 5000, "weights_1000": 1000, "pairs_1000": 1000}
#: Kind -> events before the loss, d, weights.
COVERAGE = {
    "dead_5000": (5000, 1.0, False), "dead_50000": (50_000, 1.0, False), "nearly_dead_5000": (5000, 0.98, False),
    "half_5000": (5000, 0.5, False), "fifth_20000": (20_000, 0.2, False), "half_weights_5000": (5000, 0.5, True),
}  # fmt: skip


def level(kind: str, rng: np.random.Generator) -> dict[str, Any]:
    """One p-value."""
    n = LEVELS[kind]
    phases, weights, unit = 2 * pi * rng.random(n), np.ones(n), np.arange(n)
    if kind.startswith("weights"):
        weights = rng.lognormal(0.0, 0.5, n)
    if kind.startswith("pairs"):
        phases, weights, unit = np.concatenate([phases, phases + 2]), np.ones(2 * n), np.tile(unit, 2)
    own = Units.of(phases, weights, unit)
    return {"log_p": scan_p(own, clearest_arc(own), rng, 199)}


def coverage(kind: str, rng: np.random.Generator) -> dict[str, Any]:
    """Which intervals hold the truth, and the ratio of widths."""
    n, d, weighted = COVERAGE[kind]
    phases = 2 * pi * rng.random(n)
    inside = (phases > LOW) & (phases < HIGH)
    kept = ~(inside & (rng.random(n) < d))
    phases, inside = phases[kept], inside[kept]
    weights = rng.lognormal(0.0, 0.5, len(phases)) if weighted else np.ones(len(phases))
    own = Units.of(phases, weights)
    found = measured(own, clearest_arc(own), rng)
    total = own.effective
    k = total * float(weights[inside].sum() / weights.sum())
    ends = (stats.beta.ppf(0.025, k, total - k + 1) if k else 0.0, stats.beta.ppf(0.975, k + 1, total - k))
    counting = [(SHARE - f) / (1 - f) for f in ends]
    truths = {"size": d * SHARE, "d": d, "low": LOW, "high": HIGH}
    held = {
        name: bool(getattr(found, name)[0] - 1e-9 <= true <= getattr(found, name)[1] + 1e-9)
        for name, true in truths.items()
    }
    return {**held, "ratio": (found.size[1] - found.size[0]) / (counting[0] - counting[1])}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["level", "coverage"])
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--toys", type=int)
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/results/sectors"))
    arguments = parser.parse_args()
    known: dict[str, Any] = LEVELS if arguments.what == "level" else COVERAGE
    toys = arguments.toys or (400 if arguments.what == "level" else 200)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for kind in arguments.kinds or known:
        file = arguments.folder / f"{arguments.what}_{kind}.jsonl"
        done = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        with file.open("a") as out:
            for number in range(len(done), toys):
                rng = np.random.default_rng([20260101, [*known].index(kind), number])
                done.append(level(kind, rng) if arguments.what == "level" else coverage(kind, rng))
                print(json.dumps(done[-1]), file=out, flush=True)
        if arguments.what == "level":
            p = np.exp([line["log_p"] for line in done])
            print(
                kind, len(p), *(f"p <= {a}: {np.mean(p <= a + 1e-9):.3f}" for a in (0.05, 0.01)), flush=True
            )
        else:
            held = {name: np.mean([line[name] for line in done]) for name in ("size", "d", "low", "high")}
            told = " ".join(f"{name} {value:.3f}" for name, value in held.items())
            print(
                kind, len(done), told, f"ratio {np.median([line['ratio'] for line in done]):.3f}", flush=True
            )


if __name__ == "__main__":
    main()
