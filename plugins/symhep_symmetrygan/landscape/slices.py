"""The analytic loss over one or two parameters of a family, the others fixed: what figures 2, 4 to 10 show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError, MethodError, nearest
from symhep.lie.groups import Family
from symhep_symmetrygan.landscape.cyclic import cyclic_term
from symhep_symmetrygan.landscape.loss import LOG_4, analytic_loss
from symhep_symmetrygan.landscape.maxima import Maxima, maxima_of
from symhep_symmetrygan.landscape.mixture import Mixture

__all__ = ["Axis", "CyclicTerm", "Landscape", "Slice"]

FloatArray = npt.NDArray[np.float64]

#: The quadrature's error: a loss this near to 2 ln 2 is that of a symmetry.
EXACT = 1e-6


@dataclass(frozen=True)
class Axis:
    """A parameter, by its label, at ``points`` even steps from ``low`` to ``high``."""

    label: str
    low: float
    high: float
    points: int = 81

    @property
    def values(self) -> FloatArray:
        """(points,)."""
        return np.linspace(self.low, self.high, self.points)


@dataclass(frozen=True)
class CyclicTerm:
    """- alpha E |g^q(x) - x|^2, eq. (18)."""

    order: int
    alpha: float = 0.1


@dataclass(frozen=True, eq=False)
class Slice:
    """Ready to draw.

    Attributes
    ----------
    axes
        One or two.
    loss
        (X,) or (X, Y), as eq. (13): 2 ln 2 for a symmetry, less with a term of eq. (18).
    fixed
        The other parameters.
    maxima
        Local maxima of the slice, in its one or two parameters.
    symmetric
        (M,): the maximum is a symmetry; else it is a false one.
    """

    axes: tuple[Axis, ...]
    loss: FloatArray
    fixed: Mapping[str, float]
    maxima: Maxima
    symmetric: npt.NDArray[np.bool_]

    @property
    def deficit(self) -> FloatArray:
        """Loss less 2 ln 2: what the paper draws."""
        return self.loss - LOG_4


class Landscape:
    """The loss of a family's maps against the best discriminator, for a density that is known.

    Parameters
    ----------
    density
        In the coordinates that the family acts on (`Mixture.scaled` brings it to those of the events).
    family
        Affine, of the same D, one or two.
    term
        Of eq. (18), if there is one.

    >>> from symhep.lie.groups import AffineLine
    >>> line = Landscape(Mixture.of([[0.5]], [[[1.0]]]), AffineLine())
    >>> found = line.slice([Axis("c", -2, 2), Axis("b", -3, 3)], {}).maxima
    >>> sorted((found.points.round(6) + 0.0).tolist())
    [[-1.0, 1.0], [1.0, 0.0]]
    """

    def __init__(self, density: Mixture, family: Family, term: CyclicTerm | None = None) -> None:
        if density.size != family.vector:
            raise MethodError(
                f"{family.name} acts on {family.vector} coordinates, but the density of the landscape has "
                f"{density.size}"
            )
        if density.size > 2:
            raise MethodError("the landscape is available for one or two coordinates only; remove the option")
        self.density, self.family, self.term = density, family, term

    def loss(self, parameters: Tensor) -> Tensor:
        """L for parameters (..., K), differentiable: (...)."""
        matrices, translations = self.family.matrices(parameters), self.family.translations(parameters)
        found = analytic_loss(self.density, matrices, translations)
        if self.term is not None:
            term = cyclic_term(self.density, matrices, translations, self.term.order)
            found = found - self.term.alpha * term
        return found

    def check(self, given: Sequence[str], fixed: Mapping[str, float]) -> None:
        """Raise `CardError` unless ``given`` and ``fixed`` are all parameters of the family, each once."""
        labels = self.family.labels
        for label in (*given, *fixed):
            if label not in labels:
                raise CardError(f"{self.family.name} has no parameter '{label}'", hint=nearest(label, labels))
        if len({*given, *fixed}) != len(given) + len(fixed):
            raise CardError("a slice of the landscape must name different parameters")
        if missing := [label for label in labels if label not in given and label not in fixed]:
            raise CardError(f"a slice of the landscape also needs a value of {', '.join(missing)}")

    def slice(self, axes: Sequence[Axis], fixed: Mapping[str, float]) -> Slice:
        """The loss over ``axes``; every other parameter must be in ``fixed``. Raises `CardError` otherwise."""
        labels, given = self.family.labels, [axis.label for axis in axes]
        self.check(given, fixed)
        places = torch.as_tensor([labels.index(label) for label in given])
        base = torch.as_tensor([fixed.get(label, 0.0) for label in labels], dtype=torch.float64)

        def function(values: Tensor) -> Tensor:
            return self.loss(base.expand(len(values), -1).index_copy(1, places, values))

        grid = np.stack(np.meshgrid(*[axis.values for axis in axes], indexing="ij"), -1)
        with torch.no_grad():
            loss = function(torch.as_tensor(grid.reshape(-1, len(axes)))).numpy()
        loss = loss.reshape(grid.shape[:-1])
        maxima = maxima_of(function, [axis.values for axis in axes], loss)
        return Slice(tuple(axes), loss, dict(fixed), maxima, LOG_4 - maxima.values < EXACT)
