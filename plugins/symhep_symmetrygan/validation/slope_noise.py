"""Slopes of means that noise alone makes: along which directions does a map change the events at all?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from symhep.stats.residual_forms import residual, ridge_form, ridge_test
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["SlopeNoise", "slope_noise"]

FloatArray = npt.NDArray[np.float64]

#: Events from which the size of the noise of slopes is taken.
ENOUGH = 4096
#: How often noise alone is drawn; combinations of generators that move events less than this (squared) move none.
DRAWS, MOTIONLESS = 200, 1e-9
#: Share of flat directions that are followed all the same: that does no harm, but a weak signal that is not does.
ALARM = 0.05
#: Probability that a flat direction is said to be none.
NOISE = 1e-3
#: Fits of a combination that is flat.
FITS = 2


@dataclass(frozen=True, eq=False)
class SlopeNoise:
    """What noise alone makes of T^T W T, the squared tangent, W = root^T root.

    Attributes
    ----------
    metric
        (G, G) its mean: E[(d_a f)^T W (d_b f)] / n with d_a f the derivative of f(exp(delta_a T_a) x) at x. A map that
        is a symmetry does not change it.
    directions
        (G, r) delta of unit noise: directions^T metric directions = 1. r < G if some combination acts trivially.
    squares
        (draws, r, r) what T^T W T is along ``directions`` if T is noise alone.
    derivatives
        (G, n, K) d_a f of single units, such that sum_n is the slope itself. ``freedom``: of covariances of it.
    back
        (K, m) from T to slopes: root is a covariance's inverse, tuned to outlying events where these are.
    """

    metric: FloatArray
    directions: FloatArray
    squares: FloatArray
    derivatives: FloatArray
    freedom: float
    back: FloatArray

    def weak(
        self, slopes: FloatArray, vectors: FloatArray, signal: npt.NDArray[np.bool_]
    ) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
        """Directions without signal that are not flat all the same: ``vectors`` (r, r) turned to them, and which (r,).

        `signals` asks how well an element could be placed along a direction, this whether its slope is noise, in the
        errors of the slope itself. ``slopes`` (K, r) are T along `directions`. Of the directions without ``signal`` the
        one with the largest slope comes first; it is flat if it is so in some combination with those before it and with
        those with signal; the first one that is, at the level `NOISE`, ends it.
        """
        weak, turned = np.zeros_like(signal), vectors.copy()
        left = np.flatnonzero(~signal)
        if not len(left):
            return turned, weak
        inside, slopes = vectors[:, left], self.back @ slopes
        each = np.tensordot((self.directions @ inside).T, self.derivatives, 1)  # (l, n, K)
        shared = ridge_form(np.einsum("lnj,lnk->jk", each, each, optimize=True), self.freedom).transform
        seen = shared @ slopes @ inside
        turned[:, left] = inside = inside @ np.linalg.eigh(-(seen.T @ seen))[1]
        level = np.log(NOISE / len(left))
        for k, place in enumerate(left.tolist()):
            others = np.concatenate([vectors[:, signal], inside[:, :k]], 1)
            if self._log_p(slopes, inside[:, k], others) > level:
                break
            weak[place] = True
        return turned, weak

    def _log_p(self, slopes: FloatArray, along: FloatArray, others: FloatArray) -> float:
        """ln p of 'some along + sum_s c_s others_s is flat', ``along`` (r,), ``others`` (r, s).

        The combination is the one with the least slope, and its errors are its own: those of another one would be wrong
        where functions barely change along that. As c is fitted, p is somewhat too large.
        """
        for _ in range(FITS):
            own = np.tensordot(self.directions @ along, self.derivatives, 1)
            step = residual(slopes @ along, own.T @ own, slopes @ others, self.freedom).step
            along = along - others @ step
        own = np.tensordot(self.directions @ along, self.derivatives, 1)
        return ridge_test(slopes @ along, own.T @ own, self.freedom).log_p

    def signals(self, strength: FloatArray, vectors: FloatArray) -> npt.NDArray[np.bool_]:
        """Which eigenvalues (E, r) of T^T W T, ascending, with ``vectors`` (E, r, r), are more than noise: (E, r).

        From the largest down: an eigenvalue counts if it exceeds the largest that noise makes, in all but ``ALARM`` of
        the draws, in the space of its own vector and those below; the first that does not ends it, as in every
        sequential test of a rank.
        """
        found = np.zeros(strength.shape, dtype=bool)
        most = np.linalg.eigvalsh(self.squares).max(initial=0.0)
        open_ = np.arange(len(strength))
        for i in reversed(range(strength.shape[1])):
            level = np.full(len(open_), most)
            asked = strength[open_, i] <= most
            below = vectors[open_[asked]][:, :, : i + 1]
            inside = np.einsum("era,srt,etb->seab", below, self.squares, below, optimize=True)
            level[asked] = np.quantile(np.linalg.eigvalsh(inside)[:, :, -1], 1 - ALARM, axis=0)
            found[open_, i] = strength[open_, i] > level
            open_ = open_[found[open_, i]]
        return found


def slope_noise(
    waves: Waves, sample: Sample, generators: FloatArray, root: FloatArray, rng: np.random.Generator
) -> SlopeNoise:
    """Noise of slopes, from a part of large samples: for ``root`` (m, K).

    The eigenvalues that noise makes are those of sum_n e_n d f(x_n) with normal e_n, one for each independent unit,
    the multiplier bootstrap (van der Vaart and Wellner 1996, ch. 2.9).
    """
    step = -(-len(sample) // ENOUGH)
    part = sample.every(step)
    white = waves.derivatives(part, generators) @ root.T
    size = np.sqrt((part.unit_weights**2).sum() * sample.effective)
    white *= (part.weights.cpu().numpy() / size)[:, None]
    if part.units < len(part):
        white = np.stack([part.by_unit(torch.from_numpy(one)).numpy() for one in white])
    metric = np.einsum("ank,bnk->ab", white, white, optimize=True)
    values, vectors = np.linalg.eigh(metric)
    used = values > MOTIONLESS * values[-1:]
    directions = vectors[:, used] / np.sqrt(values[used])
    drawn = np.tensordot(rng.normal(size=(DRAWS, white.shape[1])), white, axes=(1, 1))  # (draws, G, K)
    drawn = np.einsum("gr,sgk->srk", directions, drawn, optimize=True)
    back: FloatArray = np.asarray(np.linalg.inv(root), dtype=np.float64)
    return SlopeNoise(
        metric, directions, drawn @ drawn.swapaxes(1, 2), white @ back.T, max(white.shape[1] - 1.0, 1.0), back
    )
