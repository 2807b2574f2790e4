"""Discrete elements: one matrix for all vectors of an event, and a permutation of the vectors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError

if TYPE_CHECKING:  # torch takes a second to load, and a card that names elements is checked without it
    from torch import Tensor

__all__ = ["HIGHEST_ORDER", "Element"]

FloatArray = npt.NDArray[np.float64]

#: An event is compared with all of its images, so that the cost grows with the order.
HIGHEST_ORDER = 24
#: Rounding of a product of so many matrices.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Element:
    """g: x_p -> M x_{s(p)}, with g^q = 1. What a vector holds beyond the d components of M stays at its place.

    Attributes
    ----------
    name
        As in a card: 'P', 'reflection(z)', 'P*exchange(1,2)'.
    meaning
        In words.
    matrix
        (d, d) M.
    sources
        (P,) s: the vector p of the image is made of the vector s(p).

    Examples
    --------
    >>> import torch
    >>> swap = Element("exchange(1,2)", "exchange of 1 and 2", np.eye(2), (1, 0))
    >>> swap.act(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])).tolist(), swap.order, swap.is_identity
    ([[[3.0, 4.0], [1.0, 2.0]]], 2, False)
    >>> swap.called("swap", "the two change places").name, swap.orbit(torch.zeros(5, 2, 2)).shape
    ('swap', torch.Size([2, 5, 2, 2]))
    """

    name: str
    meaning: str
    matrix: FloatArray
    sources: tuple[int, ...]

    def act(self, x: Tensor) -> Tensor:
        """g x.

        Parameters
        ----------
        x
            (n, P, d), or (n, P, D) with D > d: what a vector holds beyond d stays at its place.

        Returns
        -------
        Tensor
            Of the shape of ``x``.
        """
        if x.shape[2] > (d := len(self.matrix)):
            found = x.clone()
            found[..., :d] = self.act(x[..., :d])
            return found
        return x[:, list(self.sources)] @ x.new_tensor(self.matrix).T

    @property
    def whole(self) -> FloatArray:
        """g as one matrix (P d, P d) on the components of all vectors, vector by vector.

        Examples
        --------
        >>> Element("exchange(1,2)", "exchange of 1 and 2", np.eye(1), (1, 0)).whole.tolist()
        [[0.0, 1.0], [1.0, 0.0]]
        """
        return np.asarray(np.kron(np.eye(len(self.sources))[list(self.sources)], self.matrix))

    def orbit(self, x: Tensor) -> Tensor:
        """x, g x, ..., g^(q - 1) x.

        Parameters
        ----------
        x
            (n, P, d).

        Returns
        -------
        Tensor
            (q, n, P, d).
        """
        images = x.new_empty((self.order, *x.shape))
        images[0] = x
        for power in range(1, self.order):
            images[power] = self.act(images[power - 1])
        return images

    @cached_property
    def order(self) -> int:
        """q, the least number with g^q = 1.

        Raises
        ------
        LieError
            Beyond `HIGHEST_ORDER`.
        """
        power, q = self, 1
        while not power.is_identity:
            power, q = power * self, q + 1
            if q > HIGHEST_ORDER:
                raise LieError(
                    f"the order of '{self.name}' is larger than {HIGHEST_ORDER}",
                    hint=f"use elements of order {HIGHEST_ORDER} or less",
                )
        return q

    @property
    def is_identity(self) -> bool:
        """Whether g leaves every x unchanged."""
        unit = np.allclose(self.matrix, np.eye(len(self.matrix)), atol=ROUNDING, rtol=0)
        return unit and self.sources == tuple(range(len(self.sources)))

    def __mul__(self, first: Element) -> Element:
        """g after ``first``.

        >>> parity = Element("P", "parity", -np.eye(3), (0, 1))
        >>> (parity * parity).is_identity
        True
        """
        return Element(
            f"{self.name}*{first.name}",
            f"{first.meaning}; then {self.meaning}",
            self.matrix @ first.matrix,
            tuple(first.sources[p] for p in self.sources),
        )

    def called(self, name: str, meaning: str) -> Element:
        """The same element under another name.

        Parameters
        ----------
        name
            As in a card.
        meaning
            In words.

        Returns
        -------
        Element
            With the same action.
        """
        return replace(self, name=name, meaning=meaning)
