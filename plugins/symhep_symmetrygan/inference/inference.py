"""What is inferred: the algebra, its components, and the finite groups among them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.generators.record import GeneratorRow
from symhep_symmetrygan.inference.components import Component
from symhep_symmetrygan.inference.record import (
    AlgebraRecord,
    ComponentRecord,
    FiniteGroupRecord,
)
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["Inference"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Inference:
    """The group that found elements form.

    Attributes
    ----------
    algebra
        Its kind, the reason for it, and the algebra.
    tangents, generators, errors
        Labels (G,) of the generators of the space; coefficients (r, G) of length one along those and their standard
        errors (r, G).
    basis
        The same as records, with readable names.
    span_values, span_noise
        (G,) square roots of the eigenvalues of sum L L^T over the logarithms L of elements within their cosets, and
        the same expected from their errors alone, in units of the extents.
    components
        That of the identity first, without tests on held-out events.
    finite
        The group itself if it is finite, else None. ``component_group``: that of the components of a continuous one.
    component
        (E,) number of the component of each element, -1 for none.
    action, action_p
        (E,) 'commutes', 'anticommutes' or 'mixes' with the algebra, and the p-value that it does exactly, within
        errors; '' and NaN without an algebra.
    notes
        What a reader must know, in sentences.
    covariance
        (r, G, G) of the coefficients of each generator; (0, G, G) without any.
    found, tangents_of, span
        The first components, those that kept elements lie in, with the coordinates and the span (r, G) that they refer
        to.
    """

    algebra: AlgebraRecord
    tangents: tuple[str, ...]
    generators: FloatArray
    errors: FloatArray
    basis: tuple[GeneratorRow, ...]
    span_values: FloatArray
    span_noise: FloatArray
    components: tuple[ComponentRecord, ...]
    finite: FiniteGroupRecord | None
    component_group: FiniteGroupRecord | None
    component: npt.NDArray[np.int64]
    action: npt.NDArray[np.str_]
    action_p: FloatArray
    notes: tuple[str, ...] = field(default=())
    covariance: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    found: tuple[Component, ...] = ()
    tangents_of: Tangents | None = None
    span: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def labels(self) -> tuple[str, ...]:
        """Readable names (r,) of the generators."""
        return tuple(one.label for one in self.basis)

    @property
    def representatives(self) -> FloatArray:
        """(C, D + 1, D + 1) one element of each component: what to test on held-out events."""
        return np.array([row.matrix for row in self.components])

    @property
    def representatives_covariance(self) -> FloatArray:
        """(C, G, G) along the generators of the space: zero for elements with a name, which no event chose."""
        g = len(self.tangents)
        out = np.zeros((len(self.components), g, g))
        for c, one in enumerate(self.found):
            if self.tangents_of is not None and one.representative is one.mean:
                extents = self.tangents_of.extents
                out[c] = one.covariance * extents[:, None] * extents
        return out
