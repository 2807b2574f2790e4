"""From a noisy basis to a name: closure, structure constants, name, and the same for perturbed copies."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import scipy.stats

from symhep.errors import MethodError
from symhep.lie.algebra import LieAlgebra
from symhep.lie.closing import broadcast_errors, close_spans
from symhep.lie.identify.identification import (
    AMBIGUOUS,
    NOT_CLOSED,
    TOO_LARGE,
    UNRECOGNISED,
    Identification,
)
from symhep.lie.identify.named import Named
from symhep.lie.identify.naming import name_algebra
from symhep.lie.identify.units import balanced, unit_sized
from symhep.lie.noise import BORDER, RankDecision, decide_rank, number_of_draws, with_rounding
from symhep.lie.structure import (
    FloatArray,
    MatrixArray,
    as_basis,
    commutators,
    numbers,
    real_vectors,
    structure_constants,
    trace_form_constants,
)

__all__ = ["identify"]

#: A name holds if this fraction of the copies agrees.
DOMINANT = 2 / 3
COPIES = 20
#: Brackets of so many random combinations tell whether a large span is closed.
COMBINATIONS = 12
#: Without errors but rounding, decisions this far from their border need no copies.
DECISIVE = 1e3
#: Spans are closed to this fraction of what the errors left open.
CLOSE_ENOUGH = 1e-6
#: A decision counts if the border of zero is below this fraction of the usual size of a nonzero value. Of 400 spans of
#: small algebras with errors of 0.02 to 0.2 (benchmarks/lie_names.py) none got a wrong name, 20 without the condition.
RESOLVED = 0.5
#: The trace form this far above its border is inverted; with larger errors a small span is closed first.
SMALL_ERRORS = 3.0
MAX_CLOSING = 2000


def identify(
    matrices: npt.ArrayLike, errors: npt.ArrayLike | None = None, seed: int = 0, *, rounding: bool = False
) -> Identification:
    """Name of the real Lie algebra that some matrices span.

    1. Closure: is what is left of the brackets explained by the errors? Else 'not closed'.

    2. Constants by the trace form where it is nondegenerate, so that errors enter in second order; else of the nearest
    closed span.

    3. Name, every rank decided against the spread of copies drawn within the errors (:mod:`symhep.lie.noise`). What
    the errors allow to be zero is zero: the most special algebra wins.

    4. Stability: the fraction of 20 perturbed copies, the errors drawn again on top of those that are there, with the
    same name. If no name has two thirds, 'ambiguous'.

    Parameters
    ----------
    matrices
        (G, d, d), real or complex; or labelled generators. Sizes, basis and units do not matter.
    errors
        Standard errors of the entries: a number, or an array shaped like ``matrices``; None for rounding of these
        numbers alone.
    seed
        Of the copies within the errors.
    rounding
        The errors are what rounding may have made of the entries on their way here.

    Returns
    -------
    Identification
        With the ranks that were decided, and other names that the copies got.

    Raises
    ------
    MethodError
        If the matrices are linearly dependent within the errors: pass fewer.
    LieError
        For wrong shapes, entries that are not finite, errors that do not fit.

    Examples
    --------
    >>> turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    >>> identify([turn]).name, identify([turn, np.eye(2)]).name
    ('so(2)', 'so(2) + R')
    """
    x, rounding = as_basis(matrices), rounding or errors is None
    least = broadcast_errors(None, x, numbers(matrices, "a basis").dtype)
    x, sigma = unit_sized(x, np.maximum(broadcast_errors(errors, x), least))
    if rounding:
        x, sigma = unit_sized(*balanced(x, sigma, entrywise=errors is not None))
    draws = number_of_draws(len(x)) if rounding else max(number_of_draws(len(x)), COPIES)
    drawn = _drawn(x, sigma, draws, seed)
    decision = decide_rank(real_vectors(drawn), "dimension of the span")
    if decision.rank < len(x):
        raise MethodError(
            f"the {len(x)} matrices are linearly dependent within their errors: rank {decision.rank}, smallest "
            f"singular value {decision.below:.2g} of the threshold; pass a basis of fewer matrices"
        )
    closure = structure_constants(x).residual
    aligned = _aligned(drawn)
    excess, p_value = _closure_excess(aligned)
    if p_value < 2 * scipy.stats.norm.sf(BORDER):
        cause = "rounding explains" if rounding else "the errors explain"
        cause += ": no errors were given" if errors is None else ""
        how = f"closure residual {excess:.3g} times what {cause}, p = {p_value:.1g}"
        return Identification(
            NOT_CLOSED, len(x), 1 - p_value, how, False, closure, excess,
            decisions=(decision,), rounding_only=rounding,
        )  # fmt: skip
    decisions = [decision]
    aligned, constants = _constants(x, aligned, sigma, seed, decisions)
    algebra = _algebra(constants, aligned, decisions)
    nominal = _named(algebra, aligned)
    exact = rounding and all(d.above > DECISIVE for d in decisions)
    if exact and nominal.name not in (UNRECOGNISED, TOO_LARGE):
        how = f"exact input: each quantity is at least {min(d.above for d in decisions):.1g} times its threshold"
        votes, stability = [(nominal.name, 1.0)], 1.0
    else:
        votes = _votes(constants, aligned)
        stability = votes[0][1]
        how = f"fraction of {min(COPIES, draws)} perturbed copies with this name"
    name, named = _verdict(nominal, votes)
    if name == AMBIGUOUS and votes[0][0] == TOO_LARGE:
        how = TOO_LARGE
    return Identification(
        name, len(x), stability, how, True, closure, excess, named.parts, named.isomorphic,
        named.rank, algebra.signature, named.parameters, tuple(votes), tuple(decisions), rounding,
    )  # fmt: skip


def _verdict(nominal: Named, votes: list[tuple[str, float]]) -> tuple[str, Named]:
    """The name that dominates, with what is known of it."""
    name, fraction = votes[0]
    if fraction < DOMINANT or name == TOO_LARGE:
        return AMBIGUOUS, Named(AMBIGUOUS, ())
    return name, nominal if nominal.name == name else Named(name, ())


def _drawn(x: MatrixArray, sigma: FloatArray, draws: int, seed: int) -> MatrixArray:
    """x and copies of it with errors drawn anew: (1 + draws, G, d, d)."""
    noise = sigma * np.random.default_rng(seed).normal(size=(draws, *sigma.shape))
    if np.iscomplexobj(x):
        noise = noise.view(np.complex128)
    return np.concatenate([x[None], x + noise.reshape(-1, *x.shape)])


def _aligned(drawn: MatrixArray) -> MatrixArray:
    """The same spans in the bases closest to one orthonormal basis of the first: turning the basis is no error.

    That one is the nearest to the first, so that it does not depend on what an SVD makes of equal singular values.
    """
    vectors = real_vectors(drawn)
    left, _, right = np.linalg.svd(vectors[0], full_matrices=False)
    first = left @ right
    vectors = np.linalg.solve(vectors @ first.T, vectors)
    flat = np.ascontiguousarray(vectors)
    return (flat.view(np.complex128) if np.iscomplexobj(drawn) else flat).reshape(drawn.shape)


def _closure_excess(aligned: MatrixArray) -> tuple[float, float]:
    """What is left of the brackets over what errors explain, and the probability of as much by errors alone.

    The squared residual of the errors alone is taken from the copies, R(X + E) - R(X), and its distribution as a scaled
    chi^2 of matching mean and variance (Satterthwaite, Biometrics 2 (1946) 110).
    """
    g = aligned.shape[1]
    if g > COMBINATIONS:
        weights = np.random.default_rng(0).normal(size=(COMBINATIONS, g)) / np.sqrt(g)
        tried = np.einsum("mg,zgij->zmij", weights, aligned)
    else:
        tried = aligned
    brackets = real_vectors(commutators(tried))
    vectors = real_vectors(aligned)
    q = np.linalg.qr(np.swapaxes(vectors, 1, 2))[0][:, None]
    left = brackets - (brackets @ q) @ np.swapaxes(q, 2, 3)
    value = float((left[0] ** 2).sum())
    errors = ((left[1:] - left[0]) ** 2).sum(axis=(1, 2, 3))
    mean, variance = float(errors.mean()), float(errors.var(ddof=1))
    if variance == 0:
        return 0.0, 1.0
    freedom = 2 * mean**2 / variance
    p_value = float(scipy.stats.f.sf(value / mean, freedom, len(errors) * freedom))
    return float(np.sqrt(value / mean)), p_value


def _constants(
    x: MatrixArray, aligned: MatrixArray, sigma: FloatArray, seed: int, decisions: list[RankDecision]
) -> tuple[MatrixArray, FloatArray]:
    """Matrices (B, G, d, d) and constants (B, G, G, G) of the span and its copies."""
    form = np.einsum("zaij,zbji->zab", aligned, aligned, optimize=True).real
    decision = decide_rank(form, "rank of the trace form")
    clear = decision.above > SMALL_ERRORS or x.size > MAX_CLOSING
    if decision.rank == len(x) and clear:
        decisions.append(decision)
        constants = np.stack([trace_form_constants(one) for one in aligned])
        return aligned, with_rounding(constants, seed)
    closed = close_spans(x[None], sigma, CLOSE_ENOUGH)[0][0]
    copies = _drawn(closed, sigma, len(aligned) - 1, seed)
    copies[1:] = close_spans(copies[1:], sigma, CLOSE_ENOUGH)[0]
    aligned = _aligned(copies)
    vectors = real_vectors(aligned)
    inverse = np.linalg.pinv(vectors)
    constants = np.stack([real_vectors(commutators(m)) @ v for m, v in zip(aligned, inverse, strict=True)])
    return aligned, with_rounding(constants, seed)


def _algebra(constants: FloatArray, aligned: MatrixArray, decisions: list[RankDecision]) -> LieAlgebra:
    """The algebra of samples of the constants, in which a bracket has the usual size for orthonormal d x d matrices.

    Two that do not commute have a bracket of norm (2 / d)^1/2 in the mean over all matrices, and the constants of the
    pair, f_ab^c and f_ba^c, the singular value 2 / d^1/2 then: 1.15 for d = 3, so(3) has 1.
    """
    return LieAlgebra.from_samples(constants, decisions, 2 / np.sqrt(aligned.shape[-1]))


def _named(algebra: LieAlgebra, aligned: MatrixArray) -> Named:
    """Name of the first sample; TOO_LARGE if a decision has no power, UNRECOGNISED if its roots are no root system."""
    known = len(algebra.decisions)
    try:
        found = name_algebra(algebra, aligned)
    except MethodError:
        found = Named(UNRECOGNISED, ())
    if any(decision.resolution > RESOLVED for decision in algebra.decisions[known:]):
        return Named(TOO_LARGE, ())
    return found


def _votes(constants: FloatArray, aligned: MatrixArray) -> list[tuple[str, float]]:
    """Names of the perturbed copies, each with the spread of the others as its noise, and their fractions."""
    changes, turns = constants - constants[0], aligned - aligned[0]
    count: Counter[str] = Counter()
    kept = 1 + number_of_draws(constants.shape[1])
    copies = min(COPIES, len(constants) - 1)
    for k in range(1, 1 + copies):
        others = slice(kept) if k >= kept else [j for j in range(len(constants)) if j != k][:kept]
        x = aligned[k] + turns[others]
        count[_named(_algebra(constants[k] + changes[others], x, []), x).name] += 1
    return [(name, votes / copies) for name, votes in count.most_common()]
