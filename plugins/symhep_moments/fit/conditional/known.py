"""Where on its orbit an event lies, if the efficiency says how probable each place is: nothing is fitted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.errors import MethodError
from symhep.hypotheses.bounds.sample_mean import degrees_of_freedom, unit_sums
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.relative import Points

__all__ = ["ORBIT_POINTS", "known_law"]

FloatArray = npt.NDArray[np.float64]

#: Points that stand for a closed orbit. Their start differs from event to event.
ORBIT_POINTS = 48
#: Numbers of an intermediate array.
BLOCK = 1 << 22


def known_law(
    data: Points,
    images: Callable[[Tensor, int], Tensor],
    efficiency: Seeing,
    functions: Callable[[Tensor], Tensor],
    keep: int = 0,
) -> Partialled:
    """Moments A_k = E[f_k(x) - m_k(u)], m_k(u) the mean of f_k over the orbit u of x, in proportion to the efficiency.

    If the density is eps(x) times one that is invariant, an event is at each place of its orbit with a probability in
    proportion to eps there, so that A = 0, whatever the rest of the density is, and however hard the edges of eps are.
    If it is eps(x) c(u) (1 + sum_k a_k f_k), A = G a with the covariance G of f given the orbit, exactly.

    Parameters
    ----------
    data
        Events, weights, units.
    images
        Events (n, P, D), and the number of the first one, -> (n, M, P, D) points of their orbits.
    efficiency, functions
        Of events: (n, P, D) -> (n,), (n, K).
    keep
        Influences of so many of the last functions are kept.

    Raises `MethodError` for an event where the efficiency is 0.
    """
    first = functions(data.x[:1])
    k, points = first.shape[1], images(data.x[:1], 0).shape[1]
    step = max(1, BLOCK // (points * max(k, data.x[0].numel())))
    total = float(data.weights.sum())
    gram, sizes, squares = np.zeros((k, k)), np.zeros(k), np.zeros(k)
    rows = list[FloatArray]()
    for start in range(0, len(data.x), step):
        x, w = data.x[start : start + step], data.weights[start : start + step] / total
        if not bool((efficiency(x)[w != 0] > 0).all()):
            raise MethodError(
                "the efficiency is 0 at some of the events: where one was seen, it is not 0; check its axes and units"
            )
        around = images(x, start)
        flat = around.flatten(0, 1)
        share = efficiency(flat).view(len(x), points)
        share = share / share.sum(dim=1, keepdim=True).clamp(min=1e-300)
        f = functions(flat).view(len(x), points, k)
        mean = (share[..., None] * f).sum(dim=1)
        spread = (share * w[:, None]).sqrt() if bool((w >= 0).all()) else None
        left = f - mean[:, None]
        if spread is not None:
            half = (spread[..., None] * left).flatten(0, 1)
            gram += (half.T @ half).cpu().numpy()
        else:
            gram += (
                (left.flatten(0, 1).T @ ((share * w[:, None])[..., None] * left).flatten(0, 1)).cpu().numpy()
            )
        sizes += (w @ mean).cpu().numpy()
        squares += (w @ (f**2).mean(dim=1)).cpu().numpy()
        rows.append((w[:, None] * (functions(x) - mean)).cpu().numpy())
    influences = np.concatenate(rows)
    mean = influences.sum(axis=0)
    own = unit_sums(influences, data.unit)
    weights = data.weights.cpu().numpy()
    covariance = own.T @ own - np.outer(mean, mean) / len(own)
    nu = degrees_of_freedom(weights, data.unit)
    return Partialled(mean, covariance, max(nu, 2.0), gram, sizes, squares, own[:, k - keep :])
