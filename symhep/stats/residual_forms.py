"""Are moments zero within their errors, but for what a fit may take? The one statistic of all tests here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from symhep.stats.quadratic_forms import log_tail

__all__ = [
    "RIDGE",
    "BlockTest",
    "Form",
    "Residual",
    "complement_test",
    "form_tests",
    "residual",
    "ridge_form",
    "ridge_test",
]

FloatArray = npt.NDArray[np.float64]

#: Added to the covariance, whose mean diagonal is one: directions with less than a hundredth of the typical variance
#: count the less the smaller theirs is. Constrained events leave directions without any.
RIDGE = 0.01
#: A covariance from nu + 1 events can be inverted in far fewer directions than nu.
FRACTION = 0.1
#: Singular values of the tangent, in units of its noise, below which there is no tangent.
NO_TANGENT = 1e-9
#: Weights that add nothing to a sum of squares.
NO_WEIGHT = 1e-10


@dataclass(frozen=True)
class BlockTest:
    """A quadratic form of moments and its reference distribution.

    Attributes
    ----------
    log_p
        Natural logarithm of the p-value.
    statistic
        sum_i z_i^2 / (l_i + ridge), corrected for the estimated covariance.
    dof
        Its mean under the hypothesis, sum_i w_i: the number of directions that are tested.
    spread
        Its standard deviation under the hypothesis, (2 sum_i w_i^2)^(1/2), but for the estimated covariance.
    """

    log_p: float
    statistic: float
    dof: float
    spread: float


@dataclass(frozen=True, eq=False)
class Residual:
    """What a fit along tangents leaves of ``values``: values (m,) and covariance (m, m) of what is left.

    ``step`` (q,) the best fit: values - tangent @ step = residual, and its covariance ``step_covariance`` (q, q);
    ``solver`` (q, m): step = solver @ values.
    """

    values: FloatArray
    covariance: FloatArray
    step: FloatArray
    step_covariance: FloatArray
    solver: FloatArray


def complement_test(
    values: FloatArray, covariance: FloatArray, nu: float, tangent: FloatArray | None = None
) -> BlockTest:
    """Do ``values`` (m,) vanish up to a combination of the columns of ``tangent`` (m, q)?

    The `ridge_test` of the `residual`. The p-value is right for any tangent that does not depend on the noise: one
    whose size is well above its own. To first order a parameter that was fitted by whatever
    means drops out if the derivative of the values along it is among the tangents, since it is projected away.

    Parameters
    ----------
    values, covariance
        Means of moments and the covariance of these means, in units in which they are comparable.
    nu
        Degrees of freedom of the covariance.
    tangent
        Directions that a fit may use; none: the values are given, not fitted.

    >>> rng = np.random.default_rng(1)
    >>> sample = rng.normal(size=(500, 6)) + [0.5, 0, 0, 0, 0, 0]
    >>> mean, covariance = sample.mean(axis=0), np.cov(sample.T) / 500
    >>> complement_test(mean, covariance, 499).log_p < -20
    True
    >>> complement_test(mean, covariance, 499, np.eye(6)[:, :1]).log_p > -3
    True
    """
    left = residual(values, covariance, tangent, nu)
    return ridge_test(left.values, left.covariance, nu)


def residual(
    values: FloatArray, covariance: FloatArray, tangent: FloatArray | None = None, nu: float = np.inf
) -> Residual:
    """Generalised least squares along ``tangent``, with the weights (C + ridge)^-1.

    step = (J^T W J)^+ J^T W values, for J the tangent; residual = M values with M = 1 - J (J^T W J)^+ J^T W and
    the covariance M C M^T, exactly, for weights that are given. They come from a covariance with ``nu`` degrees of
    freedom: for few the ridge rises as in `ridge_form`, or the fit would trust directions in which few events
    happen to have no spread.
    """
    size = _size(covariance)
    if tangent is None or tangent.shape[1] == 0 or size == 0:
        return Residual(values, covariance, np.zeros(0), np.zeros((0, 0)), np.zeros((0, len(values))))
    ridge = RIDGE
    if len(values) > FRACTION * nu:  # else nothing can exceed the bound, and no spectrum is needed
        ridge = _ridge(np.maximum(np.linalg.eigvalsh(covariance / size), 0.0), FRACTION * nu)
    lower = np.linalg.cholesky(covariance / size + ridge * np.eye(len(values)))
    inverse = np.linalg.pinv(solve_triangular(lower, tangent, lower=True), rcond=NO_TANGENT)
    solver = solve_triangular(lower, inverse.T, lower=True, trans=1).T  # (q, m): step = solver @ values
    step = solver @ values
    half = solver @ covariance
    # M C M^T = C - J S C - (J S C)^T + J S C S^T J^T
    removed = tangent @ half
    spread = half @ solver.T
    left = covariance - removed - removed.T + tangent @ spread @ tangent.T
    return Residual(values - tangent @ step, (left + left.T) / 2, step, spread, solver)


@dataclass(frozen=True, eq=False)
class Form:
    """The statistic |transform @ values|^2, ``transform`` (m, m), as a sum of ``weights`` (m,) times chi^2_1.

    ``freedom``: of the chi^2 that it is divided by, as the covariance has ``nu``; 0 if there is no noise.
    """

    transform: FloatArray
    weights: FloatArray
    freedom: float
    nu: float

    def test(self, values: FloatArray) -> BlockTest:
        """Are ``values`` (m,) all zero?"""
        return form_tests([self], [values])[0]


def form_tests(forms: Sequence[Form], values: Sequence[FloatArray]) -> list[BlockTest]:
    """`Form.test` of several forms at once, whose tails are integrated together."""
    noisy = [i for i, form in enumerate(forms) if form.freedom > 0]
    weights = [forms[i].weights[forms[i].weights > NO_WEIGHT] for i in noisy]
    statistics = [
        float(((forms[i].transform @ values[i]) ** 2).sum()) * forms[i].freedom / forms[i].nu for i in noisy
    ]
    if len(noisy) == 1:
        logs = [float(log_tail(statistics[0], weights[0], forms[noisy[0]].freedom))]
    else:
        padded = np.zeros((len(noisy), max((len(w) for w in weights), default=0)))
        for row, w in zip(padded, weights, strict=True):
            row[: len(w)] = w
        logs = log_tail(statistics, padded, [forms[i].freedom for i in noisy]).tolist() if noisy else []
    tests = {
        i: BlockTest(log_p, t, float(w.sum()), float(np.sqrt(2 * (w**2).sum())))
        for i, log_p, t, w in zip(noisy, logs, statistics, weights, strict=True)
    }
    return [tests[i] if i in tests else _certain(one) for i, one in enumerate(values)]


def _certain(values: FloatArray) -> BlockTest:
    """Without any noise what is not zero is certain to differ from it."""
    moved = bool(np.any(values))
    return BlockTest(-np.inf if moved else 0.0, np.inf if moved else 0.0, 0.0, 0.0)


def ridge_form(covariance: FloatArray, nu: float) -> Form:
    """The statistic for values (m,) with an estimated ``covariance`` (m, m), perhaps singular.

    With C = c V diag(l) V^T, c the mean of the diagonal, and z = V^T values / c^(1/2):

        T = sum_i z_i^2 / (l_i + ridge),   under the hypothesis  sum_i w_i chi^2_1,   w_i = l_i / (l_i + ridge).

    No rank has to be decided: a direction without variance has no weight. That the covariance is estimated
    makes T larger by 1 + (w + 1) / nu to first order, w = sum_i w_i: that is Hotelling's T^2, exact
    without a ridge, where T (nu - m + 1) / nu is m F(m, nu - m + 1). So T (nu - w + 1) / nu is compared with
    sum_i w_i chi^2_1 over an independent chi^2 / dof with nu - w + 1 degrees of freedom. The ridge rises until
    w <= nu / 10, so that few events are no obstacle.
    """
    size = _size(covariance)
    if size == 0:
        return Form(np.zeros_like(covariance), np.zeros(len(covariance)), 0.0, nu)
    spectrum, vectors = np.linalg.eigh(covariance / size)
    spectrum = np.maximum(spectrum, 0.0)
    ridge = _ridge(spectrum, FRACTION * nu)
    weights = spectrum / (spectrum + ridge)
    transform = (vectors * (size * (spectrum + ridge)) ** -0.5).T
    return Form(transform, weights, nu - float(weights.sum()) + 1, nu)


def ridge_test(values: FloatArray, covariance: FloatArray, nu: float) -> BlockTest:
    """Are ``values`` (m,) with an estimated ``covariance`` (m, m) all zero? The `ridge_form`, applied."""
    return ridge_form(covariance, nu).test(values)


def _size(covariance: FloatArray) -> float:
    """Mean of the diagonal; 0 for rounding below zero."""
    return max(float(np.diag(covariance).mean()), 0.0) if len(covariance) else 0.0


def _ridge(spectrum: FloatArray, most: float) -> float:
    """The least ridge from RIDGE on with sum l / (l + ridge) <= ``most``."""
    ridge = RIDGE
    while (spectrum / (spectrum + ridge)).sum() > most:
        ridge *= 1.25
    return ridge
