"""Moments of 'which sample' and 'where on the orbit', free of what the orbit alone says of either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.lie.generators import Generators
from symhep_moments.fit.closed_orbits import ClosedOrbit
from symhep_moments.fit.conditional.features import Features
from symhep_moments.fit.conditional.invariants import OrbitInvariants
from symhep_moments.fit.conditional.partialling import Partialled, partialled
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.points import Points
from symhep_moments.places import Places

__all__ = ["as_moments", "conditional_moments", "orbit_features"]

FloatArray = npt.NDArray[np.float64]

#: Effective events of both per feature.
PER_FEATURE = 10
#: Events whose invariants say how they are distributed.
LOOKED_AT = 50_000


def conditional_moments(
    data: Points,
    reference: Points,
    functions: TestFunctions,
    generator: Generators,
    orbit: ClosedOrbit,
    rng: np.random.Generator,
    places: Places | None = None,
    momenta: bool = False,
) -> Moments:
    """Moments that vanish where p / q is the same all along the orbits of ``generator``, by no derivative.

    Let u be the orbit of an event, y = 1 for those of ``data`` (density p), 0 for those of ``reference`` (q).
    p / q is invariant if and only if the probability e of y = 1 depends on x through u alone: given the orbit,
    where an event lies on it does not tell which sample it is from. So with e(u) = E[y | u] and m_k(u) = E[f_k | u]

        A_k = E[(y - e(u)) (f_k(x) - m_k(u))] = 0   for all f_k

    (partialling out: Robinson 1988, Econometrica 56, 931; Shah and Peters 2020, Ann. Stat. 48, 1514). An acceptance
    that both samples share is in m and drops out, however hard its edges are. e and m are ridge regressions on
    `Features` of `OrbitInvariants`. What they miss adds E[(e - e^)(m - m^)], a product of two errors. For sums and
    covariance see `symhep_moments.fit.conditional.partialling.partialled`.

    Parameters
    ----------
    data, reference
        In the same units.
    functions
        K test functions.
    generator, orbit
        The candidate, (1, d + 1, d + 1), and its flow.
    rng
        Draws waves through the invariants.
    places
        What the events hold, if more than vectors of which all is known.
    momenta
        Are the vectors four-momenta?

    Returns moments (K, 1); their scale is that of e (1 - e) times f.

    Raises `MethodError` if a sample has fewer than 100 effective events.

    >>> import torch
    >>> from symhep.lie.bases import so
    >>> from symhep_moments.fit.functions.polynomials import Polynomials
    >>> draws, turn = np.random.default_rng(1), so(2).homogeneous()
    >>> def drawn(n):  # what lies beyond x = 0.5 is lost
    ...     x = draws.normal(size=(n, 1, 2))
    ...     kept = torch.from_numpy(x[x[:, 0, 0] < 0.5])
    ...     return Points(kept, torch.ones(len(kept), dtype=torch.float64))
    >>> m = conditional_moments(
    ...     drawn(2000), drawn(2000), Polynomials(2, 2), turn, ClosedOrbit(turn.matrices[0]), draws)
    >>> bool((abs(m.mean[:, 0]) < 4 * np.sqrt(np.einsum("kaka->k", m.covariance))).all())
    True
    """
    features = orbit_features(data, reference, orbit, rng, places, momenta)
    return as_moments(partialled(data, reference, features, functions.values), functions, generator)


def orbit_features(
    data: Points,
    reference: Points,
    orbit: ClosedOrbit,
    rng: np.random.Generator,
    places: Places | None = None,
    momenta: bool = False,
) -> Callable[[Tensor], FloatArray]:
    """`Features` of `OrbitInvariants` of ``orbit``, of events (n, P, D) -> (n, J), as both samples are distributed.

    Arguments as of `conditional_moments`. They are kept where moments are wanted again with a varied reference.
    """
    events = data.effective + reference.effective
    invariants = OrbitInvariants(orbit, places, momenta)
    step = max(1, -(-(len(data.x) + len(reference.x)) // LOOKED_AT))
    seen = np.concatenate([invariants(p.x[::step]).numpy() for p in (data, reference)])
    features = Features(seen, round(events / PER_FEATURE), rng, events)
    return _OfOrbits(features, invariants)


@dataclass(frozen=True)
class _OfOrbits:
    """A pass over events, which holds it, is sent to where they are read."""

    features: Features
    invariants: OrbitInvariants

    def __call__(self, x: Tensor) -> FloatArray:
        return self.features(self.invariants(x).numpy())


def as_moments(found: Partialled, functions: TestFunctions, generator: Generators) -> Moments:
    """The first of what was found as moments of ``functions`` along one generator."""
    k = functions.count
    covariance = found.covariance[:k, :k].reshape(k, 1, k, 1)
    return Moments(
        found.mean[:k, None], covariance, found.nu, generator.homogeneous(), functions.labels,
        dict(functions.blocks),
    )  # fmt: skip
