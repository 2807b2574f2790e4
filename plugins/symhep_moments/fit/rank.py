"""How many independent symmetries are there among the candidates? A test of the rank of the moments."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.stats.residual_forms import BlockTest
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.span_fit import fitted
from symhep_moments.fit.whitening import Whitened, span_test, whitened

__all__ = ["Chain", "RankTest", "chain", "rank_test"]

FloatArray = npt.NDArray[np.float64]

#: Up to so many candidates every number of symmetries is tested: the cost of a test grows with its cube.
ALL_TESTED = 10
#: log p from which on more symmetries need no test.
OUT_OF_THE_QUESTION = -100.0


@dataclass(frozen=True, eq=False)
class RankTest:
    """Test of 'at least r independent symmetries', with the r best directions.

    Attributes
    ----------
    r
        Number of symmetries.
    log_p
        Natural logarithm of the p-value.
    blocks
        The tests that it joins: of all functions ('all') and of blocks of them ('low').
    theta
        (G, r) the r directions, coefficients of the candidates; a basis of their span, with unit noise.
    normal
        (G, G - r) the other directions: spans near that of theta are those of theta + normal @ delta, delta (G - r, r).
    covariance
        (r (G - r), r (G - r)) of vec(delta), direction by direction, with theta at delta = 0: that of the estimate.
    """

    r: int
    log_p: float
    blocks: dict[str, BlockTest]
    theta: FloatArray
    normal: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, eq=False)
class Chain:
    """Rank tests for falling r down to 1, and the number of symmetries found at ``level``.

    ``found`` is the largest r that is not rejected, 0 if all are. The hypotheses are nested, so testing downwards
    until the first acceptance rejects the true r with probability ``level`` at most, without any correction.
    """

    tests: tuple[RankTest, ...]
    level: float
    found: int

    def log_p(self, r: int) -> float:
        """Of r symmetries; where that was left out, of the most that were tested, which r of them imply."""
        return next(test.log_p for test in self.tests if test.r <= r)

    @property
    def best(self) -> RankTest | None:
        """The test of the found r; None if there is no symmetry."""
        return next((test for test in self.tests if test.r == self.found), None)


def rank_test(moments: Moments | Whitened, r: int) -> RankTest:
    """H_r: A = E[w grad f . v] (K, G) has at most the rank G - r.

    A_hat = U S V^T, whitened; theta_0 = V_2 spans the r smallest right singular vectors, which is where Kleibergen
    and Paap (2006, J. Econometrics 133, 97) test U_2^T A V_2 = 0. From there Gauss-Newton steps lead to the least
    (A theta)^T W (A theta), with W for theta itself (`symhep_moments.fit.span_fit.fitted`): the covariance of A, no
    product, asks for it, and generators that are broken by little more than the noise do, too. Then the `span_test` of
    theta with the tangents of the fit. The r (G - r) parameters of the span are all there is to a fit: r K - r (G - r)
    combinations of moments are left.

    For more symmetries than r the singular values of V_1 are noise, too, and p tends to be too large: H_r holds.

    Raises MethodError if r is not in 1 ... G, or if there are not more functions than G - r.

    >>> rng = np.random.default_rng(1)
    >>> from symhep.lie.bases import so
    >>> sample = rng.normal(size=(3000, 8, 3)) + rng.normal(size=(8, 2)) @ [[1, 0, 0.5], [0, 1, 0.5]]
    >>> flat = sample.reshape(3000, -1)
    >>> covariance = (np.cov(flat.T) / 3000).reshape(8, 3, 8, 3)
    >>> moments = Moments(flat.mean(0).reshape(8, 3), covariance, 2999.0, so(3), tuple("abcdefgh"), {})
    >>> test = rank_test(moments, 1)
    >>> bool(test.log_p > -5), (test.theta[:, 0] / test.theta[2, 0]).round(1).tolist()
    (True, [-0.5, -0.5, 1.0])
    >>> bool(rank_test(moments, 2).log_p < -100)
    True
    """
    white = moments if isinstance(moments, Whitened) else whitened(moments)
    k, g = white.mean.shape
    if not 1 <= r <= g:
        raise MethodError(f"r = {r} symmetries among {g} candidates cannot be tested; take 1 to {g}")
    if k <= g - r:
        raise MethodError(
            f"{k} test functions are too few to test {r} symmetries among {g} candidates; more than "
            f"{g - r} are needed"
        )
    right = np.linalg.svd(white.mean @ white.generators)[2]
    fit = fitted(white, white.generators @ right[g - r :].T)
    # A theta is linear in delta with the slopes A normal, noise included: their complement holds nothing of what the
    # fit moved. The fit's own tangent, freed of noise, makes the least Q stationary, but not that of a block.
    tested = span_test(white, fit.theta, white.tangent(fit.normal, r))
    covariance = fit.residual.step_covariance
    return RankTest(r, tested.log_p, tested.blocks, fit.theta, fit.normal, covariance)


def chain(moments: Moments | Whitened, level: float = 0.05) -> Chain:
    """Rank tests for falling r, and the number of symmetries found.

    Among many candidates those r that are excluded beyond doubt are left out: r symmetries are also r - 1, so that all
    r above one that is rejected decisively are rejected with it. All r below are tested, for information.

    Parameters
    ----------
    moments
        A (K, G) with its covariance.
    level
        Significance level: the probability at most that the true number is rejected.

    Returns
    -------
    Chain
        The tests, falling in r, and ``found``.

    Examples
    --------
    >>> from symhep.lie.bases import so
    >>> rng = np.random.default_rng(1)
    >>> truth = rng.normal(size=(8, 2)) @ [[1, 0, 0.5], [0, 1, 0.5]]  # of three candidates one is a symmetry
    >>> sample = (rng.normal(size=(3000, 8, 3)) + truth).reshape(3000, -1)
    >>> covariance = (np.cov(sample.T) / 3000).reshape(8, 3, 8, 3)
    >>> moments = Moments(sample.mean(0).reshape(8, 3), covariance, 2999.0, so(3), tuple("abcdefgh"), {})
    >>> found = chain(moments)
    >>> found.found, found.best.r, bool(found.log_p(2) < -100)
    (1, 1, True)
    """
    if moments.mean.shape[1] == 0:
        return Chain((), level, 0)  # the support has excluded all candidates
    white = moments if isinstance(moments, Whitened) else whitened(moments)
    tests: dict[int, RankTest] = {}
    for r in _probes(white.mean.shape[1]):
        tests[r] = rank_test(white, r)
        if tests[r].log_p < OUT_OF_THE_QUESTION:
            break
    for r in range(1, max(tests)):
        if r not in tests:
            tests[r] = rank_test(white, r)
    ordered = tuple(tests[r] for r in sorted(tests, reverse=True))
    return Chain(ordered, level, max((t.r for t in ordered if t.log_p > log(level)), default=0))


def _probes(g: int) -> list[int]:
    """The numbers of symmetries that are tested first: all of them at once, or twice as many each time."""
    return [g] if g <= ALL_TESTED else [*(2**k for k in range(g.bit_length()) if 2**k < g), g]
