"""How often does `moments` reject a symmetry that is there? The tables of docs/methods/moments.md.

    python benchmarks/moments_calibration.py [KIND ...] [--events 2000 10000] [--toys 400] [--folder FOLDER]

Every toy is a new sample of an exactly symmetric density (benchmarks/moments_kinds.py) with new test functions and the
candidates that the method has by default, ten for four-momenta. 'fitted': as many directions as there are symmetries,
sought by the rank test; 'given': J_z (a plane: its rotation), and the three rotations where they are symmetries.
Natural logarithms of the p-values are appended to FOLDER/KIND_EVENTS.jsonl, one line per toy; a run that was stopped
goes on from there. Several runs may work on different kinds or numbers of events at a time.

All rows that are printed together are compared with one band, which holds all of them with 99 %.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from moments_kinds import KINDS, ROTATIONS, directions, events_from, moments_from
from scipy import stats

from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.rank import rank_test


def toy(kind: str, events: int, number: int) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy."""
    made = KINDS[kind]
    rng = np.random.default_rng([list(KINDS).index(kind), events, number])
    x = made.draw(rng, events)
    sample = events_from(x, None if made.weights is None else made.weights(rng, events), made.names)
    white = moments_from(sample, rng, made.edges)[1]
    tests = {
        f"fitted, r = {made.symmetries}": rank_test(white, made.symmetries),
        "given one": given_test(white, directions(sample, made.given)),
    }
    if made.symmetries == 3:
        tests["given so(3)"] = given_test(
            white, directions(sample, *(((label, 1.0),) for label in ROTATIONS))
        )
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


def rows(paths: dict[tuple[str, int], Path], blocks: bool) -> list[str]:
    """Markdown: fractions of p below 0.05, 0.01 and 0.5, and which lie outside of the band of all of them."""
    found = []
    for (kind, events), path in paths.items():
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for name in lines[0] if lines else ():
            if ":" not in name or blocks:
                found.append((kind, events, name, np.exp([line[name] for line in lines])))
    each = 0.99 ** (1 / max(2 * len(found), 1))  # both levels of every row, Sidak
    text = []
    for kind, events, name, p in found:
        cells, outside = [], []
        for level in (0.05, 0.01):
            low, high = stats.binom(len(p), level).ppf([(1 - each) / 2, (1 + each) / 2]) / len(p)
            share = float(np.mean(p < level))
            cells.append(f"{share:.3f} ({low:.3f}-{high:.3f})")
            outside += [f"{level}"] if not low <= share <= high else []
        text.append(
            f"| {KINDS[kind].words} | {events} | {name} | {len(p)} | {' | '.join(cells)} | {np.mean(p < 0.5):.2f} "
            f"| {', '.join(outside) or '-'} |"
        )
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; default all")
    parser.add_argument("--events", type=int, nargs="+", default=[2000, 10_000])
    parser.add_argument("--toys", type=int, default=400, help="0: only print what is there")
    parser.add_argument("--folder", type=Path, default=Path("moments_calibration"))
    parser.add_argument("--blocks", action="store_true", help="also the tests that are joined")
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    paths = {
        (kind, events): run(kind, events, given.toys, given.folder)
        for events in given.events
        for kind in given.kinds or KINDS
    }
    print("| events | n | test | toys | p < 0.05 (band) | p < 0.01 (band) | p < 0.5 | outside |")
    print("|---|---|---|---|---|---|---|---|")
    print(*rows(paths, given.blocks), sep="\n")


if __name__ == "__main__":
    main()
