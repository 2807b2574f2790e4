"""Why do many moments of few events reject too often? The test of all functions, as it is and with random signs.

    python benchmarks/moments_skewness.py [--kind vector] [--events 400] [--toys 100]

The statistic of all functions but harmonics for a symmetry that is given (three rotations where they hold). With the
moments of every event multiplied by a random sign of its own all even cumulants stay, and the odd ones are gone: what
then holds the level is not held because of skewness.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from moments_kinds import KINDS, ROTATIONS, directions, events_from

from symhep.stats.residual_forms import ridge_form
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions


def toy(kind: str, events: int, number: int) -> dict[str, tuple[float, float]]:
    """log p, and the statistic over its mean, as it is and with random signs."""
    made = KINDS[kind]
    rng = np.random.default_rng([list(KINDS).index(kind), events, number, 7])
    sample = events_from(made.draw(rng, events), names=made.names)
    functions = build_functions(sample, FunctionOptions(harmonics=0), rng)
    theta = directions(sample, made.given)
    if made.symmetries == 3:
        theta = directions(sample, *(((label, 1.0),) for label in ROTATIONS))
    moments = (
        functions.along(sample.x, LinearFields(sample.generators)(sample.x)) @ torch.from_numpy(theta)
    ).numpy()
    values, vectors = np.linalg.eigh(np.einsum("nka,nla->kl", moments, moments) / events)
    root = (vectors * (np.maximum(values, 0) + 0.01 * values[-1]) ** -0.5) @ vectors.T
    rows = np.einsum("kl,nla->nak", root, moments).reshape(events, -1)
    found = {}
    for name, signs in (("as it is", 1.0), ("random signs", rng.choice([-1.0, 1.0], size=(events, 1)))):
        tested = ridge_form(np.cov((rows * signs).T) / events, events - 1).test((rows * signs).mean(axis=0))
        found[name] = (tested.log_p, tested.statistic / tested.dof)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", default="vector", choices=[k for k, v in KINDS.items() if not v.weights])
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--toys", type=int, default=100)
    given = parser.parse_args()
    torch.set_num_threads(1)
    toys = [toy(given.kind, given.events, number) for number in range(given.toys)]
    print("| moments | p < 0.05 | p < 0.5 | statistic / mean |\n|---|---|---|---|")
    for name in toys[0]:
        logs, ratios = np.array([one[name] for one in toys]).T
        print(
            f"| {name} | {np.mean(np.exp(logs) < 0.05):.3f} | {np.mean(np.exp(logs) < 0.5):.2f} | {ratios.mean():.3f} |"
        )


if __name__ == "__main__":
    main()
