"""Is the mean of f(x) that of f(g x)? Hotelling's statistic with a ridge, and its exact randomisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from symhep.methods.p_values import PKind
from symhep.stats.multiplicity import cauchy_combination
from symhep.stats.quadratic_forms import log_tail
from symhep.stats.randomisation import randomised_sums, upper_tail
from symhep_moments.fit.discrete.orbit_sums import OrbitSums

__all__ = ["MomentTest", "moment_tests"]

FloatArray = npt.NDArray[np.float64]

#: Share of a function's own variance that is added to its covariance with the others, as in the test of generators.
RIDGE = 0.01
#: Logarithms of p that only put statistics in order need not go on below this.
FLOOR = -700.0


@dataclass(frozen=True)
class MomentTest:
    """One element, by moments.

    Attributes
    ----------
    log_p
        Natural logarithm of the p-value: by randomisation, exact, for all blocks together; where no
        randomisation reaches the statistic, by the distribution for many events, at most 1 / (B + 1).
    p_exact
        By randomisation, never below 1 / (B + 1).
    kind
        'exact' where ``log_p`` is that of the randomisation.
    blocks
        Block of functions -> log p for many events.
    pulls, labels
        (K,) sum y / sqrt(sum y^2) of each function that g changes, and its name.
    """

    log_p: float
    p_exact: float
    blocks: Mapping[str, float]
    pulls: FloatArray
    labels: tuple[str, ...]

    @property
    def kind(self) -> PKind:
        return "exact" if self.log_p >= np.log(self.p_exact) else "asymptotic"


@dataclass(frozen=True)
class _Block:
    """T = sum_i (v_i . z)^2 / (l_i + tau) of the pulls z of some functions, R = V diag(l) V^T their correlation."""

    columns: npt.NDArray[np.bool_]
    directions: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, correlation: FloatArray, columns: npt.NDArray[np.bool_]) -> _Block:
        values, vectors = np.linalg.eigh(correlation[columns][:, columns])
        values = np.maximum(values, 0.0)
        return cls(columns, vectors / np.sqrt(values + RIDGE), values / (values + RIDGE))

    def statistic(self, z: FloatArray) -> FloatArray:
        """(B, K) -> (B,)."""
        return np.asarray(((z[:, self.columns] @ self.directions) ** 2).sum(axis=1))

    def log_p_quick(self, statistic: FloatArray) -> FloatArray:
        """With two moments of the law of T (Satterthwaite): to put randomised statistics in order, no p-value."""
        w, w2 = self.weights.sum(), (self.weights**2).sum()
        return np.asarray(np.clip(chi2.logsf(statistic * w / w2, w**2 / w2), FLOOR, 0.0))

    def log_p(self, statistic: float) -> float:
        """Of the generalised chi^2 sum_i l_i / (l_i + tau) chi^2_1."""
        return float(log_tail(statistic, self.weights))


def moment_tests(
    sums: Sequence[OrbitSums],
    labels: Sequence[str],
    blocks: Mapping[str, npt.NDArray[np.bool_]],
    rng: np.random.Generator,
    randomisations: int,
) -> list[MomentTest]:
    """Test several elements of one order, with the same random images.

    With z = sum_n y_n / sqrt(sum_n y_n^2), R the correlation of the y over all choices of images (`OrbitSums`), and
    tau = 0.01,

        T = z^T (R + tau)^-1 z ~ sum_i l_i / (l_i + tau) chi^2_1,   l_i eigenvalues of R.

    For tau = 0 and an involution this is a monotone function of Hotelling's T^2 of the paired differences. The ridge
    bounds the inverse where functions depend on each other on the support of the data, as the components of two
    particles that are back to back. R does not change with the choice of images, so that each statistic has an
    exact randomisation p-value, and so has their Cauchy combination over the ``blocks``, which is the one reported.

    ``labels`` of all functions; ``blocks``: name -> which of them (K',).
    """
    drawn = randomised_sums([s.groups for s in sums], rng, randomisations)
    return [_one(s, random, labels, blocks) for s, random in zip(sums, drawn, strict=True)]


def _one(
    sums: OrbitSums, drawn: FloatArray, labels: Sequence[str], blocks: Mapping[str, npt.NDArray[np.bool_]]
) -> MomentTest:
    names = tuple(label for label, kept in zip(labels, sums.changed, strict=True) if kept)
    if not names:
        return MomentTest(0.0, 1.0, {}, np.zeros(0), ())
    deviation = np.sqrt(sums.second.diagonal())
    correlation = sums.second / np.outer(deviation, deviation)
    z = np.vstack([sums.groups[:, 0].sum(axis=0), drawn]) / deviation
    log_p, quick = {}, []
    for name, chosen in blocks.items():
        if not (columns := chosen[sums.changed]).any():
            continue
        block = _Block.of(correlation, columns)
        statistics = block.statistic(z)
        log_p[name] = block.log_p(float(statistics[0]))
        quick.append(block.log_p_quick(statistics))
    combined = -cauchy_combination(np.stack(quick, axis=1))
    exact = upper_tail(float(combined[0]), combined[1:])
    return MomentTest(_below(exact, len(drawn), log_p), exact, log_p, z[0], names)


def _below(exact: float, randomisations: int, log_p: Mapping[str, float]) -> float:
    """The exact p, or where it is as small as it can be, that for many events if it is smaller still."""
    if exact * (1 + randomisations) > 1.5:
        return float(np.log(exact))
    return float(min(np.log(exact), cauchy_combination(list(log_p.values()))))
