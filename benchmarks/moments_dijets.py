"""How long `moments` takes for the bundled dijets, question by question, after reading.

    python benchmarks/moments_dijets.py

Medians of five repetitions in one process: wall time on the threads that torch takes, and processor time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import awkward as ak
import numpy as np

import symhep
from symhep.events.dataset import Dataset
from symhep.events.vectors import MOMENTUM
from symhep.methods.context import Context, seed_sequence
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.measurement import measure
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import prepare

FILE = Path(__file__).parents[1] / "samples" / "pp_dijets_13TeV.root"
REPETITIONS = 5


def dijets() -> Dataset:
    """The two hardest jets of 20,000 events."""
    jets = symhep.load(FILE, format="delphes").events.Jet
    jets = jets[ak.num(jets) >= 2][:, :2]
    momenta = np.stack([ak.to_numpy(getattr(jets, name)) for name in MOMENTUM], axis=-1).astype(np.float64)
    flat = Dataset.from_array(momenta.reshape(len(momenta), -1), scaling="isotropic")
    return replace(flat, momenta=momenta)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Median wall and processor seconds."""
    walls, processors = [], []
    for _ in range(REPETITIONS):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return median(walls), median(processors)


def main() -> None:
    """A row per question."""
    data = dijets()
    context = Context(seed_sequence(20260101, "moments", 0))
    continuous = MomentsOptions(discrete=None, bounds=False, subgroups=False)
    questions = {
        "which of ten generators, the name of the algebra": continuous,
        "and all 141 classes of subgroups": MomentsOptions(discrete=None, bounds=False),
        "and reflections, exchanges, by moments": MomentsOptions(
            bounds=False, discrete=DiscreteOptions(classifier=None)
        ),
        "and by networks": MomentsOptions(bounds=False),
        "and strengths and maps (everything)": MomentsOptions(),
    }
    print("| question | wall [s] | processor [s] | answer |\n|---|---|---|---|")
    for question, options in questions.items():
        found = measure(prepare(data, options), context)
        name = found.algebra.identification.name if found.algebra else "none"
        wall, processor = timed(lambda options=options: measure(prepare(data, options), context))
        print(f"| {question} | {wall:.2f} | {processor:.2f} | {name} |")


if __name__ == "__main__":
    main()
