"""What is inferred, as rows of JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep_symmetrygan.inference.action import Action
from symhep_symmetrygan.inference.algebra import Named
from symhep_symmetrygan.inference.components import Component
from symhep_symmetrygan.inference.elements import Measured
from symhep_symmetrygan.inference.multiplication import Multiplication, name_group
from symhep_symmetrygan.inference.orders import common_order
from symhep_symmetrygan.inference.span import Spanned

__all__ = ["algebra_row", "approximate_row", "component_row", "finite_row", "notes"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Row = dict[str, Any]

#: Misfit of elements and cosets that has to be said.
MISFIT = 1e-3


def algebra_row(spanned: Spanned, named: Named) -> Row:
    """Dimension and name, and what they rest on."""
    known, circle = named.identification, spanned.circle
    return {
        "dimension": len(named.coefficients) if spanned.kind == "continuous" else 0,
        "name": "0" if known is None else known.name,
        "confidence": None if known is None else known.confidence,
        "alternatives": [] if known is None else [list(pair) for pair in known.alternatives],
        "p_value": spanned.level.fit.p_value,
        "chance": spanned.level.chance,
        "excluded": None if circle is None else circle.excluded,
        "fewest": spanned.fewest if spanned.kind == "continuous" else None,
    }


def component_row(
    one: Component,
    members: BoolArray,
    kept: BoolArray,
    measured: Measured,
    action: Action | None,
    means: Mapping[str, npt.ArrayLike],
    distance: FloatArray,
) -> Row:
    """A coset of kept elements. ``members`` (E,) also has the rejected elements that came near to it."""
    order = common_order(measured.subset(np.flatnonzero(members & kept)))
    return {
        "name": one.name,
        "found": int(members.sum()),
        "kept": int((members & kept).sum()),
        "verdict": "kept",
        **_action(action),
        "distance": _mean(distance[members]),
        "named_distance": one.distance,
        "same_p": one.same_p,
        "spread_p": one.fit_p,
        "order": None if order is None else order[0],
        "matrix": one.representative.tolist(),
        "means": _means(means, members),
    }


def approximate_row(
    name: str,
    matrix: FloatArray,
    members: BoolArray,
    action: Action | None,
    means: Mapping[str, npt.ArrayLike],
    distance: FloatArray,
) -> Row:
    """A coset that only rejected elements came near to: a symmetry approximately, at best."""
    return {
        "name": name,
        "found": int(members.sum()),
        "kept": 0,
        "verdict": "approximate",
        **_action(action),
        "distance": _mean(distance[members]),
        "named_distance": None,
        "same_p": None,
        "spread_p": None,
        "order": None,
        "matrix": matrix.tolist(),
        "means": _means(means, members),
    }


def _action(action: Action | None) -> Row:
    return {
        "action": None if action is None else action.kind,
        "action_matrix": None if action is None else action.matrix.tolist(),
        "action_difference": None if action is None else action.difference,
        "action_error": None if action is None else action.error,
        "action_p": None if action is None else action.p_value,
    }


def _means(measures: Mapping[str, npt.ArrayLike], members: BoolArray) -> Row:
    return {name: _mean(np.asarray(values, dtype=np.float64)[members]) for name, values in measures.items()}


def _mean(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def finite_row(products: Multiplication, component: npt.NDArray[np.int64], kept: BoolArray) -> Row:
    """The finite group of points, or of components: ``found`` of them, the others are products of those."""
    orders = products.orders
    known = bool(products.closed and (orders > 0).all())
    det = np.linalg.det(products.elements[:, :-1, :-1])
    return {
        "name": name_group(products.table, orders) if known else "not closed",
        "order": len(orders) if known else None,
        "found": products.found,
        "elements": int((kept & (component >= 0)).sum()),
        "orders": {str(q): n for q, n in sorted(Counter(orders.tolist()).items())} if known else {},
        "closed": known,
        "rotations": int((det > 0).sum()),
        "reflections": int((det < 0).sum()),
    }


def notes(spanned: Spanned, named: Named, products: Multiplication) -> tuple[str, ...]:
    """What a reader must know beside the reason for the kind of the group."""
    said = list[str]()
    fit = spanned.level.fit
    if fit.p_value < MISFIT:
        factor = np.sqrt(fit.chi2 / max(fit.freedom, 1))
        said.append(f"elements scatter {factor:.2g} times more about their cosets than their errors say")
    if len(products.table) > products.found:
        missing = len(products.table) - products.found
        said.append(f"{missing} components are products of those found, but no element was found in them")
    if named.identification is not None and not named.identification.closed:
        said.append("the span of the logarithms is not closed within errors: directions are missing")
    return tuple(said)
