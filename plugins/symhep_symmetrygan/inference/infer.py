"""From found elements, their errors and their verdicts to the group that they form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from symhep.lie.generators import Generators
from symhep_symmetrygan.inference.action import Action, actions
from symhep_symmetrygan.inference.algebra import name_span
from symhep_symmetrygan.inference.approximate import named_cosets, nearest_cosets
from symhep_symmetrygan.inference.components import Component, components_of
from symhep_symmetrygan.inference.elements import Measured
from symhep_symmetrygan.inference.fit import SpanFit
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.inference.multiplication import Multiplication, multiplication
from symhep_symmetrygan.inference.readable import readable
from symhep_symmetrygan.inference.record import AlgebraRecord
from symhep_symmetrygan.inference.span import Spanned, span_of
from symhep_symmetrygan.inference.spectrum import spectrum
from symhep_symmetrygan.inference.summary import (
    algebra_record,
    approximate_record,
    component_record,
    finite_record,
    generator_rows,
    missing,
    notes,
    unseen_labels,
)
from symhep_symmetrygan.inference.tangents import Tangents

__all__ = ["infer", "without"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

#: The span is sought with so many of the kept elements; in spaces of many dimensions with this number over theirs.
MOST, MOST_TIMES = 150, 3000
#: Fewer kept elements say nothing.
FEWEST = 3


def infer(
    elements: npt.ArrayLike,
    information: npt.ArrayLike,
    kept: npt.ArrayLike,
    generators: Generators,
    *,
    names: Sequence[str] = (),
    level: float = 0.01,
    independent: bool = False,
    unit: float = 1.0,
    seed: int = 0,
    drawn: bool = False,
) -> Inference:
    """The group of the elements that held-out events ``kept``, and where the others are relative to it.

    1. Span: the fewest directions that put the elements into few cosets within their errors
       (`symhep_symmetrygan.inference.span`), and whether these are continuous.
    2. Name of the algebra that they span, by `symhep.lie.identify`, with the errors of the fit.
    3. Components: cosets of that algebra's group, each with its simplest element, the way it acts on the algebra, and
       the order of its elements; then cosets that rejected elements come near to, which are symmetries approximately.
    4. The finite group: of the components, or of the elements themselves if nothing is continuous.

    Parameters
    ----------
    elements
        (E, D + 1, D + 1) homogeneous.
    information
        (E, G, G): inverse covariance of delta, for a true element exp(sum_a delta_a T_a) g; no information along
        directions that the events do not see, such as the symmetry itself.
    kept
        (E,) did the held-out events keep it?
    names
        Of the D coordinates; x1, x2, ... by default.
    level
        Of the decisions: errors of the first kind in each.
    independent
        Whether the elements' errors are. Those of elements that were refined with the same events are not: averages
        are then no better than one element, and errors of the algebra are multiplied by the square root of the number
        of elements, which bounds them whatever the correlations are (Cauchy-Schwarz).
    unit
        Of the coordinates, in those of the data: names of components say fixed points in the latter.
    drawn
        Whether something other than the events, a term of the loss, has drawn elements together: along directions that
        the events do not see, too.

    >>> from symhep.lie.bases import so
    >>> rng = np.random.default_rng(1)
    >>> angles = rng.uniform(0, 2 * np.pi, 40)
    >>> turns = np.array([[[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]] for a in angles])
    >>> found = infer(turns, np.zeros((40, 1, 1)), np.ones(40, dtype=bool), so(2), names=("x", "y"))
    >>> found.algebra.kind, found.algebra.name, [row.name for row in found.components]
    ('continuous', 'so(2)', ['identity'])
    """
    given, info = np.asarray(elements, dtype=np.float64), np.asarray(information, dtype=np.float64)
    keep = np.asarray(kept, dtype=bool)
    tangents = Tangents.of(generators)
    measured = Measured.of(given, info, tangents)
    coordinates = tuple(names) or tuple(f"x{k + 1}" for k in range(given.shape[-1] - 1))
    rows = np.flatnonzero(keep)
    if len(rows) < FEWEST:
        why = f"{len(rows)} of {len(keep)} elements are accepted, at least {FEWEST} are needed"
        return _nothing(why, generators, len(keep))
    most = min(MOST, max(MOST_TIMES // len(tangents), FEWEST))
    searched = rows if len(rows) <= most else np.sort(np.random.default_rng(seed).choice(rows, most, False))
    spanned = span_of(
        measured.subset(searched).with_identity(), level, seed, independent=independent, drawn=drawn
    )
    if spanned.kind == "not determined":
        return _nothing(spanned.why, generators, len(keep), spanned)
    return _group(measured, keep, searched, spanned, generators, coordinates, independent, unit)


def _nothing(why: str, generators: Generators, count: int, spanned: Spanned | None = None) -> Inference:
    """No claim."""
    if spanned is not None:
        algebra = algebra_record(spanned, None)
    else:
        algebra = AlgebraRecord(
            kind="not determined", why=why, dimension=None, name="not determined", stability=None
        )
    none, unknown = np.zeros((0, len(generators))), np.full(count, np.nan)
    return Inference(
        algebra, generators.labels, none, none, (), np.zeros(0), np.zeros(0), (), None, None,
        np.full(count, -1), np.full(count, ""), unknown,
    )  # fmt: skip


def _group(
    measured: Measured,
    kept: BoolArray,
    searched: IntArray,
    spanned: Spanned,
    generators: Generators,
    coordinates: Sequence[str],
    independent: bool,
    unit: float,
) -> Inference:
    """The group of a span that is determined."""
    fit, tangents = spanned.level.fit, measured.tangents
    unseen = unseen_labels(measured.subset(np.flatnonzero(kept)).flat, tangents, generators.labels)
    if spanned.kind == "finite":
        measured = measured.as_placed(spanned.scatter)
    if not independent:
        fit = replace(fit, covariance=len(searched) * fit.covariance)
    if spanned.kind == "finite":
        fit = replace(fit, basis=fit.basis[:0], covariance=fit.covariance[:0, :0])
    named, listed = name_span(fit, tangents, generators), readable(coordinates)
    rows, failed = np.flatnonzero(kept), np.flatnonzero(~kept)
    found = components_of(
        measured.subset(rows),
        _largest_first(rows, searched, spanned.level.labels[1:]),
        fit.basis,
        listed,
        independent,
        unit,
    )
    products = multiplication(tangents, found, fit.basis)
    found = _all_named(found, products)
    component = np.full(len(kept), -1)
    for number, one in enumerate(found):
        component[rows[one.rows]] = number
    error = float(np.sqrt(np.trace(fit.covariance)))
    further = named_cosets(tangents, fit.basis, error, np.array([one.mean for one in found]), listed)
    origins = np.array([*(one.mean for one in found), *(_homogeneous(one.matrix) for one in further)])
    component[failed] = nearest_cosets(tangents, measured.elements[failed], origins, fit.basis)[0]
    acting = actions(measured, fit) if len(fit.basis) else []
    of_origins = _actions_of_origins(found, origins, fit, tangents) if acting else [None] * len(origins)
    table = [
        component_record(one, component == c, kept, measured, of_origins[c]) for c, one in enumerate(found)
    ]
    for c in range(len(found), len(origins)):
        if (component == c).any():
            name = further[c - len(found)].name
            row = approximate_record(name, origins[c], component == c, of_origins[c])
            component[component == c] = len(table)
            table.append(row)
    values, noise = spectrum(measured.subset(rows), component[rows])
    finite = finite_record(products, component, kept)
    return Inference(
        algebra_record(spanned, named, unseen), generators.labels, named.coefficients, named.errors,
        generator_rows(named, generators.labels), values, noise, tuple(table),
        finite if spanned.kind == "finite" else None, finite if spanned.kind == "continuous" else None,
        component,
        np.array([a.kind for a in acting] or [""] * len(kept)),
        np.array([a.p_value for a in acting] or [np.nan] * len(kept)), notes(spanned, named, products),
        named.covariance, found=tuple(found), tangents_of=tangents, span=fit.basis,
    )  # fmt: skip


def without(found: Inference, rejected: Sequence[int], kept: BoolArray) -> Inference:
    """The same with the finite group of the components alone that are not ``rejected`` (their numbers).

    A few elements that ended on another maximum of the loss may be kept one by one, among many, and yet be rejected as
    a component. They are no part of the group, and it may close without them.
    """
    left = [c for c in range(len(found.found)) if c not in set(rejected)]
    if found.tangents_of is None or len(left) == len(found.found) or not left:
        return found
    products = multiplication(found.tangents_of, [found.found[c] for c in left], found.span)
    some = np.array([left.index(c) if c in left else -1 for c in found.component.tolist()])
    finite = finite_record(products, some, kept, len(found.found) - len(left))
    again = _all_named(
        [replace(found.found[c], name="") if _unnamed(found.found[c]) else found.found[c] for c in left],
        products,
    )
    names = {c: one.name for c, one in zip(left, again, strict=True)}
    rows = tuple(
        row.model_copy(update={"name": names.get(c, row.name)}) for c, row in enumerate(found.components)
    )
    return replace(
        found, components=rows,
        finite=finite if found.finite is not None else None,
        component_group=finite if found.component_group is not None else None,
        notes=tuple(n for n in found.notes if "are products of those found" not in n) + missing(products),
    )  # fmt: skip


def _unnamed(one: Component) -> bool:
    return one.distance is None


def _largest_first(rows: IntArray, searched: IntArray, labels: IntArray) -> IntArray:
    """Positions in ``rows``: of the largest coset of those that were searched first, then the others."""
    sizes = np.bincount(labels)[labels]
    first = np.searchsorted(rows, searched[np.argsort(-sizes, kind="stable")])
    return np.concatenate([first, np.setdiff1d(np.arange(len(rows)), first)])


def _all_named(found: Sequence[Component], products: Multiplication) -> list[Component]:
    """Cosets without a readable element are called by their order and a number."""
    orders = products.orders
    return [
        one if one.name else replace(one, name=f"element {k} (order {q})" if q else f"element {k}")
        for k, (one, q) in enumerate(zip(found, orders[: len(found)].tolist(), strict=True))
    ]


def _homogeneous(matrix: FloatArray) -> FloatArray:
    element = np.eye(len(matrix) + 1)
    element[:-1, :-1] = matrix
    return element


def _actions_of_origins(
    found: Sequence[Component], origins: FloatArray, fit: SpanFit, tangents: Tangents
) -> list[Action | None]:
    """Of the mean elements with their errors, and of the named ones, which have none."""
    g = len(tangents)
    none = [np.zeros((g, g))] * (len(origins) - len(found))
    covariance = np.array([*(one.covariance for one in found), *none])
    return list(actions(Measured(tangents, origins, covariance, np.zeros_like(covariance)), fit))
