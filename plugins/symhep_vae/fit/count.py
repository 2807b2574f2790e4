"""The decision how many latents are relevant, and what a linear VAE would find."""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt

from symhep.stats.principal_components import PrincipalComponents
from symhep_vae.record import RelevantLatents

__all__ = [
    "BAND",
    "DECISION",
    "THRESHOLD",
    "count_relevant",
    "information_bits",
    "linear_relevance",
    "undecided",
]

FloatArray = npt.NDArray[np.float64]

#: A latent counts when its means vary more than its posterior is wide: at 1 it carries half a bit.
THRESHOLD = 1.0
#: Within a factor two of the threshold (0.16 to 1.16 bit) the answer is a matter of taste: the interval says so.
BAND = (0.5, 2.0)
#: Standard errors of a variance.
TWO = 2.0
DECISION = (
    "relevance above 1 (spread of the latent mean larger than the posterior width, half a bit); "
    "value: median over the runs; low and high: 2.5 % and 97.5 % quantiles over the runs of the "
    "counts with thresholds 2 and 0.5, the latter including principal components whose linear "
    "optimum lies between the two thresholds"
)


def linear_relevance(variances: FloatArray, beta: float) -> FloatArray:
    """Relevance at the optimum of a linear VAE, for covariance eigenvalues lambda: sqrt(2 lambda/beta - 1).

    The loss |x - xhat|^2 + beta KL is the ELBO of a Gaussian decoder of variance
    s^2 = beta/2, and a linear decoder makes that probabilistic PCA (Tipping and
    Bishop 1999; Lucas et al., arXiv:1911.02469): the posterior of a direction
    with lambda > s^2 has variance s^2/lambda and its mean has variance
    1 - s^2/lambda; directions with lambda <= s^2 collapse to the prior. So the
    relevance exceeds 1 exactly where lambda exceeds beta.

    >>> linear_relevance(np.array([1.0, 0.1, 0.04]), beta=0.1).round(3).tolist()
    [4.359, 1.0, 0.0]
    """
    if beta == 0:
        return np.where(variances > 0, np.inf, 0.0)
    return np.sqrt(np.maximum(2 * variances / beta - 1, 0.0))


def undecided(components: PrincipalComponents, beta: float) -> int:
    """Principal components whose variance, within two standard errors, has a linear optimum inside `BAND`.

    Near the threshold a latent gains little by being used, and grows so slowly that all runs leave it out: the spread
    over runs does not see it.

    >>> few = PrincipalComponents(np.array([1.0, 0.08, 0.01]), np.array([0.01, 0.001, 0.001]))
    >>> undecided(few, beta=0.1)
    1
    """
    low, high = (
        linear_relevance(components.variances + sign * components.errors, beta) for sign in (-TWO, TWO)
    )
    return int(((high > BAND[0]) & (low < BAND[1])).sum())


def count_relevant(relevance: FloatArray, undecided: int = 0) -> RelevantLatents:
    """Count over runs (R, L); see `DECISION`. ``undecided``: principal components near the threshold.

    >>> runs = np.array([[5.3, 5.0, 4.4, 0.04], [5.1, 5.0, 4.6, 0.03]])
    >>> count = count_relevant(runs)
    >>> count.value, count.low, count.high
    (3, 3, 3)
    """
    per_run = (relevance > THRESHOLD).sum(axis=1)
    strict, loose = (relevance > BAND[1]).sum(axis=1), (relevance > BAND[0]).sum(axis=1)

    def quantile(counts: npt.NDArray[np.int64], q: float) -> int:
        return int(np.quantile(counts, q, method="inverted_cdf"))

    value, low, high = quantile(per_run, 0.5), quantile(strict, 0.025), quantile(loose, 0.975)
    high = max(high, min(low + undecided, relevance.shape[1]))
    return RelevantLatents(
        value=value, low=low, high=high, method=DECISION,
        threshold=THRESHOLD, band=BAND, per_run=tuple(per_run.tolist()),
    )  # fmt: skip


def information_bits(relevance: FloatArray) -> FloatArray:
    """log2(1 + rho^2) / 2: bits a Gaussian channel with this ratio of signal to width carries.

    >>> float(information_bits(np.array(1.0)))
    0.5
    """
    return np.asarray(np.log1p(relevance**2) / (2 * log(2)))
