"""The symmetry that a result vouches for: generators as their labels state them, elements that were not rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symhep.methods.symmetry import Symmetry, homogeneous
from symhep_moments.fit.labels import stated_terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symhep_moments.fit.records import Outcome

__all__ = ["vouched"]


def vouched(o: Outcome, generators: Sequence[Mapping[str, Any]]) -> Symmetry:
    """``generators`` as in the summary without the terms that their errors leave open; translations in the data's unit.

    No generators where the events reject every algebra near their span: they generate more than was found. Elements
    that move no event, or do what one before them does, are left out.
    """
    closed = o.algebra is None or o.algebra.closure_log_p is None or o.algebra.closure_log_p > np.log(o.level)
    rows = list(generators) if closed else []
    basis, d = o.events.generators, len(o.events.names)
    found = np.zeros((len(rows), d + 1, d + 1))
    for matrix, row in zip(found, rows, strict=True):
        for label, value in stated_terms(row["coefficients"], row["errors"]).items():
            matrix += value * np.asarray(basis[label], dtype=np.float64)
    found[:, :d, d] *= o.events.scale
    kept = [t for t in o.discrete if not (t.rejected or t.trivial or t.same_as)]
    size = int(o.events.x.shape[1]) * d
    elements = homogeneous(np.array([t.matrix for t in kept]).reshape(-1, size, size), element=True)
    return Symmetry(
        "momenta" if o.events.momenta else "features", int(o.events.x.shape[1]), tuple(o.events.names),
        found, tuple(row["label"] for row in rows), elements, tuple(t.name for t in kept),
    )  # fmt: skip
