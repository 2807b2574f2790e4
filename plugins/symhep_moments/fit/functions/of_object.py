"""Functions of one object of a system alone: what breaks a symmetry there is not lost among the others."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.members import MemberPolynomials
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.functions.union import AsBlock
from symhep_moments.places import Places

__all__ = ["OfPlaces", "of_objects"]

#: Up to so many objects have functions of their own; with more, each would hardly be one of several kinds.
MOST = 6
#: Degree of the monomials.
DEGREE = 2


class OfPlaces(TestFunctions):
    """The functions ``inner`` of the vectors at ``places``, of which they see the ``columns`` (components, weight).

    >>> second = OfPlaces(Polynomials(1, 2), [1], [0])
    >>> second.values(torch.tensor([[[5.0, 1.0], [3.0, 2.0]]], dtype=torch.float64)).tolist()
    [[3.0, 9.0]]
    """

    def __init__(self, inner: TestFunctions, places: list[int], columns: list[int]) -> None:
        self._inner, self._places, self._columns = inner, places, columns
        self.labels, self.blocks = inner.labels, inner.blocks

    def values(self, x: Tensor) -> Tensor:
        return self._inner.values(self._seen(x))

    def along(self, x: Tensor, v: Tensor) -> Tensor:
        return self._inner.along(self._seen(x), self._moved(v))

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        return self._inner.sum_along(self._seen(x), self._moved(v), w)

    def _seen(self, x: Tensor) -> Tensor:
        return x.permute(2, 1, 0)[self._columns][:, self._places].permute(2, 1, 0)

    def _moved(self, v: Tensor) -> Tensor:
        """The velocities of these columns; that of the weight only where fields have one."""
        columns = [c for c in self._columns if c < v.shape[-1]]
        return v.permute(1, 3, 2, 0)[:, columns][:, :, self._places].permute(3, 0, 2, 1)


def of_objects(places: Places, x: Tensor) -> list[TestFunctions]:
    """For each object of a system a block of its name: the momentum's components and their products, summed over its
    members. Nothing where there is one object, or more than a few.

    Momenta are squashed at the object's own median, of events x (N, P, D): at a length of the whole event missing
    momentum, say, would count as its square, and its tail alone be seen. The energy, of which the functions of all
    vectors together know, is left out where there is a momentum.
    """
    if not 1 < len(places.kinds) <= MOST:
        return []
    found: list[TestFunctions] = []
    for name in places.kinds:
        where = places.places_of(name)
        known = [i for i in range(places.dimension) if places.present[where[0], i]]
        momentum = [i for i in known if places.names[i] != "E"] or known
        lengths = torch.linalg.vector_norm(x[:, where][..., momentum], dim=-1)
        there = lengths[places.weights(x)[:, where] > 0]
        size = float(there.median()) if len(there) else 1.0
        labels, d = [f"{places.names[i]} of {name}" for i in momentum], len(momentum)
        if places.extended:
            inner: TestFunctions = MemberPolynomials(d, DEGREE, labels)
            momentum = [*momentum, places.dimension]
        else:
            inner = Polynomials(d, DEGREE, labels)
        squashed = Squashed(inner, size or 1.0, d)
        found.append(AsBlock(f"of {name}", OfPlaces(squashed, where, momentum)))
    return found
