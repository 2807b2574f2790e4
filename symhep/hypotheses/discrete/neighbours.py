"""Nearest neighbours as a test function: how far an event, or an image of it, is from other events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from symhep.stats.support import RESOLUTION
from symhep.torchkit.threads import cores

__all__ = ["NEIGHBOURS", "Neighbours", "few_enough"]

FloatArray = npt.NDArray[np.float64]

#: Neighbours whose distances count.
NEIGHBOURS = 20
#: Events that neighbours are sought among, and events whose neighbours are sought; fewer of more than so many numbers,
#: where a tree no longer helps.
EVENTS, WIDE, EVENTS_WIDE = 10_000, 12, 3000
#: Distances below this are none (units of the widths).
NEAREST = 1e-9


def few_enough(numbers: int) -> int:
    """Events of so many numbers that are looked at, at most."""
    return EVENTS if numbers <= WIDE else EVENTS_WIDE


@dataclass(frozen=True, eq=False)
class Neighbours:
    """s_1(x) = - log |x - x_(1)| and s_20(x) = - mean over k = 1 ... 20 of log |x - x_(k)|.

    x_(k) is the k-th nearest of some reference events. If image and event have the same law, so have s(g x) and s(x),
    whatever the reference is. An image that leaves the surface on which the events lie is far from all of them, however
    curved that surface is: s_1 sees it with the fewest events. On the surface s_20 follows the logarithm of the density
    with less noise. Distances in units of the widths of the reference along its principal axes; along those in which
    nothing varies, of the widest.

    >>> x = np.random.default_rng(1).normal(size=(400, 2))
    >>> circle = x / np.linalg.norm(x, axis=1, keepdims=True)
    >>> s = Neighbours.of(circle[:200])
    >>> bool((s(circle[200:]).min(axis=0) > s(1.5 * circle[200:]).max(axis=0)).all())
    True
    """

    centre: FloatArray
    turned: FloatArray
    tree: cKDTree
    count: int

    @classmethod
    def of(cls, reference: FloatArray) -> Neighbours:
        """Among the rows (N, F) of ``reference``."""
        centre = reference.mean(axis=0)
        _, widths, axes = np.linalg.svd(reference - centre, full_matrices=len(reference) < reference.shape[1])
        scale = np.zeros(len(axes))
        scale[: len(widths)] = widths / np.sqrt(len(reference))
        widest = float(scale.max(initial=0.0)) or 1.0
        turned = axes.T / np.where(scale > RESOLUTION * widest, scale, widest)
        # Unbalanced, with larger leaves, it is found in half the time in 8 dimensions; the neighbours are the same.
        tree = cKDTree((reference - centre) @ turned, leafsize=32, balanced_tree=False)
        return cls(centre, turned, tree, min(NEIGHBOURS, len(reference)))

    def __call__(self, x: FloatArray) -> FloatArray:
        """(n, F) -> (n, 2)."""
        distances, _ = self.tree.query((x - self.centre) @ self.turned, k=self.count, workers=cores())
        logs = np.log(np.maximum(distances.reshape(len(x), -1), NEAREST))
        return -np.stack([logs[:, 0], logs.mean(axis=1)], axis=1)
