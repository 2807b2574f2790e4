"""How many generators: from the singular values of the conditions, against rounding or against noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.methods.p_values import PValue
from symhep_oracle.fit.conditions import Conditions, Grams
from symhep_oracle.fit.record import GapDecision, RoundingDecision
from symhep_oracle.fit.surrogates import SURROGATES, permuted, smooth
from symhep_oracle.oracles.interface import Oracle

__all__ = ["Count", "by_gap", "by_rounding", "gap", "rank_p", "rounding_floor"]

FloatArray = npt.NDArray[np.float64]

#: Bootstrap replicas, and the share of functions without symmetry whose gap must be exceeded.
REPLICAS = 200
QUANTILE = 0.99


@dataclass(frozen=True)
class Count:
    """A number of generators, the share of replicas that give it, why, and what it was decided from."""

    value: int
    stability: float
    reason: str
    decision: RoundingDecision | GapDecision


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
    decision = RoundingDecision(floor=floor, largest_null=below, smallest_other=above)
    return Count(value, 1.0, "singular values below the rounding of the oracle are zero", decision)


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
    spectrum: FloatArray,
    certain: int,
    grams: Grams,
    conditions: Conditions,
    rng: np.random.Generator,
    trained: Sequence[Oracle] = (),
) -> Count:
    """Approximate oracles: the largest gap, if functions without symmetry have none like it; else ``certain``.

    What is left as it is must also change the oracle less than anything changes a function without symmetry: in
    many dimensions some gap is always the largest. ``certain`` is the number of singular values at the rounding
    floor. The stability is the share of bootstrap replicas that give the same answer, over blocks of events and
    members of an ensemble, in equal parts of this oracle and of those ``trained`` anew on bootstrap samples. A large
    one says that the events decide, not that they decide rightly: how often a function without symmetry is given one
    is the p-value among surrogates, the larger of the two kinds.
    """
    others, smallest = _without_symmetry(permuted(conditions, rng))
    random, _ = _without_symmetry(smooth(conditions, rng))
    below = float(np.quantile(smallest, 1 - QUANTILE))
    threshold = float(max(np.quantile(others, QUANTILE), np.quantile(random, QUANTILE)))

    def decide(values: FloatArray) -> int:
        place, ratio = gap(values, certain, below)
        return place if ratio > threshold else certain

    place, ratio = gap(spectrum, certain, below)
    p_permuted, p_smooth = (rank_p(ratio, kind) for kind in (others, random))
    value = decide(spectrum)
    each = -(-REPLICAS // (1 + len(trained)))
    replicas = [decide(_singular(grams.resampled(rng))) for _ in range(each)]
    for oracle in trained:
        again = replace(conditions, oracle=oracle).grams()
        replicas += [decide(_singular(again.resampled(rng))) for _ in range(each)]
    share = float(np.mean([r == value for r in replicas]))
    found, counts = np.unique(replicas, return_counts=True)
    if value > certain:
        reason = (
            f"after {place} fields the singular values show a gap of a factor {ratio:.2g}; in "
            f"surrogates without symmetry ({SURROGATES} of each of two kinds) the 99 % quantile of "
            f"the largest gap is {threshold:.2g}, and with permuted gradients the 1 % quantile of "
            f"the smallest value is {below:.2g} (p = {max(p_permuted, p_smooth):.2g}, the larger of "
            f"the two kinds)"
        )
    elif place > certain:
        reason = (
            f"the largest gap of the singular values, a factor {ratio:.2g} after {place} fields, is "
            f"not significant: in surrogates without symmetry ({SURROGATES} of each of two kinds) "
            f"its 99 % quantile is {threshold:.2g}"
        )
    else:
        reason = (
            f"no singular value is below {below:.2g}, the 1 % quantile of the smallest value in "
            f"{SURROGATES} surrogates with permuted gradients"
        )
    decision = GapDecision(
        **PValue.of(float(np.log(max(p_permuted, p_smooth))), "bound").model_dump(),
        p_permuted=p_permuted, p_smooth=p_smooth, gap=ratio, gap_after=place, threshold=threshold, below=below,
        certain=certain, replicas=len(replicas), trainings=1 + len(trained),
        replica_answers=found, replica_shares=counts / REPLICAS,
    )  # fmt: skip
    return Count(value, share, reason, decision)


def rank_p(value: float, others: FloatArray) -> float:
    """(1 + number of ``others`` that reach ``value``) / (1 + number of others).

    Exact if the function is drawn like the others (Davison and Hinkley, Bootstrap Methods and their Application, 1997,
    section 4.2).

    >>> rank_p(5.0, np.array([1.0, 2.0, 6.0]))
    0.5
    """
    return float((1 + (others >= value).sum()) / (1 + len(others)))


def _without_symmetry(grams: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """The largest gap of each of these functions, and its smallest singular value.

    Fields that act trivially on the events are null for any function: what is at the rounding floor says nothing here.
    """
    gaps, smallest = [], []
    for gram in grams:
        values = _singular(gram)
        seen = values[values > 2 * _floor(len(values))]
        gaps.append(gap(seen)[1])
        smallest.append(seen[0])
    return np.array(gaps), np.array(smallest)


def _singular(gram: FloatArray) -> FloatArray:
    """Increasing singular values relative to the largest, of the matrix with this Gram matrix."""
    values = np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0.0))
    return np.asarray(np.maximum(values / values[-1], _floor(len(values))))


def _floor(unknowns: int) -> float:
    """Below the root of machine precision a Gram matrix knows nothing."""
    return float(np.sqrt(np.finfo(float).eps * unknowns))
