"""The algebra of the surface on which the events lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.support.algebra import SurfaceAlgebra, surface_algebra
from symhep.stats.support import POINTS
from symhep_moments.sample import Events

__all__ = ["surface_of"]

FloatArray = npt.NDArray[np.float64]


def surface_of(events: Events, more: FloatArray | None = None) -> SurfaceAlgebra | None:
    """That of ``events`` with a weight, and the events ``more`` (n, P, d) beside them.

    None where no equation holds for all, or where there are too many numbers, or members of any number, to seek one.

    >>> import torch
    >>> from symhep.lie.bases import poincare
    >>> p = torch.from_numpy(np.random.default_rng(1).normal(size=(500, 1, 3)))
    >>> x = torch.cat([torch.sqrt((p**2).sum(dim=2, keepdim=True) + 1), p], dim=2)  # on a mass shell
    >>> found = surface_of(Events(x, torch.ones(500), 1.0, ("E", "px", "py", "pz"), "GeV", True, poincare()))
    >>> found.identification.name, found.dimension
    ('so(1,3)', 3)
    """
    if events.places is not None:
        return None
    rows = (events.weights != 0).cpu().numpy()
    x = np.asarray(events.vectors.cpu().numpy(), dtype=np.float64)[rows]
    if more is not None and len(more):
        x = _with(x, more)
    return surface_algebra(x, events.names)


def _with(x: FloatArray, more: FloatArray) -> FloatArray:
    """Of many points some are looked at, evenly spaced: ``more`` among them."""
    some = x[np.linspace(0, len(x) - 1, min(len(x), POINTS - len(more))).astype(np.int64)]
    return np.concatenate([some, more])
