"""Slopes of means that noise alone makes: along which directions does a map change the events at all?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True, eq=False)
class SlopeNoise:
    """What noise alone makes of T^T W T, the squared tangent, W = root^T root.

    Attributes
    ----------
    metric
        (G, G) its mean: E[(d_a f)^T W (d_b f)] / n with d_a f the derivative of f(exp(delta_a T_a) x) at x. A map that
        is a symmetry does not change it.
    directions
        (G, r) delta of unit noise: directions^T metric directions = 1. r < G if some combination moves no event.
    squares
        (draws, r, r) what T^T W T is along ``directions`` if T is noise alone.
    """

    metric: FloatArray
    directions: FloatArray
    squares: FloatArray

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

    The eigenvalues that noise makes are those of sum_n e_n d f(x_n) with normal e_n, the multiplier bootstrap
    (van der Vaart and Wellner 1996, ch. 2.9).
    """
    step = -(-len(sample) // ENOUGH)
    weights = sample.weights[::step].cpu().numpy()
    white = waves.derivatives(sample.every(step), generators) @ root.T
    white *= (weights / np.sqrt((weights**2).sum() * sample.effective))[:, None]
    metric = np.einsum("ank,bnk->ab", white, white, optimize=True)
    values, vectors = np.linalg.eigh(metric)
    used = values > MOTIONLESS * values[-1:]
    directions = vectors[:, used] / np.sqrt(values[used])
    drawn = np.tensordot(rng.normal(size=(DRAWS, len(weights))), white, axes=(1, 1))  # (draws, G, K)
    drawn = np.einsum("gr,sgk->srk", directions, drawn, optimize=True)
    return SlopeNoise(metric, directions, drawn @ drawn.swapaxes(1, 2))
