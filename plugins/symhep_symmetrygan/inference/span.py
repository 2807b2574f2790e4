"""How many continuous directions found elements have, and which: the smallest span that leaves few cosets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import ncx2

from symhep.lie.canonical_basis import canonical_basis
from symhep_symmetrygan.inference.coincidence import chance, fewest_points
from symhep_symmetrygan.inference.cosets import MEET, cosets, off_span, threshold
from symhep_symmetrygan.inference.elements import EXACT, Measured, Pairs
from symhep_symmetrygan.inference.fit import SpanFit, fit_span
from symhep_symmetrygan.inference.lattice import CircleTest, circle_test, period

__all__ = ["Level", "Spanned", "span_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Spans that are tried in each dimension, by how many of so many pairs they join; the best of them are fitted.
TRIED, SCREENED, FITTED = 100, 1000, 3
#: Cosets that elements fit as badly as this are none.
MISFIT = 1e-4
#: Scatter about points that is looked for along flat directions, in units of the extents: that of training.
SCATTERS = (1e-5, 1e-4, 1e-3, 1e-2)
#: Fits and assignments in turn.
ROUNDS = 3


@dataclass(frozen=True, eq=False)
class Level:
    """The best span of r directions: its fit, the coset (E,) of each element, and the `chance` that it is none.

    ``width``: the probability that elements spread along one more direction meet.
    """

    fit: SpanFit
    labels: IntArray
    chance: float
    width: float

    def would_be_seen(self, count: int, among: int) -> float:
        """The `chance`, had ``among`` elements fallen evenly into ``count`` cosets of this span."""
        r = len(self.fit.basis)
        return chance(np.arange(among) % count, self.width, r, TRIED if r else 1)


@dataclass(frozen=True, eq=False)
class Spanned:
    """The outcome of `span_of`.

    Attributes
    ----------
    kind
        'continuous', 'finite' or 'not determined'.
    level
        The span with its cosets. If 'finite' r = 0 and the cosets are the points. If 'not determined' the smallest
        span that the elements allow.
    levels
        Those of lower dimension that were tried, and this one.
    circle
        For one direction: a circle or points on it.
    fewest
        A finite group would have at least so many elements, at the 95 % confidence level.
    why
        In words.
    scatter
        Of the elements along flat directions, in units of the extents, if that is what 'finite' rests on.
    """

    kind: str
    level: Level
    levels: tuple[Level, ...]
    circle: CircleTest | None
    fewest: int
    why: str
    scatter: float = EXACT

    @property
    def dimension(self) -> int:
        """r."""
        return len(self.level.fit.basis)


def span_of(
    measured: Measured, level: float = 0.01, seed: int = 0, *, independent: bool = True, drawn: bool = False
) -> Spanned:
    """The span of ``measured`` elements, the first of which is the identity.

    For r = 0, 1, ... the r directions are sought that put the elements into the fewest cosets within their errors
    (candidates: logarithms of near pairs, and the directions about which the elements know least). r is the smallest
    for which that they do has a `chance` below ``level``: with a direction missing, elements would hardly ever meet.
    Where errors are so large, or elements so few, that fewer directions could not have shown themselves in this way,
    even with only twice as many cosets, nothing is determined.

    That elements fill a coset does not say that the group is continuous. A single rotation is compared with q
    equidistant points for every q (`circle_test`); for more, and for boosts, elements of a finite group of M elements
    would repeat themselves, and if they do not, M is large (`fewest_points`). A finite order is excluded, and the
    group called continuous, if it would have to exceed 1 / 0.05 with the prior 1 / (q (q + 1)) on q.

    If something other than the events has ``drawn`` elements together, a term of the loss, they scatter about points
    even along directions that the events do not see, by as much as training leaves. Whether they do is asked first, for
    each of the `SCATTERS`; `chance` times their number must be below ``level``.
    """
    rng = np.random.default_rng(seed)
    if drawn and len(measured.subset(np.arange(1, len(measured))).flat):
        placed = _drawn_together(measured, level, rng, independent)
        if placed is not None:
            return placed
    measured = measured.as_placed()
    pairs = measured.all_pairs()
    g, levels = len(measured.tangents), list[Level]()
    for r in range(g + 1):
        if len(measured) - 1 <= r < g:  # so many directions lead through all elements, whatever they are
            return _undetermined(levels, g)
        levels.append(_best(measured, pairs, r, rng, independent))
        if levels[-1].chance < level:
            break
    # With fewer directions and twice the cosets: would that have been seen?
    number = 2 * (int(levels[-1].labels.max()) + 1)
    if any(one.would_be_seen(number, len(measured)) >= level for one in levels[1:-1]):
        return _undetermined(levels, g)
    if len(levels) == 1:
        return Spanned("finite", levels[0], tuple(levels), None, 0, "elements coincide within errors")
    return _continuous(measured, levels, level)


def _drawn_together(
    measured: Measured, level: float, rng: np.random.Generator, independent: bool
) -> Spanned | None:
    """The points about which elements scatter, or None."""
    tried = list[tuple[float, float, Level]]()
    for scatter in SCATTERS:
        placed = measured.as_placed(scatter)
        found = _best(placed, placed.all_pairs(), 0, rng, independent)
        tried.append((found.chance * len(SCATTERS), scatter, found))
    chance_, scatter, found = min(tried, key=lambda one: one[0])
    if chance_ >= level:
        return None
    # Means of points are no better known than what training leaves, which may move a point as a whole: of the scatters
    # that find the same points the largest is the error.
    points = int(found.labels.max())
    same = [one for one in tried if one[0] < level and int(one[2].labels.max()) == points]
    chance_, scatter, found = max(same, key=lambda one: one[1])
    why = (
        "elements coincide within errors because of the additional loss terms, in directions that the "
        "events do not constrain"
    )
    return Spanned("finite", replace(found, chance=chance_), (found,), None, 0, why, scatter)


def _undetermined(levels: list[Level], g: int) -> Spanned:
    many = len(levels[0].labels) - 1
    why = f"{many} elements are too few, or their errors are too large, to find cosets in {g} dimensions"
    return Spanned("not determined", levels[-1], tuple(levels), None, 1, why)


def _best(measured: Measured, pairs: Pairs, r: int, rng: np.random.Generator, independent: bool) -> Level:
    """The span of ``r`` directions with the fewest cosets; unless ``independent``, errors may be the same for all."""
    g, count = len(measured.tangents), len(measured)
    bases = np.array(list(_candidates(measured, pairs, r, rng)))
    if 0 < r < g:
        some = pairs
        if len(pairs.first) > SCREENED:
            some = pairs.subset(rng.choice(len(pairs.first), SCREENED, replace=False))
        near = (off_span(some, bases) <= threshold(g - r)).sum(axis=1)
        bases = bases[np.argsort(-near, kind="stable")[:FITTED]]
    found = list[Level]()
    for basis in bases:
        labels = cosets(pairs, basis, count)
        if (
            0 < r < g and count - 1 - int(labels.max()) <= r
        ):  # it joins those that it was made from, and no more
            fit = SpanFit(basis, np.zeros((r * g, r * g)), 0.0, 0, np.arange(count))
            found.append(Level(fit, labels, 1.0, _width(measured, basis)))
            continue
        fit = fit_span(measured, labels, basis)
        for _ in range(ROUNDS if 0 < r < g else 0):
            labels = cosets(pairs, fit.basis, count)
            fit = fit_span(measured, labels, fit.basis)
        fit = replace(fit, alike=not independent)
        width, tried = _width(measured, fit.basis), TRIED if 0 < r < g else 1
        p = chance(fit.founded, width, r, tried) if r < g and fit.p_value > MISFIT else 1.0
        found.append(Level(fit, labels, p if r < g else 0.0, width))
    return min(found, key=lambda one: (one.chance, int(one.labels.max()), one.fit.chi2))


def _candidates(measured: Measured, pairs: Pairs, r: int, rng: np.random.Generator) -> Iterator[FloatArray]:
    g = len(measured.tangents)
    if r in (0, g):
        yield np.eye(g)[:r]
        return
    yield canonical_basis(np.linalg.eigh(np.median(measured.information[1:], axis=0))[1][:, :r].T)
    # Logarithms in units of their errors, of pairs that are near but not the same: mostly of one coset.
    size = np.linalg.norm(pairs.logarithm, axis=1)
    apart = np.einsum("qa,qab,qb->q", pairs.logarithm, pairs.weight, pairs.logarithm) > threshold(g)
    order = np.argsort(np.where(apart, size, np.inf), kind="stable")[: int(apart.sum())]
    order = order[: max(2 * len(measured), len(order) // 4)]
    if len(order) < r:
        return
    for _ in range(TRIED - 1):
        chosen = pairs.logarithm[rng.choice(order, r, replace=False)]
        yield canonical_basis(np.linalg.svd(chosen, full_matrices=False)[2])


def _width(measured: Measured, basis: FloatArray) -> float:
    """Probability that an element spread evenly along a further direction falls within the errors of another.

    The direction is the one with the largest error, and an element typical.
    """
    r, g = basis.shape
    if r == g:
        return 1.0
    normal = np.linalg.svd(basis)[2][r:] if r else np.eye(g)
    worst = np.linalg.eigvalsh(normal @ measured.covariance[1:] @ normal.T)[:, -1]
    # Two elements y standard deviations apart meet with the probability of a noncentral chi^2; the integral over y.
    y = np.linspace(0.0, 20.0, 401)
    reach = 2 * float(np.trapezoid(ncx2.cdf(threshold(g - r, MEET), g - r, np.maximum(y, 1e-6) ** 2), y))
    return float(min(1.0, reach * np.sqrt(2 * np.median(worst))))


def _continuous(measured: Measured, levels: list[Level], level: float) -> Spanned:
    """Is it, or are there so many points that they look it?"""
    chosen = levels[-1]
    points = levels[0].labels
    fewest = fewest_points(len(points), int(points.max()) + 1, 0.05)
    circle = _circle(measured, chosen, level) if len(chosen.fit.basis) == 1 else None
    enough = round(1 / 0.05)
    if circle is not None:
        if circle.order is not None and circle.even_p < level:
            q = circle.order
            why = (
                f"rotation angles are multiples of 2 pi/{q}: p = {circle.fit_p:.2g}; uniform distribution: "
                f"p = {circle.even_p:.1g}"
            )
            return Spanned("finite", levels[0], tuple(levels), circle, 0, why)
        sure = circle.excluded >= enough
        why = f"finite orders up to {circle.excluded} are excluded"
    else:
        # Of the cosets each holds as many points.
        sure = fewest >= enough * (int(chosen.labels.max()) + 1)
        why = f"a finite group would have at least {fewest} elements"
    kind = "continuous" if sure else "not determined"
    return Spanned(kind, chosen, tuple(levels), circle, fewest, why)


def _circle(placed: Measured, chosen: Level, level: float) -> CircleTest | None:
    """`circle_test` along the one direction X; None if it does not come back."""
    basis = chosen.fit.basis
    x = np.tensordot(basis[0], placed.tangents.matrices, 1)
    error = float(
        np.sqrt(np.trace(chosen.fit.covariance)) * np.linalg.norm(placed.tangents.matrices, axis=(1, 2)).max()
    )
    turn = period(x, max(error, 1e-6))
    if turn is None:
        return None
    angles, errors, labels = [], [], []
    for name in np.unique(chosen.labels):
        rows = np.flatnonzero(chosen.labels == name)
        from_first = placed.pairs(np.full(len(rows), rows[0]), rows)
        inside = np.einsum("a,qab,b->q", basis[0], from_first.weight, basis[0])
        t = np.einsum("a,qab,qb->q", basis[0], from_first.weight, from_first.logarithm) / inside
        known = from_first.second != 0 if name == 0 else np.ones(len(t), dtype=bool)
        if known.sum() > (name != 0):
            angles.append(t[known] / turn)
            errors.append(1 / np.sqrt(inside[known]) / turn)
            labels.append(np.full(known.sum(), name))
    if not angles:
        return None
    return circle_test(np.concatenate(angles), np.concatenate(errors), np.concatenate(labels), level)
