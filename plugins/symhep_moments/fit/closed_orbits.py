"""Flows that come back to where they started, such as rotations: their period, their points, their angles."""

from __future__ import annotations

from itertools import accumulate
from math import pi
from operator import mul

import numpy as np
import numpy.typing as npt
import torch
from scipy.linalg import expm
from torch import Tensor

from symhep.lie.canonical_basis import leading
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.layers import Layer, log_density, weight
from symhep_moments.places import Places

__all__ = ["ClosedOrbit", "orbit_shares"]

FloatArray = npt.NDArray[np.float64]

#: Turns of the fastest plane after which a flow must have come back; how near it must come.
TURNS, CLOSED = 12, 1e-6
#: Vectors nearer to the middle than this part of the farthest one have no angle.
ROUNDING = 1e-12
#: Fraction of the step between two angles by which the points of each event start later than those of the one before:
#: the golden ratio fills the step evenly.
GOLDEN = (5**0.5 - 1) / 2


class ClosedOrbit:
    """The flow exp(t W) of an affine generator W (d + 1, d + 1), with exp(T W) = 1 for the period T.

    Raises ``ValueError`` if no period of up to 12 turns is found: boosts, translations, irrational pairs of turns.

    >>> from symhep.lie.bases import poincare
    >>> round(ClosedOrbit(poincare()["J_z"]).period / np.pi, 9)
    2.0
    >>> ClosedOrbit.of(poincare()["K_z"]) is None
    True
    """

    def __init__(self, matrix: npt.ArrayLike) -> None:
        self.matrix = np.asarray(matrix, dtype=np.float64)
        self._frequencies = np.linalg.eigvals(self.matrix[:-1, :-1])
        fastest = float(np.abs(self._frequencies.imag).max(initial=0.0))
        size = float(np.abs(self.matrix).max(initial=0.0))
        if fastest <= CLOSED * size or np.abs(self._frequencies.real).max() > CLOSED * fastest:
            raise ValueError("the flow of this generator has no closed orbits")
        unit = np.eye(len(self.matrix))
        for turns in range(1, TURNS + 1):
            self.period = 2 * pi * turns / fastest
            if np.abs(expm(self.period * self.matrix) - unit).max() < CLOSED:
                # exp(T W) = 1 can be brought to diagonal form, and so can W.
                self._values, self._vectors = np.linalg.eig(self.matrix)
                self._inverse = np.linalg.inv(self._vectors)
                return
        raise ValueError(f"the orbits of this generator do not close within {TURNS} turns")

    @classmethod
    def of(cls, matrix: npt.ArrayLike) -> ClosedOrbit | None:
        """The orbits, or None if they are not closed."""
        try:
            return cls(matrix)
        except ValueError:
            return None

    def points(self, x: Tensor, count: int, first: int = 0, places: Places | None = None) -> Tensor:
        """``count`` evenly spaced points of the orbit of each event: (n, P, d) -> (n, count, P, d).

        With ``places`` (n, P, D) -> (n, count, P, D): what is not there does not move.

        The start differs from event to event, ``first`` being the number of the first one, so that what the
        sum over ``count`` points misses of an integral over the orbit averages out over the events.
        """
        n, d = len(x), len(self.matrix) - 1
        starts = np.asarray(np.modf((first + np.arange(n)) * GOLDEN)[0], dtype=np.float64)
        step = self.period / count
        around = torch.as_tensor(self._at(np.arange(count, dtype=np.float64) * step), device=x.device)
        offset = torch.as_tensor(self._at(starts * step), device=x.device)
        vectors = x if places is None else x[..., :d]
        moved = torch.einsum("nij,npj->npi", offset[:, :-1, :-1], vectors) + offset[:, None, :-1, -1]
        linear, shift = around[:, :-1, :-1].flatten(0, 1), around[:, :-1, -1].flatten()
        turned = torch.addmm(shift, moved.flatten(0, 1), linear.T).view(n, -1, count, d).transpose(1, 2)
        return turned if places is None else places.moved(x[:, None], turned)

    def harmonics(self, x: Tensor, orders: int, places: Places | None = None) -> Tensor:
        """cos and sin of m times the angles of the vectors in the planes that turn, m = 1 .. ``orders``.

        (..., P, d) -> (..., 2 P L orders) for L planes. Along the orbit each is a pure wave. The members of a set, of
        which (..., P, D) holds the weights, are summed.
        """
        waves = self.waves(x if places is None else x[..., : places.dimension], orders)
        if places is not None and places.sets:
            weighted = waves * places.weights(x)[..., None, None]
            own = [waves[..., places.fixed, :, :]]
            own += [weighted[..., where, :, :].sum(dim=-3, keepdim=True) for where in places.members.values()]
            waves = torch.cat(own, dim=-3)
        waves = waves.flatten(-3)
        return torch.cat([waves.real, waves.imag], dim=-1)

    def waves(self, x: Tensor, orders: int) -> Tensor:
        """exp(i m phi), m = 1 .. ``orders``, of the angles of vectors (..., P, d) in the L planes that turn.

        (..., P, L, orders), complex; 0 for a vector at the point that stays.

        >>> from symhep.lie.bases import so
        >>> turn = ClosedOrbit(so(2).homogeneous().matrices[0])
        >>> waves = turn.waves(torch.tensor([[[0.0, 2.0], [0.0, 0.0]]], dtype=torch.float64), 2)[0, :, 0]
        >>> waves[0].abs().tolist(), waves[1].abs().tolist()
        ([1.0, 1.0], [0.0, 0.0])
        """
        values, vectors = np.linalg.eig(self.matrix[:-1, :-1].T)
        planes = vectors[:, values.imag > CLOSED * np.abs(values).max()].T
        # The phase of an eigenvector, where an angle is zero, is a choice: the leading component is real.
        phases = planes[np.arange(len(planes)), leading(planes)]
        planes = planes * (np.abs(phases) / phases)[:, None]
        # The middle of the turns: W x + b = 0.
        middle = -np.linalg.lstsq(self.matrix[:-1, :-1], self.matrix[:-1, -1], rcond=None)[0]
        across = (x - torch.as_tensor(middle, device=x.device)).to(torch.complex128)
        z = across @ torch.as_tensor(planes.T, device=x.device)
        size = z.abs()
        far = float(size.max()) if size.numel() else 0.0
        z = torch.where(size > ROUNDING * far, z / size.clamp(min=torch.finfo(torch.float64).tiny), 0.0)
        return torch.stack(list(accumulate([z] * orders, mul)), dim=-1)

    def _at(self, times: FloatArray) -> FloatArray:
        """exp(t W) for many t (n,), from the eigenvectors: (n, d + 1, d + 1)."""
        waves = np.exp(times[:, None] * self._values)
        return np.ascontiguousarray(((self._vectors * waves[:, None, :]) @ self._inverse).real)


def orbit_shares(functions: TestFunctions, around: Tensor) -> Tensor:
    """Weights, of sum 1, of points (n, M, P, d) of orbits in a mean over the orbit: (n, M).

    A density p0 invariant relative to q gives each point a share in proportion to q, and edges b leave b of it.
    Then f - fbar has no mean under b p0. Equal shares without layers around ``functions``.
    """
    if not isinstance(functions, Layer):
        return around.new_full(around.shape[:2], 1 / around.shape[1])
    points = around.flatten(0, 1)
    b = weight(functions, points).view(around.shape[:2])
    log_q = log_density(functions, points).view(around.shape[:2])
    share = b * torch.exp(log_q - log_q.max(dim=1, keepdim=True)[0])
    return share / share.sum(dim=1, keepdim=True).clamp(min=torch.finfo(torch.float64).tiny)
