"""The moments A_ka = E[grad f_k . v_a] of a sample with their covariance: all that the tests need of the events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.lie.generators import Generators

__all__ = ["Moments"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moments:
    """A_ka, which is zero for all k where the density is invariant under the flow of v_a.

    Attributes
    ----------
    mean
        (K, G) A.
    covariance
        (K, G, K, G) of A (not of one event).
    nu
        Degrees of freedom of the covariance: effective number of events behind it, less one.
    generators
        G, affine, in the units of the scaled events.
    labels
        K test functions.
    blocks
        Name of a group of functions -> which they are.

    >>> from symhep.lie.bases import so
    >>> moments = Moments(np.ones((2, 3)), np.zeros((2, 3, 2, 3)), 9.0, so(3), ("f", "g"), {"low": slice(0, 1)})
    >>> moments.functions("low").restricted(np.eye(3)[:, :2]).mean.shape
    (1, 2)
    """

    mean: FloatArray
    covariance: FloatArray
    nu: float
    generators: Generators
    labels: tuple[str, ...]
    blocks: Mapping[str, slice]

    def __post_init__(self) -> None:
        k, g = len(self.labels), len(self.generators)
        if self.mean.shape != (k, g) or self.covariance.shape != (k, g, k, g):
            raise ValueError(
                f"{k} functions and {g} generators do not match moments {self.mean.shape} with covariance "
                f"{self.covariance.shape}"
            )

    def restricted(self, basis: FloatArray) -> Moments:
        """The moments of the generators sum_a basis_ab v_a: basis (G, G') -> G' generators."""
        covariance = np.einsum("kalc,ab->kblc", self.covariance, basis, optimize=True)
        covariance = np.einsum("kblc,cd->kbld", covariance, basis, optimize=True)
        return replace(
            self, mean=self.mean @ basis, covariance=covariance, generators=combined(self.generators, basis)
        )

    def functions(self, block: str) -> Moments:
        """Those of one block of functions."""
        some = self.blocks[block]
        labels = self.labels[some]
        return replace(
            self,
            mean=self.mean[some],
            covariance=self.covariance[some, :, some],
            labels=labels,
            blocks={block: slice(0, len(labels))},
        )

    def along(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """vec(A theta) (r K,), direction by direction, and its covariance (r K, r K), for theta (G, r)."""
        covariance = np.einsum("kalc,ar,cs->rksl", self.covariance, theta, theta, optimize=True)
        size = theta.shape[1] * len(self.labels)
        return (self.mean @ theta).T.reshape(-1), covariance.reshape(size, size)


def combined(generators: Generators, basis: FloatArray) -> Generators:
    """Generators sum_a basis_ab T_a; a column that is one of the T_a keeps its label.

    >>> from symhep.lie.bases import so
    >>> combined(so(3), np.array([[0.0, 0.6], [1.0, 0.0], [0.0, -0.8]])).labels
    ('J_13', '0.6 J_12 - 0.8 J_23')
    """
    labels: list[str] = []
    for column in basis.T:
        label = _sum(column, generators.labels)
        labels.append(label if label not in labels else f"{label} ({len(labels) + 1})")
    return Generators(generators.name, generators.combination(basis.T), tuple(labels), generators.affine)


def _sum(column: FloatArray, labels: tuple[str, ...]) -> str:
    """'0.6 J_x - 0.8 J_z', to two digits of the largest coefficient."""
    floor = 5e-3 * np.abs(column).max(initial=0.0)
    terms = [(c, label) for c, label in zip(column, labels, strict=True) if abs(c) > floor]
    text = ""
    for c, label in terms:
        size = "" if np.isclose(abs(c), 1.0, rtol=1e-9) else f"{abs(c):.2g} "
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += f"{sign}{size}{label}"
    return text or "0"
