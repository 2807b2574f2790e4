"""How many generators: which numbers N_g of the scan end in symmetries, and which do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = [
    "RESOLUTION",
    "Trial",
    "Verdict",
    "against_spectrum",
    "closure_gap",
    "decide",
    "orthonormalised",
    "worst_violation",
]

FloatArray = npt.NDArray[np.float64]
Array = npt.NDArray[np.float64 | np.complex128]

#: A set counts as symmetric if it violates invariance and closure by at most this many eps. The step eps itself
#: leaves a violation of about one eps (|W^2 x| eps / 2 beside |W x|); a false generator, one of order 1.
RESOLUTION = 10.0


@dataclass(frozen=True)
class Trial:
    """One seed at one N_g.

    ``violation``: rms of grad phi . v over the events for the worst direction in the span of the
    generators, relative to the worst of all fields. ``gap``: rms of what closure lacks, per pair of
    generators made orthonormal.
    """

    generators: int
    loss: float
    violation: float
    gap: float


@dataclass(frozen=True)
class Verdict:
    """``chosen`` is the number of the trial whose generators are taken, -1 if there is none."""

    dimension: int
    chosen: int
    stability: float
    reason: str
    successes: dict[int, int]


def orthonormalised(theta: FloatArray) -> FloatArray:
    """The orthonormal rows nearest to ``theta`` (G, K) (Loewdin): generators keep their places.

    >>> orthonormalised(np.array([[2.0, 0.0], [0.0, 0.5]])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    left, _, right = np.linalg.svd(theta, full_matrices=False)
    return np.asarray(left @ right)


def worst_violation(rows: FloatArray, gram: FloatArray) -> float:
    """Largest singular value of the conditions on the span of orthonormal ``rows`` (G, K), relative to all.

    ``gram`` (K, K) is the Gram matrix of the conditions. Infinity for more rows than the family of matrices has
    unknowns: no rotation of them is orthonormal.
    """
    if not np.allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-6):
        return float("inf")
    inside = np.linalg.eigvalsh(rows @ gram @ rows.T)[-1]
    return float(np.sqrt(max(inside, 0.0) / np.linalg.eigvalsh(gram)[-1]))


def closure_gap(matrices: Array) -> float:
    """Rms over pairs of |[X_a, X_b] - its projection on the span|, for matrices (G, d, d) with tr(X X^+) = 2.

    The projection is orthogonal in Re tr(A B^+), so it is the least-squares solution for the constants.

    >>> z, e = np.zeros((3, 3)), np.eye(3)
    >>> rotation = lambda i, j: np.outer(e[i], e[j]) - np.outer(e[j], e[i])
    >>> so3 = np.array([rotation(0, 1), rotation(1, 2), rotation(2, 0)])
    >>> closure_gap(so3), round(closure_gap(so3[:2]), 6)  # [J_1, J_2] = J_3 is missing, of length sqrt 2
    (0.0, 1.414214)
    """
    count = len(matrices)
    if count < 2:
        return 0.0
    a, b = np.triu_indices(count, 1)
    commutators = (matrices[a] @ matrices[b] - matrices[b] @ matrices[a]).reshape(len(a), -1)
    flat = matrices.reshape(count, -1)
    inside = (commutators @ flat.conj().T).real @ flat / 2
    return float(np.sqrt((np.abs(commutators - inside) ** 2).sum(axis=1).mean()))


def decide(trials: list[Trial], epsilon: float, *, closed: bool, approximate: bool) -> Verdict:
    """The largest N_g at which some seed ends in a symmetry, within `RESOLUTION` times eps.

    ``closed`` asks for closure too. For an ``approximate`` oracle (a trained network) no violation is as small as
    eps: then N_g is taken where the least violation over seeds rises by the largest factor to the next N_g.

    The stability tells how surely no larger number is right: if a right N_g succeeds with probability p per seed,
    (k + 1)/(S + 2) from k of S seeds at the chosen N_g, then all seeds of all larger N_g tried would have missed
    with 1 - stability = (1 - p)^(their seeds at the next N_g). Zero if no larger one was tried.
    """
    limit = RESOLUTION * epsilon
    numbers = sorted({t.generators for t in trials})
    if approximate:
        limit = _gap_limit(trials, numbers)
    good = [t.violation <= limit and (t.gap <= limit or not closed or approximate) for t in trials]
    successes = {n: sum(g for t, g in zip(trials, good, strict=True) if t.generators == n) for n in numbers}
    dimension = max((n for n, k in successes.items() if k), default=0)
    above = [n for n in numbers if n > dimension]
    missed = sum(t.generators == above[0] for t in trials) if above else 0
    tried = sum(t.generators == dimension for t in trials)
    share = (successes.get(dimension, 0) + 1) / (tried + 2)
    stability = 1 - (1 - share) ** missed
    inside = [i for i, (t, g) in enumerate(zip(trials, good, strict=True)) if g and t.generators == dimension]
    chosen = min(inside, key=lambda i: trials[i].loss, default=-1)
    how = f"a relative violation of at most {limit:.2g}" + (
        " (set by the largest increase over the scan)" if approximate else f" ({RESOLUTION:g} eps)"
    )
    found = f"N_g = {dimension}: {successes[dimension]} of {tried} seeds converge to symmetries" if dimension else (
        "no seed converges to symmetries at any N_g"
    )  # fmt: skip
    beyond = (
        f"none of {missed} at N_g = {above[0]}"
        if above
        else "larger N_g were not tried, so there may be more generators"
    )
    return Verdict(dimension, chosen, stability, f"{found}, with {how}; {beyond}", successes)


def against_spectrum(verdict: Verdict, null: int) -> Verdict:
    """Stability 0 where training ends with fewer generators than ``null``, the singular values within its resolution.

    The formula of `decide` takes a larger algebra to be as easy to find as the one found, and its N_g to be among those
    tried. The matrices that preserve a function form an algebra, so their number can be counted.

    >>> against_spectrum(Verdict(4, 0, 0.98, "N_g = 4", {4: 5}), 9).stability
    0.0
    """
    if null <= verdict.dimension:
        return verdict
    reason = (
        f"{verdict.reason}; but {null} fields are null within the resolution, so the training did "
        f"not find all generators"
    )
    return replace(verdict, stability=0.0, reason=reason)


def _gap_limit(trials: list[Trial], numbers: list[int]) -> float:
    """Between the least violations of the two neighbouring N_g whose ratio is largest."""
    least = np.array([min(t.violation for t in trials if t.generators == n) for n in numbers])
    if len(least) < 2:
        return float(least[0])
    ratios = least[1:] / np.maximum(least[:-1], np.finfo(float).tiny)
    place = int(np.argmax(ratios))
    return float(np.sqrt(least[place] * least[place + 1]))
