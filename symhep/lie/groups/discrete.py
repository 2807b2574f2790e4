"""Discrete elements beside a continuous family: reflections, P, T, and exchanges of particles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.lie.groups.constant import Constant
from symhep.lie.groups.family import Family, Streams
from symhep.lie.permutations import permutation_matrix

__all__ = ["Components", "Particles", "reflections", "space_and_time_inversions"]

FloatArray = npt.NDArray[np.float64]


def reflections(n: int) -> FloatArray:
    """1 and diag(1, ..., 1, -1): they make O(n) of SO(n).

    Parameters
    ----------
    n
        At least 1.

    Returns
    -------
    ndarray
        (2, n, n).

    Examples
    --------
    >>> reflections(2)[1].tolist()
    [[1.0, 0.0], [0.0, -1.0]]
    """
    both = np.stack([np.eye(n), np.eye(n)])
    both[1, -1, -1] = -1.0
    return both


def space_and_time_inversions() -> FloatArray:
    """1, P, T, PT on (E, px, py, pz): they make O(1,3) of its identity component.

    Returns
    -------
    ndarray
        (4, 4, 4).

    Examples
    --------
    >>> [element.diagonal().astype(int).tolist() for element in space_and_time_inversions()[1:3]]
    [[1, -1, -1, -1], [-1, 1, 1, 1]]
    """
    parity = np.diag([1.0, -1.0, -1.0, -1.0])
    return np.stack([np.eye(4), parity, -parity, -np.eye(4)])


class Components(Family):
    """A family times one of several discrete elements: g(x) = D_c A x + b.

    The last parameter, ``component``, is the number c of the element; start: all equally likely.

    ``Components(Similarity(), reflections(2))`` is SymmetryGAN's eq. (28), diag(1, (-1)^delta) ((c, s), (-s, c)). As
    printed there, ((c, s), (-s, (-1)^delta c)), it is not orthogonal for delta = 1 (its determinant is s^2 - c^2).

    Parameters
    ----------
    family
        (A, b).
    elements
        (M, d, d) D, the identity among them if it is wanted.

    Raises
    ------
    ValueError
        For elements of another size than the family's.

    Examples
    --------
    >>> from symhep.lie.groups.rotations import Similarity
    >>> o2 = Components(Similarity(), reflections(2))
    >>> o2.labels, o2.matrices(torch.tensor([[0.6, 0.8, 1.0]])).det().round().tolist()
    (('c', 's', 'component'), [-1.0])
    """

    def __init__(self, family: Family, elements: FloatArray) -> None:
        shape = (family.vector, family.vector)
        if elements.ndim != 3 or elements.shape[1:] != shape or not len(elements):
            raise ValueError(
                f"additional elements of {family.name} must have the shape (M, {shape[0]}, {shape[1]}), "
                f"not {elements.shape}"
            )
        self.family, self.vector = family, family.vector
        self.labels = (*family.labels, "component")
        self.name = f"{family.name} with {len(elements)} components"
        self._count, self._elements = len(elements), Constant(elements)

    def matrices(self, parameters: Tensor) -> Tensor:
        """D_c A, (..., d, d)."""
        chosen = _chosen(self._elements.like(parameters), parameters[..., -1])
        return chosen @ self.family.matrices(parameters[..., :-1])

    def translations(self, parameters: Tensor) -> Tensor:
        """b, (..., d)."""
        return self.family.translations(parameters[..., :-1])

    def pull(self, parameters: Tensor, by_matrix: Tensor, by_translation: Tensor | None = None) -> Tensor:
        """The family's, of D_c^T d f / dA; nothing for the choice."""
        chosen = _chosen(self._elements.like(parameters), parameters[..., -1])
        pulled = self.family.pull(parameters[..., :-1], chosen.mT @ by_matrix, by_translation)
        return torch.cat([pulled, torch.zeros_like(pulled[..., :1])], -1)

    def initial(self, streams: Streams) -> Tensor:
        """The family's start, and a random element."""
        return torch.cat([self.family.initial(streams), _choice(streams, self._count)], -1)


class Particles(Family):
    """A family acting on each of P particles alike, and then a permutation of them, chosen by the last parameter.

    Events are (..., N, P d), particle by particle.

    Parameters
    ----------
    family
        On one particle.
    particles
        P.
    permutations
        Those to choose from, each P numbers from 0, the identity among them if it is wanted; without any there is no
        parameter ``exchange``.

    Raises
    ------
    ValueError
        For lists that are no permutations of P.

    Examples
    --------
    >>> from symhep.lie.bases import lorentz
    >>> from symhep.lie.groups.generated import Exponential
    >>> pair = Particles(Exponential(lorentz()), 2, [(0, 1), (1, 0)])
    >>> exchange = torch.eye(7)[-1:]
    >>> pair.transform(exchange, torch.arange(8.0)[None]).tolist()
    [[[4.0, 5.0, 6.0, 7.0, 0.0, 1.0, 2.0, 3.0]]]
    """

    def __init__(self, family: Family, particles: int, permutations: Sequence[Sequence[int]] = ()) -> None:
        if particles < 1 or any(len(p) != particles for p in permutations):
            raise ValueError(
                f"permutations of {particles} particles must contain each of 0 .. {particles - 1} once"
            )
        self.family, self.particles = family, particles
        self.vector = particles * family.vector
        self._count = len(permutations)
        self.labels = (*family.labels, "exchange") if permutations else family.labels
        self.name = f"{family.name} on {particles} particles" + (", exchanged" if permutations else "")
        listed = permutations or [tuple(range(particles))]
        self._permutations = Constant(np.stack([permutation_matrix(p) for p in listed]))

    def matrices(self, parameters: Tensor) -> Tensor:
        """The Kronecker product of permutation and matrix, (..., P d, P d)."""
        alike = self.family.matrices(self._continuous(parameters))
        exchange = self._exchange(parameters)
        return (exchange[..., :, None, :, None] * alike[..., None, :, None, :]).flatten(-4, -3).flatten(-2)

    def translations(self, parameters: Tensor) -> Tensor:
        """The same b for all, (..., P d)."""
        alike = self.family.translations(self._continuous(parameters))
        return alike[..., None, :].expand(*alike.shape[:-1], self.particles, -1).flatten(-2)

    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        """g(x), without the large matrices: (..., N, P d)."""
        events = x.reshape(*x.shape[:-2], -1, self.family.vector)
        moved = self.family.transform(self._continuous(parameters), events)
        moved = moved.view(*moved.shape[:-2], -1, self.particles, self.family.vector)
        if self._count:
            source = self._exchange(parameters).argmax(-1)[..., None, :, None]
            moved = moved.gather(-2, source.expand(moved.shape))
        return moved.flatten(-2)

    def pull(self, parameters: Tensor, by_matrix: Tensor, by_translation: Tensor | None = None) -> Tensor:
        """The family's, of the sum over particles of their blocks; nothing for the choice."""
        sizes = (self.particles, self.family.vector)
        blocks = by_matrix.reshape(*by_matrix.shape[:-2], *sizes, *sizes).movedim(-3, -2)
        alike = (self._exchange(parameters)[..., None, None] * blocks).sum((-4, -3))
        shift = (
            None
            if by_translation is None
            else by_translation.reshape(*by_translation.shape[:-1], *sizes).sum(-2)
        )
        pulled = self.family.pull(self._continuous(parameters), alike, shift)
        return torch.cat([pulled, torch.zeros_like(pulled[..., :1])], -1) if self._count else pulled

    def initial(self, streams: Streams) -> Tensor:
        """The family's start, and a random permutation of those listed."""
        start = self.family.initial(streams)
        return torch.cat([start, _choice(streams, self._count)], -1) if self._count else start

    def _continuous(self, parameters: Tensor) -> Tensor:
        return parameters[..., :-1] if self._count else parameters

    def _exchange(self, parameters: Tensor) -> Tensor:
        listed = self._permutations.like(parameters)
        return _chosen(
            listed, parameters[..., -1] if self._count else parameters.new_zeros(parameters.shape[:-1])
        )


def _chosen(elements: Tensor, number: Tensor) -> Tensor:
    return elements[number.detach().round().long().clamp(0, len(elements) - 1)]


def _choice(streams: Streams, count: int) -> Tensor:
    return (streams.uniform(1) * count).floor()
