"""Does the analysis of samples/analysis find what was put into its pseudo-data? The table of docs/howto/analysis.md.

    python benchmarks/analysis.py [--experiments 100] [--folder FOLDER] [--collisions FOLDER]
    python benchmarks/analysis.py --table [--folder FOLDER]

Every pseudo-experiment is made anew (`pseudo_experiment` of samples/pseudo_data.py) from collisions that are
generated once, ten minutes of a core, and kept in the folder --collisions; then samples/analysis/reduced.yaml is run
on it. A line of FOLDER/experiments.jsonl for each: a run that was stopped goes on from there.

Widths are compared with those of fits that know the shape: of the sector its edges, so that what is left is to count
the events in it (none; Clopper and Pearson), or that it is dead, so that what is left are the edges; of the asymmetry
a count of both signs (Wald).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
from scipy import stats

import symhep
from symhep_moments.method import MomentConditions

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CARD = SAMPLES / "analysis" / "reduced.yaml"


def run_one(number: int, pool: Any, folder: Path) -> dict[str, Any]:
    """Make and analyse a pseudo-experiment."""
    from pseudo_data import pseudo_experiment

    target = pseudo_experiment(folder / "files", pool, number)
    shutil.copy(CARD, target / CARD.name)
    began = process_time()
    run = symhep.run(target / CARD.name, folder / "run")
    seconds = process_time() - began
    sectors, triple = (run.results[name].record for name in ("sector", "triple_product"))
    found: dict[str, Any] = {
        "number": number, "seconds": seconds, "tops": sectors.events.used, "pairs": triple.events.used,
    }  # fmt: skip
    row = next((row for row in sectors.sectors if row.clearest), None)
    for name in ("size", "low_edge", "high_edge", "contrast"):
        found[name] = _ends(None if row is None else getattr(row, name))
    found["asymmetry"] = _ends(triple.discrete[0].size)
    return found


def _ends(number: Any) -> list[float] | None:
    return None if number is None else [number.value, number.low, number.high]


def table(lines: list[dict[str, Any]], truth: dict[str, Any]) -> str:
    """Coverage and widths, as Markdown."""
    n = len(lines)
    told = [
        f"{n} pseudo-experiments, {np.median([x['seconds'] for x in lines]):.0f} s of a core each (median)",
        "",
    ]
    told += ["| quantity | truth | inside its 95 % interval | median width |", "|---|---|---|---|"]
    sector = truth["sector"]
    wanted = {
        "size": sector["share"], "low_edge": sector["low"], "high_edge": sector["high"], "contrast": 1.0,
        "asymmetry": truth["asymmetry"],
    }  # fmt: skip
    for name, true in wanted.items():
        own = [x[name] for x in lines if x[name] is not None]
        # A thousandth of a bin of the stored azimuth.
        inside = sum(low <= true + 1e-6 and true - 1e-6 <= high for _, low, high in own)
        width = np.median([high - low for _, low, high in own])
        told.append(f"| {name} | {true:.4f} | {inside} of {n} | {width:.5f} |")
    told += ["", "| width against | median ratio |", "|---|---|"]
    for name, ratios in _ratios(lines, sector["share"]).items():
        told.append(f"| {name} | {np.median(ratios):.3f} |")
    return "\n".join(told)


def _ratios(lines: list[dict[str, Any]], share: float) -> dict[str, list[float]]:
    """Of the widths to those of fits that know the shape."""
    found: dict[str, list[float]] = {
        "counting in the sector whose edges are known (Clopper and Pearson)": [],
        "edges of a sector that is known to be dead": [],
        "counting both signs (Wald)": [],
    }
    edges, dead, signs = found.values()
    for line in lines:
        if line["size"] is not None:
            width, n = line["size"][2] - line["size"][1], line["tops"]
            most = float(
                stats.beta.ppf(0.975, 1, n)
            )  # of the events that are left, none of them in the sector
            edges.append(width / (share - (share - most) / (1 - most)))
            # n (fitted - true) / (1 - true) is the sum of two exponential spacings.
            dead.append(width / (float(stats.gamma(2).ppf(0.95)) * (1 - share) / n))
        value, low, high = line["asymmetry"]
        signs.append((high - low) / (2 * 1.96 * np.sqrt((1 - value**2) / line["pairs"])))
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--experiments", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/results/analysis"))
    parser.add_argument("--collisions", type=Path, help="where collisions are kept (FOLDER/collisions)")
    parser.add_argument("--table", action="store_true", help="only print what is there")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    file = arguments.folder / "experiments.jsonl"
    done = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    if not arguments.table:
        sys.path.insert(0, str(SAMPLES))
        from pseudo_data import Pool

        # Half of the time, and nobody looks.
        MomentConditions.figures = lambda self, result: iter(())  # type: ignore[method-assign]

        there = {line["number"] for line in done}
        pool = Pool.of(arguments.collisions or arguments.folder / "collisions")
        for number in sorted(set(range(arguments.experiments)) - there):
            with TemporaryDirectory() as folder, file.open("a") as out:
                done.append(run_one(number, pool, Path(folder)))
                print(json.dumps(done[-1]), file=out, flush=True)
    truth = json.loads((SAMPLES / "analysis" / "truth.json").read_text())
    print(table(sorted(done, key=lambda line: line["number"]), truth))


if __name__ == "__main__":
    main()
