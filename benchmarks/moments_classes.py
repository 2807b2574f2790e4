"""p-values of classes of subgroups, before and after adjustment, where a larger group holds.

    python benchmarks/moments_classes.py [--kind smeared] [--events 2000] [--toys 300] [--folder FOLDER]

Events of any direction respect so(3), so that every rotation about any axis holds: the class SO(2) is a continuum of
true hypotheses. Per toy: log p of J_z and of so(3), given; of the class SO(2), whose axis is left to the events, and of
SO(3) (four-momenta only); of the closed algebra nearest to the span of three that fits best, and of its closure.
Appended to FOLDER/KIND_EVENTS.jsonl; a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from moments_kinds import KINDS, MOMENTUM, ROTATIONS, directions, events_from, moments_from

from symhep.hypotheses.subgroups.options import SubgroupOptions
from symhep_moments.fit.algebra import algebra_test
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.rank import chain
from symhep_moments.fit.region import region
from symhep_moments.fit.subgroups.walk import lattice_test

#: Classes that hold for events of any direction.
TRUE = ("SO(2)", "SO(3)")
LEVEL = 0.01


def toy(kind: str, events: int, number: int) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy."""
    made = KINDS[kind]
    rng = np.random.default_rng([list(KINDS).index(kind), events, number, 5])
    sample = events_from(made.draw(rng, events), names=made.names)
    moments, white = moments_from(sample, rng)
    ranks = chain(white, LEVEL)
    rows = {}
    if made.names == MOMENTUM:
        options = SubgroupOptions(catalogue="poincare", classes=("SO(3)",))
        rows = {row.name: row for row in lattice_test(moments, ranks, level=LEVEL, options=options).rows}
    found = {
        "given J_z": given_test(white, directions(sample, made.given)).log_p,
        "given so(3)": given_test(white, directions(sample, *(((a, 1.0),) for a in ROTATIONS))).log_p,
        "rank 3": ranks.log_p(3),
        "rank 1": ranks.log_p(1),
    }
    best = ranks.best
    if best is not None and best.r == 3:
        closed = algebra_test(moments, best, region(best), moments.generators)
        found["closed algebra"] = math.nan if closed.log_p is None else closed.log_p
        found["its closure"] = math.nan if closed.closure_log_p is None else closed.closure_log_p
    for name in TRUE if rows else ():
        found[f"class {name}"] = _log(rows[name].log10_p)
        found[f"class {name}, adjusted"] = _log(rows[name].log10_p_adjusted)
    return found


def _log(log10_p: float | None) -> float:
    return math.log(10) * (log10_p or 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--kind", default="smeared", choices=[k for k, v in KINDS.items() if v.symmetries == 3]
    )
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--toys", type=int, default=300, help="0: only print what is there")
    parser.add_argument("--folder", type=Path, default=Path("moments_classes"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / f"{given.kind}_{given.events}.jsonl"
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number in range(done, given.toys):
            file.write(json.dumps(toy(given.kind, given.events, number)) + "\n")
            file.flush()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    print(f"| {KINDS[given.kind].words}, n = {given.events} | toys | p < 0.05 | p < 0.01 | p < 0.5 |")
    print("|---|---|---|---|---|")
    for name in lines[0] if lines else ():
        p = np.exp([line[name] for line in lines if name in line])
        shares = " | ".join(f"{np.mean(p < cut):.3f}" for cut in (0.05, 0.01, 0.5))
        print(f"| {name} | {len(p)} | {shares} |")


if __name__ == "__main__":
    main()
