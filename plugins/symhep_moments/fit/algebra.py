"""Which Lie algebra the symmetries make up: its name, the closed algebra nearest to them, and its p-value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from symhep.errors import MethodError
from symhep.lie.generators import Generators
from symhep.lie.identify import Identification, identify
from symhep.lie.identify.identification import AMBIGUOUS
from symhep.lie.structure import commutators
from symhep.stats.residual_forms import BlockTest
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.named import Tangent
from symhep_moments.fit.rank import RankTest
from symhep_moments.fit.region import Region, coefficient_covariance
from symhep_moments.fit.span_fit import SpanFit, at_span
from symhep_moments.fit.whitening import Whitened, span_test, whitened

__all__ = ["AlgebraTest", "algebra_test"]

FloatArray = npt.NDArray[np.float64]

STEPS = 60
#: What is left of the brackets of an orthonormal basis when it is closed.
CLOSED = 1e-9
#: The fit among closed spans has ended when a step is less than this, in units of the errors.
SETTLED = 0.01
#: Longest step of a span, in units of the noise of a generator.
LONGEST = 0.5
#: Singular values of the closure conditions below this part of the largest are none.
INDEPENDENT = 1e-7
#: A closed span whose p-value is below is not what was found.
REJECTED = 1e-3


@dataclass(frozen=True, eq=False)
class AlgebraTest:
    """The algebra of the r symmetries that were found.

    Attributes
    ----------
    identification
        Name, stability and how it was obtained: of the closed algebra within the errors that keep it closed, unless
        closure is rejected; then of the span.
    theta
        (G, r) the closed algebra that fits best near the span, in the readable basis; None if none was found near.
    log_p
        Natural logarithm of the p-value of 'a closed algebra like this one is a symmetry'; ``blocks`` are the tests
        that it joins.
    distance, conditions
        What the fit gains if the span may leave the closed ones, and the number of conditions that closure puts on a
        span: if the true span is closed, distance is chi^2 with that many degrees of freedom.
    closure_log_p
        Natural logarithm of the p-value of that distance; None if no closed algebra was found near: it cannot be told.
    """

    identification: Identification
    theta: FloatArray | None
    log_p: float | None
    blocks: dict[str, BlockTest]
    distance: float | None
    conditions: int
    closure_log_p: float | None


def algebra_test(
    moments: Moments | Whitened, test: RankTest, found: Region, generators: Generators
) -> AlgebraTest:
    """Name and p-value of the algebra that the span of ``test`` is, within the errors of ``found``.

    True symmetries of a density are closed under commutators, so a span that is far from closed in units of its errors
    says that something is wrong with the events. Among the closed spans, c(theta) = 0 for what the brackets of an
    orthonormal basis have outside of the span, the one of least Q (`symhep_moments.fit.span_fit`) is sought by
    Gauss-Newton steps from the span that was found. There an unconstrained step s with the covariance S leads out of
    the closed ones by J s, J = dc / ddelta, and

        distance = (J s)^T (J S J^T)^+ (J s)

    is a score test (Kleibergen 2005, Econometrica 73, 1103): all is evaluated where the hypothesis holds, so that it is
    right also where some broken generators are hardly seen to be broken, and the span that was found is far
    away. In the measure of its own errors that distance would be much too large there.

    The directions with J delta = 0 keep the span closed to first order: its conjugates and other algebras nearby. They
    are what was fitted, and are the tangents of its `span_test`; all others are not, so that this test sees
    more than that of the rank.
    """
    white = moments if isinstance(moments, Whitened) else whitened(moments)
    closed = _nearest(white, test, generators)
    if closed is None:
        return AlgebraTest(_named(found.theta, found.covariance, generators), None, None, {}, None, 0, None)
    closure = float(chi2.logsf(closed.distance, closed.conditions)) if closed.conditions else 0.0
    # Where closure is no condition the hypothesis is that of the rank test, which is not tested twice.
    log_p, blocks = test.log_p, test.blocks
    if closed.conditions:
        tangent = (
            Tangent(closed.fit.tangent, closed.fit.named).along(closed.free) if closed.free.size else None
        )
        tested = span_test(white, closed.fit.theta, tangent)
        log_p, blocks = tested.log_p, tested.blocks
    theta = _polar(closed.fit.theta @ np.linalg.lstsq(closed.fit.theta, found.theta, rcond=None)[0])
    basis, errors = (
        (found.theta, found.covariance) if closure < np.log(REJECTED) else _within_errors(closed, theta)
    )
    named = _named(basis, errors, generators)
    return AlgebraTest(named, theta, log_p, blocks, closed.distance, closed.conditions, closure)


@dataclass(frozen=True, eq=False)
class _Closed:
    """A closed span: its fit, its distance from the others, its directions ``free`` (r (G - r), q) with S_free."""

    fit: SpanFit
    distance: float
    conditions: int
    free: FloatArray
    covariance: FloatArray


def _nearest(white: Whitened, test: RankTest, generators: Generators) -> _Closed | None:
    """The closed span of least Q near that of ``test``; None if the steps do not end at one."""
    matrices = np.asarray(generators.matrices, dtype=np.float64)
    theta = test.theta
    for _ in range(STEPS):
        fit = at_span(white, theta)
        left, slope = _unclosed(fit, matrices, np.zeros(fit.tangent.shape[1])), _slope(fit, matrices)
        values, vectors = np.linalg.eigh(fit.residual.step_covariance)
        half = vectors * np.sqrt(np.maximum(values, 0.0))  # S = half half^T
        outwards = slope @ half
        inverse = np.linalg.pinv(outwards, rcond=INDEPENDENT)
        wanted = -fit.residual.step
        step = wanted - half @ (inverse @ (slope @ wanted + left))
        size = np.linalg.norm(np.linalg.lstsq(half, step, rcond=None)[0])
        if np.linalg.norm(left) < CLOSED and size < SETTLED:
            _, singular, right = np.linalg.svd(slope, full_matrices=True)
            conditions = int((singular > INDEPENDENT * singular.max(initial=1.0)).sum())
            inside = half - half @ inverse @ outwards
            distance = float(((inverse @ (slope @ wanted)) ** 2).sum())
            return _Closed(fit, distance, conditions, right[conditions:].T, inside @ inside.T)
        theta = fit.moved(step * min(1.0, LONGEST / max(float(np.linalg.norm(step)), LONGEST)))
    return None


def _unclosed(fit: SpanFit, matrices: FloatArray, delta: FloatArray) -> FloatArray:
    """What the brackets of an orthonormal basis of the span at ``delta`` have outside the span, for all pairs."""
    x = np.tensordot(_polar(fit.moved(delta)).T, matrices, axes=1)
    flat = x.reshape(len(x), -1)
    q = np.linalg.qr(flat.T)[0]
    brackets = commutators(x)[np.triu_indices(len(x), 1)].reshape(-1, flat.shape[1])
    return np.asarray((brackets - brackets @ q @ q.T).reshape(-1))


def _slope(fit: SpanFit, matrices: FloatArray, step: float = 1e-5) -> FloatArray:
    """d unclosed / d delta by central differences: it is smooth and of order one."""
    unit = step * np.eye(fit.tangent.shape[1])
    rows = [_unclosed(fit, matrices, u) - _unclosed(fit, matrices, -u) for u in unit]
    size = len(_unclosed(fit, matrices, np.zeros(len(unit))))
    return np.array(rows).T.reshape(size, len(unit)) / (2 * step)


def _polar(theta: FloatArray) -> FloatArray:
    """The orthonormal basis of the same span that is nearest."""
    u, _, v = np.linalg.svd(theta, full_matrices=False)
    return np.asarray(u @ v)


def _within_errors(closed: _Closed, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The readable basis with the covariance of its coefficients, along directions that keep it closed."""
    mixing = np.linalg.lstsq(closed.fit.theta, theta, rcond=None)[0]
    return theta, coefficient_covariance(theta, np.asarray(mixing), closed.fit.normal, closed.covariance)


def _named(theta: FloatArray, covariance: FloatArray, generators: Generators) -> Identification:
    """The name of the span of ``theta`` (G, r) with coefficients of this covariance (r G, r G)."""
    g, r = theta.shape
    matrices = np.asarray(generators.matrices, dtype=np.float64)
    variance = np.einsum(
        "sgsh,gij,hij->sij", covariance.reshape(r, g, r, g), matrices, matrices, optimize=True
    )
    basis = generators.combination(theta.T)
    try:
        return identify(basis, np.asarray(np.sqrt(np.maximum(variance, 0.0))))
    except MethodError as error:
        # Errors as large as the directions themselves, as with few events: any name would do.
        return Identification(AMBIGUOUS, r, 0.0, str(error), False, np.nan, np.nan)
