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
from symhep_moments.moments import Moments
from symhep_moments.quadratic import BlockTest
from symhep_moments.rank import RankTest
from symhep_moments.region import Region
from symhep_moments.whitening import Whitened, span_test, whitened

__all__ = ["AlgebraTest", "algebra_test"]

FloatArray = npt.NDArray[np.float64]

STEPS = 30
#: What is left of the brackets of an orthonormal basis when it is closed.
CLOSED = 1e-9
#: Singular values of the closure conditions below this part of the largest are none.
INDEPENDENT = 1e-7


@dataclass(frozen=True, eq=False)
class AlgebraTest:
    """The algebra of the r symmetries that were found.

    Attributes
    ----------
    identification
        Name, confidence and how it was obtained, of the span within its errors.
    theta
        (G, r) the closed algebra nearest to the span, in the readable basis; None if none is near.
    log_p
        Natural logarithm of the p-value of 'a closed algebra like this one is a symmetry'; ``blocks`` are the tests
        that it joins.
    distance, conditions
        Squared distance of the closed algebra from the found span, in units of the errors, and the number of conditions
        that closure puts on a span: if the true span is closed, and the errors are small, distance is chi^2 with
        that many degrees of freedom.
    closure_log_p
        Natural logarithm of the p-value of that distance.
    """

    identification: Identification
    theta: FloatArray | None
    log_p: float | None
    blocks: dict[str, BlockTest]
    distance: float
    conditions: int
    closure_log_p: float


def algebra_test(
    moments: Moments | Whitened, test: RankTest, found: Region, generators: Generators
) -> AlgebraTest:
    """Name and p-value of the algebra that the span of ``test`` is, within the errors of ``found``.

    True symmetries of a density are closed under brackets, so a span that is far from closed in units of its errors
    says that something is wrong with the events. Spans near the found one are theta + normal @ delta, delta = 0 +-
    its covariance S. The closure conditions c(delta) = 0, what the brackets of an orthonormal basis have outside the
    span, are met by Gauss-Newton steps of least delta^T S^-1 delta: delta = S J^T (J S J^T)^+ (J delta - c), with J =
    dc / ddelta. At the closed span the directions with J delta = 0 keep it closed to first order: its conjugates and
    other algebras nearby. They are what was fitted, and are the tangents of its `span_test`; all others are
    not, so that this test sees more than that of the rank.
    """
    white = moments if isinstance(moments, Whitened) else whitened(moments)
    mixing = np.asarray(np.linalg.lstsq(test.theta, found.theta, rcond=None)[0], dtype=np.float64)
    matrices = generators.combination(found.theta.T)
    named = _named(matrices, _matrix_errors(found, generators))
    closing = _Closing(test, mixing, generators)
    delta, distance, jacobian, closed = closing.nearest()
    size = np.linalg.norm(jacobian, ord=2) if jacobian.size else 0.0
    _, singular, right = np.linalg.svd(jacobian, full_matrices=True)
    conditions = int((singular > INDEPENDENT * max(size, 1.0)).sum())
    closure = float(chi2.logsf(distance, conditions)) if conditions else 0.0
    if not closed:
        return AlgebraTest(named, None, None, {}, distance, conditions, -np.inf)
    theta = closing.span(delta)
    free = right[conditions:]  # (q, r (G - r)) keep the span closed
    moved = np.einsum(
        "gn,qrn,rs->qgs", test.normal, free.reshape(len(free), test.r, test.normal.shape[1]), mixing
    )
    tangent = np.einsum("kg,qgs->skq", white.mean, moved).reshape(test.r * len(white.mean), len(free))
    tested = span_test(white, theta, tangent if len(free) else None)
    return AlgebraTest(named, theta, tested.log_p, tested.blocks, distance, conditions, closure)


def _named(matrices: FloatArray, errors: FloatArray) -> Identification:
    """What the span is; ambiguous, with the reason, if the errors are too large to tell, as with few events."""
    try:
        return identify(matrices, errors)
    except MethodError as error:
        return Identification(AMBIGUOUS, len(matrices), 0.0, str(error), False, np.nan, np.nan)


class _Closing:
    """Spans (theta + normal @ delta) @ mixing and how far they are from closed."""

    def __init__(self, test: RankTest, mixing: FloatArray, generators: Generators) -> None:
        self.test, self.mixing = test, mixing
        self.matrices = np.asarray(generators.matrices, dtype=np.float64)
        self.parameters = test.theta.shape[1] * test.normal.shape[1]

    def span(self, delta: FloatArray) -> FloatArray:
        """(G, r) orthonormal, close to the readable basis."""
        moved = (self.test.theta + self.test.normal @ delta.reshape(self.test.r, -1).T) @ self.mixing
        u, _, v = np.linalg.svd(moved, full_matrices=False)
        return np.asarray(u @ v)

    def residual(self, delta: FloatArray) -> FloatArray:
        """What the brackets have outside the span, for all pairs."""
        x = np.tensordot(self.span(delta).T, self.matrices, axes=1)
        flat = x.reshape(len(x), -1)
        q = np.linalg.qr(flat.T)[0]
        pairs = np.triu_indices(len(x), 1)
        brackets = commutators(x)[pairs].reshape(-1, flat.shape[1])
        return np.asarray((brackets - brackets @ q @ q.T).reshape(-1))

    def jacobian(self, delta: FloatArray, step: float = 1e-5) -> FloatArray:
        """d residual / d delta by central differences: the residual is smooth and of order one."""
        unit = step * np.eye(self.parameters)
        rows = [self.residual(delta + u) - self.residual(delta - u) for u in unit]
        size = len(self.residual(delta))
        return np.array(rows).T.reshape(size, self.parameters) / (2 * step)

    def nearest(self) -> tuple[FloatArray, float, FloatArray, bool]:
        """delta of the nearest closed span, delta^T S^-1 delta, dc / ddelta there, and whether it is closed."""
        delta, u = np.zeros(self.parameters), np.zeros(self.parameters)
        values, vectors = np.linalg.eigh(self.test.covariance)
        half = vectors * np.sqrt(np.maximum(values, 0.0))  # S = half half^T
        for _ in range(STEPS):
            left, slope = self.residual(delta), self.jacobian(delta)
            if np.linalg.norm(left) < CLOSED:
                return delta, float(u @ u), slope, True
            u = np.linalg.pinv(slope @ half, rcond=INDEPENDENT) @ (slope @ delta - left)
            delta = half @ u
        return delta, float(u @ u), slope, False


def _matrix_errors(found: Region, generators: Generators) -> FloatArray:
    """(r, d, d) standard errors of the entries of the basis's matrices."""
    g, r = found.theta.shape
    blocks = found.covariance.reshape(r, g, r, g)
    matrices = np.asarray(generators.matrices, dtype=np.float64)
    variance = np.einsum("sgsh,gij,hij->sij", blocks, matrices, matrices, optimize=True)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))
