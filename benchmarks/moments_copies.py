"""What copies of events do to the level of `moments`, known and not known. The table of docs/methods/moments.md.

    python benchmarks/moments_copies.py [--events 1000] [--toys 400] [--folder FOLDER]

Each toy has so many isotropic pairs of three-vectors, exactly symmetric under J_z, which is given. They are used once;
twice; twice with a smearing of 1 %, as two reconstructions of one event; with two random images under turns about z;
and drawn with replacement. 'not known': every row counts as an event (``unit: none``); 'known': by `Dataset.unit`, as
`symhep.events.copies.source_units` finds it from the numbers, or from the number of the event where these differ.
Natural logarithms of the p-values are appended to FOLDER/copies_EVENTS.jsonl, one line per toy.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy import stats

from symhep.events.copies import source_units
from symhep.events.dataset import Column, Dataset
from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.sums import moments_of
from symhep_moments.sample import events_of

FloatArray = npt.NDArray[np.float64]


def _turned(x: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Each event (N, 2, 3) about z by an angle of its own."""
    angle = rng.uniform(0, 2 * np.pi, len(x))
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([c * x[..., 0] - s * x[..., 1], s * x[..., 0] + c * x[..., 1], x[..., 2]], axis=2)


def _twice(x: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    return np.concatenate([x, x]), np.tile(np.arange(len(x)), 2)


def _smeared(x: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    both = np.concatenate([x, x])
    return both * rng.normal(1.0, 0.01, size=both.shape), np.tile(np.arange(len(x)), 2)


def _images(x: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    return np.concatenate([x, _turned(x, rng), _turned(x, rng)]), np.tile(np.arange(len(x)), 3)


def _drawn(x: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    rows = rng.integers(len(x), size=len(x))
    return x[rows], rows


#: Kind -> (words, rows and number of the event of each, whether that number is needed).
KINDS: Mapping[str, tuple[str, Callable[[FloatArray, np.random.Generator], tuple[FloatArray, FloatArray]], bool]] = {
    "twice": ("each event twice", _twice, False),
    "smeared": ("twice, smeared by 1 %", _smeared, True),
    "images": ("with two images each, under J_z", _images, True),
    "drawn": ("drawn with replacement", _drawn, False),
}  # fmt: skip


def toy(events: int, number: int) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy."""
    rng = np.random.default_rng([events, number])
    x = rng.normal(size=(events, 2, 3)) * rng.gamma(2.0, size=(events, 1, 1))
    found = {"once": _log_p(x, np.arange(events), number)}
    for name, (_, make, numbered) in KINDS.items():
        rows, source = make(x, rng)
        unit = source_units([rows], 1 + source.astype(np.int64) if numbered else None)
        assert len(np.unique(unit)) == len(np.unique(source))
        found[f"{name}, not known"] = _log_p(rows, np.arange(len(rows)), number)
        found[f"{name}, known"] = _log_p(rows, unit, number)
    return found


def _log_p(x: FloatArray, unit: npt.NDArray[np.int64], number: int) -> float:
    names = [f"{c}{k}" for k in (1, 2) for c in ("px", "py", "pz")]
    data = replace(
        Dataset.from_array(
            x.reshape(len(x), -1), columns=tuple(Column(n) for n in names), scaling="isotropic"
        ),
        unit=unit,
    )
    events = events_of(data, "so(3)", acts_on="features", vectors=2)
    functions = build_functions(events, FunctionOptions(), np.random.default_rng([7, number]))
    found = moments_of(events.x, events.weights, functions, events.generators, unit=events.source)
    return float(given_test(found, np.eye(3)[:, 0]).log_p)  # J_12: the turn about z


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--toys", type=int, default=400, help="0: only print what is there")
    parser.add_argument("--folder", type=Path, default=Path("moments_copies"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / f"copies_{given.events}.jsonl"
    done = len(path.read_text().splitlines()) if path.exists() else 0
    with path.open("a") as file:
        for number in range(done, given.toys):
            file.write(json.dumps({k: round(v, 6) for k, v in toy(given.events, number).items()}) + "\n")
            file.flush()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    print(f"{len(lines)} toys of {given.events} events\n")
    print("| rows | copies | p < 0.05 | p < 0.01 |\n|---|---|---|---|")
    each = 0.99 ** (1 / (2 * len(lines[0])))  # both levels of every row, Sidak
    for name in lines[0]:
        p = np.exp([line[name] for line in lines])
        cells = []
        for level in (0.05, 0.01):
            low, high = stats.binom(len(p), level).ppf([(1 - each) / 2, (1 + each) / 2]) / len(p)
            cells.append(f"{np.mean(p < level):.3f} ({low:.3f}-{high:.3f})")
        kind, _, known = name.partition(", ")
        print(f"| {KINDS[kind][0] if kind in KINDS else name} | {known or '-'} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
