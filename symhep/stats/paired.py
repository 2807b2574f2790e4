"""Events against their images under a transformation that undoes itself: tests by flipping signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.stats.quadratic_forms import log_tail
from symhep.stats.support import RESOLUTION

__all__ = ["PairedTest", "sign_flip_test"]

FloatArray = npt.NDArray[np.float64]

#: Signs that are drawn at once (64 MB as double precision).
SIGNS_AT_ONCE = 1 << 23
#: Two statistics of the same signs differ by rounding only, and count as equal.
ROUNDING = 1e-9


@dataclass(frozen=True)
class PairedTest:
    """Do paired differences of K functions have symmetric distributions?

    Attributes
    ----------
    statistic
        Hotelling's T^2 = mean^T Cov^-1 mean over the directions in which the differences vary;
        NaN unless there are more events than directions.
    rank
        Number of these directions.
    events
        N with a weight that is not zero.
    log_p_hotelling
        Natural logarithm of the p-value by the F distribution, right for many events.
    p_value
        Of T^2, by randomisation: exact for any number of events.
    pulls
        (K,) sum w d / sqrt(sum (w d)^2) of each function; 0 where all differences are 0.
    p_by_function
        (K,) p-values of |pulls|, adjusted for the number of functions by the largest |pull| of each
        randomisation (max-T; Westfall and Young 1993). The least of them is the p-value of max |pull|.
    randomisations
        B; no p-value is below 1 / (B + 1).
    """

    statistic: float
    rank: int
    events: int
    log_p_hotelling: float
    p_value: float
    pulls: FloatArray
    p_by_function: FloatArray
    randomisations: int

    @property
    def p_max(self) -> float:
        """p-value of the largest |pull|, by randomisation."""
        return float(self.p_by_function.min(initial=1.0))


def sign_flip_test(
    differences: FloatArray,
    rng: np.random.Generator,
    weights: npt.ArrayLike | None = None,
    randomisations: int = 999,
) -> PairedTest:
    """Test x ~ g x for an involution g by ``differences`` f(x) - f(g x) (N, K), with signed ``weights`` (N,).

    Under the hypothesis, exchanging x and g x, which changes the sign of y = w (f(x) - f(g x)), leaves the law of the
    sample as it is, for each event by itself. So the statistic and those of B random sets of signs are
    exchangeable, and p = (1 + #{T_b >= T}) / (B + 1) is exact for any law of the differences (Lehmann and Romano,
    Testing Statistical Hypotheses, ch. 15.2; Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9, 39).

    T = |sum_n u_n|^2 with y = u s v^T, singular values that are zero left out: sum_n u_n u_n^T = 1 for all
    signs, so that whitening is done once. Hotelling's T^2 = (N - 1) T / (N - T) rises with T: both have the same
    randomisation p-value. T^2 (N - r) / (r (N - 1)) is compared with F(r, N - r). B sets of signs cost one
    matrix product.

    Raises MethodError for numbers that are not finite, or shapes that do not fit.

    >>> rng = np.random.default_rng(1)
    >>> test = sign_flip_test(rng.normal(size=(400, 2)) + [0.5, 0.0], rng, randomisations=199)
    >>> test.p_value, test.rank, test.p_max
    (0.005, 2, 0.005)
    """
    y = _weighted(differences, weights, randomisations)
    n, k = y.shape
    norms = np.sqrt((y**2).sum(axis=0))
    y = y / np.where(norms > 0, norms, 1.0)
    values, vectors = np.linalg.eigh(y.T @ y)
    kept = values > RESOLUTION**2 * k
    # pulls = back @ (sum of the whitened values)
    whiten, back = vectors[:, kept] / np.sqrt(values[kept]), vectors[:, kept] * np.sqrt(values[kept])
    u, rank = y @ whiten, int(kept.sum())
    total = u.sum(axis=0)
    quadratic, pulls = float(total @ total), back @ total
    above, above_max = 0, np.zeros(k)
    for sums in _random_sums(u, rng, randomisations):
        above += int(((sums**2).sum(axis=1) >= quadratic * (1 - ROUNDING)).sum())
        largest = np.abs(sums @ back.T).max(axis=1, initial=0.0)
        above_max += (largest[:, None] >= np.abs(pulls) * (1 - ROUNDING)).sum(axis=0)
    hotelling, log_p = _hotelling(quadratic, n, rank)
    return PairedTest(
        statistic=hotelling,
        rank=rank,
        events=n,
        log_p_hotelling=log_p,
        p_value=(1 + above) / (1 + randomisations),
        pulls=pulls,
        p_by_function=(1 + above_max) / (1 + randomisations),
        randomisations=randomisations,
    )


def _weighted(differences: FloatArray, weights: npt.ArrayLike | None, randomisations: int) -> FloatArray:
    """w d (N, K) of events with a weight."""
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 2:
        raise MethodError(f"differences must have the shape (events, functions), not {d.shape}")
    w = np.ones(len(d)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (len(d),):
        raise MethodError(f"{len(d)} events need {len(d)} weights, not the shape {w.shape}")
    if not (np.isfinite(d).all() and np.isfinite(w).all()):
        raise MethodError(
            "differences or weights are not finite",
        )
    if randomisations < 1:
        raise MethodError(f"the number of randomisations must be at least 1, not {randomisations}")
    return np.asarray((w[:, None] * d)[w != 0])


def _random_sums(u: FloatArray, rng: np.random.Generator, randomisations: int) -> Iterator[FloatArray]:
    """Sums (b, r) of the rows of ``u`` (N, r) with random signs, ``randomisations`` of them in all."""
    n = len(u)
    events = min(max(n, 1), SIGNS_AT_ONCE)
    block = max(1, SIGNS_AT_ONCE // events)
    for first in range(0, randomisations, block):
        count = min(block, randomisations - first)
        sums = np.zeros((count, u.shape[1]))
        for start in range(0, n, events):
            part = u[start : start + events]
            octets = np.frombuffer(rng.bytes(count * (-(-len(part) // 8))), np.uint8).reshape(count, -1)
            bits = np.unpackbits(octets, axis=1, count=len(part))
            # signs are 2 bit - 1
            sums += 2 * (bits.astype(np.float64) @ part) - part.sum(axis=0)
        yield sums


def _hotelling(quadratic: float, n: int, rank: int) -> tuple[float, float]:
    """T^2 and the logarithm of its p-value; without more events than directions T^2 says nothing."""
    if rank == 0:
        return 0.0, 0.0
    if n <= rank:
        return float("nan"), 0.0
    with np.errstate(divide="ignore"):
        statistic = float((n - 1) * np.float64(quadratic) / max(n - quadratic, 0.0))
    return statistic, float(log_tail(statistic * (n - rank) / (n - 1), np.ones(rank), nu=n - rank))
