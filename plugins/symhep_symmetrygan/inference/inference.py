"""What is inferred: the algebra, its components, and the finite groups among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Inference"]

FloatArray = npt.NDArray[np.float64]
Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Inference:
    """The group that found elements form. Rows hold JSON alone.

    Attributes
    ----------
    kind
        'continuous', 'finite', or 'not determined'; ``why`` in words.
    algebra
        {dimension (null: not determined), name, confidence, alternatives [[name, share]], p_value (of the elements' fit
        in the cosets), chance (that so few cosets are one), excluded (finite orders up to this one are, for a single
        rotation), fewest (elements of a finite group)}.
    tangents, labels, generators, errors
        Labels (G,) of the generators of the space; readable names (r,), coefficients (r, G) of length one along those
        and their standard errors (r, G).
    span_values, span_noise
        (G,) square roots of the eigenvalues of sum L L^T over the logarithms L of elements within their cosets, and
        the same expected from their errors alone, in units of the extents.
    components
        [{name, found, kept, verdict 'kept' | 'approximate' | 'implied', action, action_matrix, action_difference,
        action_error, action_p, distance, same_p, spread_p, order (of every element of it; null: of none), matrix
        (representative, (D + 1)^2), means {measure: mean over its elements}}], that of the identity first.
    finite
        {name, order, elements, orders {order: number of components}, closed, rotations, reflections} or null: the group
        itself if it is finite. ``component_group``: the same of the components of a continuous one.
    component
        (E,) number of the component of each element, -1 for none; ``distance`` (E,) Frobenius, from that component.
    action, action_p
        (E,) 'commutes', 'anticommutes' or 'mixes' with the algebra, and the p-value that it does exactly, within
        errors; '' and NaN without an algebra.
    notes
        What a reader must know, in sentences.
    """

    kind: str
    why: str
    algebra: Row
    tangents: tuple[str, ...]
    labels: tuple[str, ...]
    generators: FloatArray
    errors: FloatArray
    span_values: FloatArray
    span_noise: FloatArray
    components: Sequence[Row]
    finite: Row | None
    component_group: Row | None
    component: npt.NDArray[np.int64]
    distance: FloatArray
    action: npt.NDArray[np.str_]
    action_p: FloatArray
    notes: tuple[str, ...] = field(default=())

    @property
    def representatives(self) -> FloatArray:
        """(C, D + 1, D + 1) one element of each component: what to test on held-out events."""
        return np.array([row["matrix"] for row in self.components])

    def to_json(self) -> dict[str, Any]:
        """The rows, without what belongs to single elements."""
        rows = [
            {
                "label": label,
                "coefficients": dict(zip(self.tangents, c.tolist(), strict=True)),
                "errors": dict(zip(self.tangents, e.tolist(), strict=True)),
            }
            for label, c, e in zip(self.labels, self.generators, self.errors, strict=True)
        ]
        return {
            "kind": self.kind,
            "why": self.why,
            "algebra": dict(self.algebra),
            "generators": rows,
            "components": [dict(row) for row in self.components],
            "finite": None if self.finite is None else dict(self.finite),
            "component_group": None if self.component_group is None else dict(self.component_group),
            "notes": list(self.notes),
        }
