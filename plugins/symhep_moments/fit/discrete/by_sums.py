"""Discrete elements tested by moments of all events, of which sums are known and some are in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch

from symhep.hypotheses.bounds.sample_mean import degrees_of_freedom, unit_sums
from symhep.hypotheses.discrete.asymmetries import (
    Counts,
    NamedAsymmetry,
    asymmetries_of,
    distinct,
    own_largest,
)
from symhep.methods.passes import State
from symhep.stats.support import RESOLUTION
from symhep_moments.fit.discrete.by_moments import columns_of
from symhep_moments.fit.discrete.element_sums import ElementSums
from symhep_moments.fit.discrete.rows import bodies, by_unit, unit_ends, weighting_of
from symhep_moments.fit.joined_blocks import Part, joined
from symhep_moments.options import COVARIANCE_EVENTS
from symhep_moments.sample import Events

__all__ = ["Spread", "asymmetries_by_sums", "log_p_by_sums", "spreads"]

FloatArray = npt.NDArray[np.float64]

#: Functions with less than this part of the largest mean square are rounding: triple products of vectors in a plane.
UNCHANGED = 1e-18


@dataclass(frozen=True, eq=False)
class Spread:
    """How the sums of `ElementSums` of one element vary from sample to sample, from events in memory.

    Attributes
    ----------
    second
        (K, K) of ``odd``: sum of y y^T over the independent events, whose mean is 0 if the element is a symmetry.
    changed
        (K,) which functions change by more than rounding.
    signs, alike
        (L, L) sums of w a (w a)^T over independent events, and of a a^T over rows.
    w2, nu
        Sum of w^2 over independent events, and the degrees of freedom of ``second``.
    """

    second: FloatArray
    changed: npt.NDArray[np.bool_]
    signs: FloatArray
    alike: FloatArray
    w2: float
    nu: float


def spreads(work: ElementSums, events: Events, most: int = COVARIANCE_EVENTS) -> list[Spread]:
    """For each of the elements of ``work``, from at most so many of the ``events`` in memory, evenly spaced."""
    events, units = by_unit(events, most)
    weighting = weighting_of(events, units, work.options, work.seeing)
    x, w, places = events.x, weighting.weights, events.places
    unit = units if weighting.copies else None
    count, named = len(work.products.labels) + work.functions.count, len(work.named.labels)
    contrasts = [torch.from_numpy(weighting.contrast(e, x)).to(x) for e in work.elements]
    second = x.new_zeros(len(work.elements), count, count)
    size, signs, alike = x.new_zeros(count), *np.zeros((2, len(work.elements), named, named))
    for a, b in pairwise(unit_ends(units)):
        here, seen = work.values(x[a:b]), work.named(bodies(x[a:b], places))
        some, weights = None if unit is None else unit[a:b], torch.from_numpy(w[a:b]).to(x)
        size += weights**2 @ here**2
        for e, element in enumerate(work.elements):
            images, c = element.orbit(x[a:b])[1:], contrasts[e][a:b, :, None]
            y = c[:, 0] * here
            for j, image in enumerate(images, start=1):
                y += c[:, j] * work.values(image)
            if some is not None:
                y = torch.from_numpy(unit_sums(y.cpu().numpy(), some)).to(x)
            second[e] += y.T @ y
            moved = [work.named(bodies(image, places)) for image in images]
            own = own_largest(torch.stack([seen, *moved], dim=1))[:, 0]
            weighted = unit_sums(w[a:b, None] * own, some)
            signs[e] += weighted.T @ weighted
            alike[e] += own.T @ own
    w2 = float((unit_sums(w[:, None], unit) ** 2).sum())
    change = torch.diagonal(second, dim1=1, dim2=2)
    least = UNCHANGED * change.amax(dim=1, keepdim=True)
    changed = ((change > RESOLUTION**2 * size) & (change > least)).cpu().numpy()
    nu = degrees_of_freedom(w, unit)
    return [Spread(*parts, w2, nu) for parts in zip(second.cpu().numpy(), changed, signs, alike, strict=True)]


def log_p_by_sums(work: ElementSums, state: State, some: list[Spread]) -> list[float]:
    """log p, for each element, of 'the mean of f(x) is that of f(g x)', the smallest of the blocks of functions.

    The sums S of all events are compared with the covariance C = (sum of w^2 of all) / (of the events in memory) times
    that of these: sums of squares of pulls with a ridge, compared with their law for many events, as in
    `symhep_moments.fit.joined_blocks.joined`. Asymptotic.
    """
    blocks = columns_of(work.products, work.functions)
    found = list[float]()
    for total, one in zip(state["odd"], some, strict=True):
        covariance = one.second * (float(state["w2"]) / one.w2)
        deviation = np.sqrt(np.where(one.changed, np.diag(covariance), 1.0))
        rows = np.eye(len(deviation))
        parts = [
            Part(name, rows[own & one.changed], 1.0)
            for name, own in blocks.items()
            if (own & one.changed).any()
        ]
        pulls = covariance / deviation[:, None] / deviation
        found.append(joined(total / deviation, pulls, one.nu, parts).log_p() if parts else 0.0)
    return found


def asymmetries_by_sums(
    work: ElementSums, state: State, some: list[Spread], rng: np.random.Generator
) -> list[NamedAsymmetry | None]:
    """Of each element, with errors and limits from all events; the median limit that is expected from normal sums."""
    w2, counts = float(state["w2"]), list[Counts]()
    for e, (element, one) in enumerate(zip(work.elements, some, strict=True)):
        kept = distinct(one.alike)
        own, squares, crossed = (state[name][e, kept] for name in ("own", "squares", "crossed"))
        covariance = one.signs[np.ix_(kept, kept)] * (w2 / one.w2)
        counts.append(
            Counts(
                [work.named.labels[k] for k in kept],
                element.order,
                own,
                squares,
                crossed,
                _normal(covariance),
            )
        )
    return asymmetries_of(counts, float(state["w"]), w2, rng)


def _normal(covariance: FloatArray) -> Callable[[np.random.Generator, int], FloatArray]:
    def drawn(rng: np.random.Generator, count: int) -> FloatArray:
        values, vectors = np.linalg.eigh(covariance)
        half = vectors * np.sqrt(np.maximum(values, 0.0))
        return np.asarray(rng.normal(size=(count, len(values))) @ half.T)

    return drawn
