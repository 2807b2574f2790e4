"""Which parameters of a family are angles."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch

from symhep.lie.groups import Family

__all__ = ["apart", "periods_of"]

FloatArray = npt.NDArray[np.float64]

#: Places at which a family is tried: an accident at all of them is excluded.
PLACES = 5


def periods_of(family: Family) -> FloatArray:
    """2 pi for parameters that turn, 0 for the others, (K,): tried at a few places, on a few events.

    >>> from symhep.lie.groups import Iwasawa, PlaneRotations
    >>> [len(periods_of(f).nonzero()[0]) for f in (PlaneRotations(3), Iwasawa(2))]
    [3, 1]
    """
    random = torch.Generator().manual_seed(1)
    size = len(family)
    at = torch.rand(PLACES, 1, size, generator=random, dtype=torch.float64)
    x = torch.rand(7, family.vector, generator=random, dtype=torch.float64)
    turned = at + 2 * math.pi * torch.eye(size, dtype=torch.float64)
    with torch.no_grad():
        moved = (family.transform(turned, x) - family.transform(at, x)).abs().amax((0, 2, 3))
        there = family.transform(at, x).abs().max()
        # a parameter without a slope, such as the number of a component, is no angle
        shifted = at + 0.5 * torch.eye(size, dtype=torch.float64)
        idle = (family.transform(shifted, x) - family.transform(at, x)).abs().amax((0, 2, 3)) == 0
    return np.where((moved < 1e-9 * there).numpy() & ~idle.numpy(), 2 * math.pi, 0.0)


def apart(a: FloatArray, b: FloatArray, periods: FloatArray) -> FloatArray:
    """a - b, (N, K), the short way round where a parameter has a period.

    >>> apart(np.array([[6.2, 1.0]]), np.array([[0.0, 0.0]]), np.array([2 * np.pi, 0.0])).round(4).tolist()
    [[-0.0832, 1.0]]
    """
    difference = a - b
    turn = np.where(periods > 0, periods, np.inf)
    rounds = np.where(periods > 0, np.round(difference / turn), 0.0)
    return np.asarray(difference - rounds * periods)
