"""The sparsest orthonormal basis of a span: what makes J_z look like J_z.

Rotating an orthonormal basis does not change its span, so sparsity costs nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.lie.canonical_basis import canonical_basis, leading

__all__ = ["quartimax", "sparsest"]

FloatArray = npt.NDArray[np.float64]

#: Random starts: the criterion has local maxima.
STARTS = 12
ITERATIONS = 400
SWEEPS = 20


def sparsest(rows: FloatArray, rng: np.random.Generator, noise: float = 0.0) -> FloatArray:
    """Orthogonal R (G, G) that makes the orthonormal ``rows`` (G, K) sparse: new rows are R @ rows.

    First `quartimax`, which finds the valley; then plane rotations that lower sum |c|, each to an angle where
    an entry vanishes, which tells apart bases that are alike in the fourth power (the two diagonal Gell-Mann
    matrices). Entries below ``noise``, the error of an entry, count as zero.

    The new rows depend on the span alone: the search starts from its `canonical_basis`, each row's leading entry is
    positive, and the rows are in the order of the places of these.

    >>> rng = np.random.default_rng(1)
    >>> mixed = np.linalg.qr(rng.normal(size=(3, 3)))[0] @ np.eye(3, 5)
    >>> ((sparsest(mixed, rng) @ mixed).round(9) + 0.0)[:, :3].tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if len(rows) == 0:
        return np.eye(0)
    start = canonical_basis(rows)
    rotation = quartimax(start, rng)
    current = rotation @ start
    floor = max(noise, 1e3 * np.finfo(float).eps)
    for _ in range(SWEEPS):
        if not _sweep(current, rotation, floor):
            break
    # Rounding of many plane rotations must not leave the group.
    u, _, v = np.linalg.svd(rotation @ start @ rows.T)
    turn = u @ v
    current = turn @ rows
    first = leading(current)
    signs = np.sign(current[np.arange(len(rows)), first])
    order = np.argsort(first, kind="stable")
    return np.asarray((signs[:, None] * turn)[order])


def quartimax(rows: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Rotation that maximises sum c^4 over the entries (Neuhaus and Wrigley 1954), the best of several starts.

    The criterion is convex in the entries, so R <- polar((R C)^3 C^T) climbs without a step size.
    """
    g = len(rows)
    starts = np.linalg.qr(rng.normal(size=(STARTS, g, g)))[0]
    turn, before = np.concatenate([np.eye(g)[None], starts]), np.zeros(STARTS + 1)
    for _ in range(ITERATIONS):
        entries = turn @ rows
        criterion = (entries**4).sum(axis=(1, 2))
        if (criterion - before <= 1e-13 * criterion).all():
            break
        before = criterion
        u, _, v = np.linalg.svd((entries**3) @ rows.T)
        turn = u @ v
    return np.asarray(turn[leading(before)])


def _sweep(rows: FloatArray, rotation: FloatArray, floor: float) -> bool:
    """Rotate every pair of overlapping rows to the smallest sum |c|, in place; did any get smaller?"""
    changed = False
    for g in range(len(rows)):
        for h in range(g + 1, len(rows)):
            both = (np.abs(rows[g]) > floor) & (np.abs(rows[h]) > floor)
            if not both.any():
                continue
            angles = np.unique(np.round(np.arctan2(-rows[g, both], rows[h, both]), 9))
            angles = np.r_[0.0, angles, angles + np.pi / 2]
            cosine, sine = np.cos(angles)[:, None], np.sin(angles)[:, None]
            first, second = cosine * rows[g] + sine * rows[h], cosine * rows[h] - sine * rows[g]
            sums = np.abs(first).sum(axis=1) + np.abs(second).sum(axis=1)
            best = int(sums.argmin())
            if sums[best] < sums[0] * (1 - 1e-9):
                c, s = float(cosine[best, 0]), float(sine[best, 0])
                turn = np.array([[c, s], [-s, c]])
                rows[[g, h]], rotation[[g, h]] = turn @ rows[[g, h]], turn @ rotation[[g, h]]
                changed = True
    return changed
