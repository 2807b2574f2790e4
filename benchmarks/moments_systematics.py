"""Level and coverage with systematic variations. The table of docs/methods/moments.md, 'Systematic variations'.

    python benchmarks/moments_systematics.py [ROW ...] [--toys N] [--folder FOLDER]

Nature is symmetric about the z axis, under P and under reflections. The simulation is off by a nuisance parameter s,
drawn from N(0, 1) in each toy: an efficiency 1 + 0.14 s cos 2 phi of the first vector ('efficiency': up and down are
weights), or vectors with px > 0 that are too hard by 8 % times s ('scale': up and down have other momenta). 'envelope':
s is -1, 0 or 1, and the alternatives +-1 have no parameter. 'alone': the simulation is tested; 'relative': data of
nature, with an acceptance that the simulation shares, are tested relative to it. Rows end in the number of vectors.
'broken': nature has a modulation 1 + 0.16 cos 2 (phi - 0.3), which the interval of J_z must cover. p-values and
intervals are appended to FOLDER/ROW.jsonl, one line per toy; a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative, Variation
from symhep.lie.elements.reading import read_element
from symhep_moments.fit.bounds.limits import bounds_of
from symhep_moments.fit.bounds.options import BoundOptions
from symhep_moments.fit.bounds.relative import relative_bounds
from symhep_moments.fit.conditional.along import ReferenceAlong
from symhep_moments.fit.discrete.relative import relative_discrete_tests
from symhep_moments.fit.discrete.varied import varied_discrete_tests
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.relative_tests import orbit_tests
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.systematics import largest_tests, moments_under
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import Events, frame_of, prepare

FloatArray = npt.NDArray[np.float64]

EFFICIENCY, SCALE, BROKEN = 0.14, 0.08, 0.16
DATA, SIMULATION = 1000, 2000
ROWS = (
    "efficiency alone 1", "scale alone 2", "efficiency alone 2", "envelope alone 1", "efficiency relative 1",
    "scale relative 2", "broken alone 1", "envelope relative 1",
)  # fmt: skip


def nature(rng: np.random.Generator, n: int, vectors: int) -> FloatArray:
    """(n, vectors, 3): one vector with exponential pt, or a pair that nearly balances."""
    phi, pt, pz = rng.uniform(-np.pi, np.pi, n), rng.exponential(1.0, n), rng.normal(size=n)
    first = np.stack([pt * np.cos(phi), pt * np.sin(phi), pz], 1)
    if vectors == 1:
        return first[:, None]
    return np.stack([first, rng.normal(size=(n, 3)) * 0.7 - first], 1)


def angle(x: FloatArray) -> FloatArray:
    """Azimuth of the first vector."""
    return np.arctan2(x[:, 0, 1], x[:, 0, 0])


def efficiency(x: FloatArray, s: float) -> FloatArray:
    """Relative, positive."""
    return np.clip(1 + EFFICIENCY * s * np.cos(2 * angle(x)), 0.02, None)


def scaled(x: FloatArray, s: float) -> FloatArray:
    """Vectors with px > 0 by a factor."""
    return x * np.where(x[..., :1] > 0, 1 + SCALE * s, 1.0)


def accepted(rng: np.random.Generator, x: FloatArray, probability: FloatArray) -> FloatArray:
    """Events that pass."""
    return x[rng.random(len(x)) < probability / probability.max()]


def toy(row: str, number: int) -> Dataset:
    """The events of a toy, with their variations."""
    kind, how, count = row.split()
    vectors = int(count)
    rng = np.random.default_rng([ROWS.index(row), number])
    s = rng.choice([-1.0, 0.0, 1.0]) if kind == "envelope" else rng.normal()
    x = nature(rng, SIMULATION, vectors)
    if kind == "broken":
        x = accepted(rng, x, 1 + BROKEN * np.cos(2 * (angle(x) - 0.3)))
    if how == "relative":
        x = accepted(rng, x, 1 + 0.5 * np.cos(angle(x)))
    x = scaled(x, s) if kind == "scale" else accepted(rng, x, efficiency(x, s))
    data = x[:0]
    if how == "relative":
        data = nature(rng, DATA, vectors)
        data = accepted(rng, data, 1 + 0.5 * np.cos(angle(data)))
    nominal = _dataset(data, x, np.ones(len(x)))
    rule: Any = "envelope" if kind == "envelope" else "up_down"
    alternatives = []
    for name, sign in (("up", 1.0), ("down", -1.0)):
        if kind == "scale":
            varied = _dataset(data, scaled(x, sign), np.ones(len(x)))
        else:
            varied = _dataset(data, x, efficiency(x, sign))
        alternatives.append(Alternative(name, replace(varied, scaler=nominal.scaler), kind != "scale"))
    return replace(nominal, variations=(Variation("s", rule, tuple(alternatives), frozenset({"mc"})),))


def _dataset(data: FloatArray, x: FloatArray, weights: FloatArray) -> Dataset:
    """Data first."""
    rows = np.concatenate([data, x])
    columns = tuple(f"{c}{v + 1}" for v in range(x.shape[1]) for c in ("px", "py", "pz"))
    found = Dataset.from_array(
        rows.reshape(len(rows), -1), columns=columns if x.shape[1] > 1 else ("px", "py", "pz"),
        weights=np.concatenate([np.ones(len(data)), weights]), scaling="isotropic",
    )  # fmt: skip
    labels = np.repeat([0, 1], [len(data), len(x)])
    names = ("data", "mc")
    return replace(found, labels=labels, label_names=names, reference=frozenset({"mc"} if len(data) else ()))


def numbers(data: Dataset, row: str, number: int) -> dict[str, float]:
    """p-values of J_z, P and reflection(x), and the interval of J_z: what the method makes of them, and no more."""
    asked = FunctionOptions(harmonics=3, fourier=12)
    options = MomentsOptions(vectors=int(row.split()[2]), generators="rotations", functions=asked)
    sample = prepare(data, options)
    events = replace(sample.events, generators=sample.events.generators.subset(["J_z"]))
    functions = functions_for(events, options, np.random.default_rng(number))
    frame = frame_of(events.names, sample.particles, events.x.shape[1], events.places)
    elements = [read_element(name, frame) for name in ("P", "reflection(x)")]
    if sample.reference is None:
        fields = LinearFields(events.generators, "cpu", events.places)

        def covered(some: Events) -> Moments:
            return moments_of(some.x, some.weights, functions, events.generators)

        every = moments_under(
            covered(events), sample.variations, events, lambda x: functions.along(x, fields(x)), covered
        ).every
        log_p = largest_tests(every)["J_z"].log_p
        bounds = bounds_of(events, functions, BoundOptions(orders=3), sample.variations)
        discrete = varied_discrete_tests(events, sample.variations, elements, frame, functions, 0.05)
    else:
        seed, theirs = np.random.SeedSequence(number), sample.reference_variations
        along = ReferenceAlong(events, sample.reference, seed, theirs)
        tests = orbit_tests(events, functions, 0.05, along, 3)
        log_p = tests.tests["J_z"].log_p
        bounds = relative_bounds(events, BoundOptions(orders=3), tests)
        discrete = relative_discrete_tests(
            events, sample.reference, elements, frame, functions, seed, 0.05, variations=theirs
        )
    found = {f"p {one.name}": float(one.p_value or 0.0) for one in discrete}
    interval = bounds.candidate("J_z")
    assert interval is not None
    return found | {"p J_z": float(np.exp(log_p)), "low": interval.low, "high": interval.high}


def told(row: str, lines: list[dict[str, Any]]) -> str:
    """Fraction of p < 0.05 with and without the variations, and of intervals that hold the truth."""
    text = f"{row}: {len(lines)} toys"
    truth = BROKEN / 2 if row.startswith("broken") else 0.0
    for how in ("with", "without"):
        known = [line[how] for line in lines]
        for key in sorted({key for one in known for key in one if key.startswith("p ")}):
            values = [one[key] < 0.05 for one in known if key in one]
            text += f"\n  {how:8} {key:16} {_rate(values)}"
        covered = [one["low"] <= truth <= one["high"] for one in known if "low" in one]
        text += f"\n  {how:8} interval covers  {_rate(covered)}"
    return text


def _rate(values: list[bool]) -> str:
    n = max(len(values), 1)
    share = sum(values) / n
    return f"{share:.3f} +- {np.sqrt(max(share * (1 - share), 1 / n) / n):.3f} ({len(values)})"


def main() -> None:
    """Toys of all rows in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", default=[])
    parser.add_argument("--toys", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=Path("systematics"))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    rows = asked.rows or list(ROWS)
    files = {row: asked.folder / f"{row.replace(' ', '_')}.jsonl" for row in rows}
    done = {row: len(f.read_text().splitlines()) if f.exists() else 0 for row, f in files.items()}
    for number in range(asked.toys):
        for row in rows:
            if number < done[row]:
                continue
            data = toy(row, number)
            line = {
                "with": numbers(data, row, number),
                "without": numbers(replace(data, variations=()), row, number),
            }
            with files[row].open("a") as out:
                out.write(json.dumps(line) + "\n")
    for row, f in files.items():
        if f.exists():
            print(told(row, [json.loads(line) for line in f.read_text().splitlines()]), flush=True)


if __name__ == "__main__":
    main()
