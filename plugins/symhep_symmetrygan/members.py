"""Events whose vectors are members of sets, or lack components: which rows of numbers mean what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError
from symhep.events.kinds import COMPONENTS, VectorKind
from symhep.events.vectors import Vectors
from symhep.lie.kinds import Known, why_undefined

__all__ = ["Members", "canonical_order", "misplaced", "not_defined"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Directions of the members narrower than this share of the widest are not widened further for the networks.
NARROWEST = 0.02


@dataclass(frozen=True, eq=False)
class Members:
    """How a row of C numbers falls into P places: P d components, P times 'is there', P L tags, S spectators.

    A transformation (A, b) takes the vector x of a member that is there to A x + b, in the components that its kind
    has; all other numbers stay as they are, zeros of empty places and of missing components included.

    Attributes
    ----------
    particles, vector, tags, spectators
        P, d, L and S.
    types
        (P,) number of the type of each place: members of a set share one, every other place has its own.
    present
        (P, d) which components a vector has.
    names
        (T,) names of the types.
    sets
        Names of the sets.
    kinds
        (P,) kinds of the vectors.
    centre, white
        (d,) and (d, d): (x - centre) white^T of the members has mean zero and unit covariance (but for very narrow
        directions): as networks see them.
    """

    particles: int
    vector: int
    tags: int
    spectators: int
    types: tuple[int, ...]
    present: BoolArray
    names: tuple[str, ...]
    sets: tuple[str, ...]
    kinds: tuple[VectorKind, ...]
    centre: FloatArray
    white: FloatArray

    @classmethod
    def of(cls, vectors: Vectors, x: FloatArray) -> Members:
        """Of vectors, with components x (N, P, d) on the scale that is used."""
        names: list[str] = []
        types: list[int] = []
        for place, (name, particle) in enumerate(zip(vectors.objects, vectors.particles, strict=True)):
            label = name if name in vectors.sets else f"{particle} ({place + 1})"
            if label not in names:
                names.append(label)
            types.append(names.index(label))
        there = (vectors.members[:, :, None] & vectors.present).astype(np.float64)
        weights = np.abs(vectors.weights)[:, None, None] * there
        total = np.maximum(weights.sum(axis=(0, 1)), 1e-300)
        centre = (weights * x).sum(axis=(0, 1)) / total
        left = (x - centre) * there
        size = np.sqrt(np.abs(vectors.weights))[:, None, None]
        flat = (left * size).reshape(-1, x.shape[2])
        both = np.einsum("npi,npj,n->ij", there, there, np.abs(vectors.weights))
        covariance = flat.T @ flat / np.maximum(both, 1e-300)
        variances, axes = np.linalg.eigh(covariance)
        widest = float(variances[-1]) or 1.0
        widths = np.sqrt(np.maximum(variances, NARROWEST**2 * widest))
        return cls(
            x.shape[1], x.shape[2], vectors.tags.shape[2], vectors.spectators.shape[1], tuple(types),
            vectors.present, tuple(names), tuple(sorted(vectors.sets)), vectors.kinds, centre, (axes / widths) @ axes.T,
        )  # fmt: skip

    @property
    def size(self) -> int:
        """P d: numbers that transformations change."""
        return self.particles * self.vector

    @property
    def partial(self) -> bool:
        """Do some vectors lack components?"""
        return not self.present.all()

    def split(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Vectors (..., P, d), what is there (..., P) as 0 and 1, tags (..., P, L), spectators (..., S) of rows."""
        p, d, tags = self.particles, self.vector, self.tags
        x, mask, own, beside = torch.split(rows, [p * d, p, p * tags, self.spectators], -1)
        return x.reshape(*x.shape[:-1], p, d), mask, own.reshape(*own.shape[:-1], p, tags), beside

    def there(self, mask: Tensor) -> Tensor:
        """(..., P, d) 1 for the components of members (..., P) that are there, else 0."""
        return mask[..., None] * torch.as_tensor(self.present, device=mask.device).to(mask.dtype)

    def image(self, rows: Tensor, matrices: Tensor, shifts: Tensor | None) -> Tensor:
        """Rows (..., n, C) under A (..., d, d) and b (..., d).

        >>> there, kinds = np.ones((2, 1), bool), ("full", "full")
        >>> two = Members(2, 1, 0, 0, (0, 0), there, ("jets",), ("jets",), kinds, np.zeros(1), np.eye(1))
        >>> two.image(torch.tensor([[5.0, 0.0, 1.0, 0.0]]), torch.eye(1), torch.ones(1)).tolist()
        [[6.0, 0.0, 1.0, 0.0]]
        """
        x, mask, *_ = self.split(rows)
        moved = x @ matrices[..., None, :, :].mT
        if shifts is not None:
            moved = moved + shifts[..., None, None, :]
        return torch.cat([(moved * self.there(mask)).flatten(-2), rows[..., self.size :]], -1)

    def one_hot(self, like: Tensor) -> Tensor:
        """(P, T) types of the places."""
        found = torch.zeros(self.particles, len(self.names)).to(like)
        found[torch.arange(self.particles), torch.tensor(self.types)] = 1.0
        return found

    def static(self, vectors: Vectors, tags: FloatArray, spectators: FloatArray) -> FloatArray:
        """(N, P + P L + S) what stands beside the components in a row."""
        return np.concatenate([vectors.members.astype(float), tags.reshape(len(tags), -1), spectators], 1)


def canonical_order(vectors: Vectors, tags: FloatArray) -> npt.NDArray[np.int64]:
    """(N, P) places from which the members are taken: those of a set by their numbers, the empty places last.

    A set has no order, and with this one none can enter: not even sums are added in another order.
    """
    count, places = vectors.x.shape[:2]
    order = np.tile(np.arange(places), (count, 1))
    for name in sorted(vectors.sets):
        own = np.array([p for p, o in enumerate(vectors.objects) if o == name], dtype=np.int64)
        if not len(own):
            continue
        keys = np.concatenate([tags[:, own], vectors.x[:, own, ::-1]], 2)
        sorted_ = np.lexsort((*np.moveaxis(keys, 2, 0), ~vectors.members[:, own]), axis=1)
        order[:, own] = own[sorted_]
    return order


def misplaced(matrices: FloatArray, kinds: Sequence[VectorKind], names: Sequence[str]) -> VectorKind | None:
    """A kind on which not all of the matrices (M, d, d) are defined: present components of an image need missing ones.

    Of homogeneous matrices (M, d + 1, d + 1) too: a shift needs nothing. None if they are defined on all kinds.

    >>> from symhep.lie.bases import lorentz
    >>> misplaced(lorentz().subset(["J_z"], "").matrices, ["transverse"], ("E", "px", "py", "pz"))
    >>> misplaced(lorentz().subset(["J_x"], "").matrices, ["transverse"], ("E", "px", "py", "pz"))
    'transverse'
    """
    for kind in dict.fromkeys(kinds):
        known = Known(kind, tuple(name for name in names if name in COMPONENTS[kind]))
        if any(why_undefined(matrix, names, [known], element=True) for matrix in matrices):
            return kind
    return None


#: What stays possible, in words.
_POSSIBLE = {
    "transverse": "rotations about z, boosts along z, reflections, P and T are defined; for example "
    "search: {group: [J_z]}",
    "three": "rotations, reflections, P and T are defined; for example search: so(3)",
}


def not_defined(what: str, kind: VectorKind, where: str) -> CardError:
    """The error for what a vector of this kind has no image under."""
    has = " and ".join(COMPONENTS[kind]) if len(COMPONENTS[kind]) == 2 else ", ".join(COMPONENTS[kind])
    return CardError(
        f"{what} is not defined on vectors that have {has} alone (kind '{kind}')",
        where=where,
        hint=_POSSIBLE.get(kind),
    )
