"""Where on its orbit an event lies, if the efficiency says how probable each place is: nothing is fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.errors import MethodError
from symhep.hypotheses.bounds.sample_mean import degrees_of_freedom, unit_sums
from symhep.methods.context import Context
from symhep.methods.passes import State
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.partialling import Partialled
from symhep_moments.fit.efficiency import Seeing
from symhep_moments.fit.points import Points
from symhep_moments.places import Places
from symhep_moments.sample import Events
from symhep_moments.stream import EventsPass, together

__all__ = ["ORBIT_POINTS", "KnownSums", "OrbitPoints", "known_law", "known_sums"]

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
    state: State | None = None,
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
    state
        Of `KnownSums` over all events, where a part alone is in memory: A and G are of all, the covariance of those in
        memory, in proportion to the effective number of events.

    Raises `MethodError` for an event where the efficiency is 0.
    """
    total = float(data.weights.sum())
    found = list(_steps(data.x, data.weights / total, KnownSums(images, efficiency, functions)))
    influences = np.concatenate([step.rows for step in found])
    mean, own = influences.sum(axis=0), unit_sums(influences, data.unit)
    covariance = own.T @ own - np.outer(mean, mean) / len(own)
    nu = max(degrees_of_freedom(data.weights.cpu().numpy(), data.unit), 2.0)
    gram, sizes, squares = _added(found)
    if state is None:
        return Partialled(mean, covariance, nu, gram, sizes, squares, own[:, own.shape[1] - keep :])
    mean, gram, sizes, squares = (state[name] / state["w"] for name in ("mean", "gram", "sizes", "squares"))
    share, kept = data.share, own[:, own.shape[1] - keep :]
    return Partialled(mean, share * covariance, nu, gram, sizes, squares, np.sqrt(share) * kept)


class _Step(NamedTuple):
    """Of some events: sums (K, K), (K,), (K,), and w (f - m) of each (n, K)."""

    gram: FloatArray
    sizes: FloatArray
    squares: FloatArray
    rows: FloatArray


def _added(steps: list[_Step]) -> tuple[FloatArray, FloatArray, FloatArray]:
    gram, sizes, squares = np.zeros(()), np.zeros(()), np.zeros(())
    for step in steps:
        gram, sizes, squares = gram + step.gram, sizes + step.sizes, squares + step.squares
    return gram, sizes, squares


def _steps(x: Tensor, weights: Tensor, work: KnownSums) -> Iterator[_Step]:
    k, points = work.functions(x[:1]).shape[1], work.images(x[:1], 0).shape[1]
    step = max(1, BLOCK // (points * max(k, x[:1].numel(), 1)))
    for start in range(0, max(len(x), 1), step):
        some, w = x[start : start + step], weights[start : start + step]
        if not bool((work.efficiency(some)[w != 0] > 0).all()):
            raise MethodError(
                "the efficiency is 0 for some events; it must be positive wherever an event was observed; "
                "check its axes and units"
            )
        flat = work.images(some, start).flatten(0, 1)
        share = work.efficiency(flat).view(len(some), points)
        share = share / share.sum(dim=1, keepdim=True).clamp(min=1e-300)
        f = work.functions(flat).view(len(some), points, k)
        mean = (share[..., None] * f).sum(dim=1)
        left = f - mean[:, None]
        if bool((w >= 0).all()):
            half = ((share * w[:, None]).sqrt()[..., None] * left).flatten(0, 1)
            gram = half.T @ half
        else:
            gram = left.flatten(0, 1).T @ ((share * w[:, None])[..., None] * left).flatten(0, 1)
        sizes, squares = w @ mean, w @ (f**2).mean(dim=1)
        rows = w[:, None] * (work.functions(some) - mean)
        yield _Step(*(part.cpu().numpy() for part in (gram, sizes, squares, rows)))


@dataclass(frozen=True, eq=False)
class KnownSums(EventsPass):
    """Sums over all events: w (f - m) ``mean``, ``gram``, ``sizes`` and ``squares`` as of `known_law`, and ``w``."""

    name: ClassVar[str] = "orbits"

    images: Callable[[Tensor, int], Tensor]
    efficiency: Seeing
    functions: Callable[[Tensor], Tensor]

    def of_events(self, events: Events, number: int) -> State:
        """See `EventsPass.of_events`."""
        found = list(_steps(events.x, events.weights, self))
        gram, sizes, squares = _added(found)
        mean = np.asarray(sum(step.rows.sum(axis=0) for step in found))
        w = np.asarray(events.weights.sum().cpu())
        return {"mean": mean, "gram": gram, "sizes": sizes, "squares": squares, "w": w}


@dataclass(frozen=True)
class OrbitPoints:
    """`ORBIT_POINTS` of the orbit of each event."""

    orbit: ClosedOrbit
    places: Places | None

    def __call__(self, x: Tensor, first: int) -> Tensor:
        return self.orbit.points(x, ORBIT_POINTS, first, self.places)


def known_sums(
    works: Sequence[KnownSums], data: Points, context: Context | None = None
) -> Sequence[State | None]:
    """The states of all events, in one reading; None where all are in memory."""
    return together(works, data.all_events, context) if data.subsampled else [None] * len(works)
