"""Named functions that no seed chose: harmonics of angles of rotation, and asymmetries of events against images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

__all__ = ["ORDERS", "asymmetries", "harmonics"]

FloatArray = npt.NDArray[np.float64]

#: Harmonics of an angle.
ORDERS = 6
#: Entries of a generator, over its largest, that are zero; frequencies, over the largest, that are.
ROUNDING = 1e-9
#: Differences between numbers of an event and of its image, over the spread of the number, that are rounding.
SAME = 1e-7


def harmonics(generator: FloatArray, x: FloatArray, names: Sequence[str]) -> Iterator[tuple[str, FloatArray]]:
    """cos m phi and sin m phi (N, 2), m = 1 .. 6, of each angle that exp(t X) turns: with means of zero for a symmetry.

    Nothing for boosts, dilatations, and rotations about a point that is not the origin. An angle is that of a pair of
    eigenvectors with eigenvalues +-i omega, in blocks of coordinates that X mixes, such as (px1, py1).

    Parameters
    ----------
    generator
        X (D + 1, D + 1), homogeneous.

    >>> turn = np.zeros((3, 3)); turn[0, 1], turn[1, 0] = -1, 1
    >>> [name for name, _ in harmonics(turn, np.ones((1, 2)), ("px", "py"))][:2]
    ['cos, sin 1 phi(px, py)', 'cos, sin 2 phi(px, py)']
    """
    linear = generator[:-1, :-1]
    size = float(np.abs(linear).max(initial=0.0))
    if not size or np.abs(generator[:-1, -1]).max(initial=0.0) > ROUNDING * size:
        return
    if np.abs(linear + linear.T).max() > ROUNDING * size:
        return
    blocks = connected_components(coo_array(np.abs(linear) > ROUNDING * size), directed=False)[1]
    for block in np.unique(blocks):
        own = np.flatnonzero(blocks == block)
        values, vectors = np.linalg.eig(linear[np.ix_(own, own)])
        turning = [k for k in range(len(own)) if values[k].imag > ROUNDING * size]
        for number, k in enumerate(turning):
            phase = np.angle(x[:, own] @ vectors[:, k].conj())
            many = f" {number + 1}" if len(turning) > 1 else ""
            of = ", ".join(names[i] for i in own.tolist())
            for m in range(1, ORDERS + 1):
                yield f"cos, sin {m} phi{many}({of})", np.stack([np.cos(m * phase), np.sin(m * phase)], 1)


def asymmetries(element: FloatArray, x: FloatArray, names: Sequence[str]) -> Iterator[tuple[str, FloatArray]]:
    """sign(f(x) - f(g x)) (N,) for f = each coordinate and its size: the mean, P(f(x) > f(g x)) - P(f(x) < f(g x)), is
    zero for a symmetry. Functions that g does not change are left out.

    >>> flip = np.diag([-1.0, 1.0, 1.0])
    >>> [(name, values.tolist()) for name, values in asymmetries(flip, np.array([[2.0, 3.0]]), ("px", "py"))]
    [('px', [1.0])]
    """
    image = x @ element[:-1, :-1].T + element[:-1, -1]
    for i, name in enumerate(names):
        for label, before, after in (
            (name, x[:, i], image[:, i]),
            (f"|{name}|", np.abs(x[:, i]), np.abs(image[:, i])),
        ):
            apart = before - after
            moved = np.abs(apart) > SAME * max(float(np.std(x[:, i])), 1e-300)
            if moved.any():
                yield label, np.where(moved, np.sign(apart), 0.0)
