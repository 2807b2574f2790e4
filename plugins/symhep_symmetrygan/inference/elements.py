"""Elements with errors, and the group elements that lead from one to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["Measured", "Pairs"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Within this share of a half turn of ad L the logarithm L is not linear in errors of the size that occurs.
NEAR_HALF_TURN = 0.1
#: Positions along flat directions, when they are taken as they are, and the least error of a coordinate.
EXACT = 1e-6


@dataclass(frozen=True, eq=False)
class Pairs:
    """Elements h = g_j g_i^-1 that lead from one found element to another.

    ``first``, ``second`` (Q,): i and j. ``logarithm`` (Q, G): u of log h. ``weight`` (Q, G, G): its information.
    """

    first: IntArray
    second: IntArray
    logarithm: FloatArray
    weight: FloatArray

    def subset(self, rows: npt.ArrayLike) -> Pairs:
        """Some of them, in this order."""
        chosen = np.asarray(rows)
        return Pairs(self.first[chosen], self.second[chosen], self.logarithm[chosen], self.weight[chosen])


@dataclass(frozen=True, eq=False)
class Measured:
    """E elements g, each within exp(sum_a u_a e_a T_a) g, u ~ N(0, covariance).

    Where an element carries no information the covariance is that of a flat prior: variance one, in units of the
    extent of the group, so that nothing is known but that it is somewhere. ``elements`` (E, D + 1, D + 1),
    ``covariance`` (E, G, G), ``information`` (E, G, G) without the prior.
    """

    tangents: Tangents
    elements: FloatArray
    covariance: FloatArray
    information: FloatArray

    @classmethod
    def of(cls, elements: FloatArray, information: FloatArray, tangents: Tangents) -> Measured:
        """With ``information`` (E, G, G) of the coordinates of the generators themselves."""
        scaled = information * tangents.extents[:, None] * tangents.extents
        return cls(tangents, elements, np.asarray(np.linalg.inv(scaled + np.eye(len(tangents)))), scaled)

    def __len__(self) -> int:
        return len(self.elements)

    def with_identity(self) -> Measured:
        """The identity, which belongs to every group without any error, before all others."""
        g = len(self.tangents)
        return Measured(
            self.tangents,
            np.concatenate([np.eye(self.elements.shape[-1])[None], self.elements]),
            np.concatenate([EXACT**2 * np.eye(g)[None], self.covariance]),
            np.concatenate([EXACT**-2 * np.eye(g)[None], self.information]),
        )

    def subset(self, rows: npt.ArrayLike) -> Measured:
        """Some of them, in this order."""
        chosen = np.asarray(rows)
        return Measured(
            self.tangents, self.elements[chosen], self.covariance[chosen], self.information[chosen]
        )

    @property
    def flat(self) -> FloatArray:
        """(f, G) directions along which the events see nothing, of the element in the middle."""
        values, vectors = np.linalg.eigh(np.median(self.information, axis=0))
        return vectors[:, values <= 1.0].T

    def as_placed(self, scatter: float = EXACT) -> Measured:
        """Along flat directions each element is where it is, within ``scatter`` (in units of the extents): of all
        positions that the events allow it has that one."""
        values, vectors = np.linalg.eigh(self.information)
        spread = np.where(values > 1.0, 1 / np.maximum(values, 1.0) + EXACT**2, scatter**2)
        covariance = vectors * spread[:, None, :] @ vectors.swapaxes(1, 2)
        return Measured(self.tangents, self.elements, covariance, self.information)

    def pairs(self, first: npt.ArrayLike, second: npt.ArrayLike) -> Pairs:
        """h = g_j g_i^-1 for i of ``first``, j of ``second``; those without a logarithm, or near a half turn, left out.

        To first order h exp(..) is exp(u_j - Ad(h) u_i) h, and log h moves by phi(ad)^-1 of that.
        """
        i, j = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
        h = self.elements[j] @ np.linalg.inv(self.elements[i])
        u = self.tangents.logarithms(h)
        some = np.isfinite(u).all(axis=1)
        i, j, h, u = i[some], j[some], h[some], u[some]
        slope = self.tangents.slope(u)
        clear = (
            np.linalg.svd(slope, compute_uv=False)[:, -1] > NEAR_HALF_TURN if len(u) else np.zeros(0, bool)
        )
        i, j, h, u, slope = i[clear], j[clear], h[clear], u[clear], slope[clear]
        turn = self.tangents.adjoint(h)
        covariance = self.covariance[j] + turn @ self.covariance[i] @ turn.swapaxes(1, 2)
        covariance = covariance + EXACT**2 * np.eye(len(self.tangents))
        weight = slope.swapaxes(1, 2) @ np.linalg.solve(covariance, slope)
        return Pairs(i, j, u, weight)

    def all_pairs(self) -> Pairs:
        """All i < j."""
        return self.pairs(*np.triu_indices(len(self), 1))
