"""Does an element leave p/q as it is, p the density of the events and q that of a reference?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.stats.quadratic_forms import log_tail
from symhep.torchkit.streams import replica_seeds
from symhep_symmetrygan.relative.odds import learn_odds
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["FOLDS", "RelativeTest"]

FloatArray = npt.NDArray[np.float64]

#: Parts of the events: each is judged by networks that saw the others alone.
FOLDS = 5
#: Frequencies of the test functions, and batches of the networks, at most.
MOST_WAVES, MOST_STEPS = 16, 500


@dataclass(frozen=True, eq=False)
class _Fold:
    """Rows of a part of both samples, and the probability c = q / (p + q) as the other parts taught it."""

    own: npt.NDArray[np.int64]
    reference: npt.NDArray[np.int64]
    share: Callable[[Tensor], FloatArray]


class RelativeTest:
    """Tests of given elements on ``own`` events, with density p, relative to a ``reference``, with density q.

    p/q is invariant under g if p(y) q_g(y) = p_g(y) q(y) for all y, with p_g and q_g the densities of images. Divided
    by q + q_g, with d = q / (q + q_g), it says that for every function f

        E_p[f(x) (1 - d(x))] = E_p[f(g x) d(g x)].

    All weights lie between 0 and 1, and where the reference has no events, or no images, nothing is compared: a dead
    sector does no harm. d is learned from the reference and its images. What an error of d does, to first order the
    integral of it times f (p + p_g), is under the hypothesis the same for the reference with weights r = p / q, for
    which both sides agree whatever f is: so

        D = E_p[f(x) (1 - d(x)) - f(g x) d(g x)] - E_q[(r f (1 - d))(z) - (r f d)(g z)]

    depends on the errors of d and r by their product alone. f is a wave times c = q / (p + q), which bounds
    r c = 1 - c; c is learned from both samples. Networks are learned from four fifths of the units and D is taken from
    the rest, five times over; its covariance is that of both means, by units. The statistic is
    sum_k D_k^2 / var(D_k): unlike one with the inverse of the covariance it gives little weight to combinations that
    are known so well that the errors of the networks show. Asymptotic p-values; weights must not be negative.
    """

    def __init__(
        self,
        own: Sample,
        reference: Sample,
        waves: Waves,
        steps: int,
        batch: int,
        seeds: np.random.SeedSequence,
    ) -> None:
        self._own, self._reference, self._steps, self._batch = own, reference, min(steps, MOST_STEPS), batch
        self._waves = Waves(waves.frequencies[:MOST_WAVES])
        dealing, *nets = replica_seeds(seeds, 1 + FOLDS)
        rng = np.random.default_rng(dealing)
        ours, theirs = _dealt(own, rng), _dealt(reference, rng)
        self._folds = list[_Fold]()
        for k in range(FOLDS):
            others = [_rows(s, np.flatnonzero(p != k)) for s, p in ((reference, theirs), (own, ours))]
            share = learn_odds(others[0], others[1], self._steps, batch, nets[k])
            self._folds.append(_Fold(np.flatnonzero(ours == k), np.flatnonzero(theirs == k), share))

    def log_p(self, act: Callable[[Tensor], Tensor], seeds: np.random.SeedSequence) -> float:
        """Natural logarithm of the p-value of 'p/q stays the same' for the map ``act`` of rows (n, D + S)."""
        own = np.zeros((len(self._own), len(self._waves)))
        reference = np.zeros((len(self._reference), len(self._waves)))
        for fold, stream in zip(self._folds, replica_seeds(seeds, FOLDS), strict=True):
            others = np.setdiff1d(np.arange(len(self._reference)), fold.reference)
            train = _rows(self._reference, others)
            images = _moved(train, act(train.rows))
            odds = learn_odds(train, images, self._steps, self._batch, stream)
            x, z = _rows(self._own, fold.own).rows, _rows(self._reference, fold.reference).rows
            own[fold.own] = self._difference(x, act(x), odds, fold.share)
            reference[fold.reference] = self._difference(z, act(z), odds, _rest(fold.share))
        found = [_mean(v, s) for v, s in ((own, self._own), (reference, self._reference))]
        difference, covariance = found[0][0] - found[1][0], found[0][1] + found[1][1]
        size = np.sqrt(covariance.diagonal())
        size[size == 0] = 1.0
        weights = np.maximum(np.linalg.eigvalsh(covariance / np.outer(size, size)), 0.0)
        nu = min(self._own.effective, self._reference.effective) - 1
        if not weights.any():
            return 0.0
        return float(log_tail(((difference / size) ** 2).sum(), weights, nu))

    def _difference(
        self,
        x: Tensor,
        image: Tensor,
        odds: Callable[[Tensor], FloatArray],
        share: Callable[[Tensor], FloatArray],
    ) -> FloatArray:
        """(n, K) f(x) (1 - d(x)) - f(g x) d(g x), f a wave times ``share``."""
        before = self._values(x) * ((1 - odds(x)) * share(x))[:, None]
        return before - self._values(image) * (odds(image) * share(image))[:, None]

    def _values(self, rows: Tensor) -> FloatArray:
        padded = torch.nn.functional.pad(rows.float(), (0, 1), value=1.0)
        return np.asarray(self._waves.values(padded, self._waves.identity(rows.shape[1]))[0].double().numpy())


def _rest(share: Callable[[Tensor], FloatArray]) -> Callable[[Tensor], FloatArray]:
    """r c = p / (p + q), for c = q / (p + q)."""
    return lambda rows: 1 - share(rows)


def _dealt(sample: Sample, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(n,) the part that each event is in, by its unit."""
    return np.asarray(rng.permutation(np.arange(sample.units) % FOLDS)[sample.index])


def _rows(sample: Sample, rows: npt.NDArray[np.int64]) -> Sample:
    at = torch.from_numpy(rows)
    beside = None if sample.beside is None else sample.beside[at]
    return Sample(sample.x[at], sample.weights[at], sample.index[rows], beside)


def _moved(sample: Sample, rows: Tensor) -> Sample:
    """The same events at other rows (n, D + S)."""
    width = sample.x.shape[1]
    beside = None if sample.beside is None else rows[:, width:]
    return Sample(rows[:, :width], sample.weights, sample.unit, beside)


def _mean(values: FloatArray, sample: Sample) -> tuple[FloatArray, FloatArray]:
    """Weighted mean (K,), and its covariance sum_u r_u r_u^T / (sum w)^2 by units, r_n = w_n (v_n - mean)."""
    w = sample.weights.numpy()
    mean = w @ values / w.sum()
    left = sample.by_unit(torch.from_numpy((values - mean) * w[:, None])).numpy()
    return mean, left.T @ left / w.sum() ** 2
