"""What each option of the training of `symmetrygan` is worth: the tables of docs/methods/symmetrygan.md.

    OMP_NUM_THREADS=1 python benchmarks/symmetrygan_options.py [--restarts 48] [--steps 4000]

Every setting trains the same restarts from the same seeds on the same half of the events, and is judged on the other
half: on the bundled dijets in SO(4), on a round Gaussian in the plane among similarities, and on N(1/2, 1) among maps
b + c x of the line. About a quarter of an hour of one core; every row is printed as soon as it is there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log
from pathlib import Path
from time import process_time
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

import symhep
from symhep.events.dataset import Dataset
from symhep.torchkit.streams import replica_seeds
from symhep.torchkit.threads import one_thread_per_operation
from symhep_symmetrygan.sample import Events, Rows
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.spaces.options import SearchOptions
from symhep_symmetrygan.training.adversary import train
from symhep_symmetrygan.training.options import TrainingOptions
from symhep_symmetrygan.validation.observed import observed_of
from symhep_symmetrygan.validation.options import ValidationOptions
from symhep_symmetrygan.validation.validate import validate

FloatArray = npt.NDArray[np.float64]
FILE = Path(__file__).parents[1] / "samples" / "pp_dijets_13TeV.root"
SEED = 20261121
EVENTS = 20_000
#: A restart whose divergence is this many times the noise has not arrived.
STUCK = 3.0
#: Of Holm's test of all restarts.
LEVEL = 0.01
#: Without classifiers: waves alone test.
VALIDATION = ValidationOptions(posthoc=None, random=0)


def setting(
    generator: float = 3e-3, discriminator: float = 1e-3, **options: Any
) -> Callable[[int, int], TrainingOptions]:
    """Of so many restarts and steps."""
    network = {
        name: options.pop(name) for name in ("spectral_norm", "gradient_penalty", "inputs") if name in options
    }
    rates = {"generator": generator, "discriminator": discriminator}
    return lambda restarts, steps: TrainingOptions(
        restarts=restarts, steps=steps, learning_rate=rates, discriminator=network, **options
    )


SETTINGS: Mapping[str, Callable[[int, int], TrainingOptions]] = {
    "the paper: both rates 1e-3, no decay": setting(1e-3, decay="none"),
    "the paper, average 0.99": setting(1e-3, decay="none", average=0.99),
    "the paper, average 0.999": setting(1e-3, decay="none", average=0.999),
    "both rates 1e-3, cosine": setting(1e-3),
    "generator 3e-3, no decay": setting(decay="none"),
    "**generator 3e-3, cosine** (default)": setting(),
    "generator 1e-2, cosine": setting(1e-2),
    "generator 3e-4, cosine": setting(3e-4),
    "generator 1e-3, discriminator 5e-3, cosine": setting(1e-3, 5e-3),
    "default, average 0.99": setting(average=0.99),
    "default, average 0.999": setting(average=0.999),
    "default, spectral_norm": setting(spectral_norm=True),
    "default, gradient_penalty 0.1": setting(gradient_penalty=0.1),
    "default, gradient_penalty 1": setting(gradient_penalty=1.0),
    "default, whitened": setting(inputs="whitened"),
    "generator 1e-2, cosine, whitened": setting(1e-2, inputs="whitened"),
}


@dataclass(frozen=True)
class Problem:
    """A density, the space that is searched, the projections that judge, and the distance from its symmetries.

    ``distance`` takes homogeneous elements (E, D + 1, D + 1) in the units of the data to (E,).
    """

    name: str
    draw: Callable[[np.random.Generator], FloatArray]
    search: str
    judges: tuple[str, ...]
    away: str
    distance: Callable[[FloatArray], FloatArray]


def dijets(_: np.random.Generator) -> FloatArray:
    """Transverse momenta of the two hardest jets."""
    jets = symhep.load(FILE, format="delphes").events.Jet
    jets = jets[ak.num(jets) >= 2][:, :2]
    return np.stack([ak.to_numpy(getattr(jets, name)) for name in ("px", "py")], axis=-1).reshape(-1, 4)


def from_common_rotations(elements: FloatArray) -> FloatArray:
    """min |A J -+ J A|, J the generator of common rotations: A commutes, or it is a reflection of both jets."""
    a, j = elements[:, :4, :4], np.kron(np.eye(2), [[0.0, -1.0], [1.0, 0.0]])
    return np.minimum(*(np.linalg.norm(a @ j + sign * (j @ a), axis=(1, 2)) for sign in (-1, 1)))


def from_circle(elements: FloatArray) -> FloatArray:
    """|r - 1| of ((c, s), (-s, c)) = r R."""
    return np.abs(np.hypot(elements[:, 0, 0], elements[:, 0, 1]) - 1)


def from_two_maps(elements: FloatArray) -> FloatArray:
    """Of (b, c) from the nearer of (0, 1) and (1, -1)."""
    b, c = elements[:, 0, 1], elements[:, 0, 0]
    return np.minimum(np.hypot(b, c - 1), np.hypot(b - 1, c + 1))


PROBLEMS = (
    Problem(
        "dijets, SO(4)", dijets, "so(4)", ("azimuth of object1", "azimuth of object2"), "min norm of AJ -+ JA",
        from_common_rotations,
    ),
    Problem(
        "round Gaussian, similarities", lambda rng: rng.normal(size=(EVENTS, 2)), "similarity", ("x1", "x2"),
        "distance of r from 1", from_circle,
    ),
    Problem(
        "N(1/2, 1), b + c x", lambda rng: rng.normal(0.5, 1, (EVENTS, 1)), "line", ("x1",),
        "distance of (b, c) from (0, 1) or (1, -1)", from_two_maps,
    ),
)  # fmt: skip


def events_of(problem: Problem) -> Events:
    """Half of them held out."""
    x = problem.draw(np.random.default_rng(SEED)).astype(np.float64)
    names = ("px1", "py1", "px2", "py2") if x.shape[1] == 4 else None
    data = Dataset.from_array(x, columns=names, scaling="isotropic")
    return Rows.of(data, acts_on="features").split(np.random.default_rng(SEED))


def row(name: str, options: TrainingOptions, problem: Problem, events: Events) -> str:
    """One setting of one problem."""
    space = read_space(SearchOptions(group=problem.search), events)
    seeds = replica_seeds(np.random.SeedSequence(SEED), options.restarts)
    start = process_time()
    trained = train(space, events.train, options, seeds)
    taken = (process_time() - start) / options.restarts
    found = validate(space.matrices(trained.final), space, events, VALIDATION, np.random.SeedSequence(SEED))
    observed = observed_of(events, VALIDATION.bins, np.random.SeedSequence(SEED))
    judges = [observed.names.index(judge) for judge in problem.judges]
    # all images against the same events, over the noise of two samples of as many: how precise, not how symmetric
    noise = observed.noise()[:, judges].mean(0) / 2
    ratios = observed.of_elements(found.found).plug_in[:, judges] / noise
    arrived = (ratios <= STUCK).all(1)
    elements = found.found.copy()
    elements[:, :-1, -1] *= events.scale
    away = problem.distance(elements[arrived])
    kept = np.nan_to_num(found.log_p_adjusted, nan=-np.inf) > log(LEVEL)
    cells = [
        *(with_error(r) for r in ratios.T), *(f"{v:.2f}" for v in np.median(ratios, axis=0)), percent(~arrived),
        f"{np.median(away):.4f}" if arrived.any() else "-",
        f"{away.max():.3f}" if arrived.any() else "-", percent(kept), f"{1e3 * taken:.0f}",
    ]  # fmt: skip
    return f"| {name} | {' | '.join(cells)} |"


def with_error(values: FloatArray) -> str:
    """Mean and its standard error over restarts."""
    return f"{values.mean():.2f} +- {values.std(ddof=1) / len(values) ** 0.5:.2f}"


def percent(which: npt.NDArray[np.bool_]) -> str:
    return f"{which.mean():.0%}"


def main() -> None:
    """A table per problem."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--restarts", type=int, default=48)
    parser.add_argument("--steps", type=int, default=4000)
    arguments = parser.parse_args()
    for problem in PROBLEMS:
        events = events_of(problem)
        head = [
            "setting",
            *(f"KL / noise, {judge}" for judge in problem.judges),
            *(f"its median, {judge}" for judge in problem.judges),
            "stuck",
            f"{problem.away}, median of the others",
            "largest",
            "kept when refined",
            "ms per restart",
        ]
        print(f"\n{problem.name}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
        with one_thread_per_operation():
            for name, made in SETTINGS.items():
                print(row(name, made(arguments.restarts, arguments.steps), problem, events), flush=True)


if __name__ == "__main__":
    main()
