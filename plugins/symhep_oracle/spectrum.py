"""How many generators: from the singular values of the conditions, against rounding or against noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symhep_oracle.conditions import Conditions, Grams

__all__ = ["Count", "by_gap", "by_rounding", "gap", "rounding_floor", "surrogates"]

FloatArray = npt.NDArray[np.float64]

#: Bootstrap replicas, functions without symmetry, and the share of these that a gap must exceed.
REPLICAS = 200
SURROGATES = 200
QUANTILE = 0.99
#: Events that a function without symmetry is made of.
SURROGATE_EVENTS = 20_000


@dataclass(frozen=True)
class Count:
    """A number of generators, how sure it is (0 to 1), why, and what it was decided from."""

    value: int
    confidence: float
    reason: str
    evidence: Mapping[str, Any]


def rounding_floor(precision: float, unknowns: int) -> float:
    """Relative singular value that rounding alone can make: precision x K.

    A sum over K products with relative error ``precision`` is off by at most so much; the tilt of the null
    vectors, rounding over the gap that holds them, gives the same again once they are improved by `exact`.
    """
    return precision * unknowns


def by_rounding(spectrum: FloatArray, floor: float) -> Count:
    """Exact oracles: what is below the floor is zero, what is above is not."""
    value = int((spectrum <= floor).sum())
    above, below = spectrum[value:].min(initial=1.0), spectrum[:value].max(initial=0.0)
    evidence = {"floor": floor, "largest_null": float(below), "smallest_other": float(above)}
    return Count(value, 1.0, "singular values below the rounding of the oracle are zero", evidence)


def gap(spectrum: FloatArray, certain: int = 0, below: float = np.inf) -> tuple[int, float]:
    """(G, ratio) of the largest ratio of neighbouring singular values s_(G+1) / s_G.

    Only G > ``certain`` with s_G < ``below`` count.

    >>> gap(np.array([0.001, 0.002, 0.5, 0.6]))
    (2, 250.0)
    >>> gap(np.array([0.2, 0.3, 0.5, 0.9]), below=0.1)
    (0, 1.0)
    """
    small = int((spectrum[certain:] < below).sum())
    rest = np.maximum(spectrum[certain : certain + small + 1], np.finfo(float).tiny)
    if len(rest) < 2:
        return certain, 1.0
    ratios = rest[1:] / rest[:-1]
    best = int(ratios.argmax())
    return certain + best + 1, float(ratios[best])


def by_gap(
    spectrum: FloatArray, certain: int, grams: Grams, conditions: Conditions, rng: np.random.Generator
) -> Count:
    """Approximate oracles: the largest gap, if functions without symmetry have none like it; else ``certain``.

    What is left as it is must also change the oracle less than anything changes a function without symmetry: in
    many dimensions some gap is always the largest. ``certain`` is the number of singular values at the rounding
    floor. The confidence is the share of bootstrap replicas (over blocks of events, and members of an ensemble)
    that give the same answer.
    """
    gaps, smallest = surrogates(conditions, rng)
    threshold, below = float(np.quantile(gaps, QUANTILE)), float(np.quantile(smallest, 1 - QUANTILE))

    def decide(values: FloatArray) -> int:
        place, ratio = gap(values, certain, below)
        return place if ratio > threshold else certain

    place, ratio = gap(spectrum, certain, below)
    value = decide(spectrum)
    replicas = [decide(_singular(grams.resampled(rng))) for _ in range(REPLICAS)]
    share = float(np.mean([r == value for r in replicas]))
    found, counts = np.unique(replicas, return_counts=True)
    reason = (
        f"the largest gap below {below:.2g}, {ratio:.3g} after {place}, is "
        f"{'above' if value > certain else 'not above'} {threshold:.3g}; of functions without symmetry 99 % stay "
        "below this gap and above that singular value"
        if place > certain
        else f"no singular value is below {below:.2g}, which 99 % of functions without symmetry stay above"
    )
    evidence = {
        "gap": ratio, "gap_after": place, "threshold": threshold, "below": below, "certain": certain,
        "replicas": REPLICAS,
        "replica_answers": found.tolist(), "replica_shares": (counts / REPLICAS).tolist(),
    }  # fmt: skip
    return Count(value, share, reason, evidence)


def surrogates(conditions: Conditions, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """(T,) largest gaps and (T,) smallest relative singular values of functions without symmetry.

    They are the gradients of the events at the points of other events.

    Gradients and points keep their distributions, and lose what relates them.
    """
    n = min(len(conditions.x), SURROGATE_EVENTS)
    x = conditions.x[:n] / conditions.scale
    slopes = conditions.oracle.gradient(conditions.x[:n]) / conditions.output_scale[:, None]
    slopes = slopes * torch.from_numpy(np.sqrt(conditions.weights[:n]))[:, None, None]
    found = []
    for _ in range(SURROGATES):
        rows = conditions.fields.rows(x[torch.from_numpy(rng.permutation(n))], slopes)
        values = _singular((rows.T @ rows).numpy())
        found.append((gap(values)[1], values[0]))
    gaps, smallest = np.array(found).T
    return gaps, smallest


def _singular(gram: FloatArray) -> FloatArray:
    """Increasing singular values relative to the largest, of the matrix with this Gram matrix."""
    values = np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0.0))
    # Below the root of machine precision a Gram matrix knows nothing.
    floor = np.sqrt(np.finfo(float).eps * len(values))
    return np.asarray(np.maximum(values / values[-1], floor))
