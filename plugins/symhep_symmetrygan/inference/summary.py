"""What is inferred, as records."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.algebra.record import Alternative
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.lie.canonical_basis import canonical_basis
from symhep.lie.labels import combination_label
from symhep.methods.p_values import PValue
from symhep_symmetrygan.inference.action import Action
from symhep_symmetrygan.inference.algebra import Named
from symhep_symmetrygan.inference.components import Component
from symhep_symmetrygan.inference.elements import Measured
from symhep_symmetrygan.inference.multiplication import Multiplication, name_group
from symhep_symmetrygan.inference.orders import common_order
from symhep_symmetrygan.inference.record import (
    AlgebraRecord,
    ComponentRecord,
    FiniteGroupRecord,
)
from symhep_symmetrygan.inference.span import Spanned
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = [
    "algebra_record",
    "approximate_record",
    "component_record",
    "finite_record",
    "generator_rows",
    "missing",
    "notes",
    "unseen_labels",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Misfit of elements and cosets that has to be said.
MISFIT = 1e-3
#: Coefficients of generators along flat directions that are not shown.
VISIBLE = 0.02


def algebra_record(spanned: Spanned, named: Named | None, unseen: tuple[str, ...] = ()) -> AlgebraRecord:
    """Dimension and name, and what they rest on; ``named`` None: not determined."""
    circle, common = (
        spanned.circle,
        {"kind": spanned.kind, "why": spanned.why, "chance": spanned.level.chance, "unseen": unseen},
    )
    excluded = None if circle is None else circle.excluded
    if named is None:
        return AlgebraRecord(
            **common, dimension=None, name="not determined", excluded_order=excluded, fewest=spanned.fewest
        )  # fmt: skip
    known, p = named.identification, spanned.level.fit.p_value
    return AlgebraRecord(
        **common,
        fit=PValue.of(math.log(p) if p > 0 else -math.inf),
        dimension=len(named.coefficients) if spanned.kind == "continuous" else 0,
        name="0" if known is None else known.name,
        stability=None if known is None else known.stability,
        alternatives=() if known is None else Alternative.of(known.alternatives),
        excluded_order=excluded,
        fewest=spanned.fewest if spanned.kind == "continuous" else None,
    )


def generator_rows(named: Named, tangents: Sequence[str]) -> tuple[GeneratorRow, ...]:
    """A readable basis of the algebra, with errors."""
    return tuple(
        GeneratorRow(
            label=label,
            coefficients=dict(zip(tangents, values.tolist(), strict=True)),
            errors=dict(zip(tangents, errors.tolist(), strict=True)),
        )
        for label, values, errors in zip(named.labels, named.coefficients, named.errors, strict=True)
    )


def component_record(
    one: Component, members: BoolArray, kept: BoolArray, measured: Measured, action: Action | None
) -> ComponentRecord:
    """A coset of kept elements. ``members`` (E,) also has the rejected elements that came near to it."""
    order = common_order(measured.subset(np.flatnonzero(members & kept)))
    return ComponentRecord(
        name=one.name,
        elements=int(members.sum()),
        kept=int((members & kept).sum()),
        verdict="kept",
        action=None if action is None else action.kind,
        action_error=None if action is None else action.error,
        distance_from_name=one.distance,
        order=None if order is None else order[0],
        matrix=one.representative.tolist(),
    )


def approximate_record(
    name: str, matrix: FloatArray, members: BoolArray, action: Action | None
) -> ComponentRecord:
    """A coset that only rejected elements came near to: a symmetry approximately, at best."""
    return ComponentRecord(
        name=name,
        elements=int(members.sum()),
        kept=0,
        verdict="approximate",
        action=None if action is None else action.kind,
        action_error=None if action is None else action.error,
        distance_from_name=None,
        order=None,
        matrix=matrix.tolist(),
    )


def finite_record(
    products: Multiplication, component: npt.NDArray[np.int64], kept: BoolArray, left_out: int = 0
) -> FiniteGroupRecord:
    """The finite group of points, or of components: ``found`` of them, the others are products of those.

    ``left_out``: components that held-out events reject as such.
    """
    orders = products.orders
    known = bool(products.closed and (orders > 0).all())
    det = np.linalg.det(products.elements[:, :-1, :-1])
    return FiniteGroupRecord(
        name=name_group(products.table, orders) if known else "not closed",
        order=len(orders) if known else None,
        found=products.found,
        elements=int((kept & (component >= 0)).sum()),
        orders={str(q): n for q, n in sorted(Counter(orders.tolist()).items())} if known else {},
        closed=known,
        points_left_out=left_out,
        rotations=int((det > 0).sum()),
        reflections=int((det < 0).sum()),
    )


def missing(products: Multiplication) -> tuple[str, ...]:
    """Of a group that closes: how many components no element was found in."""
    number = len(products.table) - products.found
    if not number or not products.closed:
        return ()
    return (f"{number} components are products of those found, but contain no element found",)


def unseen_labels(flat: FloatArray, tangents: Tangents, labels: Sequence[str]) -> tuple[str, ...]:
    """Generators along which the events see nothing, of directions ``flat`` (f, G) in units of the extents."""
    if not len(flat):
        return ()
    rows = canonical_basis(flat * tangents.extents)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return tuple(combination_label(row, np.full_like(row, VISIBLE), labels) for row in rows)


def notes(spanned: Spanned, named: Named, products: Multiplication) -> tuple[str, ...]:
    """What a reader must know beside the reason for the kind of the group."""
    said = list[str]()
    fit = spanned.level.fit
    if fit.p_value < MISFIT:
        factor = np.sqrt(fit.chi2 / max(fit.freedom, 1))
        said.append(
            f"the scatter of the elements about their cosets is {factor:.2g} times larger than their errors"
        )
    said += missing(products)
    if named.identification is not None and not named.identification.closed:
        said.append(
            "the span of the logarithms is not closed under commutators within errors: some "
            "generators were not found"
        )
    return tuple(said)
